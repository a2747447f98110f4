import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { campaignRow } from "../support/rows.ts";
import { addOrder, addRecord, balanceNow, NOBODY, orderNow, talk } from "../support/studio.ts";
import { type ConsoleUnderTest, openConsole, type Seen, type Visitor } from "./harness.ts";
import { HOSTILE, isInert, personWith } from "./people.ts";

const LATER = "2026-03-03T09:30";

function locationOf({ headers }: Seen): string {
  return headers.get("location") ?? "";
}

/** What the page's own form would send. */
async function callForm(person: Visitor, path: string): Promise<Record<string, string>> {
  const { text } = await person.get(path);
  return { idempotencyKey: /name="idempotencyKey" value="([^"]+)"/.exec(text)![1] };
}

async function ordered(house: ConsoleUnderTest) {
  const order = await addOrder(house);
  const record = `/records/${order.recordId}`;
  return { order, record, call: `${record}/orders/${order.id}/call` };
}

Deno.test("the list tells of each order where it stands and what would stop it, by campaign and status", async () => {
  const house = await openConsole();
  const { store, company, other } = house;
  const paused = campaignRow(company.assistant, { name: "Autumn", status: "paused" });
  await store.run("all", ({ campaigns }) => campaigns.save(paused));
  const bo = await addRecord(house, { name: "Bo Larsen" });
  const cy = await addRecord(house, { name: "Cy Archer" });
  await addOrder(house, { campaignId: paused.id }, bo);
  await addOrder(house, { status: "canceled" }, cy);
  const person = await house.signedIn(house.anna);
  const { text } = await person.get("/orders");
  assertStringIncludes(text, "Campaign is paused; only active campaigns make calls.");
  assertStringIncludes(text, `href="/records/${bo.id}#orders">Bo Larsen`);
  assertStringIncludes(text, "Started by hand");
  const found = async (query: string) => {
    const page = await person.get(`/orders?${query}`);
    return ["Bo Larsen", "Cy Archer"].filter((name) => page.text.includes(name));
  };
  assertEquals(await found(`campaign=${paused.id}`), ["Bo Larsen"]);
  assertEquals(await found("campaign=&status=canceled"), ["Cy Archer"]);
  assertEquals(await found("status=busy"), []);
  for (const id of [other.campaign.id, NOBODY, "nonsense"]) {
    assertEquals((await person.get(`/orders?campaign=${id}`)).status, 404, id);
  }
});

Deno.test("a call is ordered for a moment in the person's own zone, and only once", async () => {
  const house = await openConsole();
  const { app, admin, company } = house;
  const { id } = await addRecord(house);
  const person = await house.signedIn(house.anna);
  const path = `/records/${id}/orders`;
  const fields = {
    campaignUuid: company.campaign.id,
    scheduledTime: LATER,
    offset: "+02:00",
    instructions: "Be brief",
  };
  const made = await person.post(path, fields);
  assertEquals(locationOf(made), `/records/${id}?done=ordered#orders`);
  const [{ order }] = (await app.callOrders.list(admin, {})).items;
  assertEquals(order.scheduledTime, new Date("2026-03-03T07:30:00Z"));
  const again = await person.post(path, fields);
  assertEquals(again.status, 409);
  assertStringIncludes(again.text, "is still open");
  assertEquals((await app.callOrders.list(admin, {})).total, 1);

  const { id: fresh } = await addRecord(house);
  const wrong = await person.post(`/records/${fresh}/orders`, { ...fields, scheduledTime: "soon" });
  assertEquals(wrong.status, 422);
  assertStringIncludes(wrong.text, 'id="scheduledTime-error"');
  assertStringIncludes(wrong.text, "Be brief");
  const long = await person.post(`/records/${fresh}/orders`, {
    ...fields,
    instructions: "x".repeat(2001),
  });
  assertStringIncludes(long.text, 'id="instructions-error"');
  const foreign = { ...fields, campaignUuid: house.other.campaign.id };
  assertEquals((await person.post(`/records/${fresh}/orders`, foreign)).status, 404);
});

Deno.test("an order's status changes as its state machine allows", async () => {
  const house = await openConsole();
  const { order, record } = await ordered(house);
  const person = await house.signedIn(house.anna);
  const change = (status: string) => person.post(`${record}/orders/${order.id}/status`, { status });
  assertEquals(locationOf(await change("canceled")), `${record}?done=status#orders`);
  assertEquals(locationOf(await change("canceled")), `${record}?done=status#orders`);
  const refused = await change("busy");
  assertEquals(refused.status, 422);
  assertStringIncludes(refused.text, "cannot change from canceled to busy");
  assertEquals((await change("nonsense")).status, 422);
  assertEquals((await orderNow(house, order)).status, "canceled");
  assertEquals(
    (await person.post(`${record}/orders/${NOBODY}/status`, { status: "busy" })).status,
    404,
  );
});

