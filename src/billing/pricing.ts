/**
 * What a call costs a client, and what it costs us.
 *
 * @module
 */
import { type Micros, parseMicros } from "./money.ts";

/** Prices that a client pays for calls that were answered. */
export type Tariff = {
  /** ISO 4217; the client's balance is kept in it. */
  currency: string;
  /** Once per answered call. */
  setup: Micros;
  /** Per minute from the answer on. */
  perMinute: Micros;
  /** Seconds that are billed at a time: 60 bills whole minutes. */
  incrementSeconds: number;
};

/**
 * What the phone network is expected to charge us per minute, as decimal text in the tariff's
 * currency: by the callee's country (ISO 3166-1 alpha-2), and under `default` for every other.
 */
export type PhoneRates = Record<string, string>;

/** The rate of a country; null when none is known. */
export function phoneRate(rates: PhoneRates, country: string): Micros | null {
  const rate: string | undefined = rates[country] ?? rates.default;
  return rate === undefined ? null : parseMicros("phoneRates", rate);
}

/** Price of an answered call of that many seconds; every increment that was begun counts. */
export function priceOf(tariff: Tariff, seconds: number): Micros {
  const increments = Math.ceil(seconds / tariff.incrementSeconds);
  return tariff.setup + perSeconds(tariff.perMinute, increments * tariff.incrementSeconds);
}

/** Cost of that many seconds at a price per minute, rounded up to the millionth. */
export function perSeconds(perMinute: Micros, seconds: number): Micros {
  return (perMinute * BigInt(seconds) + 59n) / 60n;
}
