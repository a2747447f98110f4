import { assertEquals, assertRejects } from "@std/assert";
import type { CallEvent, CallReport } from "../../../src/calls/call_event.ts";
import type { LookupResult } from "../../../src/calls/call_gateway.ts";
import type { Call } from "../../../src/calls/call.ts";
import {
  addCall,
  addOrder,
  balanceNow,
  callNow,
  openStudio,
  orderNow,
  report,
  type Studio,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";
import { PAID_IN } from "../../support/world.ts";

const SILENT = 10;

/** What a provider knows of a call, by its own clock. */
function found(studio: Studio, call: Call, ...reports: CallReport[]): LookupResult {
  const events = reports.map((what, i): CallEvent => ({
    ref: { clientId: call.clientId, callId: call.id },
    eventId: `p${i}`,
    at: studio.clock.now(),
    report: what,
  }));
  return { kind: "found", providerCallId: "line-1", events };
}

/** A call that was dialled and never heard of. */
async function unheardOf(studio: Studio) {
  studio.gateway.dialResult = () => ({ kind: "unknown", why: "timeout" });
  const order = await addOrder(studio);
  return { order, call: await addCall(studio, order) };
}

const STORY: CallReport[] = [
  { type: "queued" },
  { type: "ringing" },
  { type: "answered", by: "person" },
  { type: "outcomes", outcomes: [] },
  { type: "ended", reason: "contact_hangup", durationSeconds: 60 },
];

Deno.test("reconcile: what the provider knows is applied, and asked for no more", async () => {
  const studio = await openStudio();
  const { app, clock, gateway } = studio;
  const { order, call } = await unheardOf(studio);
  gateway.lookupResult = () => found(studio, call, ...STORY);
  await clock.advance(SILENT * 1000);
  assertEquals(await app.calls.reconcile(SILENT), 0, "not silent for long enough");
  await clock.advance(1);
  assertEquals(await app.calls.reconcile(SILENT), 1);
  const after = await callNow(studio, call);
  assertEquals([after.status, after.providerCallId, after.price], [
    "completed",
    "line-1",
    130_000n,
  ]);
  assertEquals((await orderNow(studio, order)).status, "contacted");
  assertEquals((await balanceNow(studio)).spent, 130_000n);
  await clock.advance(3_600_000);
  assertEquals(await app.calls.reconcile(SILENT), 0);
  assertEquals(gateway.dialled.length, 1);
});

Deno.test("reconcile: what had come in already is not applied twice", async () => {
  const studio = await openStudio();
  const { call } = await unheardOf(studio);
  const [first, second] = STORY;
  await report(studio, call, first, "p0");
  await report(studio, call, second, "p1");
  const before = await callNow(studio, call);
  studio.gateway.lookupResult = () => found(studio, call, first, second);
  await studio.clock.advance(60_000);
  await studio.app.calls.reconcile(SILENT);
  const after = await callNow(studio, call);
  assertEquals([after.status, after.timeline], ["ringing", before.timeline]);
});

Deno.test("reconcile: a call under way is asked about again, as often as it is silent", async () => {
  const studio = await openStudio();
  const { app, clock, gateway } = studio;
  const { call } = await unheardOf(studio);
  gateway.lookupResult = () => found(studio, call, ...STORY.slice(0, 3));
  for (let i = 0; i < 3; i++) {
    await clock.advance(SILENT * 1000 + 1);
    assertEquals(await app.calls.reconcile(SILENT), 1);
    assertEquals(await app.calls.reconcile(SILENT), 0, "not at once");
  }
  assertEquals((await callNow(studio, call)).status, "in_progress");
  // The provider says that it lives: no time is too long.
  await clock.advance(48 * 3_600_000);
  await app.calls.reconcile(SILENT);
  assertEquals((await callNow(studio, call)).status, "in_progress");
});

Deno.test("reconcile: a call unknown to the provider is given its quiet period, then released", async () => {
  const studio = await openStudio();
  const { app, clock, gateway } = studio;
  const { order, call } = await unheardOf(studio);
  gateway.lookupResult = () => ({ kind: "not_found" });
  await clock.advance(gateway.quietSeconds * 1000 - 1);
  await app.calls.reconcile(SILENT);
  assertEquals((await callNow(studio, call)).status, "dialing");
  await clock.advance(SILENT * 1000 + 1);
  await app.calls.reconcile(SILENT);
  const after = await callNow(studio, call);
  assertEquals([after.status, after.endReason, after.price], [
    "failed",
    "provider_unavailable",
    0n,
  ]);
  assertEquals((await balanceNow(studio)).available, PAID_IN);
  assertEquals((await orderNow(studio, order)).status, "planned");
});

Deno.test("reconcile: an answered call that the provider has forgotten was lost, and is billed so far as known", async () => {
  const studio = await openStudio();
  const { app, clock, gateway } = studio;
  const call = await addCall(studio);
  await report(studio, call, { type: "answered", by: "person" });
  gateway.lookupResult = () => ({ kind: "not_found" });
  await clock.advance(gateway.quietSeconds * 1000);
  await app.calls.reconcile(SILENT);
  const after = await callNow(studio, call);
  assertEquals([after.status, after.endReason, after.price], [
    "completed",
    "contact_lost",
    10_000n,
  ]);
  // Its length may still come to be known.
  await report(studio, call, { type: "ended", reason: "contact_hangup", durationSeconds: 30 });
  assertEquals((await callNow(studio, call)).price, 70_000n);
  assertEquals((await balanceNow(studio)).spent, 70_000n);
});

Deno.test("reconcile: while the provider cannot tell, a call is kept for twice its longest time", async () => {
  const studio = await openStudio();
  const { app, clock, gateway } = studio;
  const { call } = await unheardOf(studio);
  const longest = (gateway.quietSeconds + 2 * call.maxSeconds) * 1000;
  await clock.advance(longest - 1);
  await app.calls.reconcile(SILENT);
  assertEquals((await callNow(studio, call)).status, "dialing");
  await clock.advance(SILENT * 1000 + 1);
  await app.calls.reconcile(SILENT);
  assertEquals((await callNow(studio, call)).endReason, "provider_unavailable");
  assertEquals(gateway.dialled.length, 1);
});

Deno.test("reconcile: news that came while the provider was asked is not overlooked", async () => {
  const studio = await openStudio();
  const { app, clock, gateway } = studio;
  const { call } = await unheardOf(studio);
  await clock.advance(gateway.quietSeconds * 1000);
  gateway.lookup = async () => {
    await report(studio, call, { type: "ringing" });
    return { kind: "not_found" };
  };
  await app.calls.reconcile(SILENT);
  assertEquals((await callNow(studio, call)).status, "ringing");
});

Deno.test("reconcile: a late event finds a call that was given up as it is", async () => {
  const studio = await openStudio();
  const { call, order } = await unheardOf(studio);
  studio.gateway.lookupResult = () => ({ kind: "not_found" });
  await studio.clock.advance(3_600_000);
  await studio.app.calls.reconcile(SILENT);
  const before = [await callNow(studio, call), await orderNow(studio, order)];
  await report(studio, call, { type: "answered", by: "person" });
  await report(studio, call, { type: "ended", reason: "contact_hangup", durationSeconds: 60 });
  assertEquals([await callNow(studio, call), await orderNow(studio, order)], before);
});

Deno.test("reconcile: one call that cannot be reconciled does not hold up the others", async () => {
  const studio = await openStudio();
  const { app, clock, gateway } = studio;
  const { call: bad } = await unheardOf(studio);
  await clock.advance(1);
  const { call: good } = await unheardOf(studio);
  gateway.lookupResult = (call) => {
    if (call.id === bad.id) throw new Error("not to be read");
    return found(studio, call, ...STORY);
  };
  await clock.advance(60_000);
  const error = await assertRejects(() => app.calls.reconcile(SILENT), AggregateError);
  assertEquals(error.message, "1 of 2 failed");
  assertEquals((await callNow(studio, good)).status, "completed");
});

Deno.test("reconcile: two workers at once do no harm", async () => {
  const studio = await openStudio();
  const { app, clock, gateway } = studio;
  const { call } = await unheardOf(studio);
  gateway.lookupResult = () => found(studio, call, ...STORY);
  await clock.advance(60_000);
  await Promise.all([app.calls.reconcile(SILENT), app.calls.reconcile(SILENT)]);
  assertEquals((await balanceNow(studio)).spent, 130_000n);
  assertEquals(gateway.dialled.length, 1);
});

Deno.test("reconcile: of both clients' calls each is asked about, longest silent first", async () => {
  const studio = await openStudio();
  const { app, clock, gateway, stranger, other } = studio;
  const theirs = await addOrder({ ...studio, company: other });
  await app.calls.initiate(stranger, { callOrderUuid: theirs.id });
  await clock.advance(1000);
  await addCall(studio);
  await clock.advance(60_000);
  assertEquals(await app.calls.reconcile(SILENT), 2);
  assertEquals(gateway.lookedUp.map(({ clientId }) => clientId), [
    other.client.id,
    studio.company.client.id,
  ]);
  const { calls } = await contentsOf(studio.store);
  assertEquals(calls.map(({ status }) => status), ["queued", "queued"]);
});

Deno.test("reconcile: a call that outlasts its longest duration is hung up, not a second sooner", async () => {
  const studio = await openStudio();
  const { app, clock, gateway } = studio;
  const { call } = await unheardOf(studio);
  gateway.lookupResult = () => found(studio, call, ...STORY.slice(0, 3));
  await clock.advance(SILENT * 1000 + 1);
  await app.calls.reconcile(SILENT);
  const grace = 60;
  await clock.advance((call.maxSeconds + grace) * 1000);
  await app.calls.reconcile(SILENT);
  assertEquals(gateway.hungUp, [], "the provider has a minute to end it by itself");
  await clock.advance(SILENT * 1000 + 1);
  await app.calls.reconcile(SILENT);
  assertEquals(gateway.hungUp.map(({ id, providerCallId }) => [id, providerCallId]), [
    [call.id, "line-1"],
  ]);
  gateway.lookupResult = () =>
    found(studio, call, ...STORY.slice(0, 3), {
      type: "ended",
      reason: "max_duration",
      durationSeconds: call.maxSeconds + grace,
    });
  await clock.advance(SILENT * 1000 + 1);
  await app.calls.reconcile(SILENT);
  assertEquals((await callNow(studio, call)).endReason, "max_duration");
  assertEquals(gateway.hungUp.length, 1);
});

Deno.test("reconcile: a call that rings for long is not hung up for being long", async () => {
  const studio = await openStudio();
  const { call } = await unheardOf(studio);
  studio.gateway.lookupResult = () => found(studio, call, ...STORY.slice(0, 2));
  await studio.clock.advance(24 * 3_600_000);
  await studio.app.calls.reconcile(SILENT);
  assertEquals(studio.gateway.hungUp, []);
});
