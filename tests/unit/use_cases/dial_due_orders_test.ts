import { assertEquals, assertRejects } from "@std/assert";
import type { CallOrder } from "../../../src/call_orders/call_order.ts";
import type { Campaign, CampaignStatus } from "../../../src/campaigns/campaign.ts";
import { newId } from "../../../src/kernel/ids.ts";
import type { ContactRecord } from "../../../src/records/record.ts";
import { minutes, NOON } from "../../support/rows.ts";
import {
  addCall,
  addOrder,
  addRecord,
  openStudio,
  orderNow,
  report,
  type Studio,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";

const DUE = { scheduledTime: NOON, nextDialAt: NOON };

function saveCampaign({ store, company }: Studio, changes: Partial<Campaign>): Promise<void> {
  return store.run("all", ({ campaigns }) => campaigns.save({ ...company.campaign, ...changes }));
}

Deno.test("dial due: an order is dialled when its time has come, and not before", async () => {
  const studio = await openStudio({ autoDial: true });
  const { app, admin, clock, gateway } = studio;
  const record = await addRecord(studio);
  const { order } = await app.callOrders.create(admin, {
    recordUuid: record.id,
    campaignUuid: studio.company.campaign.id,
    scheduledTime: minutes(5).toISOString(),
  });
  await clock.advance(5 * 60_000 - 1);
  assertEquals(await app.calls.dialDue(), 0);
  await clock.advance(1);
  assertEquals(await app.calls.dialDue(), 1);
  assertEquals(gateway.dialled.map(({ to }) => to), [record.phoneNumber]);
  const { calls, audit } = await contentsOf(studio.store);
  assertEquals([calls[0].orderId, calls[0].initiatedBy], [order.id, null]);
  assertEquals([audit[0].action, audit[0].actor, audit[0].userId], [
    "initiate-call",
    "Auto-dial",
    null,
  ]);
  await clock.advance(3_600_000);
  assertEquals(await app.calls.dialDue(), 0, "its call is still live");
});

const LEFT: [string, Partial<CallOrder>, { status?: CampaignStatus; autoDial?: boolean }][] = [
  ["in a campaign without autoDial", {}, { autoDial: false }],
  ["in a paused campaign", {}, { status: "paused" }],
  ["in a draft", {}, { status: "draft" }],
  ["without a scheduled time", { scheduledTime: null, nextDialAt: null }, {}],
  ["of type phone_in", { callType: "phone_in" }, {}],
  ["of type web", { callType: "web" }, {}],
  ["that is canceled", { status: "canceled" }, {}],
  ["that is contacted", { status: "contacted" }, {}],
];
for (const [what, order, { status = "active", autoDial = true }] of LEFT) {
  Deno.test(`dial due: an order ${what} is left alone`, async () => {
    const studio = await openStudio({ autoDial });
    await saveCampaign(studio, { status });
    const { id } = await addOrder(studio, { ...DUE, ...order });
    const before = await orderNow(studio, { id });
    assertEquals(await studio.app.calls.dialDue(), 0);
    assertEquals(await orderNow(studio, { id }), before);
    assertEquals(studio.gateway.dialled, []);
  });
}

Deno.test("dial due: a paused campaign goes on where it was when it is active again", async () => {
  const studio = await openStudio({ autoDial: true });
  await addOrder(studio, DUE);
  await saveCampaign(studio, { status: "paused" });
  assertEquals(await studio.app.calls.dialDue(), 0);
  await saveCampaign(studio, { status: "active" });
  assertEquals(await studio.app.calls.dialDue(), 1);
});

Deno.test("dial due: two workers dial each order once", async () => {
  const studio = await openStudio({ autoDial: true, maxConcurrentCalls: 50 });
  const { app, gateway, store, company } = studio;
  const rules = { ...company.client.rules, maxConcurrentCalls: 50 };
  await store.run("all", ({ access }) => access.saveClient({ ...company.client, rules }));
  for (let i = 0; i < 30; i++) await addOrder(studio, DUE);
  const dialled = await Promise.all([app.calls.dialDue(), app.calls.dialDue()]);
  assertEquals(dialled, [20, 10]);
  assertEquals(new Set(gateway.dialled.map(({ to }) => to)).size, 30);
});

Deno.test("dial due: longest due first", async () => {
  const studio = await openStudio({ autoDial: true });
  const late = await addOrder(studio, { ...DUE, nextDialAt: minutes(-1) });
  const early = await addOrder(studio, { ...DUE, nextDialAt: minutes(-9) });
  await studio.app.calls.dialDue();
  const { calls } = await contentsOf(studio.store);
  const order = studio.gateway.dialled.map(({ ref }) =>
    calls.find(({ id }) => id === ref.callId)!.orderId
  );
  assertEquals(order, [early.id, late.id]);
});

Deno.test("dial due: a closed window is waited for", async () => {
  // Noon in UTC is four in the morning where the number is from; nine is at 17:00 UTC.
  const window = { start: "09:00", end: "17:00", days: [1, 2, 3, 4, 5, 6, 7] };
  const studio = await openStudio({ autoDial: true, window });
  const { app, clock, gateway } = studio;
  const order = await addOrder(studio, DUE);
  assertEquals(await app.calls.dialDue(), 0);
  assertEquals((await orderNow(studio, order)).nextDialAt, minutes(300));
  await clock.advance(5 * 3_600_000 - 1);
  assertEquals(await app.calls.dialDue(), 0);
  await clock.advance(1);
  assertEquals(await app.calls.dialDue(), 1);
  assertEquals(gateway.dialled.length, 1);
});

const FINAL: [string, Partial<CallOrder>, Partial<ContactRecord>][] = [
  ["whose contact wants no calls", {}, { doNotCallAt: NOON }],
  ["whose attempts are used up", { attempts: 3 }, {}],
];
for (const [what, order, contact] of FINAL) {
  Deno.test(`dial due: an order ${what} is not looked at again`, async () => {
    const studio = await openStudio({ autoDial: true });
    const record = await addRecord(studio, contact);
    const { id } = await addOrder(studio, { ...DUE, ...order }, record);
    assertEquals(await studio.app.calls.dialDue(), 0);
    const { status, nextDialAt } = await orderNow(studio, { id });
    assertEquals([status, nextDialAt], ["planned", null]);
    assertEquals(studio.gateway.dialled, []);
  });
}

const FOR_A_PERSON: [string, Partial<ContactRecord>, Partial<Campaign["rules"]>][] = [
  ["whose contact is inactive", { status: "inactive" }, {}],
  ["whose contact gave no consent", { consent: null }, { requireConsent: true }],
  ["to a country that is not allowed", {}, { countries: ["AE"] }],
];
for (const [what, contact, rules] of FOR_A_PERSON) {
  Deno.test(`dial due: an order ${what} is tried once an hour, and dialled once it may be`, async () => {
    const studio = await openStudio({ autoDial: true, ...rules });
    const { app, clock, gateway, store } = studio;
    const record = await addRecord(studio, contact);
    const order = await addOrder(studio, DUE, record);
    assertEquals(await app.calls.dialDue(), 0);
    assertEquals((await orderNow(studio, order)).nextDialAt, minutes(60));
    for (let minute = 0; minute < 59; minute++) {
      await clock.advance(60_000);
      await app.calls.dialDue();
      assertEquals((await orderNow(studio, order)).nextDialAt, minutes(60), "left alone");
    }
    const free = { ...studio.company.campaign.rules, requireConsent: false, countries: null };
    await saveCampaign(studio, { rules: free });
    await store.run("all", ({ records }) => records.update({ ...record, status: "active" }));
    assertEquals(await app.calls.dialDue(), 0);
    await clock.advance(60_000);
    assertEquals(await app.calls.dialDue(), 1);
    assertEquals(gateway.dialled.length, 1);
  });
}

Deno.test("dial due: a client without money waits until it has paid", async () => {
  const studio = await openStudio({ autoDial: true, maxCallSeconds: 14_400 });
  const { app, clock, store, company, gateway } = studio;
  const rules = { ...company.client.rules, maxConcurrentCalls: 100 };
  const dear = { ...company.client.tariff, perMinute: 400_000n };
  await store.run(
    "all",
    ({ access }) => access.saveClient({ ...company.client, rules, tariff: dear }),
  );
  await addOrder(studio, DUE);
  await addOrder(studio, DUE);
  assertEquals(await app.calls.dialDue(), 1);
  await store.run("all", ({ balance }) =>
    balance.topUp({
      id: newId(NOON),
      clientId: company.client.id,
      at: NOON,
      amount: 100_000_000n,
      reference: "second",
    }));
  await clock.advance(60_000);
  assertEquals(await app.calls.dialDue(), 1);
  assertEquals(gateway.dialled.length, 2);
});

Deno.test("dial due: a busy order is dialled again when its campaign says, as often as it says", async () => {
  const studio = await openStudio({ autoDial: true, retryAfterMinutes: 30, maxAttempts: 2 });
  const { app, clock, gateway } = studio;
  const order = await addOrder(studio, DUE);
  for (let attempt = 1; attempt <= 2; attempt++) {
    assertEquals(await app.calls.dialDue(), 1);
    const call = (await contentsOf(studio.store)).calls.find(({ status }) => status === "queued")!;
    await report(studio, call, { type: "ended", reason: "busy", durationSeconds: null });
    await clock.advance(29 * 60_000);
    assertEquals(await app.calls.dialDue(), 0);
    await clock.advance(60_000);
  }
  assertEquals(await app.calls.dialDue(), 0);
  assertEquals((await orderNow(studio, order)).status, "failed");
  assertEquals(gateway.dialled.length, 2);
});

Deno.test("dial due: an order that somebody is calling already is not dialled beside it", async () => {
  const studio = await openStudio({ autoDial: true });
  const order = await addOrder(studio, DUE);
  await addCall(studio, order);
  assertEquals(await studio.app.calls.dialDue(), 0);
  assertEquals(studio.gateway.dialled.length, 1);
});

Deno.test("dial due: a claim that ran out while others were dialled is left to the next", async () => {
  const studio = await openStudio({ autoDial: true });
  const { app, clock, gateway } = studio;
  for (let i = 0; i < 3; i++) await addOrder(studio, { ...DUE, nextDialAt: minutes(-i) });
  gateway.dialResult = async ({ ref }) => {
    await clock.advance(45_000);
    return { kind: "accepted", providerCallId: `line-${ref.callId}` };
  };
  assertEquals(await app.calls.dialDue(), 2);
  assertEquals(await app.calls.dialDue(), 1);
});

Deno.test("dial due: one order that cannot be dialled does not hold up the others", async () => {
  const studio = await openStudio({ autoDial: true });
  const { app, gateway } = studio;
  const bad = await addRecord(studio);
  await addOrder(studio, { ...DUE, nextDialAt: minutes(-1) }, bad);
  await addOrder(studio, DUE);
  const dial = gateway.dialResult;
  gateway.dialResult = (request) => {
    if (request.to === bad.phoneNumber) throw new Error("a mistake of ours");
    return dial(request);
  };
  await assertRejects(() => app.calls.dialDue(), AggregateError);
  assertEquals(gateway.dialled.length, 2);
});
