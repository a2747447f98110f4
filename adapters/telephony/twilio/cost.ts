/**
 * What a call costs us, once the provider tells. Connectivity alone, says the provider: detection of
 * machines, streams and recordings stand on its invoice besides.
 *
 * @module
 */
import type { Money } from "../../../src/billing/money.ts";
import type { CallResource } from "./api.ts";

const PRICE = /^-?(\d{1,12})(?:\.(\d{1,20}))?$/;

/** The price of a call with all that its TwiML dialled; null until each leg has one. */
export function costOf(legs: CallResource[]): Money | null {
  let amount = 0n;
  let currency: string | null = null;
  for (const { status, price, priceUnit } of legs) {
    if (price === null && status !== "completed") continue;
    const micros = microsOf(price ?? "");
    const unit = priceUnit?.toUpperCase() ?? "";
    if (micros === null || !/^[A-Z]{3}$/.test(unit)) return null;
    // One account is billed in one currency; of anything else there is no sum.
    if (currency !== null && currency !== unit) return null;
    currency = unit;
    amount += micros;
  }
  return currency === null ? null : { amount, currency };
}

/** Millionths, rounded up; a charge comes as a negative number. */
function microsOf(text: string): bigint | null {
  const match = PRICE.exec(text);
  if (match === null) return null;
  const [, whole, places = ""] = match;
  const kept = BigInt(whole) * 1_000_000n + BigInt(places.slice(0, 6).padEnd(6, "0"));
  return kept + (/[1-9]/.test(places.slice(6)) ? 1n : 0n);
}
