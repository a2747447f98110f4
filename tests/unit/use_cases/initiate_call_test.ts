import { assertEquals } from "@std/assert";
import { newId } from "../../../src/kernel/ids.ts";
import { minutes, NOON } from "../../support/rows.ts";
import {
  addOrder,
  addRecord,
  balanceNow,
  callNow,
  NOBODY,
  openStudio,
  orderNow,
  refused,
  refusedUnwritten,
  statsNow,
  type Studio,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";
import { PAID_IN } from "../../support/world.ts";

/** 0.01 and 0.12 a minute, for the 900 seconds that the campaign allows. */
const RESERVED = 1_810_000n;

async function initiate(studio: Studio, idempotencyKey?: string, order?: { id: string }) {
  const { id } = order ?? await addOrder(studio);
  return await studio.app.calls.initiate(studio.admin, { callOrderUuid: id, idempotencyKey });
}

Deno.test("initiate-call: reserves the longest call's price, dials once, and tells the balance", async () => {
  const studio = await openStudio();
  const { company, gateway } = studio;
  const order = await addOrder(studio);
  const { call, balance, repeated, ...names } = await initiate(studio, undefined, order);
  assertEquals(repeated, false);
  assertEquals([call.status, call.providerCallId, call.reserved, call.price], [
    "queued",
    `line-${call.id}`,
    RESERVED,
    null,
  ]);
  assertEquals(call.timeline.map(({ status }) => status), ["dialing", "queued"]);
  assertEquals([call.initiatedBy, call.provider], [company.user.id, "scripted"]);
  assertEquals([names.campaignName, names.clientName], [
    company.campaign.name,
    company.client.name,
  ]);
  const { paidIn, available, reserved, spent } = balance;
  assertEquals([paidIn, available, reserved, spent], [PAID_IN, PAID_IN - RESERVED, RESERVED, 0n]);
  assertEquals(gateway.dialled.length, 1);
  assertEquals(await callNow(studio, call), call);
  assertEquals((await statsNow(studio)).calls, 1);
  // Until the call has ended the order stays as it is.
  assertEquals(await orderNow(studio, order), order);
  const { audit, ledgers } = await contentsOf(studio.store);
  assertEquals([audit[0].action, audit[0].subjectId], ["initiate-call", call.id]);
  const moves = ledgers.flat().filter(({ callId }) => callId === call.id);
  assertEquals(moves.map(({ kind, amount }) => [kind, amount]), [["reserve", RESERVED]]);
});

Deno.test("initiate-call: the provider gets all that it needs, and the agent what it should know", async () => {
  const studio = await openStudio({ ringSeconds: 25, maxCallSeconds: 120 });
  const { company, gateway } = studio;
  const parameters = { plan: "gold", seats: 3, tags: ["a"], vip: true };
  const record = await addRecord(studio, { name: "Ana Lima", parameters });
  const order = await addOrder(studio, { instructions: "Be brief." }, record);
  const { call } = await initiate(studio, undefined, order);
  assertEquals(gateway.dialled, [{
    ref: { clientId: company.client.id, callId: call.id },
    to: record.phoneNumber,
    ringSeconds: 25,
    maxSeconds: 120,
    agent: {
      connection: company.assistant.connection,
      outcomes: company.assistant.outcomes,
      context: {
        contact: "Ana Lima",
        campaign: company.campaign.name,
        instructions: "Be brief.",
        "parameters.plan": "gold",
        "parameters.seats": "3",
        "parameters.tags": '["a"]',
        "parameters.vip": "true",
      },
    },
  }]);
  assertEquals(call.reserved, 250_000n);
});

Deno.test("initiate-call: the last cent may be reserved, and nothing beyond it", async () => {
  const studio = await openStudio();
  const { store, company } = studio;
  const perMinute = PAID_IN / 15n;
  const tariff = {
    currency: "USD",
    setup: PAID_IN - 15n * perMinute,
    perMinute,
    incrementSeconds: 1,
  };
  const save = (setup: bigint) =>
    store.run(
      "all",
      ({ access }) => access.saveClient({ ...company.client, tariff: { ...tariff, setup } }),
    );
  await save(tariff.setup + 1n);
  const text = "Insufficient client balance to initiate calls";
  await refused(() => initiate(studio), "insufficient_balance", text);
  await save(tariff.setup);
  assertEquals((await initiate(studio)).balance.available, 0n);
  await refused(() => initiate(studio), "insufficient_balance", text);
});

Deno.test("initiate-call: a call keeps the prices that held when it was dialled", async () => {
  const studio = await openStudio();
  const { store, company } = studio;
  const { call } = await initiate(studio);
  const dearer = { ...company.client.tariff, perMinute: 9_000_000n };
  await store.run("all", ({ access }) => access.saveClient({ ...company.client, tariff: dearer }));
  const ref = { clientId: call.clientId, callId: call.id };
  const report = { type: "ended", reason: "contact_hangup", durationSeconds: 60 } as const;
  await studio.app.calls.applyEvent({ ref, eventId: "end", at: minutes(1), report });
  assertEquals((await callNow(studio, call)).price, 130_000n);
});

Deno.test("initiate-call: a second try is refused with the live call's uuid", async () => {
  const studio = await openStudio();
  const order = await addOrder(studio);
  const { call } = await initiate(studio, undefined, order);
  const again = () => initiate(studio, undefined, order);
  const text = `Call order already has a live call: ${call.id}. Follow it with get-call-details.`;
  const error = await refusedUnwritten(studio, again, "conflict", text);
  assertEquals(error.details.existing, call.id);
  assertEquals(studio.gateway.dialled.length, 1);
});

Deno.test("initiate-call: twenty at once on one order dial once", async () => {
  for (const key of [undefined, "key-1"]) {
    const studio = await openStudio();
    const order = await addOrder(studio);
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => initiate(studio, key, order)),
    );
    const made = tries.filter(({ status }) => status === "fulfilled");
    assertEquals(made.length, key ? 20 : 1);
    assertEquals(studio.gateway.dialled.length, 1);
    assertEquals((await contentsOf(studio.store)).calls.length, 1);
    assertEquals((await balanceNow(studio)).reserved, RESERVED);
  }
});

