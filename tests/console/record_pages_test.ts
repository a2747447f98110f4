import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { newId } from "../../src/kernel/ids.ts";
import { addCall, addOrder, addRecord, NOBODY, talk } from "../support/studio.ts";
import { NOON, noteRow } from "../support/rows.ts";
import { type ConsoleUnderTest, openConsole, type Seen } from "./harness.ts";
import { HOSTILE, isInert, personWith, strangersRecord } from "./people.ts";

function locationOf({ headers }: Seen): string {
  return headers.get("location") ?? "";
}

function fieldsOf({ company }: ConsoleUnderTest) {
  return { recordTypeUuid: company.type.id, name: "Bo Larsen", phoneNumber: "+1 415 555 0132" };
}

Deno.test("the list finds records by name, number, status and type, page by page", async () => {
  const house = await openConsole();
  await addRecord(house, { name: "Bo Larsen", phoneNumber: "+14155550132" });
  await addRecord(house, { name: "Cy Archer", status: "archived", doNotCallAt: NOON });
  const person = await house.signedIn(house.anna);
  const all = (await person.get("/records")).text;
  for (const text of ["Bo Larsen", "Cy Archer", "Do not call", "Page 1 of 1, 2 in all"]) {
    assertStringIncludes(all, text);
  }
  const found = async (query: string) => {
    const { text } = await person.get(`/records?${query}`);
    return ["Bo Larsen", "Cy Archer"].filter((name) => text.includes(`>${name}</a>`));
  };
  assertEquals(await found("search=larsen"), ["Bo Larsen"]);
  assertEquals(await found("search=(415) 555-0132"), ["Bo Larsen"]);
  assertEquals(await found("search=&status=archived&type="), ["Cy Archer"]);
  assertEquals(await found(`type=${house.company.type.id}`), ["Bo Larsen", "Cy Archer"]);
  assertEquals(await found("search=%25"), []);
  assertStringIncludes((await person.get("/records?search=nobody")).text, "No record fits");
  for (let i = 0; i < 20; i++) await addRecord(house);
  const first = await person.get("/records?search=b&status=active");
  assertStringIncludes(first.text, 'href="/records?search=b&amp;status=active&amp;page=2"');
  assertStringIncludes((await person.get("/records?page=2")).text, "Page 2 of 2, 22 in all");
  assertEquals((await person.get("/records?page=nonsense")).status, 200);
});

Deno.test("a record is added once, and what is wrong stands at its field", async () => {
  const house = await openConsole();
  const { app, admin } = house;
  const person = await house.signedIn(house.anna);
  const fields = { ...fieldsOf(house), parameters: '{"plan": "gold"}', country: "" };
  const added = await person.post("/records/new", fields);
  assertEquals(added.status, 303);
  const [{ record }] = (await app.records.list(admin, {})).items;
  assertEquals(locationOf(added), `/records/${record.id}?done=created`);
  assertEquals([record.phoneNumber, record.parameters], ["+14155550132", { plan: "gold" }]);
  const page = await person.get(locationOf(added));
  assertStringIncludes(page.text, "The record is there.");

  const again = await person.post("/records/new", fields);
  assertEquals(again.status, 422);
  assertStringIncludes(again.text, `href="/records/${record.id}">Open the record that has it`);
  const wrong: [Record<string, string>, string][] = [
    [{ phoneNumber: "12" }, "phoneNumber-error"],
    [{ name: " " }, "name-error"],
    [{ email: "nonsense" }, "email-error"],
    [{ country: "1" }, "country-error"],
    [{ parameters: "[1]" }, "parameters-error"],
    [{ parameters: "{" }, "parameters-error"],
  ];
  for (const [change, id] of wrong) {
    const refused = await person.post("/records/new", { ...fields, ...change });
    assertEquals(refused.status, 422, id);
    assertStringIncludes(refused.text, `id="${id}"`);
    assertStringIncludes(refused.text, `value="${change.name ?? "Bo Larsen"}"`);
  }
  assertEquals((await app.records.list(admin, {})).total, 1);
});

