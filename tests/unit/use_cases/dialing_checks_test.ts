/** Every obstacle between an order and its call, alone, beside its neighbour, and all at once: one table, hence one file. */
import { assertEquals } from "@std/assert";
import type { Client } from "../../../src/access/client.ts";
import type { Principal } from "../../../src/access/principal.ts";
import type { CallOrder } from "../../../src/call_orders/call_order.ts";
import type { Campaign } from "../../../src/campaigns/campaign.ts";
import type { ErrorCode } from "../../../src/kernel/errors.ts";
import type { ContactRecord } from "../../../src/records/record.ts";
import { NOON } from "../../support/rows.ts";
import {
  addCall,
  addOrder,
  addRecord,
  NOBODY,
  openStudio,
  refusedUnwritten,
  type Studio,
} from "../../support/studio.ts";

/** A world in which one or more things stand in the way of a call. */
interface Scene {
  who?: (studio: Studio) => Principal;
  uuid?: string;
  key?: string;
  live?: boolean;
  order?: Partial<CallOrder>;
  record?: Partial<ContactRecord>;
  campaign?: Partial<Campaign>;
  campaignRules?: Partial<Campaign["rules"]>;
  client?: Partial<Client>;
  clientRules?: Partial<Client["rules"]>;
  /** Whether the client's do-not-call list has the number. */
  listed?: boolean;
  otherCall?: boolean;
}

interface Obstacle {
  what: string;
  scene: Scene;
  code: ErrorCode;
  message: string | ((live: string) => string);
}

const NIGHT = { start: "20:00", end: "21:00", days: [1, 2, 3, 4, 5] };
const DEAR = { currency: "USD", setup: 0n, perMinute: 1_000_000_000_000n, incrementSeconds: 60 };

/** In the order in which people are told. */
const OBSTACLES: Obstacle[] = [
  {
    what: "a read-only token",
    scene: { who: (studio) => studio.readOnly },
    code: "forbidden",
    message: "Forbidden: This token is read-only",
  },
  {
    what: "a missing permission",
    scene: { who: (studio) => studio.viewer },
    code: "forbidden",
    message: "Forbidden: Missing required permission [calls.manage]",
  },
  {
    what: "an unknown order",
    scene: { uuid: NOBODY },
    code: "not_found",
    message: "Call order not found or access denied",
  },
  {
    what: "a key of another order's call",
    scene: { key: "used" },
    code: "conflict",
    message: "idempotencyKey: was used for another call order; use a new key",
  },
  {
    what: "a live call of the order",
    scene: { live: true },
    code: "conflict",
    message: (live) =>
      `Call order already has a live call: ${live}. Follow it with get-call-details.`,
  },
  {
    what: "an order of type phone_in",
    scene: { order: { callType: "phone_in" } },
    code: "call_type_not_callable",
    message: "Call order is of type phone_in; only phone_out orders can be dialled",
  },
  {
    what: "a canceled order",
    scene: { order: { status: "canceled" } },
    code: "order_not_callable",
    message: "Call order is canceled; set it to planned before calling",
  },
  {
    what: "an order whose attempts are used up",
    scene: { order: { attempts: 3 } },
    code: "attempts_used_up",
    message: "Call order has used all 3 attempts that its campaign allows; set it to canceled " +
      "and create a new one to call again",
  },
  {
    what: "an inactive record",
    scene: { record: { status: "inactive" } },
    code: "record_not_callable",
    message: "Record is inactive; set its status to active before calling",
  },
  {
    what: "a paused campaign",
    scene: { campaign: { status: "paused" } },
    code: "campaign_not_active",
    message: "Campaign is paused; only active campaigns make calls",
  },
  {
    what: "a premium-rate number",
    scene: { record: { phoneNumber: "+448712345678" } },
    code: "phone_blocked",
    message: "Phone number must not be called: it is a premium-rate number",
  },
  {
    what: "a country that may not be called",
    scene: { campaignRules: { countries: ["FR"] } },
    code: "country_not_allowed",
    message: "", // by the number's country, see below
  },
  {
    what: "a price above the cap",
    scene: { campaignRules: { maxPricePerMinute: "0.00" } },
    code: "price_above_cap",
    message: "", // by the number's country and the tariff, see below
  },
  {
    what: "a wish not to be called",
    scene: { record: { doNotCallAt: NOON } },
    code: "do_not_call",
    message: "Record is marked do-not-call and must not be called",
  },
  {
    what: "no consent on file",
    scene: { clientRules: { requireConsent: true } },
    code: "consent_missing",
    message: "Record has no consent on file, which this client or campaign requires",
  },
  {
    what: "the wrong hour",
    scene: { campaignRules: { window: NIGHT }, record: { timeZone: "Europe/Berlin" } },
    code: "outside_calling_window",
    message: "Outside the calling window in the callee's time zone; " +
      "calling opens at 2026-03-02T19:00:00.000Z",
  },
  {
    what: "too many live calls",
    scene: { otherCall: true, campaignRules: { maxConcurrentCalls: 1 } },
    code: "campaign_concurrency_limit",
    message: "Concurrent call limit of the campaign reached; try again when a live call has ended",
  },
  {
    what: "too little money",
    scene: { client: { tariff: DEAR } },
    code: "insufficient_balance",
    message: "Insufficient client balance to initiate calls",
  },
];

