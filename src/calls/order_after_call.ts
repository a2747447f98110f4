/**
 * What a call makes of its order.
 *
 * @module
 */
import { type CallOrder, isOpenOrder } from "../call_orders/call_order.ts";
import type { DialingRules } from "../campaigns/campaign.ts";
import type { Call, EndReason } from "./call.ts";

/** Ends that are our provider's fault: they cost the order no attempt. */
const OURS: readonly EndReason[] = [
  "provider_unavailable",
  "provider_balance",
  "auth_failed",
  "forbidden",
  "media_incompatible",
  "canceled",
];
/** Ends after which the number is not worth another try. */
const HOPELESS: readonly EndReason[] = ["invalid_number", "unwanted", "rejected_by_network"];
/** Ends after which the person has not been spoken to, but may be another time. */
const MISSED: readonly EndReason[] = [
  "busy",
  "no_answer",
  "voicemail",
  "declined",
  "agent_unavailable",
];

/** The order after its call has ended; a person's do_not_call stays. */
export function orderAfterCall(
  order: CallOrder,
  call: Call,
  rules: DialingRules,
  now: Date,
): CallOrder {
  const reason = call.endReason;
  if (reason === null) return order;
  const ours = OURS.includes(reason);
  const attempts = order.attempts + (ours ? 0 : 1);
  const counted = { ...order, attempts, updatedAt: now };
  if (!isOpenOrder(order.status)) return { ...counted, nextDialAt: null };
  if (ours) {
    const again = rules.autoDial && order.scheduledTime !== null;
    return {
      ...counted,
      status: "planned",
      nextDialAt: again ? retryTime(order, rules, now) : null,
    };
  }
  if (HOPELESS.includes(reason)) return { ...counted, status: "failed", nextDialAt: null };
  if (!MISSED.includes(reason)) return { ...counted, status: "contacted", nextDialAt: null };
  if (attempts >= rules.maxAttempts) return { ...counted, status: "failed", nextDialAt: null };
  if (!rules.autoDial) return { ...counted, status: "rescheduled", nextDialAt: null };
  const next = retryTime(order, rules, now);
  return { ...counted, status: "rescheduled", scheduledTime: next, nextDialAt: next };
}

/** The order once the person has asked not to be called again. */
export function orderAfterOptOut(order: CallOrder, now: Date): CallOrder {
  return { ...order, status: "do_not_call", nextDialAt: null, updatedAt: now };
}

/** Some time from now, but never before the order's own time: somebody may have called early. */
function retryTime({ scheduledTime }: CallOrder, rules: DialingRules, now: Date): Date {
  const retry = new Date(now.getTime() + rules.retryAfterMinutes * 60_000);
  return scheduledTime !== null && scheduledTime > retry ? scheduledTime : retry;
}