Deno.test("changing a record changes what the form says, and removes parameters left out", async () => {
  const house = await openConsole();
  const { app, admin } = house;
  const { id } = await addRecord(house, {
    name: "Bo Larsen",
    phoneNumber: "+14155550132",
    parameters: { plan: "gold", seats: 3 },
  });
  const other = await addRecord(house);
  const person = await house.signedIn(house.anna);
  const { text } = await person.get(`/records/${id}/edit`);
  assertStringIncludes(text, "&quot;seats&quot;: 3");
  const fields = { name: "Bo L.", phoneNumber: "+14155550132", status: "inactive" };
  const saved = await person.post(`/records/${id}/edit`, { ...fields, parameters: '{"seats": 4}' });
  assertEquals(locationOf(saved), `/records/${id}?done=saved`);
  const { record } = await app.records.get(admin, id);
  assertEquals([record.name, record.status, record.parameters], ["Bo L.", "inactive", {
    seats: 4,
  }]);
  const taken = await person.post(`/records/${id}/edit`, {
    ...fields,
    phoneNumber: other.phoneNumber,
  });
  assertEquals(taken.status, 422);
  assertStringIncludes(taken.text, `/records/${other.id}`);
  const status = await person.post(`/records/${id}/edit`, { ...fields, status: "gone" });
  assertStringIncludes(status.text, 'id="status-error"');
});

Deno.test("a record's page tells all that is known, and marks who must not be called", async () => {
  const house = await openConsole();
  const record = await addRecord(house, {
    email: "bo@example.com",
    consent: { at: NOON, source: "Trade fair" },
    parameters: { plan: "gold", tags: ["a"] },
  });
  await house.store.run(
    "all",
    ({ records }) => records.addNote(noteRow(record, { text: "Likes tea" })),
  );
  const order = await addOrder(house, { instructions: "Be brief" }, record);
  await talk(house, await addCall(house, order), 65);
  const person = await house.signedIn(house.anna);
  const { text } = await person.get(`/records/${record.id}`);
  const expected = [
    "bo@example.com",
    "On file",
    "Trade fair",
    "gold",
    "[&quot;a&quot;]",
    "Likes tea",
    "Be brief",
    "Contacted",
    "Called once",
    "Contact hangup",
    "1:05",
    "Not marked",
  ];
  for (const each of expected) assertStringIncludes(text, each);
  await house.app.callOrders.updateStatus(house.admin, { uuid: order.id, status: "do_not_call" });
  const marked = (await person.get(`/records/${record.id}`)).text;
  assertMatch(marked, /role="alert"><strong>Do not call/);
  assert(!marked.includes("Order a call"));
});

Deno.test("whatever stands in a record is text", async () => {
  const house = await openConsole();
  const record = await addRecord(house, {
    name: HOSTILE,
    firstName: HOSTILE,
    email: HOSTILE,
    consent: { at: NOON, source: HOSTILE },
    parameters: { [HOSTILE.slice(0, 60)]: HOSTILE, deep: [HOSTILE] },
  });
  await house.store.run(
    "all",
    ({ records }) => records.addNote(noteRow(record, { text: HOSTILE, author: HOSTILE })),
  );
  await addOrder(house, { instructions: HOSTILE }, record);
  const person = await house.signedIn(house.anna);
  for (
    const path of ["/records", `/records/${record.id}`, `/records/${record.id}/edit`, "/orders"]
  ) {
    isInert((await person.get(path)).text);
  }
  const form = { ...fieldsOf(house), name: HOSTILE, email: HOSTILE, parameters: HOSTILE };
  isInert((await person.post("/records/new", form)).text);
  isInert((await person.get(`/records?search=${encodeURIComponent(HOSTILE)}`)).text);
});

