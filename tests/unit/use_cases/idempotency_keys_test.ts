import { assertEquals } from "@std/assert";
import { NOON } from "../../support/rows.ts";
import {
  addOrder,
  openStudio,
  refused,
  refusedUnwritten,
  type Studio,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";

async function initiate(studio: Studio, idempotencyKey?: string, order?: { id: string }) {
  const { id } = order ?? await addOrder(studio);
  return await studio.app.calls.initiate(studio.admin, { callOrderUuid: id, idempotencyKey });
}

Deno.test("initiate-call: the same key with the same order gives the same call", async () => {
  const studio = await openStudio();
  const order = await addOrder(studio);
  const first = await initiate(studio, " key-1 ", order);
  const before = await contentsOf(studio.store);
  const again = await initiate(studio, "key-1", { id: order.id.toUpperCase() });
  assertEquals(again, { ...first, repeated: true });
  assertEquals(await contentsOf(studio.store), before);
  // Also when the call has ended long since.
  const ref = { clientId: first.call.clientId, callId: first.call.id };
  const report = { type: "ended", reason: "busy", durationSeconds: null } as const;
  await studio.app.calls.applyEvent({ ref, eventId: "end", at: NOON, report });
  await studio.clock.advance(24 * 3_600_000);
  const late = await initiate(studio, "key-1", order);
  assertEquals([late.call.id, late.call.status, late.repeated], [first.call.id, "busy", true]);
  assertEquals(studio.gateway.dialled.length, 1);
});

Deno.test("initiate-call: the same key with another order is a conflict", async () => {
  const studio = await openStudio();
  await initiate(studio, "key-1");
  const other = await addOrder(studio);
  const text = "idempotencyKey: was used for another call order; use a new key";
  await refusedUnwritten(studio, () => initiate(studio, "key-1", other), "conflict", text);
  assertEquals(studio.gateway.dialled.length, 1);
});

Deno.test("initiate-call: a key is its client's own, and a refused try does not use it up", async () => {
  const studio = await openStudio();
  const { app, stranger, company, store } = studio;
  const paused = { ...company.campaign, status: "paused" as const };
  await store.run("all", ({ campaigns }) => campaigns.save(paused));
  await refused(() => initiate(studio, "key-1"), "campaign_not_active");
  await store.run("all", ({ campaigns }) => campaigns.save(company.campaign));
  assertEquals((await initiate(studio, "key-1")).repeated, false);
  const { id } = await addOrder({ ...studio, company: studio.other });
  const theirs = await app.calls.initiate(stranger, {
    callOrderUuid: id,
    idempotencyKey: "key-1",
  });
  assertEquals(theirs.repeated, false);
});

for (
  const [key, message] of [
    ["", "idempotencyKey: must not be empty"],
    ["k".repeat(201), "idempotencyKey: must be at most 200 characters, got 201"],
    ["a\0", "idempotencyKey: contains control or broken Unicode characters"],
  ]
) {
  Deno.test(`initiate-call: the key ${JSON.stringify(key.slice(0, 9))} is refused`, async () => {
    const studio = await openStudio();
    const order = await addOrder(studio);
    await refusedUnwritten(studio, () => initiate(studio, key, order), "invalid", message);
  });
}

Deno.test("initiate-call: keys are forgotten after two days, and not before", async () => {
  const studio = await openStudio();
  const { app, clock } = studio;
  await initiate(studio, "key-1");
  await clock.advance(48 * 3_600_000);
  assertEquals(await app.calls.forgetKeys(), 0);
  await clock.advance(1);
  assertEquals(await app.calls.forgetKeys(), 1);
  assertEquals((await initiate(studio, "key-1")).repeated, false);
});
