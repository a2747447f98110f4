/**
 * Money on the wire: decimal text, exact to the millionth, beside its currency.
 *
 * @module
 */
import { z } from "zod";
import type { Balance, NamedBalance } from "../../../src/billing/balance_service.ts";
import { formatMicros } from "../../../src/billing/money.ts";
import type { CostSums } from "../../../src/campaigns/stats.ts";

/** A client's money. */
export const balanceShape = z.object({
  available: z.string(),
  reserved: z.string(),
  currency: z.string(),
});

/** What a client may spend, and what is held back for calls that have not ended. */
export function presentBalance({ available, reserved, currency }: Balance) {
  return { available: formatMicros(available), reserved: formatMicros(reserved), currency };
}

/** Balances of many clients, of which there may be more than so many; nothing when there are none. */
export function presentBalances(balances: NamedBalance[], most: number) {
  if (balances.length === 0) return {};
  return {
    balances: balances.map(({ clientId, clientName, ...balance }) => ({
      client: { uuid: clientId, name: clientName },
      ...presentBalance({ clientId, ...balance }),
    })),
    ...(balances.length < most ? {} : { balancesOmitted: `after the first ${most} by name` }),
  };
}

/** What calls cost, in one currency: the client pays `totalPrice`; `margin` is what remains of it. */
export function presentCosts({ currency, price, operational, phone }: CostSums) {
  return {
    operationalCost: formatMicros(operational),
    phoneCost: formatMicros(phone),
    totalPrice: formatMicros(price),
    margin: formatMicros(price - operational - phone),
    currency,
  };
}

/** The same of several currencies. */
export interface AllCosts extends Omit<ReturnType<typeof presentCosts>, "currency" | "margin"> {
  /** Absent where costs are in several currencies: nothing remains of a price that they are not in. */
  margin?: string;
  /** Absent while nothing was ever spent and the client's currency is not at hand. */
  currency?: string;
  /** Sums that do not add up with the others. */
  otherCurrencies?: Omit<ReturnType<typeof presentCosts>, "margin">[];
}

/** Sums with the currency that the client pays in first; zeros when there are none yet. */
export function presentAllCosts(sums: CostSums[], currency: string | null): AllCosts {
  const main = sums.find((s) => s.currency === currency) ?? sums.find((s) => s.price !== 0n) ??
    sums.at(0);
  if (main === undefined) {
    const none = presentCosts({ currency: "", price: 0n, operational: 0n, phone: 0n });
    return { ...none, currency: currency ?? undefined };
  }
  const others = sums.filter((s) => s !== main);
  if (others.length === 0) return presentCosts(main);
  return { ...withoutMargin(main), otherCurrencies: others.map(withoutMargin) };
}

function withoutMargin(sums: CostSums) {
  const { margin: _, ...costs } = presentCosts(sums);
  return costs;
}
