import { assertEquals } from "@std/assert";
import type { Call, EndReason } from "../../../src/calls/call.ts";
import type { CallReport } from "../../../src/calls/call_event.ts";
import type { DialingRules } from "../../../src/campaigns/campaign.ts";
import { minutes, NOON } from "../../support/rows.ts";
import {
  addCall,
  addOrder,
  addRecord,
  balanceNow,
  callNow,
  openStudio,
  orderNow,
  refused,
  report,
  statsNow,
  talk,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";
import { PAID_IN } from "../../support/world.ts";

const ANSWERED: CallReport = { type: "answered", by: "person" };

function end(reason: EndReason, durationSeconds: number | null = null): CallReport {
  return { type: "ended", reason, durationSeconds };
}

/** Each end reason, the call's status, and what the order becomes. */
const ENDS: [EndReason, Call["status"], string, number][] = [
  ["contact_hangup", "completed", "contacted", 1],
  ["agent_hangup", "completed", "contacted", 1],
  ["ended_by_client", "completed", "contacted", 1],
  ["max_duration", "completed", "contacted", 1],
  ["contact_lost", "completed", "contacted", 1],
  ["agent_lost", "completed", "contacted", 1],
  ["voicemail", "completed", "rescheduled", 1],
  ["busy", "busy", "rescheduled", 1],
  ["no_answer", "no_answer", "rescheduled", 1],
  ["canceled", "canceled", "planned", 0],
  ["invalid_number", "failed", "failed", 1],
  ["forbidden", "failed", "planned", 0],
  ["auth_failed", "failed", "planned", 0],
  ["media_incompatible", "failed", "planned", 0],
  ["provider_balance", "failed", "planned", 0],
  ["provider_unavailable", "failed", "planned", 0],
  ["declined", "failed", "rescheduled", 1],
  ["unwanted", "failed", "failed", 1],
  ["rejected_by_network", "failed", "failed", 1],
  ["agent_unavailable", "failed", "rescheduled", 1],
];
for (const [reason, status, orderStatus, attempts] of ENDS) {
  Deno.test(`call events: ${reason} makes the call ${status} and the order ${orderStatus}`, async () => {
    const studio = await openStudio();
    const order = await addOrder(studio);
    const call = await addCall(studio, order);
    await report(studio, call, end(reason));
    const after = await callNow(studio, call);
    assertEquals([after.status, after.endReason], [status, reason]);
    const answered = status === "completed";
    assertEquals([after.answeredAt !== null, after.price], [answered, answered ? 10_000n : 0n]);
    const ordered = await orderNow(studio, order);
    assertEquals([ordered.status, ordered.attempts, ordered.nextDialAt], [
      orderStatus,
      attempts,
      null,
    ]);
    const { endReasons, orders } = await statsNow(studio);
    assertEquals([endReasons, orders], [{ [reason]: 1 }, { [orderStatus]: 1 }]);
    const { reserved, available, spent } = await balanceNow(studio);
    assertEquals([reserved, available + spent], [0n, PAID_IN]);
  });
}

Deno.test("call events: a missed call fails the order once its attempts are used up", async () => {
  const studio = await openStudio({ maxAttempts: 2 });
  const order = await addOrder(studio);
  for (const status of ["rescheduled", "failed"]) {
    await report(studio, await addCall(studio, order), end("no_answer"));
    assertEquals((await orderNow(studio, order)).status, status);
  }
});

const RETRIES: [string, Partial<DialingRules>, EndReason, Date | null, Date | null][] = [
  ["a busy order is due again", { autoDial: true }, "busy", null, minutes(60)],
  [
    "a busy order waits as long as its campaign says",
    {
      autoDial: true,
      retryAfterMinutes: 5,
    },
    "busy",
    minutes(-10),
    minutes(5),
  ],
  [
    "a busy order that was called early is never due before its time",
    {
      autoDial: true,
    },
    "busy",
    minutes(600),
    minutes(600),
  ],
  ["without autoDial nothing is due", { autoDial: false }, "busy", minutes(-10), null],
  [
    "what was our fault is due again, if it was scheduled",
    {
      autoDial: true,
    },
    "provider_unavailable",
    minutes(-10),
    minutes(60),
  ],
  [
    "what was our fault is never due before its time",
    {
      autoDial: true,
    },
    "provider_unavailable",
    minutes(600),
    minutes(600),
  ],
  [
    "what was our fault, and never scheduled, is not due",
    {
      autoDial: true,
    },
    "provider_unavailable",
    null,
    null,
  ],
];
for (const [what, rules, reason, scheduledTime, expected] of RETRIES) {
  Deno.test(`call events: ${what}`, async () => {
    const studio = await openStudio(rules);
    const order = await addOrder(studio, { scheduledTime, nextDialAt: scheduledTime });
    await report(studio, await addCall(studio, order), end(reason));
    const after = await orderNow(studio, order);
    assertEquals(after.nextDialAt, expected);
    if (after.status === "planned") assertEquals(after.scheduledTime, scheduledTime);
  });
}

Deno.test("call events: who opts out is marked, noted, and never called again", async () => {
  const studio = await openStudio();
  const { app, admin, store } = studio;
  const record = await addRecord(studio);
  const order = await addOrder(studio, {}, record);
  const call = await addCall(studio, order);
  await report(studio, call, ANSWERED);
  await report(studio, call, { type: "opted_out" });
  await report(studio, call, end("contact_hangup", 20));
  const after = await orderNow(studio, order);
  assertEquals([after.status, after.attempts, after.nextDialAt], ["do_not_call", 1, null]);
  assertEquals((await app.records.get(admin, record.id)).record.doNotCallAt, NOON);
  const { notes, listed } = await contentsOf(store);
  assertEquals(notes.flat().map(({ author, text }) => [author, text]), [
    ["Assistant", `Asked on call ${call.id} not to be called again.`],
  ]);
  assertEquals(listed, [true]);
  assertEquals((await statsNow(studio)).orders, { do_not_call: 1 });
  const wish = { recordUuid: record.id, campaignUuid: order.campaignId };
  await refused(() => app.callOrders.create(admin, wish), "do_not_call");
});

Deno.test("call events: who opts out after the end is marked just the same", async () => {
  for (const status of ["contacted", "canceled", "do_not_call"] as const) {
    const studio = await openStudio();
    const order = await addOrder(studio);
    const call = await addCall(studio, order);
    await talk(studio, call, 5);
    await studio.store.run("all", ({ callOrders }) => callOrders.update({ ...order, status }));
    await report(studio, call, { type: "opted_out" });
    assertEquals((await orderNow(studio, order)).status, "do_not_call");
  }
});
