import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { Role, Token, User } from "../../../src/access/client.ts";
import { hashToken, mintToken } from "../../../src/access/token.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import { minutes, NOON, roleRow, tokenRow, userRow } from "../../support/rows.ts";
import { openStudio, refused, refusedUnwritten, type Studio } from "../../support/studio.ts";

interface Owner {
  role?: Partial<Role>;
  user?: Partial<User>;
  token?: Partial<Token>;
}

/** Stores a user with a role and a token; the secret. */
async function secretOf(studio: Studio, { role, user, token }: Owner = {}): Promise<string> {
  const { store, company } = studio;
  const secret = mintToken();
  const theRole = roleRow(company.client, role);
  const theUser = userRow(theRole, user);
  const theToken = tokenRow(theUser, { hash: await hashToken(secret), ...token });
  await store.run("all", async ({ access }) => {
    await access.saveRole(theRole);
    await access.saveUser(theUser);
    await access.insertToken(theToken);
  });
  return secret;
}

const DEAD = "The token is missing, unknown, expired or revoked. " +
  "Send a valid one as Authorization: Bearer <token>.";

Deno.test("authenticate: a token leads to its user, client and role", async () => {
  const studio = await openStudio();
  const token = tokenRow(studio.company.user);
  const secret = await secretOf(studio, { user: { name: "Bo" }, token: { id: token.id } });
  const principal = await studio.app.access.authenticate(secret);
  assertEquals([principal.name, principal.clientId, principal.tokenId, principal.readOnly], [
    "Bo",
    studio.company.client.id,
    token.id,
    false,
  ]);
});

Deno.test("authenticate: text that is no token is refused without a look at the store", async () => {
  const { app, store } = await openStudio();
  store.down = true;
  const wrong = mintToken().replace(/.$/, (last) => last === "0" ? "1" : "0");
  for (const text of ["", "ccs_", "Bearer x", wrong]) {
    await refused(() => app.access.authenticate(text), "unauthenticated", DEAD);
  }
});

Deno.test("authenticate: an unknown token is refused", async () => {
  const studio = await openStudio();
  const attempt = () => studio.app.access.authenticate(mintToken());
  await refusedUnwritten(studio, attempt, "unauthenticated", DEAD);
});

const DEADLINES: [string, Partial<Token>, boolean][] = [
  ["that expires later is good", { expiresAt: minutes(1) }, true],
  ["that expires this very moment is refused", { expiresAt: NOON }, false],
  ["that has expired is refused", { expiresAt: minutes(-1) }, false],
  ["that was revoked is refused", { revokedAt: NOON }, false],
  ["that was revoked before it expires is refused", {
    revokedAt: NOON,
    expiresAt: minutes(1),
  }, false],
];
for (const [what, token, good] of DEADLINES) {
  Deno.test(`authenticate: a token ${what}`, async () => {
    const studio = await openStudio();
    const secret = await secretOf(studio, { token });
    const attempt = () => studio.app.access.authenticate(secret);
    if (good) await attempt();
    else await refused(attempt, "unauthenticated", DEAD);
  });
}

Deno.test("authenticate: a user without a client is nobody's", async () => {
  const studio = await openStudio();
  const secret = await secretOf(studio, { user: { clientId: null } });
  await refused(
    () => studio.app.access.authenticate(secret),
    "no_client",
    "Forbidden: This user belongs to no client. Ask your administrator to add you to one.",
  );
});

Deno.test("authenticate: a dead token of a user without a client is a dead token", async () => {
  const studio = await openStudio();
  const secret = await secretOf(studio, { user: { clientId: null }, token: { revokedAt: NOON } });
  await refused(() => studio.app.access.authenticate(secret), "unauthenticated", DEAD);
});

Deno.test("authenticate: a master belongs to no client and may do everything", async () => {
  const studio = await openStudio();
  for (const clientId of [null, studio.company.client.id]) {
    const secret = await secretOf(studio, {
      role: { permissions: [] },
      user: { clientId, master: true },
    });
    const principal = await studio.app.access.authenticate(secret);
    assertEquals([principal.clientId, [...principal.permissions]], [null, [
      "calls.view",
      "calls.manage",
    ]]);
  }
});

const GRANTS: [string, Owner, string[]][] = [
  ["an admin role grants everything", { role: { admin: true, permissions: [] } }, [
    "calls.view",
    "calls.manage",
  ]],
  ["a role grants what it lists", { role: { permissions: ["calls.manage"] } }, ["calls.manage"]],
  ["a role may grant nothing", { role: { permissions: [] } }, []],
  ["a token narrows its role", {
    role: { admin: true },
    token: { permissions: ["calls.view"] },
  }, ["calls.view"]],
  ["a token may be narrowed to nothing", { role: { admin: true }, token: { permissions: [] } }, []],
  ["a token never widens its role", {
    role: { permissions: ["calls.view"] },
    token: { permissions: ["calls.view", "calls.manage"] },
  }, ["calls.view"]],
  ["a token narrows a master too", {
    user: { clientId: null, master: true },
    token: { permissions: ["calls.view"] },
  }, ["calls.view"]],
];
for (const [what, owner, expected] of GRANTS) {
  Deno.test(`authenticate: ${what}`, async () => {
    const studio = await openStudio();
    const principal = await studio.app.access.authenticate(await secretOf(studio, owner));
    assertEquals([...principal.permissions], expected);
  });
}

Deno.test("authenticate: an admin is who has an admin's role, or is a master, by a whole token", async () => {
  const studio = await openStudio();
  const cases: [Owner, boolean][] = [
    [{ role: { admin: true } }, true],
    [{ role: { admin: true }, token: { readOnly: true } }, true],
    [{ user: { clientId: null, master: true } }, true],
    [{ role: { permissions: ["calls.view", "calls.manage"] } }, false],
    [{ role: { admin: true }, token: { permissions: ["calls.view", "calls.manage"] } }, false],
    [{ user: { clientId: null, master: true }, token: { permissions: [] } }, false],
  ];
  for (const [owner, expected] of cases) {
    const { admin } = await studio.app.access.authenticate(await secretOf(studio, owner));
    assertEquals(admin, expected);
  }
});

Deno.test("authenticate: a read-only token says so", async () => {
  const studio = await openStudio();
  const secret = await secretOf(studio, { token: { readOnly: true } });
  assertEquals((await studio.app.access.authenticate(secret)).readOnly, true);
});

Deno.test("authenticate: a store that cannot be reached is no bad token", async () => {
  const studio = await openStudio();
  const secret = await secretOf(studio);
  studio.store.down = true;
  const error = await assertRejects(() => studio.app.access.authenticate(secret), DomainError);
  assertEquals(error.code, "unavailable");
});

Deno.test("authenticate: what is thrown never repeats the token", async () => {
  const { app } = await openStudio();
  const secret = mintToken();
  const error = await assertRejects(() => app.access.authenticate(secret), DomainError);
  assertEquals(error.message.includes(secret.slice(4)), false);
  assertNotEquals(secret, mintToken());
});