/** All of the scenes at once; of what contradicts, the first. */
function combined(scenes: Scene[]): Scene {
  const of = <
    K extends "order" | "record" | "campaign" | "campaignRules" | "client" | "clientRules",
  >(
    key: K,
  ): Scene[K] => Object.assign({}, ...scenes.map((scene) => scene[key]).toReversed());
  return {
    ...Object.assign({}, ...scenes.toReversed()),
    order: of("order"),
    record: of("record"),
    campaign: of("campaign"),
    campaignRules: of("campaignRules"),
    client: of("client"),
    clientRules: of("clientRules"),
  };
}

/** Plays a scene: what it takes to try the call, and the uuid of the call that is live already. */
async function play(scene: Scene) {
  const studio = await openStudio();
  const { app, store, company, gateway, admin } = studio;
  const record = await addRecord(studio);
  // Whatever the rules have against the call, they come to have it only now.
  const order = await addOrder(studio, {}, record);
  if (scene.key) {
    const { id } = await addOrder(studio);
    const wish = { callOrderUuid: id, idempotencyKey: scene.key };
    const { call } = await app.calls.initiate(admin, wish);
    const ref = { clientId: call.clientId, callId: call.id };
    const report = { type: "ended", reason: "busy", durationSeconds: null } as const;
    await app.calls.applyEvent({ ref, eventId: "end", at: NOON, report });
  }
  const live = scene.live ? (await addCall(studio, order)).id : "";
  if (scene.otherCall) await addCall(studio);
  await store.run("all", async ({ access, campaigns, records, callOrders, doNotCall }) => {
    const { client, campaign } = company;
    const rules = { ...client.rules, ...scene.clientRules };
    await access.saveClient({ ...client, ...scene.client, rules });
    const ofCampaign = { ...campaign.rules, ...scene.campaignRules };
    await campaigns.save({ ...campaign, ...scene.campaign, rules: ofCampaign });
    await records.update({ ...record, ...scene.record });
    await callOrders.update({ ...order, ...scene.order });
    if (scene.listed) await doNotCall.add(record.clientId, record.phoneNumber, NOON);
  });
  const dials = gateway.dialled.length;
  const wish = { callOrderUuid: scene.uuid ?? order.id, idempotencyKey: scene.key };
  const who = scene.who?.(studio) ?? admin;
  return { studio, live, dials, attempt: () => app.calls.initiate(who, wish) };
}

async function tell(scene: Scene, { code, message }: Obstacle): Promise<void> {
  const { studio, live, dials, attempt } = await play(scene);
  const country = scene.record?.phoneNumber?.startsWith("+44") ? "GB" : "US";
  const abroad =
    `Phone number is in ${country}, a country that this client or campaign may not call`;
  const perMinute = scene.client?.tariff ? "1000000.00" : "0.12";
  const dear =
    `A minute to ${country} costs ${perMinute} USD, above the 0.00 that this client or campaign allows`;
  const told = message || (code === "price_above_cap" ? dear : abroad);
  const expected = typeof told === "function" ? told(live) : told;
  await refusedUnwritten(studio, attempt, code, expected);
  assertEquals([studio.gateway.dialled.length, studio.gateway.lookedUp.length], [dials, 0]);
}

for (const obstacle of OBSTACLES) {
  Deno.test(`initiate-call: ${obstacle.what} is refused, nothing written and nothing dialled`, async () => {
    await tell(obstacle.scene, obstacle);
  });
}

