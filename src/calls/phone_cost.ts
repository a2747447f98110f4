/**
 * What telephony cost: as the provider told or, until it does, as the client's rates let expect.
 *
 * @module
 */
import type { Money } from "../billing/money.ts";
import { type Call, isLive } from "./call.ts";

/** What a call's telephony cost. */
export type PhoneCost = Money & {
  /** Whether the provider has not told yet; it may never. */
  estimated: boolean;
};

/** What a call's telephony cost, or null while nothing is known; estimates are of whole minutes. */
export function phoneCostOf(call: Call): PhoneCost | null {
  const { phoneCost, phoneCurrency, prices, currency } = call;
  if (phoneCost !== null && phoneCurrency !== null) {
    return { amount: phoneCost, currency: phoneCurrency, estimated: false };
  }
  if (prices.phonePerMinute === null || isLive(call) || call.answeredAt === null) return null;
  const minutes = BigInt(Math.ceil((call.durationSeconds ?? 0) / 60));
  return { amount: prices.phonePerMinute * minutes, currency, estimated: true };
}