Deno.test("before a call the page says what it may cost, and one form makes one call", async () => {
  const house = await openConsole();
  const { order, call } = await ordered(house);
  const person = await house.signedIn(house.anna);
  const { text } = await person.get(call);
  // 900 seconds at 0.12 a minute and 0.01 at the answer.
  for (const each of ["$1.81", "$0.01 when answered, $0.12 a minute", "15:00", "$100.00"]) {
    assertStringIncludes(text, each);
  }
  const form = await callForm(person, call);
  const [one, two] = [await person.post(call, form), await person.post(call, form)];
  assertEquals([one.status, locationOf(two)], [303, locationOf(one)]);
  assertEquals(house.gateway.dialled.length, 1);
  const callId = house.gateway.dialled[0].ref.callId;
  assertEquals(locationOf(one), `/calls/${callId}`);
  assertEquals((await balanceNow(house)).reserved, 1_810_000n);

  const second = await person.post(call, await callForm(person, call));
  assertEquals(second.status, 409);
  assertStringIncludes(second.text, `href="/calls/${callId}">A call</a> is under way`);
  assertStringIncludes((await person.get(call)).text, "disabled");
  const status = `/records/${order.recordId}/orders/${order.id}/status`;
  assertEquals((await person.post(status, { status: "canceled" })).status, 409);
  assertEquals(house.gateway.dialled.length, 1);
  await talk(house, (await house.app.calls.get(house.admin, callId)).call, 60);
  assertEquals((await orderNow(house, order)).status, "contacted");
});

Deno.test("a call that must not be made is not made, and the page says why", async () => {
  const house = await openConsole();
  const record = await addRecord(house);
  const order = await addOrder(house, {}, record);
  const call = `/records/${record.id}/orders/${order.id}/call`;
  const person = await house.signedIn(house.anna);
  const form = await callForm(person, call);
  await house.store.run("all", ({ records }) => records.update({ ...record, status: "inactive" }));
  assertStringIncludes((await person.get(call)).text, "This call would be refused");
  const refused = await person.post(call, form);
  assertEquals(refused.status, 422);
  assertStringIncludes(
    refused.text,
    "Record is inactive; set its status to active before calling.",
  );
  assertEquals([house.gateway.dialled.length, (await balanceNow(house)).reserved], [0, 0n]);
  const key = await person.post(call, { idempotencyKey: "x".repeat(201) });
  assertEquals(key.status, 422);
  for (const id of [NOBODY, (await addOrder(house)).id]) {
    const path = `/records/${record.id}/orders/${id}/call`;
    assertEquals((await person.get(path)).status, 404);
    assertEquals((await person.post(path, form)).status, 404);
  }
});

Deno.test("who may start calls but not see them comes back to the record", async () => {
  const house = await openConsole();
  const { call, record } = await ordered(house);
  const person = await house.signedIn(await personWith(house, ["calls.manage"]));
  const made = await person.post(call, await callForm(person, call));
  assertEquals(locationOf(made), `${record}?done=called`);
  assertStringIncludes((await person.get(locationOf(made))).text, "The call is under way.");
});

Deno.test("with the database down nothing is dialled, and the same form works later", async () => {
  const house = await openConsole();
  const { call } = await ordered(house);
  const person = await house.signedIn(house.anna);
  const form = await callForm(person, call);
  house.store.down = true;
  assertEquals((await person.post(call, form)).status, 503);
  house.store.down = false;
  assertEquals(house.gateway.dialled.length, 0);
  assertEquals((await person.post(call, form)).status, 303);
  assertEquals(house.gateway.dialled.length, 1);
});

Deno.test("names and instructions are text on every page of an order", async () => {
  const house = await openConsole();
  const { store, company } = house;
  await store.run("all", ({ campaigns }) => campaigns.save({ ...company.campaign, name: HOSTILE }));
  const record = await addRecord(house, { name: HOSTILE });
  const order = await addOrder(house, { instructions: HOSTILE }, record);
  const person = await house.signedIn(house.anna);
  isInert((await person.get("/orders")).text);
  isInert((await person.get(`/records/${record.id}/orders/${order.id}/call`)).text);
  const form = { campaignUuid: company.campaign.id, instructions: HOSTILE, scheduledTime: HOSTILE };
  const { text } = await person.post(`/records/${record.id}/orders`, form);
  isInert(text);
  assert(text.includes("scheduledTime-error"));
});
