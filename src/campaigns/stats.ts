/**
 * A campaign's figures, kept up to date by differences: whoever changes a call or an order adds
 * what the change makes of the figures, in the same transaction. Reading them costs the same with
 * ten calls as with ten million.
 *
 * @module
 */
import type { Micros } from "../billing/money.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { CallOrder, CallOrderStatus } from "../call_orders/call_order.ts";
import { type Call, type EndReason, isLive } from "../calls/call.ts";
import type { Outcome } from "../calls/outcome.ts";
import { phoneCostOf } from "../calls/phone_cost.ts";

/** Sums of money in one currency. */
export type CostSums = {
  currency: string;
  /** What clients paid. */
  price: Micros;
  /** What the agents' platforms cost. */
  operational: Micros;
  /** What telephony cost, estimated for calls of which the provider has not told. */
  phone: Micros;
};

/** Figures of a campaign, or how they change. */
export type CampaignFigures = {
  /** Calls that were dialled, live ones included. */
  calls: number;
  /** Calls that a person or a machine picked up. */
  answered: number;
  /** Answered calls that have ended. */
  answeredEnded: number;
  /** Their seconds. */
  answeredSeconds: number;
  /** Only what occurs. */
  endReasons: Partial<Record<EndReason, number>>;
  /** Only what occurs. */
  orders: Partial<Record<CallOrderStatus, number>>;
  /** One entry per currency. */
  costs: CostSums[];
};

/** What of the figures is also kept day by day. */
export type DayFigures = Pick<
  CampaignFigures,
  "calls" | "answered" | "answeredEnded" | "answeredSeconds" | "costs"
>;

/** Figures of the calls of one day. */
export type DayStats = DayFigures & {
  /** UTC, such as 2026-03-02. */
  day: string;
};

/** Figures of a campaign, with its names. */
export type CampaignStats = CampaignFigures & {
  clientId: Uuid;
  clientName: string;
  /** ISO 4217, what the client pays in; costs may be in others too. */
  currency: string;
  campaignId: Uuid;
  campaignName: string;
};

/** How often an outcome came with a value. */
export type OutcomeCount = {
  name: string;
  type: Outcome["type"];
  value: Outcome["value"];
  count: number;
};

/** No figures, or no change. */
export function noFigures(): CampaignFigures {
  return {
    calls: 0,
    answered: 0,
    answeredEnded: 0,
    answeredSeconds: 0,
    endReasons: {},
    orders: {},
    costs: [],
  };
}

/**
 * The day that a call counts for: the UTC day on which it was made. All that becomes of it later
 * counts for that day too, so that a day's answers and costs are those of the day's own calls. UTC,
 * because a client's people, and whom they call, sit in many time zones.
 */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** What of figures is kept day by day. */
export function dayFigures(
  { calls, answered, answeredEnded, answeredSeconds, costs }: CampaignFigures,
): DayFigures {
  return { calls, answered, answeredEnded, answeredSeconds, costs };
}

/** Figures of a single call. */
export function figuresOfCall(call: Call): CampaignFigures {
  const answered = call.answeredAt !== null;
  const ended = !isLive(call);
  const told = phoneCostOf(call);
  const phone = told?.amount ?? 0n;
  const sameCurrency = told === null || told.currency === call.currency;
  const costs = [{
    currency: call.currency,
    price: call.price ?? 0n,
    operational: call.operationalCost ?? 0n,
    phone: sameCurrency ? phone : 0n,
  }];
  if (!sameCurrency) {
    costs.push({ currency: told.currency, price: 0n, operational: 0n, phone });
  }
  return {
    ...noFigures(),
    calls: 1,
    answered: answered ? 1 : 0,
    answeredEnded: answered && ended ? 1 : 0,
    answeredSeconds: answered && ended ? call.durationSeconds ?? 0 : 0,
    endReasons: call.endReason ? { [call.endReason]: 1 } : {},
    costs,
  };
}

/** Figures of a single order. */
export function figuresOfOrder(order: CallOrder): CampaignFigures {
  return { ...noFigures(), orders: { [order.status]: 1 } };
}

/** `a` plus `sign` times `b`; what comes to zero is left out. */
export function addFigures(a: CampaignFigures, b: CampaignFigures, sign: 1 | -1): CampaignFigures {
  const costs = new Map(a.costs.map((sums) => [sums.currency, sums]));
  const factor = BigInt(sign);
  for (const { currency, price, operational, phone } of b.costs) {
    const sums = costs.get(currency) ?? { currency, price: 0n, operational: 0n, phone: 0n };
    costs.set(currency, {
      currency,
      price: sums.price + factor * price,
      operational: sums.operational + factor * operational,
      phone: sums.phone + factor * phone,
    });
  }
  return {
    calls: a.calls + sign * b.calls,
    answered: a.answered + sign * b.answered,
    answeredEnded: a.answeredEnded + sign * b.answeredEnded,
    answeredSeconds: a.answeredSeconds + sign * b.answeredSeconds,
    endReasons: addCounts(a.endReasons, b.endReasons, sign),
    orders: addCounts(a.orders, b.orders, sign),
    costs: [...costs.values()].filter((s) => s.price || s.operational || s.phone),
  };
}

/** What replacing `before` (null: nothing) by `after` makes of a campaign's figures. */
export function difference(
  before: CampaignFigures | null,
  after: CampaignFigures,
): CampaignFigures {
  return before === null ? after : addFigures(after, before, -1);
}

/** Whether a change changes nothing. */
export function isZero(figures: CampaignFigures): boolean {
  const { calls, answered, answeredEnded, answeredSeconds, endReasons, orders, costs } = figures;
  return !calls && !answered && !answeredEnded && !answeredSeconds &&
    !Object.keys(endReasons).length && !Object.keys(orders).length &&
    costs.every((sums) => !sums.price && !sums.operational && !sums.phone);
}

function addCounts<K extends string>(
  a: Partial<Record<K, number>>,
  b: Partial<Record<K, number>>,
  sign: 1 | -1,
): Partial<Record<K, number>> {
  const sums: Partial<Record<K, number>> = { ...a };
  for (const key of Object.keys(b) as K[]) {
    const sum = (sums[key] ?? 0) + sign * (b[key] ?? 0);
    if (sum === 0) delete sums[key];
    else sums[key] = sum;
  }
  return sums;
}
