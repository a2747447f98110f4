import { assert, assertEquals } from "@std/assert";
import type { DialResult } from "../../../src/calls/call_gateway.ts";
import {
  addOrder,
  balanceNow,
  callNow,
  openStudio,
  orderNow,
  refused,
  statsNow,
  type Studio,
} from "../../support/studio.ts";
import { PAID_IN } from "../../support/world.ts";

const RESERVED = 1_810_000n;

async function initiate(studio: Studio, idempotencyKey?: string, order?: { id: string }) {
  const { id } = order ?? await addOrder(studio);
  return await studio.app.calls.initiate(studio.admin, { callOrderUuid: id, idempotencyKey });
}

Deno.test("initiate-call: what was refused for sure releases the money and plans the order again", async () => {
  for (const status of ["planned", "busy", "rescheduled"] as const) {
    const studio = await openStudio();
    studio.gateway.dialResult = () => ({ kind: "refused", reason: "provider_unavailable" });
    const order = await addOrder(studio, { status });
    const { call, balance } = await initiate(studio, "key-1", order);
    assertEquals([call.status, call.endReason, call.price, call.durationSeconds], [
      "failed",
      "provider_unavailable",
      0n,
      null,
    ]);
    assertEquals([balance.available, balance.reserved, balance.spent], [PAID_IN, 0n, 0n]);
    const after = await orderNow(studio, order);
    assertEquals([after.status, after.attempts], ["planned", 0]);
    assertEquals((await statsNow(studio)).endReasons, { provider_unavailable: 1 });
    // It may be tried again at once, with a new key.
    studio.gateway.dialResult = () => ({ kind: "accepted", providerCallId: "line" });
    assertEquals((await initiate(studio, "key-2", order)).call.status, "queued");
  }
});

Deno.test("initiate-call: a refusal because of the number fails the order", async () => {
  const studio = await openStudio();
  studio.gateway.dialResult = () => ({ kind: "refused", reason: "invalid_number" });
  const order = await addOrder(studio);
  assertEquals((await initiate(studio, undefined, order)).call.endReason, "invalid_number");
  const after = await orderNow(studio, order);
  assertEquals([after.status, after.attempts], ["failed", 1]);
});

Deno.test("initiate-call: an unknown result stays dialing, and is never dialled again", async () => {
  const studio = await openStudio();
  const { app, clock, gateway } = studio;
  gateway.dialResult = () => ({ kind: "unknown", why: "timeout" });
  const order = await addOrder(studio);
  const { call, balance } = await initiate(studio, "key-1", order);
  assertEquals([call.status, call.providerCallId, balance.reserved], ["dialing", null, RESERVED]);
  assertEquals((await initiate(studio, "key-1", order)).call.id, call.id);
  await refused(() => initiate(studio, undefined, order), "conflict");
  await clock.advance(3_600_000);
  await refused(() => initiate(studio, undefined, order), "conflict");
  await app.calls.dialDue();
  assertEquals(gateway.dialled.length, 1);
});

Deno.test("initiate-call: what a provider reports before it answers is not undone by its answer", async () => {
  const studio = await openStudio();
  const { app, gateway, clock } = studio;
  gateway.dialResult = async ({ ref }): Promise<DialResult> => {
    const at = clock.now();
    const report = { type: "ended", reason: "busy", durationSeconds: null } as const;
    await app.calls.applyEvent({ ref, eventId: "1", at, report });
    return { kind: "accepted", providerCallId: "line" };
  };
  const { call, balance } = await initiate(studio);
  assertEquals([call.status, call.providerCallId, balance.reserved], ["busy", "line", 0n]);
});

Deno.test("initiate-call: a store that fails right after the dial does not lose the call's uuid", async () => {
  for (const result of ["accepted", "unknown"] as const) {
    const studio = await openStudio();
    const { store, gateway } = studio;
    const order = await addOrder(studio);
    gateway.dialResult = () => {
      store.down = true;
      return result === "accepted"
        ? { kind: "accepted", providerCallId: "line" }
        : { kind: "unknown", why: "timeout" };
    };
    const { call, balance, recordName } = await initiate(studio, undefined, order);
    store.down = false;
    assertEquals(call.id, gateway.dialled[0].ref.callId);
    assertEquals([call.status, balance.reserved, balance.available], [
      "dialing",
      RESERVED,
      PAID_IN - RESERVED,
    ]);
    assertEquals(recordName, "Bo Chen");
    assertEquals((await callNow(studio, call)).status, "dialing");
  }
});

Deno.test("initiate-call: a store that fails before the dial dials nothing", async () => {
  const studio = await openStudio();
  const order = await addOrder(studio);
  studio.store.down = true;
  await refused(() => initiate(studio, undefined, order), "unavailable");
  assertEquals(studio.gateway.dialled, []);
});

Deno.test("initiate-call: a process that stalls before it dials does not dial late", async () => {
  for (const [seconds, dials] of [[30, 1], [31, 0]]) {
    const studio = await openStudio();
    const { store, clock, gateway } = studio;
    const order = await addOrder(studio);
    const run = store.run.bind(store);
    store.run = async (scope, work) => {
      const result = await run(scope, work);
      store.run = run;
      // The call is committed; now the process sleeps.
      await clock.advance(seconds * 1000);
      return result;
    };
    const { call } = await initiate(studio, undefined, order);
    assertEquals(gateway.dialled.length, dials);
    assertEquals(call.status, dials ? "queued" : "dialing");
    if (dials) continue;
    // The reconciler learns that nobody ever dialled.
    gateway.lookupResult = () => ({ kind: "not_found" });
    await clock.advance(60_000);
    await studio.app.calls.reconcile(10);
    const ended = await callNow(studio, call);
    assertEquals([ended.status, ended.endReason], ["failed", "provider_unavailable"]);
    assertEquals((await balanceNow(studio)).available, PAID_IN);
  }
});

Deno.test("initiate-call: the gateway is never used inside a transaction", async () => {
  const studio = await openStudio();
  let uses = 0;
  const check = studio.gateway.onUse;
  studio.gateway.onUse = () => {
    check();
    uses++;
  };
  const { call } = await initiate(studio);
  await studio.clock.advance(60_000);
  await studio.app.calls.reconcile(10);
  await studio.app.calls.openRecording({ clientId: call.clientId, callId: call.id }, null);
  assert(uses === 2, "dialled and looked up; there is no recording to open");
});
