import { assertEquals } from "@std/assert";
import { roleRow, sessionRow, userRow } from "../../support/rows.ts";
import { openStudio, refused, refusedUnwritten } from "../../support/studio.ts";

Deno.test("disable-user: tokens are refused at once, sessions end for good, and it is audited", async () => {
  const { app, master, company, store, admin } = await openStudio();
  const { user, client } = company;
  const { secret } = await app.access.issueToken(admin, { user: user.email, name: "Laptop" });
  await store.run("all", ({ signIn }) => signIn.insertSession(sessionRow(user)));
  const set = (disabled: boolean) =>
    app.access.disableUser(master, { email: ` ${user.email.toUpperCase()} `, disabled });
  assertEquals((await set(true)).disabledAt instanceof Date, true);
  await refused(() => app.access.authenticate(secret), "unauthenticated");
  assertEquals(await store.read("all", ({ signIn }) => signIn.listSessions(user.id)), []);
  await set(true);
  assertEquals((await set(false)).disabledAt, null);
  assertEquals((await app.access.authenticate(secret)).userId, user.id);
  const trail = await store.read("all", ({ audit }) => audit.latest(10));
  const told = trail.filter(({ subjectId }) => subjectId === user.id);
  assertEquals(told.map(({ action, clientId }) => [action, clientId]).toSorted(), [
    ["disable-user", client.id],
    ["enable-user", client.id],
  ]);
});

Deno.test("disable-user: is the operator's, for users that there are, and never for oneself", async () => {
  const studio = await openStudio();
  const { app, master, admin, company, store } = studio;
  const role = roleRow(null, { admin: true });
  const olga = userRow(role, { master: true });
  await store.run("all", async ({ access }) => {
    await access.saveRole(role);
    await access.saveUser(olga);
  });
  const input = { email: company.user.email, disabled: true };
  const oneself = { email: olga.email, disabled: true };
  const { disableUser } = app.access;
  await refusedUnwritten(studio, () => disableUser(admin, input), "forbidden");
  await refusedUnwritten(
    studio,
    () => disableUser({ ...master, readOnly: true }, input),
    "forbidden",
  );
  await refusedUnwritten(
    studio,
    () => disableUser({ ...master, userId: olga.id }, oneself),
    "forbidden",
    "Forbidden: Nobody may disable themselves",
  );
  await refusedUnwritten(
    studio,
    () => disableUser(master, { ...input, email: "nobody@example.com" }),
    "absent",
  );
});

Deno.test("disable-user: applying a setup document that names them lets nobody in again", async () => {
  const { app, master, company } = await openStudio();
  const { user, client, role } = company;
  await app.access.disableUser(master, { email: user.email, disabled: true });
  const named = { email: user.email, name: "Ana Maria", role: role.name };
  await app.setup.apply(master, { clients: [{ name: client.name, users: [named] }] });
  const { users } = await app.access.listUsers(master);
  const found = users.find(({ id }) => id === user.id)!;
  assertEquals([found.name, found.disabledAt !== null], ["Ana Maria", true]);
});
