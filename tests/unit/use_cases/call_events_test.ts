/** What an event makes of a call, its order, money and figures: one file, because all are one transaction. */
import { assertEquals } from "@std/assert";
import type { EndReason } from "../../../src/calls/call.ts";
import type { CallReport } from "../../../src/calls/call_event.ts";
import { phoneCostOf } from "../../../src/calls/phone_cost.ts";
import { minutes, NOON } from "../../support/rows.ts";
import {
  addCall,
  addOrder,
  balanceNow,
  callNow,
  NOBODY,
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

Deno.test("call events: an answered call runs through its life, and is paid to the millionth", async () => {
  const studio = await openStudio();
  const { clock } = studio;
  const order = await addOrder(studio);
  const call = await addCall(studio, order);
  for (const what of [{ type: "ringing" }, ANSWERED] as const) {
    await clock.advance(10_000);
    assertEquals(await report(studio, call, what), "applied");
  }
  await clock.advance(61_000);
  await report(studio, call, end("contact_hangup", 61));
  const after = await callNow(studio, call);
  assertEquals(after.timeline.map(({ status, at }) => [status, Number(at) - Number(NOON)]), [
    ["dialing", 0],
    ["queued", 0],
    ["ringing", 10_000],
    ["in_progress", 20_000],
    ["completed", 81_000],
  ]);
  // 0.01 + 61 s of 0.12 a minute; 61 s of 0.05 a minute, rounded up.
  assertEquals([after.price, after.operationalCost], [132_000n, 50_834n]);
  assertEquals([after.durationSeconds, after.answeredBy, after.endReason], [
    61,
    "person",
    "contact_hangup",
  ]);
  assertEquals(await balanceNow(studio), {
    paidIn: PAID_IN,
    available: PAID_IN - 132_000n,
    reserved: 0n,
    spent: 132_000n,
  });
  const { status, attempts } = await orderNow(studio, order);
  assertEquals([status, attempts], ["contacted", 1]);
  const stats = await statsNow(studio);
  assertEquals([stats.calls, stats.answered, stats.answeredEnded, stats.answeredSeconds], [
    1,
    1,
    1,
    61,
  ]);
  assertEquals(stats.orders, { contacted: 1 });
  assertEquals(stats.costs, [{
    currency: "USD",
    price: 132_000n,
    operational: 50_834n,
    phone: 0n,
  }]);
});

Deno.test("call events: the same event twice is applied once", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  assertEquals(await report(studio, call, { type: "ringing" }, "e1"), "applied");
  const before = await contentsOf(studio.store);
  assertEquals(await report(studio, call, { type: "ringing" }, "e1"), "duplicate");
  assertEquals(await report(studio, call, end("busy"), "e1"), "duplicate");
  assertEquals(await contentsOf(studio.store), before);
});

Deno.test("call events: twenty of the same at once are applied once", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  const all = await Promise.all(
    Array.from({ length: 20 }, () => report(studio, call, end("contact_hangup", 60), "e1")),
  );
  assertEquals(all.filter((each) => each === "applied").length, 1);
  assertEquals((await balanceNow(studio)).spent, 130_000n);
});

Deno.test("call events: of an unknown call, or one named under another client, nothing is applied", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  const before = await contentsOf(studio.store);
  assertEquals(await report(studio, { ...call, id: NOBODY }, end("busy")), "unknown_call");
  const foreign = { ...call, clientId: studio.other.client.id };
  assertEquals(await report(studio, foreign, end("busy")), "unknown_call");
  assertEquals(await contentsOf(studio.store), before);
});

Deno.test("call events: nothing moves a call back, and an end is final", async () => {
  const studio = await openStudio();
  const order = await addOrder(studio);
  const call = await addCall(studio, order);
  await report(studio, call, ANSWERED);
  const talking = await callNow(studio, call);
  await studio.clock.advance(1000);
  for (const what of [{ type: "queued" }, { type: "ringing" }, ANSWERED] as const) {
    await report(studio, call, what);
    assertEquals(await callNow(studio, call), talking);
  }
  await report(studio, call, end("contact_hangup", 30));
  const [over, closed] = [await callNow(studio, call), await orderNow(studio, order)];
  for (const what of [{ type: "ringing" }, ANSWERED, end("busy"), end("agent_lost", 99)] as const) {
    await report(studio, call, what);
    assertEquals([await callNow(studio, call), await orderNow(studio, order)], [over, closed]);
  }
});

