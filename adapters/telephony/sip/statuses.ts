/**
 * What SIP's response codes (RFC 3261 §21, RFC 8197, RFC 8688) mean for a call.
 *
 * @module
 */
import type { EndReason } from "../../../src/calls/call.ts";

const REASONS = new Map<number, EndReason>([
  [401, "auth_failed"],
  [402, "provider_balance"],
  [403, "forbidden"],
  [404, "invalid_number"],
  [407, "auth_failed"],
  [408, "no_answer"],
  [410, "invalid_number"],
  [415, "media_incompatible"],
  [429, "provider_unavailable"],
  [480, "no_answer"],
  [484, "invalid_number"],
  [486, "busy"],
  [487, "no_answer"],
  [488, "media_incompatible"],
  [503, "provider_unavailable"],
  [600, "busy"],
  [603, "declined"],
  [604, "invalid_number"],
  [606, "media_incompatible"],
  [607, "unwanted"],
  [608, "rejected_by_network"],
]);

/** Ends that the trunk decides by itself: nobody's phone has rung, where it had not said so before. */
const BEFORE_RINGING: readonly EndReason[] = [
  "auth_failed",
  "forbidden",
  "media_incompatible",
  "provider_balance",
  "provider_unavailable",
];

/**
 * Why a call that the trunk refused with that code has ended. Codes that say nothing of the person
 * are the provider's own trouble; redirections are among them, because following one would let the
 * trunk choose whom we pay.
 */
export function endReasonOf(status: number): EndReason {
  return REASONS.get(status) ?? "provider_unavailable";
}

/** Whether a call that ended so, before anything rang, was surely never put through. */
export function isRefusal(reason: EndReason): boolean {
  return BEFORE_RINGING.includes(reason);
}
