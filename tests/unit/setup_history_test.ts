import { assert, assertEquals } from "@std/assert";
import { eventsOf } from "../../adapters/telephony/simulated/timeline.ts";
import type { CallEvent } from "../../src/calls/call_event.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { ContactRecord } from "../../src/records/record.ts";
import type { History, PastCall, PastOrder } from "../../src/setup/history.ts";
import { assertSumsHold } from "../support/recount.ts";
import { minutes } from "../support/rows.ts";
import {
  addOrder,
  addRecord,
  balanceNow,
  openStudio,
  refused,
  refusedUnwritten,
  type Studio,
} from "../support/studio.ts";
import { contentsOf } from "../support/watched_store.ts";

/** A call to the record at that minute, as the simulated network would have gone about it. */
function pastCall({ clientId, phoneNumber }: ContactRecord, minute: number, nth = 0): PastCall {
  const dialedAt = minutes(minute);
  const id = newId(dialedAt);
  const outcomes = [{ name: "interested", type: "boolean", description: "Interest" }] as const;
  const events = eventsOf({
    ref: { clientId, callId: id },
    to: phoneNumber,
    ringSeconds: 30,
    maxSeconds: 900,
    outcomes: [...outcomes],
    context: { contact: "Bo Chen", campaign: "Spring" },
    dialedAt,
    seed: "test",
    speed: 1,
    refused: null,
    nextAt: null,
    hungUpAt: null,
    nth,
    requests: 1,
    pushed: 0,
  }, "EUR");
  return { id, dialedAt, provider: "scripted", events };
}

function pastOrder(
  { company }: Pick<Studio, "company">,
  record: ContactRecord,
  minute: number,
  calls: PastCall[],
): PastOrder {
  const ids = { recordUuid: record.id, campaignUuid: company.campaign.id };
  return { ...ids, orderedAt: minutes(minute), calls };
}

/** Makes the same call, event by event, at the same times. */
async function callLive(
  studio: Studio,
  record: ContactRecord,
  { dialedAt, events }: PastCall,
): Promise<void> {
  const { app, clock } = studio;
  const order = await addOrder(studio, {}, record);
  await clock.advance(dialedAt.getTime() - clock.now().getTime());
  const { call } = await app.calls.initiate(studio.master, { callOrderUuid: order.id });
  for (const event of events.filter(({ report }) => report.type !== "queued")) {
    await clock.advance(event.at.getTime() - clock.now().getTime());
    const ref = { clientId: call.clientId, callId: call.id };
    await app.calls.applyEvent({ ...event, ref, providerCallId: undefined });
  }
}

/** All that a call of the record left behind, without what differs from one store to another. */
async function traces({ store, company }: Studio, record: ContactRecord) {
  return await store.run("all", async (repos) => {
    const [call] = await repos.calls.ofRecord(record.id, 1);
    const orders = await repos.callOrders.list({ recordId: record.id }, { page: 1, limit: 10 });
    const stats = await repos.stats.ofCampaign(company.campaign.id);
    const balance = await repos.balance.get(company.client.id);
    const ledger = await repos.balance.ledger(company.client.id, 10);
    const notes = await repos.records.notes(record.id, 10);
    const { id, clientId: _, orderId: _o, recordId: _r, campaignId: _k, assistantId: _a, ...rest } =
      call;
    return {
      call: { ...rest, providerCallId: null, tokenId: null },
      transcript: await repos.calls.transcript(id),
      outcomes: await repos.calls.outcomes(id),
      orders: orders.items.map(({ order: { status, attempts, nextDialAt, updatedAt } }) => ({
        status,
        attempts,
        nextDialAt,
        updatedAt,
      })),
      balance: { ...balance, clientId: null },
      ledger: ledger.map(({ kind, amount, at }) => ({ kind, amount, at })),
      figures: {
        ...stats,
        costs: stats?.costs.toSorted((a, b) => a.currency < b.currency ? -1 : 1),
        clientId: null,
        clientName: null,
        campaignId: null,
        campaignName: null,
      },
      outcomeCounts: await repos.stats.outcomes(company.campaign.id, 10),
      notes: notes.map(({ text, author, at }) => ({ text: text.replace(id, "ID"), author, at })),
      doNotCallAt: (await repos.records.get(record.id))?.record.doNotCallAt,
      listed: await repos.doNotCall.has(company.client.id, record.phoneNumber),
    };
  });
}

Deno.test("a call of the past leaves behind exactly what a live one does, however it ends", async () => {
  for (const magic of ["0001", "0002", "0003", "0004", "0005", "0006", "0008", "0009", "0010"]) {
    const [before, live] = [await openStudio(), await openStudio()];
    const phoneNumber = `+1415555${magic}`;
    const [pastRecord, liveRecord] = [
      await addRecord(before, { phoneNumber }),
      await addRecord(live, { phoneNumber }),
    ];
    const call = pastCall(pastRecord, 60);
    const history = { orders: [pastOrder(before, pastRecord, 0, [call])] };
    const report = await before.app.setup.importHistory(before.master, history);
    assertEquals(report, { orders: 1, calls: 1, notes: 0 });
    await callLive(live, liveRecord, call);
    assertEquals(await traces(before, pastRecord), await traces(live, liveRecord), magic);
  }
});