Deno.test("call events: a late event fills in duration, price, phone cost and recording", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  await report(studio, call, ANSWERED);
  await report(studio, call, end("contact_hangup"));
  assertEquals((await callNow(studio, call)).price, 10_000n);
  await report(studio, call, end("contact_hangup", 60));
  await report(studio, call, {
    type: "phone_cost",
    cost: { amount: 8_500n, currency: "EUR" },
  });
  await report(studio, call, { type: "recording", reference: "RE1", durationSeconds: 58 });
  await report(studio, call, { type: "transcript", turns: [], summary: "Fine." });
  const after = await callNow(studio, call);
  assertEquals([after.price, after.durationSeconds, after.phoneCost, after.phoneCurrency], [
    130_000n,
    60,
    8_500n,
    "EUR",
  ]);
  assertEquals(after.recording, { reference: "RE1", durationSeconds: 58 });
  assertEquals(after.summary, "Fine.");
  const { spent, reserved } = await balanceNow(studio);
  assertEquals([spent, reserved], [130_000n, 0n]);
  assertEquals(
    (await statsNow(studio)).costs,
    [
      { currency: "EUR", price: 0n, operational: 0n, phone: 8_500n },
      { currency: "USD", price: 130_000n, operational: 50_000n, phone: 0n },
    ],
  );
  // What is known stays: a second cost or recording changes nothing.
  await report(studio, call, { type: "phone_cost", cost: { amount: 1n, currency: "USD" } });
  await report(studio, call, { type: "recording", reference: "RE2", durationSeconds: null });
  await report(studio, call, { type: "transcript", turns: [], summary: null });
  assertEquals(await callNow(studio, call), after);
});

/** A call of 61 seconds, by rates that are known of its country or of none. */
async function ratedCall(phoneRates: Record<string, string>) {
  const studio = await openStudio();
  const { store, company: { client } } = studio;
  await store.run("all", ({ access }) => access.saveClient({ ...client, phoneRates }));
  const call = await addCall(studio);
  // Rates that change later change no call that was made before.
  await store.run("all", ({ access }) => access.saveClient({ ...client, phoneRates: {} }));
  await report(studio, call, ANSWERED);
  const cost = async () => phoneCostOf(await callNow(studio, call));
  return { studio, call, cost, end: () => report(studio, call, end("contact_hangup", 61)) };
}

Deno.test("call events: telephony costs what the rates let expect until the provider tells", async () => {
  const same: Record<string, string>[] = [
    { US: "0.0085", default: "9.00" },
    { GB: "9.00", default: "0.0085" },
  ];
  for (const rates of same) {
    const { studio, call, cost, end } = await ratedCall(rates);
    assertEquals(await cost(), null);
    await end();
    assertEquals(await cost(), { amount: 17_000n, currency: "USD", estimated: true });
    const own = { currency: "USD", price: 132_000n, operational: 50_834n };
    assertEquals((await statsNow(studio)).costs, [{ ...own, phone: 17_000n }]);
    const told = { amount: 16_999n, currency: "USD" };
    await report(studio, call, { type: "phone_cost", cost: told });
    assertEquals(await cost(), { ...told, estimated: false });
    assertEquals((await statsNow(studio)).costs, [{ ...own, phone: 16_999n }]);
  }
});

Deno.test("call events: a provider's price in another currency takes the estimate's place", async () => {
  const { studio, call, cost, end } = await ratedCall({ default: "0.0085" });
  await end();
  const told = { amount: 9_000n, currency: "EUR" };
  await report(studio, call, { type: "phone_cost", cost: told });
  assertEquals(await cost(), { ...told, estimated: false });
  assertEquals((await statsNow(studio)).costs, [
    { currency: "EUR", price: 0n, operational: 0n, phone: 9_000n },
    { currency: "USD", price: 132_000n, operational: 50_834n, phone: 0n },
  ]);
});

