/** What orders say beforehand of why they would be refused is what dialling them then says. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Client } from "../../../src/access/client.ts";
import type { CallOrder } from "../../../src/call_orders/call_order.ts";
import type { Campaign } from "../../../src/campaigns/campaign.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import type { ContactRecord } from "../../../src/records/record.ts";
import { minutes, NOON, recordRow } from "../../support/rows.ts";
import { addCall, addOrder, addRecord, openStudio, type Studio } from "../../support/studio.ts";

interface Scene {
  order?: Partial<CallOrder>;
  record?: Partial<ContactRecord>;
  campaign?: Partial<Campaign>;
  campaignRules?: Partial<Campaign["rules"]>;
  client?: Partial<Client>;
  clientRules?: Partial<Client["rules"]>;
  live?: boolean;
  otherCall?: boolean;
  listed?: boolean;
}

const DAYTIME = { start: "09:00", end: "20:00", days: [1, 2, 3, 4, 5, 6, 7] };
const DEAR = { currency: "USD", setup: 0n, perMinute: 1_000_000_000_000n, incrementSeconds: 60 };

const SCENES: [what: string, scene: Scene][] = [
  ["nothing in the way", {}],
  ["a web order", { order: { callType: "web" } }],
  ["used up attempts", { order: { attempts: 3 } }],
  ["an archived record", { record: { status: "archived" } }],
  ["a paused campaign", { campaign: { status: "paused" } }],
  ["no phone number", { record: { phoneNumber: "+1415" } }],
  ["a premium-rate number", { record: { phoneNumber: "+448712345678" } }],
  ["a forbidden country", { clientRules: { countries: ["FR"] } }],
  ["a dear country", {
    client: { phoneRates: { US: "1.00" } },
    campaignRules: { maxPricePerMinute: "0.99" },
  }],
  ["a marked record", { record: { doNotCallAt: NOON } }],
  ["a listed number", { listed: true }],
  ["no consent", { campaignRules: { requireConsent: true } }],
  ["consent", {
    campaignRules: { requireConsent: true },
    record: { consent: { at: NOON, source: "form" } },
  }],
  ["the wrong hour", { clientRules: { window: DAYTIME } }],
  ["a live call", { live: true }],
  ["another live call, at the client's limit", {
    otherCall: true,
    clientRules: { maxConcurrentCalls: 1 },
  }],
  ["another live call, at the campaign's limit", {
    otherCall: true,
    campaignRules: { maxConcurrentCalls: 1 },
  }],
  ["another live call, below the limits", {
    otherCall: true,
    clientRules: { maxConcurrentCalls: 2 },
  }],
  ["a cap on money below one call's price", { clientRules: { maxSpendPerDay: "0.01" } }],
  ["too little money", { client: { tariff: DEAR } }],
  ["a scheduled time that has come", {
    order: { scheduledTime: NOON },
    clientRules: { window: DAYTIME },
  }],
];

async function play(scene: Scene): Promise<{ studio: Studio; order: CallOrder }> {
  const studio = await openStudio();
  const { store, company: { client, campaign } } = studio;
  const record = await addRecord(studio);
  const order = await addOrder(studio, {}, record);
  if (scene.live) await addCall(studio, order);
  if (scene.otherCall) await addCall(studio);
  const changed = { ...record, ...scene.record };
  await store.run("all", async ({ access, campaigns, records, callOrders, doNotCall }) => {
    const rules = { ...client.rules, ...scene.clientRules };
    await access.saveClient({ ...client, ...scene.client, rules });
    const ofCampaign = { ...campaign.rules, ...scene.campaignRules };
    await campaigns.save({ ...campaign, ...scene.campaign, rules: ofCampaign });
    await records.update(changed);
    await callOrders.update({ ...order, ...scene.order });
    if (scene.listed) await doNotCall.add(client.id, changed.phoneNumber, NOON);
  });
  return { studio, order };
}

for (const [what, scene] of SCENES) {
  Deno.test(`list-call-orders: with ${what} an order says what initiate-call then says`, async () => {
    const { studio, order } = await play(scene);
    const { app, admin, master, gateway } = studio;
    const listed = await Promise.all(
      [admin, master].map((who) => app.callOrders.list(who, { recordUuid: order.recordId })),
    );
    const asked = gateway.dialled.length;
    const dialling = app.calls.initiate(admin, { callOrderUuid: order.id });
    const told = await dialling.then(() => null, (error) => error as DomainError);
    for (const { items: [{ blockedBy }] } of listed) {
      assertEquals(saidBy(blockedBy), saidBy(told));
    }
    assertEquals([gateway.dialled.length - asked, gateway.lookedUp.length], [told ? 0 : 1, 0]);
  });
}

Deno.test("a scheduled order says what will be in the way when its time has come", async () => {
  const { studio, order } = await play({
    clientRules: { window: DAYTIME, maxConcurrentCalls: 1 },
    // 8:59 and 9:00 in California.
    order: { scheduledTime: new Date("2026-03-03T16:59:00Z") },
    otherCall: true,
  });
  const { app, admin, store, clock } = studio;
  const blockedBy = async () => {
    const { items } = await app.callOrders.list(admin, { recordUuid: order.recordId });
    return items[0].blockedBy;
  };
  const early = await blockedBy();
  assertEquals([early?.code, early?.details.retryAt], [
    "outside_calling_window",
    new Date("2026-03-03T17:00:00Z"),
  ]);
  const scheduledTime = new Date("2026-03-03T17:00:00Z");
  await store.run("all", ({ callOrders }) => callOrders.update({ ...order, scheduledTime }));
  // The other call will have ended by then.
  assertEquals(await blockedBy(), null);
  await clock.advance(scheduledTime.getTime() - NOON.getTime());
  assertEquals((await blockedBy())?.code, "client_concurrency_limit");
});

Deno.test("create-call-order and update-call-order-status say at once what is in the way", async () => {
  const studio = await openStudio({ requireConsent: true });
  const { app, admin, company, store } = studio;
  const record = recordRow(company.type);
  await store.run("all", ({ records }) => records.insert(record));
  const made = await app.callOrders.create(admin, {
    recordUuid: record.id,
    campaignUuid: company.campaign.id,
    scheduledTime: minutes(60).toISOString(),
  });
  assertEquals(made.blockedBy?.code, "consent_missing");
  const set = (status: CallOrder["status"]) =>
    app.callOrders.updateStatus(admin, { uuid: made.order.id, status });
  assertEquals((await set("rescheduled")).blockedBy?.code, "consent_missing");
  // What is closed is in nobody's way.
  assertEquals((await set("canceled")).blockedBy, null);
  const refused = await assertRejects(
    () => app.calls.initiate(admin, { callOrderUuid: made.order.id }),
    DomainError,
  );
  assert(refused.code === "order_not_callable");
});

function saidBy(refusal: DomainError | null) {
  return refusal && { ...refusal.details, code: refusal.code, message: refusal.message };
}