for (const [i, later] of OBSTACLES.entries()) {
  if (i === 0) continue;
  const earlier = OBSTACLES[i - 1];
  Deno.test(`initiate-call: ${earlier.what} is told before ${later.what}`, async () => {
    await tell(combined([earlier.scene, later.scene]), earlier);
  });
}

for (const i of OBSTACLES.keys()) {
  Deno.test(`initiate-call: with all else in the way, ${OBSTACLES[i].what} is told first`, async () => {
    await tell(combined(OBSTACLES.slice(i).map(({ scene }) => scene)), OBSTACLES[i]);
  });
}

const ALONE: [string, Scene, ErrorCode, string][] = [
  [
    "a web order",
    { order: { callType: "web" } },
    "call_type_not_callable",
    "Call order is of type web; only phone_out orders can be dialled",
  ],
  [
    "a contacted order",
    { order: { status: "contacted" } },
    "order_not_callable",
    "Call order is contacted; set it to rescheduled before calling",
  ],
  [
    "a failed order",
    { order: { status: "failed" } },
    "order_not_callable",
    "Call order is failed; set it to planned or rescheduled before calling",
  ],
  [
    "a do_not_call order",
    { order: { status: "do_not_call" } },
    "do_not_call",
    "Record is marked do-not-call and must not be called",
  ],
  [
    "a number that was marked in another record",
    { listed: true },
    "do_not_call",
    "Record is marked do-not-call and must not be called",
  ],
  [
    "an archived record",
    { record: { status: "archived" } },
    "record_not_callable",
    "Record is archived; set its status to active before calling",
  ],
  ...(["draft", "finished"] as const).map((status): [string, Scene, ErrorCode, string] => [
    `a ${status} campaign`,
    { campaign: { status } },
    "campaign_not_active",
    `Campaign is ${status}; only active campaigns make calls`,
  ]),
  [
    "a number that is none",
    { record: { phoneNumber: "+1415" } },
    "phone_invalid",
    "Record has no valid phone number; update it first",
  ],
  [
    "a country that the client may not call",
    { clientRules: { countries: [] } },
    "country_not_allowed",
    "Phone number is in US, a country that this client or campaign may not call",
  ],
  [
    "no consent, where the campaign wants it",
    { campaignRules: { requireConsent: true } },
    "consent_missing",
    "Record has no consent on file, which this client or campaign requires",
  ],
  [
    "the client's hours, by the number's own zone",
    { clientRules: { window: { start: "09:00", end: "20:00", days: [2] } } },
    "outside_calling_window",
    "Outside the calling window in the callee's time zone; " +
    "calling opens at 2026-03-03T17:00:00.000Z",
  ],
  [
    "the client's limit of live calls",
    { otherCall: true, clientRules: { maxConcurrentCalls: 1 } },
    "client_concurrency_limit",
    "Concurrent call limit of the client reached; try again when a live call has ended",
  ],
  [
    "a tariff above the client's cap",
    { clientRules: { maxPricePerMinute: "0.119999" }, client: { phoneRates: { US: "0.01" } } },
    "price_above_cap",
    "A minute to US costs 0.12 USD, above the 0.119999 that this client or campaign allows",
  ],
  [
    "a country whose rate is above the cap",
    {
      record: { phoneNumber: "+442079460958" },
      clientRules: { maxPricePerMinute: "0.20" },
      client: { phoneRates: { US: "0.01", GB: "0.200001" } },
    },
    "price_above_cap",
    "A minute to GB costs 0.200001 USD, above the 0.20 that this client or campaign allows",
  ],
  [
    "a country without a rate of its own, where others are above the cap",
    { clientRules: { maxPricePerMinute: "0.20" }, client: { phoneRates: { default: "0.30" } } },
    "price_above_cap",
    "A minute to US costs 0.30 USD, above the 0.20 that this client or campaign allows",
  ],
  [
    "the hour of some of the zones that a number may be in",
    {
      record: { phoneNumber: "+18002345678" },
      clientRules: { window: { start: "00:00", end: "07:30", days: [1, 2, 3, 4, 5, 6, 7] } },
    },
    "outside_calling_window",
    "Outside the calling window in the callee's time zone",
  ],
];
for (const [what, scene, code, message] of ALONE) {
  Deno.test(`initiate-call: ${what} is refused`, async () => {
    await tell(scene, { what, scene, code, message });
  });
}

