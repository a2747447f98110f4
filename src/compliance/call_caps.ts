/**
 * Caps on what a client, or one token, may start: calls a minute and a day, and money a day. They
 * hold back a program that has run wild; checked in the transaction that reserves the money, under
 * the lock of the client's balance, so that no two calls slip through together.
 *
 * @module
 */
import { formatMicros, type Micros, parseMicros, parsePrice } from "../billing/money.ts";
import { DomainError, type ErrorCode, invalid } from "../kernel/errors.ts";
import { requireCount } from "./require_rules.ts";

/** The caps of a client or of a token; null or absent: any number. */
export type CallCaps = {
  maxCallsPerMinute?: number | null;
  /** Of the current day in UTC. */
  maxCallsPerDay?: number | null;
  /**
   * Of the calls that were started on the current day in UTC: what ended ones cost, and what is
   * reserved for live ones. Decimal text in the client's currency.
   */
  maxSpendPerDay?: string | null;
};

/** What was started lately. */
export type Started = {
  /** Calls of the last sixty seconds. */
  lastMinute: number;
  /** Calls of the day. */
  today: number;
  /** What the day's calls cost, or may cost. */
  spend: Micros;
};

/** Moments from which {@link Started} counts. */
export function periodsAt(now: Date): { minute: Date; day: Date } {
  const day = new Date(now);
  day.setUTCHours(0, 0, 0, 0);
  return { minute: new Date(now.getTime() - 60_000), day };
}

/** Whether there is any cap. */
export function isCapped({ maxCallsPerMinute, maxCallsPerDay, maxSpendPerDay }: CallCaps): boolean {
  return [maxCallsPerMinute, maxCallsPerDay, maxSpendPerDay].some((cap) => (cap ?? null) !== null);
}

/** Why one more call, of that price at most, may not be started; null when it may. */
export function refusalByCaps(
  whose: "client" | "token",
  caps: CallCaps,
  started: Started,
  price: Micros,
  now: Date,
): DomainError | null {
  const { maxCallsPerMinute: minute, maxCallsPerDay: day, maxSpendPerDay: spend } = caps;
  const inAMinute = new Date(now.getTime() + 60_000);
  const tomorrow = new Date(periodsAt(now).day.getTime() + 24 * 3_600_000);
  const refusal = (code: ErrorCode, what: string, retryAt: Date) =>
    new DomainError(code, `${what}; try again at ${retryAt.toISOString()}`, { retryAt });
  if (isNumber(minute) && started.lastMinute >= minute) {
    const what = `The ${whose} may start ${minute} calls a minute, and has`;
    return refusal(`${whose}_calls_per_minute`, what, inAMinute);
  }
  if (isNumber(day) && started.today >= day) {
    const what = `The ${whose} may start ${day} calls a day (UTC), and has`;
    return refusal(`${whose}_calls_per_day`, what, tomorrow);
  }
  if (typeof spend !== "string") return null;
  const cap = parseMicros("maxSpendPerDay", spend);
  if (started.spend + price <= cap) return null;
  const what = `The ${whose} may spend ${spend} a day (UTC); ${formatMicros(started.spend)} is ` +
    `spent or reserved, and this call may cost ${formatMicros(price)}`;
  return price > cap
    ? new DomainError(`${whose}_spend_per_day`, `${what}; the cap is too low for any such call`)
    : refusal(`${whose}_spend_per_day`, what, tomorrow);
}

/**
 * The caps, money always written the same.
 *
 * @throws DomainError `invalid` for caps that make no sense.
 */
export function requireCaps<C extends CallCaps>(caps: C, path: string): C {
  const field = (name: string) => path === "" ? name : `${path}.${name}`;
  for (const name of ["maxCallsPerMinute", "maxCallsPerDay"] as const) {
    const value = caps[name];
    if (isNumber(value)) requireCount(field(name), value, 1, 1_000_000);
  }
  const { maxSpendPerDay: spend } = caps;
  if (typeof spend !== "string") return caps;
  const micros = parsePrice(field("maxSpendPerDay"), spend);
  if (micros === 0n) throw invalid(field("maxSpendPerDay"), "must be more than 0");
  return { ...caps, maxSpendPerDay: formatMicros(micros) };
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number";
}
