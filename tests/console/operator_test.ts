import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { callStatus } from "../support/mcp_status.ts";
import { addCall, NOBODY } from "../support/studio.ts";
import { type ConsoleUnderTest, openConsole, OPERATOR, type Visitor } from "./harness.ts";

const CLIENTS = "/operator/clients";
const TARIFF = { setup: "0.01", perMinute: "0.12", incrementSeconds: "60" };

/** The operator's Olga, and the page of the company. */
async function atWork(): Promise<{ house: ConsoleUnderTest; olga: Visitor; page: string }> {
  const house = await openConsole();
  const olga = await house.signedIn(house.olga);
  return { house, olga, page: `${CLIENTS}/${house.company.client.id}` };
}

async function balanceOf({ app, master, company }: ConsoleUnderTest): Promise<bigint> {
  const view = await app.access.getClient(master, { clientUuid: company.client.id });
  return view.balance!.available;
}

Deno.test("the operator sees every client with its money and its live calls", async () => {
  const { house, olga, page } = await atWork();
  await addCall(house);
  const { text } = await olga.get(CLIENTS);
  for (const { client } of [house.company, house.other]) assertStringIncludes(text, client.name);
  assertStringIncludes(text, `href="${page}"`);
  const row = text.split("<tr>").find((each) => each.includes(`href="${page}"`))!;
  assertMatch(row, /data-label="Live calls"><div>1</);
  assert(!row.includes('data-label="Reserved"><div>$0.00'), row);
});

Deno.test("a payment counts once, however often its form is sent", async () => {
  const { house, olga, page } = await atWork();
  const before = await balanceOf(house);
  const payment = { amount: "250.00", reference: "Invoice 7" };
  const sent = await Promise.all([1, 2, 3].map(() => olga.post(`${page}/top-up`, payment)));
  assertEquals(sent.map(({ status }) => status), [303, 303, 303]);
  const told = sent.map(({ headers }) => headers.get("location")!.split("done=")[1]);
  assertEquals(told.toSorted(), ["paid", "paidBefore", "paidBefore"]);
  assertEquals(await balanceOf(house) - before, 250_000_000n);
  const { text } = await olga.get(page);
  assertStringIncludes(text, "Invoice 7");
  for (const amount of ["-1", "0", "many", "1e9", ""]) {
    const refused = await olga.post(`${page}/top-up`, { amount, reference: "Invoice 8" });
    assertEquals(refused.status, 422, amount);
    assertStringIncludes(refused.text, 'id="amount-error"');
    assertStringIncludes(refused.text, 'value="Invoice 8"');
  }
  assertEquals(await balanceOf(house) - before, 250_000_000n);
});

Deno.test("prices change for the calls to come, and nothing else of the client does", async () => {
  const { house, olga, page } = await atWork();
  assertEquals((await olga.post(`${page}/tariff`, { ...TARIFF, perMinute: "0.2" })).status, 303);
  const { client } = await house.app.access.getClient(house.master, {
    clientUuid: house.company.client.id,
  });
  const tariff = {
    currency: "USD",
    setup: 10_000n,
    perMinute: 200_000n,
    incrementSeconds: 60,
  };
  assertEquals(client, { ...house.company.client, tariff });
  const wrong = { setup: "-1", perMinute: "dear", incrementSeconds: "0" };
  for (const [field, value] of Object.entries(wrong)) {
    const refused = await olga.post(`${page}/tariff`, { ...TARIFF, [field]: value });
    assertEquals(refused.status, 422);
    assertStringIncludes(refused.text, `id="${field}-error"`);
  }
});

Deno.test("a new client starts without money, with a role for its first person", async () => {
  const { house, olga } = await atWork();
  const fields = { name: "Nova Ltd", country: "gb", currency: "gbp", ...TARIFF };
  const made = await olga.post(`${CLIENTS}/new`, fields);
  const page = made.headers.get("location")!;
  assertMatch(page, /^\/operator\/clients\/[0-9a-f-]{36}\?done=client$/);
  const { text } = await olga.get(page);
  for (const said of ["Nova Ltd", "£0.00", "Admin"]) assertStringIncludes(text, said);
  const again = await olga.post(`${CLIENTS}/new`, { ...fields, name: "NOVA ltd", perMinute: "9" });
  assertEquals(again.status, 422);
  assertStringIncludes(again.text, "there already");
  const { view } = await house.app.access.lookAtClient(
    house.master,
    page.slice(CLIENTS.length + 1).split("?")[0],
  );
  assertEquals(view.client.tariff.perMinute, 120_000n);
  for (const [field, value] of Object.entries({ name: "", country: "Britain", currency: "£" })) {
    const refused = await olga.post(`${CLIENTS}/new`, { ...fields, name: "Other", [field]: value });
    assertEquals(refused.status, 422);
    assertStringIncludes(refused.text, `id="${field}-error"`);
  }
});

