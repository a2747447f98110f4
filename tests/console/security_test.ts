import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { callStatus } from "../support/mcp_status.ts";
import { type ConsoleUnderTest, openConsole, PASSWORD, type Visitor } from "./harness.ts";

const SECURITY = "/profile/security";

/** The form's own uuid, as a browser would send it. */
async function formId(person: Visitor): Promise<string> {
  const { text } = await person.get(SECURITY);
  return /name="id" value="([^"]+)"/.exec(text)![1];
}

function tokenIn(text: string): string {
  return /ccs_\w{49}/.exec(text)![0];
}

function status({ fetch }: ConsoleUnderTest, token: string): Promise<number> {
  return callStatus(fetch, token);
}

Deno.test("a token is shown once, works at once, and is refused from its revocation on", async () => {
  const house = await openConsole();
  const person = await house.signedIn(house.anna);
  const id = await formId(person);
  const made = await person.post(SECURITY, { id, name: "Laptop", expires: "30" });
  const token = tokenIn(made.text);
  assertEquals(await status(house, token), 200);
  const { text } = await person.get(SECURITY);
  assert(!text.includes(token));
  assertStringIncludes(text, "Laptop");
  const revoked = await person.post(`${SECURITY}/tokens/${id}/revoke`);
  assertEquals(revoked.headers.get("location"), `${SECURITY}?done=revoked`);
  assertEquals(await status(house, token), 401);
});

Deno.test("sending the form again makes no second token", async () => {
  const { signedIn, anna, app, admin } = await openConsole();
  const person = await signedIn(anna);
  const fields = { id: await formId(person), name: "Laptop", expires: "90" };
  await person.post(SECURITY, fields);
  const again = await person.post(SECURITY, fields);
  assertEquals(again.status, 422);
  assert(!/ccs_\w{49}/.test(again.text));
  const tokens = await app.access.listTokens({ ...admin, userId: anna.id });
  assertEquals(tokens.map(({ token }) => token.name), ["Laptop"]);
});

Deno.test("the form decides what the token may do, and until when", async () => {
  const { signedIn, anna, app, admin, clock } = await openConsole();
  const person = await signedIn(anna);
  const make = async (fields: Record<string, string>) => {
    await person.post(SECURITY, { id: await formId(person), name: "T", expires: "30", ...fields });
    const [{ token }] = await app.access.listTokens({ ...admin, userId: anna.id });
    await clock.advance(1000);
    return token;
  };
  const narrow = await make({ permissions: "calls.view", readOnly: "yes" });
  assertEquals([narrow.permissions, narrow.readOnly], [["calls.view"], true]);
  assertEquals(+narrow.expiresAt! - +narrow.createdAt, 30 * 24 * 3_600_000);
  const none = await make({ expires: "never" });
  assertEquals([none.permissions, none.readOnly, none.expiresAt], [[], false, null]);
});

Deno.test("nobody revokes another's token or ends another's session", async () => {
  const house = await openConsole();
  const anna = await house.signedIn(house.anna);
  const otto = await house.signedIn(house.otto);
  const id = await formId(anna);
  const token = tokenIn((await anna.post(SECURITY, { id, name: "A", expires: "30" })).text);
  assert((await otto.post(`${SECURITY}/tokens/${id}/revoke`)).status >= 400);
  assertEquals(await status(house, token), 200);
  const sessions = await house.store.read(
    "all",
    ({ signIn }) => signIn.listSessions(house.anna.id),
  );
  await otto.post(`${SECURITY}/sessions/${sessions[0].id}/end`);
  assertEquals((await anna.get(SECURITY)).status, 200);
});

Deno.test("a new password ends every session but this one, and needs the old", async () => {
  const { signedIn, visitor, anna } = await openConsole();
  const [here, there] = [await signedIn(anna), await signedIn(anna)];
  const next = "five words that differ now";
  const send = (currentPassword: string, newPassword = next, again = newPassword) =>
    here.post(`${SECURITY}/password`, { currentPassword, newPassword, again });
  assertEquals((await send("not my password")).status, 422);
  assertEquals((await send(PASSWORD, "short")).status, 422);
  assertEquals((await send(PASSWORD, next, "something else here")).status, 422);
  assertEquals((await there.get(SECURITY)).status, 200);
  assertEquals((await send(PASSWORD)).status, 303);
  assertEquals([(await here.get(SECURITY)).status, (await there.get(SECURITY)).status], [200, 303]);
  assertEquals((await visitor().signIn(anna.email)).status, 401);
  assertEquals((await visitor().signIn(anna.email, next)).status, 303);
});

Deno.test("a session elsewhere can be ended from here", async () => {
  const { signedIn, anna } = await openConsole();
  const there = await signedIn(anna);
  const here = await signedIn(anna);
  const { text } = await here.get(SECURITY);
  const action = /action="(\/profile\/security\/sessions\/[^"]+\/end)"/.exec(text)![1];
  assertMatch(action, /^\/profile/);
  await here.post(action);
  assertEquals([(await here.get(SECURITY)).status, (await there.get(SECURITY)).status], [200, 303]);
});

Deno.test("what was done at the console is in the audit trail, with who did it", async () => {
  const { signedIn, anna, store } = await openConsole();
  const person = await signedIn(anna);
  const id = await formId(person);
  await person.post(SECURITY, { id, name: "Laptop", expires: "30" });
  const trail = await store.read("all", ({ audit }) => audit.latest(10));
  const told = trail.filter(({ userId }) => userId === anna.id).map((
    { action, actor },
  ) => [action, actor]);
  assertEquals(told.toSorted(), [["issue-token", "Anna"], ["sign-in", "Anna"]]);
});
