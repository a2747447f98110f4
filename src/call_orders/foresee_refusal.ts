/**
 * Says of an order beforehand why it would be refused when it is dialled.
 *
 * @module
 */
import { priceOf } from "../billing/pricing.ts";
import { refusalByCaps } from "../compliance/call_caps.ts";
import { alreadyLive, refusalToDial, unpaid } from "../compliance/dialing_checks.ts";
import type { PhoneNumbers } from "../compliance/phone_numbers.ts";
import type { DomainError } from "../kernel/errors.ts";
import { isOpenOrder } from "./call_order.ts";
import type { CallOrderView } from "./call_order_repo.ts";

/** An order that says what stands in its way. */
export type ForeseenOrder = Omit<CallOrderView, "circumstances"> & {
  /** Null when nothing does, and for orders that are closed. */
  blockedBy: DomainError | null;
};

/**
 * The view with the refusal that dialling it would meet: at its scheduled time, or now when it has
 * none or that has come. Only the checks of the dialling itself decide: much may change until then.
 */
export function foresee(phones: PhoneNumbers, view: CallOrderView, now: Date): ForeseenOrder {
  const { circumstances: _, ...shown } = view;
  const open = isOpenOrder(view.order.status);
  return { ...shown, blockedBy: open ? refusal(phones, view, now) : null };
}

function refusal(
  phones: PhoneNumbers,
  { order, circumstances }: CallOrderView,
  now: Date,
): DomainError | null {
  const { scheduledTime } = order;
  const { client, campaign, available } = circumstances;
  const price = priceOf(client.tariff, campaign.rules.maxCallSeconds);
  // What was started today changes by the minute; a cap that is below one call's price does not.
  const tooDear = refusalByCaps(
    "client",
    { maxSpendPerDay: client.rules.maxSpendPerDay },
    {
      lastMinute: 0,
      today: 0,
      spend: 0n,
    },
    price,
    now,
  );
  if (scheduledTime !== null && scheduledTime > now) {
    // Which calls are live now says nothing of then.
    const live = { ofClient: 0, ofCampaign: 0 };
    const then = { ...circumstances, live, order, now: scheduledTime };
    return refusalToDial(phones, then) ?? tooDear;
  }
  if (circumstances.liveCallId !== null) return alreadyLive(circumstances.liveCallId);
  return refusalToDial(phones, { ...circumstances, order, now }) ?? tooDear ??
    (available < price ? unpaid() : null);
}