Deno.test("a person is added, invited by a link that is shown once, and signs in", async () => {
  const { house, olga, page } = await atWork();
  const person = { userName: "Bea", email: "bea@acme.example", role: "Admin" };
  assertEquals((await olga.post(`${page}/users`, person)).status, 303);
  const { users } = await house.app.access.listUsers(house.master);
  const bea = users.find(({ email }) => email === person.email)!;
  assertEquals(bea.clientId, house.company.client.id);
  const invited = await olga.post(`${page}/users/${bea.id}/invite`);
  const path = /https:\/\/studio\.example\.com(\/invitation\/[\w-]{43})/.exec(invited.text)![1];
  assert(!(await olga.get(page)).text.includes(path));
  const guest = house.visitor();
  const password = "five words nobody has said";
  assertEquals((await guest.post(path, { password, again: password })).status, 303);
  assertEquals((await guest.signIn(person.email, password)).status, 303);
  assert(!JSON.stringify(house.logged).includes(path.split("/")[2]));
});

Deno.test("somebody of another client is not taken over", async () => {
  const { house, olga, page } = await atWork();
  const stranger = { userName: "Otto", email: house.otto.email, role: "Admin" };
  const refused = await olga.post(`${page}/users`, stranger);
  assertEquals(refused.status, 422);
  assertStringIncludes(refused.text, "belongs to another client");
  for (const action of ["invite", "role", "revoke-tokens"]) {
    const { status } = await olga.post(`${page}/users/${house.otto.id}/${action}`, {
      role: "Admin",
    });
    assertEquals(status, 404, action);
  }
});

Deno.test("a role is made and changed, and what it grants holds at once", async () => {
  const { house, olga, page } = await atWork();
  const role = { roleName: "Caller", permissions: "calls.manage" };
  assertEquals((await olga.post(`${page}/roles`, role)).status, 303);
  assertEquals(
    (await olga.post(`${page}/users/${house.anna.id}/role`, { role: "Caller" })).status,
    303,
  );
  const { secret } = await house.app.access.issueToken(house.master, {
    user: house.anna.email,
    name: "T",
  });
  const held = async () => [...(await house.app.access.authenticate(secret)).permissions];
  assertEquals(await held(), ["calls.manage"]);
  await olga.post(`${page}/roles`, { roleName: "Caller" });
  assertEquals(await held(), []);
  await olga.post(`${page}/roles`, { roleName: "Caller", access: "admin" });
  assertEquals(await held(), ["calls.view", "calls.manage"]);
});

Deno.test("all tokens of somebody are revoked at once, and nobody else's", async () => {
  const { house, olga, page } = await atWork();
  const issue = async (user: string) =>
    (await house.app.access.issueToken(house.master, { user, name: "T" })).secret;
  const hers = [await issue(house.anna.email), await issue(house.anna.email)];
  const his = await issue(house.otto.email);
  await olga.post(`${page}/users/${house.anna.id}/revoke-tokens`);
  for (const token of hers) assertEquals(await callStatus(house.fetch, token), 401);
  assertEquals(await callStatus(house.fetch, his), 200);
});

Deno.test("who is disabled is out at once, everywhere, and comes back when enabled", async () => {
  const { house, olga, page } = await atWork();
  const anna = await house.signedIn(house.anna);
  const { secret } = await house.app.access.issueToken(house.master, {
    user: house.anna.email,
    name: "T",
  });
  const invitation = await house.app.access.inviteUser(OPERATOR, house.anna.email);
  const person = `${page}/users/${house.anna.id}`;
  const isIn = async () => [
    (await anna.get("/connect")).status,
    await callStatus(house.fetch, secret),
    (await house.visitor().get(`/invitation/${invitation.secret}`)).status,
    (await house.visitor().signIn(house.anna.email)).status,
  ];
  assertEquals(await isIn(), [200, 200, 200, 303]);
  assertEquals((await olga.post(`${person}/disable`)).status, 303);
  assertEquals(await isIn(), [303, 401, 404, 401]);
  assertMatch((await olga.get(page)).text, /Anna<\/strong> <span class="badge bad">Disabled/);
  assertEquals((await olga.post(`${person}/enable`)).status, 303);
  await house.clock.advance(60_000);
  // The session has ended for good.
  assertEquals(await isIn(), [303, 200, 200, 303]);
});

Deno.test("what the operator does is in the audit trail, in the operator's own name", async () => {
  const { house, olga, page } = await atWork();
  await olga.post(`${page}/top-up`, { amount: "1", reference: "R" });
  await olga.post(`${page}/users/${house.anna.id}/invite`);
  const { id } = house.company.client;
  const trail = await house.store.read("all", ({ audit }) => audit.latest(10));
  const told = trail.filter(({ clientId }) => clientId === id).map(({ action, actor }) => [
    action,
    actor,
  ]);
  assertEquals(told.toSorted(), [["apply-setup", "Olga"], ["invite-user", "Olga"]]);
});

Deno.test("to everybody else the operator's pages do not exist", async () => {
  const { house, page } = await atWork();
  const anna = await house.signedIn(house.anna);
  const missing = await anna.get("/no/such/page");
  for (const path of [CLIENTS, `${CLIENTS}/new`, page, `${CLIENTS}/${NOBODY}`]) {
    const { status, text } = await anna.get(path);
    assertEquals([status, text], [404, missing.text], path);
  }
  const before = await balanceOf(house);
  await anna.post(`${page}/top-up`, { amount: "1000", reference: "Mine" });
  assertEquals(await balanceOf(house), before);
  const olga = await house.signedIn(house.olga);
  for (const uuid of [NOBODY, "nonsense"]) {
    assertEquals((await olga.get(`${CLIENTS}/${uuid}`)).status, 404, uuid);
  }
});