Deno.test("initiate-call: at once on many orders, the cap holds and so does the balance", async () => {
  const studio = await openStudio({ maxConcurrentCalls: 3 });
  const orders = await Promise.all(Array.from({ length: 9 }, () => addOrder(studio)));
  const tries = await Promise.allSettled(
    orders.map((order) => initiate(studio, undefined, order)),
  );
  assertEquals(tries.filter(({ status }) => status === "fulfilled").length, 3);
  assertEquals(studio.gateway.dialled.length, 3);
  assertEquals((await balanceNow(studio)).reserved, 3n * RESERVED);
});

Deno.test("initiate-call: foreign, unknown and malformed uuids look alike", async () => {
  const studio = await openStudio();
  const { app, stranger } = studio;
  const { id } = await addOrder(studio);
  for (const callOrderUuid of [id, NOBODY, "x"]) {
    await refusedUnwritten(
      studio,
      () => app.calls.initiate(stranger, { callOrderUuid }),
      "not_found",
      "Call order not found or access denied",
    );
  }
});

Deno.test("initiate-call: a master's call lands in the order's client, and is paid by it", async () => {
  const studio = await openStudio();
  const { app, master, other, store } = studio;
  const { id } = await addOrder({ ...studio, company: other });
  const { call, balance, clientName } = await app.calls.initiate(master, { callOrderUuid: id });
  assertEquals([call.clientId, balance.clientId, clientName], [
    other.client.id,
    other.client.id,
    other.client.name,
  ]);
  assertEquals([balance.reserved, (await balanceNow(studio)).reserved], [RESERVED, 0n]);
  assertEquals((await contentsOf(store)).audit[0].clientId, other.client.id);
});

Deno.test("initiate-call: an order is dialled anew until its attempts are used up", async () => {
  const studio = await openStudio();
  const order = await addOrder(studio);
  const seen = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const { call } = await initiate(studio, undefined, order);
    seen.add(call.id);
    const ref = { clientId: call.clientId, callId: call.id };
    const report = { type: "ended", reason: "no_answer", durationSeconds: null } as const;
    await studio.app.calls.applyEvent({ ref, eventId: newId(NOON), at: NOON, report });
  }
  assertEquals(seen.size, 3);
  const after = await orderNow(studio, order);
  assertEquals([after.status, after.attempts], ["failed", 3]);
});