Deno.test("another client's record reads like one that does not exist, whatever is asked of it", async () => {
  const house = await openConsole();
  const foreign = await strangersRecord(house);
  const person = await house.signedIn(house.anna);
  for (const path of ["", "/edit", `/orders/${newId(NOON)}/call`]) {
    const answers = [foreign.id, NOBODY, "nonsense"].map((id) =>
      person.get(`/records/${id}${path}`)
    );
    for (const { status, text } of await Promise.all(answers)) {
      assertEquals([status, text], [404, (await person.get("/no/such/page")).text]);
    }
  }
  const own = await addOrder(house);
  const forms: [string, Record<string, string>][] = [
    ["/edit", { ...fieldsOf(house), status: "active" }],
    ["/orders", { campaignUuid: house.company.campaign.id }],
    [`/orders/${own.id}/status`, { status: "canceled" }],
    [`/orders/${own.id}/call`, { idempotencyKey: "a" }],
  ];
  for (const [path, fields] of forms) {
    assertEquals((await person.post(`/records/${foreign.id}${path}`, fields)).status, 404, path);
  }
  const type = await person.get(`/records?type=${house.other.type.id}`);
  assertEquals(type.status, 404);
  const into = { ...fieldsOf(house), recordTypeUuid: house.other.type.id };
  assertEquals((await person.post("/records/new", into)).status, 404);
  assertEquals((await person.get(`/clients/${house.other.client.id}/records`)).status, 404);
});

Deno.test("forms about records are refused when another site sends them", async () => {
  const house = await openConsole();
  const { id } = await addRecord(house);
  const order = await addOrder(house);
  const person = await house.signedIn(house.anna);
  const before = (await house.app.records.list(house.admin, {})).total;
  const paths = [
    "/records/new",
    `/records/${id}/edit`,
    `/records/${id}/orders`,
    `/records/${order.recordId}/orders/${order.id}/status`,
    `/records/${order.recordId}/orders/${order.id}/call`,
  ];
  for (const path of paths) {
    const fields = { ...fieldsOf(house), status: "canceled" };
    const { status } = await person.post(path, fields, { origin: "https://evil.example" });
    assertEquals(status, 403, path);
  }
  assertEquals((await house.app.records.list(house.admin, {})).total, before);
  assertEquals(house.gateway.dialled.length, 0);
});

Deno.test("whoever has no permission sees records without ways to call, and their calls without links", async () => {
  const house = await openConsole();
  const order = await addOrder(house);
  await talk(house, await addCall(house, await addOrder(house, {}, undefined)), 5);
  const person = await house.signedIn(await personWith(house, []));
  const { text } = await person.get(`/records/${order.recordId}`);
  assert(!text.includes("Call now") && !text.includes('href="/calls/'));
  const path = `/records/${order.recordId}/orders/${order.id}/call`;
  assertStringIncludes((await person.get(path)).text, "calls.manage, which you do not have");
  const refused = await person.post(path, { idempotencyKey: "a" });
  assertEquals(refused.status, 403);
  assertStringIncludes(refused.text, "Missing required permission [calls.manage]");
});

Deno.test("a master works on a client's records below the client's address, and on no other's there", async () => {
  const house = await openConsole();
  const { company, other } = house;
  const foreign = await strangersRecord(house);
  const master = await house.signedIn(house.olga);
  const base = `/clients/${company.client.id}`;
  const made = await master.post(`${base}/records/new`, fieldsOf(house));
  assertMatch(locationOf(made), new RegExp(`^${base}/records/[0-9a-f-]+\\?done=created$`));
  const { text } = await master.get(locationOf(made));
  assertStringIncludes(text, `Looking at ${company.client.name}`);
  const [{ record }] = (await house.app.records.list(house.admin, {})).items;
  const path = `${base}/records/${record.id}`;
  assertStringIncludes(text, `action="${path}/orders"`);
  const order = await master.post(`${path}/orders`, { campaignUuid: company.campaign.id });
  assertEquals(locationOf(order), `${path}?done=ordered#orders`);
  assertStringIncludes((await master.get(path)).text, `href="${path}/orders/`);
  assertEquals((await master.get(`${base}/records/${foreign.id}`)).status, 404);
  assertEquals((await master.post("/records/new", fieldsOf(house))).status, 404);
  const elsewhere = `/clients/${other.client.id}/records/${record.id}`;
  assertEquals((await master.get(elsewhere)).status, 404);
  assertEquals((await master.post(`${elsewhere}/edit`, fieldsOf(house))).status, 404);
});
