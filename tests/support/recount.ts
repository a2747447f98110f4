/**
 * Counts calls, orders, outcomes and money anew, from the rows alone, and compares with the sums that
 * the store keeps: what must be true after whatever was done.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Call } from "../../src/calls/call.ts";
import { addFigures, type DayStats, noFigures } from "../../src/campaigns/stats.ts";
import type { Contents } from "./watched_store.ts";

/** Fails unless every sum is what a recount gives. */
export function assertSumsHold(contents: Contents): void {
  for (const stats of contents.stats) {
    const { campaignId, campaignName, clientId, clientName, currency, ...figures } = stats;
    const costs = figures.costs.toSorted(byCurrency);
    const recounted = recountCampaign(contents, campaignId);
    assertEquals({ ...figures, costs }, recounted);
    const [i, view] = [...contents.campaigns.entries()].find(([, { campaign }]) =>
      campaign.id === campaignId
    )!;
    const own = contents.calls.filter((call) => call.campaignId === campaignId);
    assertEquals(contents.days[i].map(inOrder), recountDays(own));
    const { endReasons: _, orders: _o, ...ofCalls } = recounted;
    assertEquals(sumOfDays(contents.days[i]), ofCalls, "the days add up to the campaign");
    const client = contents.clients.find(({ id }) => id === view.campaign.clientId)!;
    assertEquals([campaignName, clientId, clientName, currency], [
      view.campaign.name,
      client.id,
      client.name,
      client.tariff.currency,
    ]);
    const kept = contents.outcomeCounts[i].flatMap(({ values }) =>
      values.map(({ name, type, value, count }) => [JSON.stringify([name, type, value]), count])
    );
    assertEquals(Object.fromEntries(kept), recountOutcomes(contents, campaignId));
  }
  assertEquals(contents.daysOfAll.map(inOrder), recountDays(contents.calls));
  for (const [i, balance] of contents.balances.entries()) {
    if (balance !== null) assertMoneyHolds(contents, i);
  }
}

function recountCampaign({ calls, orders }: Contents, campaignId: string) {
  const ofCampaign = calls.filter((call) => call.campaignId === campaignId);
  return {
    ...recountCalls(ofCampaign),
    endReasons: tally(ofCampaign.flatMap(({ endReason }) => endReason ?? [])),
    orders: tally(
      orders.filter(({ order }) => order.campaignId === campaignId).map(({ order }) =>
        order.status
      ),
    ),
  };
}

/** By the UTC day on which they were made. */
function recountDays(calls: Call[]) {
  const days = Map.groupBy(calls, ({ createdAt }) => {
    const [year, month, day] = [
      createdAt.getUTCFullYear(),
      createdAt.getUTCMonth() + 1,
      createdAt.getUTCDate(),
    ];
    return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  });
  return Array.from(days, ([day, ofDay]) => ({ ...recountCalls(ofDay), day }))
    .toSorted((a, b) => a.day < b.day ? -1 : 1);
}

function sumOfDays(days: DayStats[]) {
  const { endReasons: _, orders: _o, ...sum } = days.reduce(
    (sum, day) => addFigures(sum, { ...noFigures(), ...day }, 1),
    noFigures(),
  );
  return { ...sum, costs: sum.costs.toSorted(byCurrency) };
}

function inOrder(day: DayStats): DayStats {
  return { ...day, costs: day.costs.toSorted(byCurrency) };
}

function recountCalls(calls: Call[]) {
  const answered = calls.filter((call) => call.answeredAt !== null);
  const over = answered.filter((call) => call.endedAt !== null);
  const costs = new Map<string, { price: bigint; operational: bigint; phone: bigint }>();
  const cost = (currency: string) => {
    const sums = costs.get(currency) ?? { price: 0n, operational: 0n, phone: 0n };
    costs.set(currency, sums);
    return sums;
  };
  for (const call of calls) {
    cost(call.currency).price += call.price ?? 0n;
    cost(call.currency).operational += call.operationalCost ?? 0n;
    if (call.phoneCurrency) cost(call.phoneCurrency).phone += call.phoneCost ?? 0n;
    else if (call.answeredAt && call.endedAt) {
      const minutes = Math.ceil((call.durationSeconds ?? 0) / 60);
      cost(call.currency).phone += BigInt(minutes) * (call.prices.phonePerMinute ?? 0n);
    }
  }
  return {
    calls: calls.length,
    answered: answered.length,
    answeredEnded: over.length,
    answeredSeconds: over.reduce((sum, call) => sum + (call.durationSeconds ?? 0), 0),
    costs: Array.from(costs, ([currency, sums]) => ({ currency, ...sums }))
      .filter(({ price, operational, phone }) => price || operational || phone)
      .toSorted(byCurrency),
  };
}

function recountOutcomes({ calls, outcomes }: Contents, campaignId: string) {
  const found = outcomes.filter((_, i) => calls[i].campaignId === campaignId).flat();
  return tally(found.map(({ name, type, value }) => JSON.stringify([name, type, value])));
}

function assertMoneyHolds({ clients, balances, ledgers, calls }: Contents, i: number): void {
  const { paidIn, available, reserved, spent } = balances[i]!;
  assertEquals(available + reserved + spent, paidIn, "paid in = available + reserved + spent");
  const sum = (kind: string) =>
    ledgers[i].filter((entry) => entry.kind === kind)
      .reduce((total, { amount }) => total + amount, 0n);
  assertEquals(
    { paidIn, spent, reserved },
    {
      paidIn: sum("top_up"),
      spent: sum("settle") + sum("adjust"),
      reserved: sum("reserve") - sum("settle") - sum("release"),
    },
    "the ledger adds up to the balance",
  );
  const own = calls.filter(({ clientId }) => clientId === clients[i].id);
  assertEquals(
    { spent, reserved },
    {
      spent: own.reduce((total, { price }) => total + (price ?? 0n), 0n),
      reserved: own.filter(({ endedAt }) => endedAt === null)
        .reduce((total, call) => total + call.reserved, 0n),
    },
    "the calls add up to the balance",
  );
}

function tally(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function byCurrency(a: { currency: string }, b: { currency: string }): number {
  return a.currency < b.currency ? -1 : 1;
}