Deno.test("call events: nothing is estimated without a rate, or for a call that nobody answered", async () => {
  const unrated = await ratedCall({ GB: "0.01" });
  await unrated.end();
  assertEquals(await unrated.cost(), null);
  const studio = await openStudio();
  const { store, company: { client } } = studio;
  const phoneRates = { default: "0.01" };
  await store.run("all", ({ access }) => access.saveClient({ ...client, phoneRates }));
  const call = await addCall(studio);
  await report(studio, call, end("no_answer"));
  assertEquals(phoneCostOf(await callNow(studio, call)), null);
});

Deno.test("call events: a call that cost more than was reserved is paid in full", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  await talk(studio, call, 1800);
  const cost = 10_000n + 1800n * 2_000n;
  assertEquals(await balanceNow(studio), {
    paidIn: PAID_IN,
    available: PAID_IN - cost,
    reserved: 0n,
    spent: cost,
  });
  const moves = (await contentsOf(studio.store)).ledgers.flat()
    .filter(({ callId }) => callId === call.id).map(({ kind, amount }) => [kind, amount]);
  assertEquals(moves.toSorted(), [
    ["adjust", cost - call.reserved],
    ["reserve", call.reserved],
    ["settle", call.reserved],
  ]);
});

Deno.test("call events: an end without the report of an answer still bills a completed call", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  await studio.clock.advance(90_000);
  await report(studio, call, end("agent_hangup", 60));
  const after = await callNow(studio, call);
  assertEquals([after.answeredAt, after.durationSeconds, after.price], [
    minutes(0.5),
    60,
    130_000n,
  ]);
  assertEquals((await statsNow(studio)).answered, 1);
});

Deno.test("call events: outcomes of a later report replace those of an earlier one", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  const outcome = (value: boolean) => ({
    name: "interested",
    type: "boolean" as const,
    value,
    turn: null,
  });
  const counts = async () => {
    const { app, admin, company } = studio;
    const { outcomes } = await app.campaigns.outcomes(admin, company.campaign.id);
    return outcomes.flatMap(({ values }) => values.map(({ value, count }) => [value, count]));
  };
  await report(studio, call, { type: "outcomes", outcomes: [outcome(true)] });
  assertEquals(await counts(), [[true, 1]]);
  await report(studio, call, { type: "outcomes", outcomes: [outcome(false)] });
  assertEquals(await counts(), [[false, 1]]);
  await report(studio, call, { type: "outcomes", outcomes: [] });
  assertEquals(await counts(), []);
});

Deno.test("call events: the provider's own id is kept as it was first told", async () => {
  const studio = await openStudio();
  studio.gateway.dialResult = () => ({ kind: "unknown", why: "timeout" });
  const call = await addCall(studio);
  const ref = { clientId: call.clientId, callId: call.id };
  for (const providerCallId of ["CA1", "CA2"]) {
    const event = { ref, eventId: providerCallId, at: NOON, providerCallId };
    await studio.app.calls.applyEvent({ ...event, report: { type: "queued" } });
    assertEquals((await callNow(studio, call)).providerCallId, "CA1");
  }
});

Deno.test("call events: a store that fails applies nothing, and the event may come again", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  studio.store.down = true;
  await refused(() => report(studio, call, end("busy"), "e1"), "unavailable");
  studio.store.down = false;
  assertEquals(await report(studio, call, end("busy"), "e1"), "applied");
});

Deno.test("call events: who opts out is not called again at the number that was dialled either", async () => {
  const studio = await openStudio();
  const { app, admin, store } = studio;
  const call = await addCall(studio);
  await app.records.update(admin, { uuid: call.recordId, phoneNumber: "+14155550199" });
  await report(studio, call, { type: "opted_out" });
  for (const phoneNumber of [call.phoneNumber, "+14155550199"]) {
    const listed = store.read("all", ({ doNotCall }) => doNotCall.has(call.clientId, phoneNumber));
    assertEquals(await listed, true, phoneNumber);
  }
});
