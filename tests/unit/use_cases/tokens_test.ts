import { assertEquals, assertMatch } from "@std/assert";
import type { Principal } from "../../../src/access/principal.ts";
import { hashToken } from "../../../src/access/token.ts";
import { minutes, NOON, roleRow, userRow } from "../../support/rows.ts";
import {
  NOBODY,
  openStudio,
  refused,
  refusedUnwritten,
  type Studio,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";

/** A colleague of the company's user. */
async function colleagueOf({ store, company }: Studio) {
  const role = roleRow(company.client, { admin: true });
  const user = userRow(role);
  await store.run("all", async ({ access }) => {
    await access.saveRole(role);
    await access.saveUser(user);
  });
  return user;
}

Deno.test("issue-token: shows the secret once and keeps its hash alone", async () => {
  const studio = await openStudio();
  const { app, admin, company } = studio;
  const made = await app.access.issueToken(admin, { user: company.user.email, name: " Laptop " });
  assertMatch(made.secret, /^ccs_[0-9A-Za-z]{49}$/);
  assertEquals(made.token.hash, await hashToken(made.secret));
  assertEquals([made.token.name, made.token.expiresAt, made.token.permissions], [
    "Laptop",
    null,
    null,
  ]);
  const stored = JSON.stringify((await contentsOf(studio.store)).tokens);
  assertEquals(stored.includes(made.secret.slice(4)), false);
});

Deno.test("issue-token: the secret opens the door until it is revoked", async () => {
  const { app, admin, company } = await openStudio();
  const { secret, token } = await app.access.issueToken(admin, {
    user: company.user.email.toUpperCase(),
    name: "CI",
    expiresAt: minutes(1),
    readOnly: true,
    permissions: ["calls.view"],
  });
  const principal = await app.access.authenticate(secret);
  assertEquals([principal.readOnly, [...principal.permissions]], [true, ["calls.view"]]);
  await app.access.revokeToken(admin, token.id.toUpperCase());
  await refused(() => app.access.authenticate(secret), "unauthenticated");
});

Deno.test("issue-token: a master makes tokens for anybody, which land in their client", async () => {
  const { app, master, other, store } = await openStudio();
  const made = await app.access.issueToken(master, { user: other.user.email, name: "Laptop" });
  assertEquals((await app.access.authenticate(made.secret)).clientId, other.client.id);
  const [entry] = (await contentsOf(store)).audit;
  assertEquals([entry.action, entry.clientId, entry.subjectId], [
    "issue-token",
    other.client.id,
    made.token.id,
  ]);
});

const REFUSALS: [
  string,
  (studio: Studio) => Principal,
  (studio: Studio) => { user?: string; name?: string; expiresAt?: Date },
  "forbidden" | "invalid",
  string,
][] = [
  ["by a read-only token", (s) => s.readOnly, () => ({}), "forbidden", "This token is read-only"],
  ["without a name", (s) => s.admin, () => ({ name: "  " }), "invalid", "name: must not be empty"],
  [
    "that has expired already",
    (s) => s.admin,
    () => ({ expiresAt: NOON }),
    "invalid",
    "expiresAt: must be in the future",
  ],
  [
    "for nobody",
    (s) => s.admin,
    () => ({ user: "no@example.com" }),
    "invalid",
    "user: no user has the e-mail address no@example.com",
  ],
];
for (const [what, who, input, code, message] of REFUSALS) {
  Deno.test(`issue-token: a token ${what} is refused`, async () => {
    const studio = await openStudio();
    const attempt = () =>
      studio.app.access.issueToken(who(studio), {
        user: studio.company.user.email,
        name: "Laptop",
        ...input(studio),
      });
    await refusedUnwritten(
      studio,
      attempt,
      code,
      code === "forbidden" ? `Forbidden: ${message}` : message,
    );
  });
}

Deno.test("issue-token: another client's user is nobody, a colleague is not oneself", async () => {
  const studio = await openStudio();
  const { app, admin, other } = studio;
  const colleague = await colleagueOf(studio);
  const make = (user: string) => () => app.access.issueToken(admin, { user, name: "Laptop" });
  await refusedUnwritten(
    studio,
    make(other.user.email),
    "invalid",
    `user: no user has the e-mail address ${other.user.email}`,
  );
  await refusedUnwritten(
    studio,
    make(colleague.email),
    "forbidden",
    "Forbidden: This token belongs to another user",
  );
});

Deno.test("issue-token: a token makes none that may do more than itself", async () => {
  const studio = await openStudio();
  const { app, company } = studio;
  const made = await app.access.issueToken(studio.master, {
    user: company.user.email,
    name: "narrow",
    permissions: ["calls.view"],
  });
  const narrow = await app.access.authenticate(made.secret);
  const again = await app.access.issueToken(narrow, { user: company.user.email, name: "again" });
  assertEquals(again.token.permissions, ["calls.view"]);
  await refusedUnwritten(
    studio,
    () =>
      app.access.issueToken(narrow, {
        user: company.user.email,
        name: "wide",
        permissions: ["calls.manage"],
      }),
    "forbidden",
    "Forbidden: Missing required permission [calls.manage]",
  );
});

Deno.test("list-tokens: one's own; everybody's for a master", async () => {
  const studio = await openStudio();
  const { app, admin, master, company, other } = studio;
  const colleague = await colleagueOf(studio);
  const users = [company.user, colleague, other.user];
  for (const { email } of users) {
    await app.access.issueToken(master, { user: email, name: "Laptop" });
  }
  const owners = async (principal: Principal) =>
    (await app.access.listTokens(principal)).map(({ userEmail }) => userEmail).toSorted();
  assertEquals(await owners(admin), [company.user.email]);
  assertEquals(await owners(master), users.map(({ email }) => email).toSorted());
});

Deno.test("revoke-token: only one's own; foreign and missing tokens look alike", async () => {
  const studio = await openStudio();
  const { app, admin, readOnly, master, other } = studio;
  const issue = async (user: string) =>
    (await app.access.issueToken(master, { user, name: "Laptop" })).token.id;
  const foreign = await issue(other.user.email);
  const colleagues = await issue((await colleagueOf(studio)).email);
  const revoke = (uuid: string, who = admin) => () => app.access.revokeToken(who, uuid);
  for (const uuid of [foreign, NOBODY, "x"]) {
    await refusedUnwritten(studio, revoke(uuid), "invalid", `token: no token has the uuid ${uuid}`);
  }
  const theirs = "Forbidden: This token belongs to another user";
  await refusedUnwritten(studio, revoke(colleagues), "forbidden", theirs);
  const text = "Forbidden: This token is read-only";
  await refusedUnwritten(studio, revoke(colleagues, readOnly), "forbidden", text);
});

Deno.test("revoke-token: a second time keeps the first time; a master's lands in the client", async () => {
  const { app, store, clock, master, other } = await openStudio();
  const { token } = await app.access.issueToken(master, { user: other.user.email, name: "x" });
  await app.access.revokeToken(master, token.id);
  await clock.advance(60_000);
  await app.access.revokeToken(master, token.id);
  const { tokens, audit } = await contentsOf(store);
  assertEquals(tokens[0].token.revokedAt, NOON);
  assertEquals([audit[0].action, audit[0].clientId], ["revoke-token", other.client.id]);
});

Deno.test("the operator's lists are the operator's alone", async () => {
  const { app, admin, master, company, other } = await openStudio();
  const text = "Forbidden: Only the operator may do this";
  await refused(() => app.access.listClients(admin), "forbidden", text);
  await refused(() => app.access.listUsers(admin), "forbidden", text);
  await refused(() => app.access.auditTrail(admin, 10), "forbidden", text);
  const clients = await app.access.listClients(master);
  assertEquals(clients.map(({ balance }) => balance?.available), [100_000_000n, 100_000_000n]);
  const names = [company.client.name, other.client.name].toSorted();
  assertEquals(clients.map(({ client }) => client.name), names);
  const { users, roles } = await app.access.listUsers(master);
  assertEquals([users.length, roles.length], [2, 2]);
  assertEquals(await app.access.auditTrail(master, 10), []);
});