Deno.test("an order tells all its calls, and stands as the last one left it", async () => {
  const studio = await openStudio();
  const record = await addRecord(studio, { phoneNumber: "+14155550002" });
  const calls = [pastCall(record, 10, 0), pastCall(record, 90, 1)];
  await studio.app.setup.importHistory(studio.master, {
    orders: [{ ...pastOrder(studio, record, 5, calls), instructions: "Ask for Bo" }],
  });
  const { orders, calls: stored } = await contentsOf(studio.store);
  const [{ order }] = orders;
  assertEquals([order.status, order.attempts], ["rescheduled", 2]);
  assertEquals([order.createdAt, order.instructions], [minutes(5), "Ask for Bo"]);
  assertEquals(stored.map(({ id }) => id), [calls[1].id, calls[0].id]);
});

Deno.test("after any history a recount gives the same figures, and the ledger adds up", async () => {
  const studio = await openStudio();
  const orders: PastOrder[] = [];
  const notes = [];
  for (const company of [studio.company, studio.other]) {
    for (let i = 0; i < 230; i++) {
      const record = await addRecord({ ...studio, company });
      orders.push(pastOrder({ company }, record, i * 7, [pastCall(record, i * 7 + 3)]));
      notes.push({ recordUuid: record.id, author: "Ana", text: `Note ${i}`, at: minutes(i) });
    }
  }
  const report = await studio.app.setup.importHistory(studio.master, { orders, notes });
  assertEquals(report, { orders: 460, calls: 460, notes: 460 });
  const stored = await contentsOf(studio.store);
  assertEquals(stored.calls.length, 460);
  assert(
    new Set(stored.calls.map(({ endReason }) => endReason)).size >= 5,
    "calls end in all ways",
  );
  assertEquals(stored.notes.flat().filter(({ author }) => author === "Ana").length, 460);
  const answers = stored.outcomeCounts.map(([interested]) => interested.distinctValues);
  assertEquals(answers, [2, 2], "both campaigns have both answers");
  assertSumsHold(stored);
});

Deno.test("history is the operator's to import, and refused whole when a part is wrong", async () => {
  const studio = await openStudio();
  const { app, master } = studio;
  const record = await addRecord(studio);
  const foreign = await addRecord({ ...studio, company: studio.other });
  const good = pastOrder(studio, record, 0, [pastCall(record, 1)]);
  const unended = (call: PastCall) => ({
    ...call,
    events: call.events.filter(({ report }: CallEvent) => report.type !== "ended"),
  });
  const attempts: [History, Parameters<typeof refused>[1], string?][] = [
    [
      { orders: [good, { ...good, recordUuid: "nobody" }] },
      "not_found",
      "Record not found or access denied",
    ],
    [
      { orders: [good, { ...good, recordUuid: newId(minutes(0)) }] },
      "not_found",
      "Record not found or access denied",
    ],
    [
      { orders: [good, { ...good, campaignUuid: newId(minutes(0)) }] },
      "not_found",
      "Campaign not found or access denied",
    ],
    [
      { orders: [good, { ...good, campaignUuid: studio.other.campaign.id }] },
      "invalid",
      "campaignUuid: belongs to another client than the record",
    ],
    [
      { orders: [good, pastOrder(studio, foreign, 0, [])] },
      "invalid",
    ],
    [{ orders: [{ ...good, calls: [unended(pastCall(record, 1))] }] }, "invalid"],
    [
      {
        orders: [good],
        notes: [{ recordUuid: record.id, author: "A", text: " ", at: minutes(0) }],
      },
      "invalid",
      "text: must not be empty",
    ],
  ];
  for (const [history, code, message] of attempts) {
    const attempt = () => app.setup.importHistory(master, history);
    await refusedUnwritten(studio, attempt, code, message);
  }
  await refusedUnwritten(
    studio,
    () => app.setup.importHistory(studio.admin, { orders: [good] }),
    "forbidden",
    "Forbidden: Only the operator may do this",
  );
});

Deno.test("of two open orders for a record in a campaign, neither is written", async () => {
  const studio = await openStudio();
  const record = await addRecord(studio);
  const order = pastOrder(studio, record, 0, []);
  const attempt = () => studio.app.setup.importHistory(studio.master, { orders: [order, order] });
  const { message } = await refused(attempt, "conflict");
  assert(message.includes("is still open"), message);
  assertEquals((await contentsOf(studio.store)).orders, []);
});

Deno.test("history that the client had not paid for is refused before anything is written", async () => {
  const studio = await openStudio();
  const { client } = studio.company;
  await studio.store.run("all", ({ access }) =>
    access.saveClient({
      ...client,
      tariff: { ...client.tariff, perMinute: 20_000_000n },
    }));
  const orders: PastOrder[] = [];
  for (let i = 0; i < 15; i++) {
    const record = await addRecord(studio);
    orders.push(pastOrder(studio, record, i, [pastCall(record, i)]));
  }
  await refusedUnwritten(
    studio,
    () => studio.app.setup.importHistory(studio.master, { orders }),
    "insufficient_balance",
  );
  assertEquals((await balanceNow(studio)).reserved, 0n);
});