const FINE: [string, Scene][] = [
  ["a busy order", { order: { status: "busy" } }],
  ["a rescheduled order", { order: { status: "rescheduled", attempts: 2 } }],
  ["the contact's own zone over the number's", {
    record: { timeZone: "Europe/Berlin" },
    clientRules: { window: { start: "13:00", end: "13:01", days: [1] } },
  }],
  ["consent on file", {
    record: { consent: { at: NOON, source: "form" } },
    clientRules: { requireConsent: true },
  }],
  ["a country on both lists", {
    clientRules: { countries: ["US", "FR"] },
    campaignRules: { countries: ["DE", "US"] },
  }],
  ["an hour that is open in every zone that a number may be in", {
    record: { phoneNumber: "+18002345678" },
    clientRules: { window: { start: "01:00", end: "22:30", days: [1] } },
  }],
  ["a price at the cap", {
    clientRules: { maxPricePerMinute: "0.12" },
    campaignRules: { maxPricePerMinute: null },
    client: { phoneRates: { US: "0.12", default: "9.00" } },
  }],
];
for (const [what, scene] of FINE) {
  Deno.test(`initiate-call: ${what} is dialled`, async () => {
    const { studio, attempt } = await play(scene);
    await attempt();
    assertEquals(studio.gateway.dialled.length, 1);
  });
}

Deno.test("initiate-call: each kind of refusal has a code of its own", () => {
  const codes = OBSTACLES.map(({ code }) => code);
  const compliance = codes.slice(codes.indexOf("call_type_not_callable"));
  assertEquals([...new Set(compliance)], compliance);
});

/** When the clocks in Berlin go forward, from 2:00 to 3:00, and back, from 3:00 to 2:00. */
const NIGHTS: [moment: string, open: boolean][] = [
  ["2026-03-29T00:29:59.999Z", false],
  ["2026-03-29T00:30:00Z", true],
  ["2026-03-29T00:59:59.999Z", true],
  // 3:00 by now: the window's last half hour does not exist.
  ["2026-03-29T01:00:00Z", false],
  ["2026-10-25T00:00:00Z", true],
  ["2026-10-25T00:29:59.999Z", true],
  ["2026-10-25T00:30:00Z", false],
  // 2:00 again.
  ["2026-10-25T01:00:00Z", true],
  ["2026-10-25T01:30:00Z", false],
];
Deno.test("initiate-call: in a night in which the clocks change, the callee's clock decides", async () => {
  for (const [moment, open] of NIGHTS) {
    const window = { start: "01:30", end: "02:30", days: [7] };
    const studio = await openStudio({ window, countries: ["DE"] });
    await studio.clock.advance(Date.parse(moment) - studio.clock.now().getTime());
    const order = await addOrder(
      studio,
      {},
      await addRecord(studio, { phoneNumber: "+4930901820" }),
    );
    const initiate = () => studio.app.calls.initiate(studio.admin, { callOrderUuid: order.id });
    if (open) await initiate();
    else await refusedUnwritten(studio, initiate, "outside_calling_window");
    assertEquals(
      [studio.gateway.dialled.length, studio.gateway.lookedUp.length],
      [+open, 0],
      moment,
    );
  }
});

Deno.test("initiate-call: a number of no known time zone is refused where hours count, unless the record has one", async () => {
  const studio = await openStudio({ window: { start: "00:00", end: "24:00", days: [1] } });
  const { phoneNumbers } = studio.ports;
  studio.ports.phoneNumbers = {
    parse(text, country) {
      const phone = phoneNumbers.parse(text, country);
      return "problem" in phone ? phone : { ...phone, timeZones: [] };
    },
  };
  const { id } = await addOrder(studio);
  await refusedUnwritten(
    studio,
    () => studio.app.calls.initiate(studio.admin, { callOrderUuid: id }),
    "time_zone_unknown",
    "The callee's time zone is not known from the phone number, and this client or campaign " +
      "calls at certain hours only; import the record with its timeZone",
  );
  assertEquals(studio.gateway.dialled, []);
  const zoned = await addOrder(
    studio,
    {},
    await addRecord(studio, { timeZone: "America/New_York" }),
  );
  await studio.app.calls.initiate(studio.admin, { callOrderUuid: zoned.id });
  assertEquals(studio.gateway.dialled.length, 1);
});
