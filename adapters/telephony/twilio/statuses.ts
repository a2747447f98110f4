/**
 * The provider's words in ours: statuses of calls, SIP response codes, error codes.
 *
 * Sources: https://www.twilio.com/docs/voice/api/call-resource#call-status-values,
 * https://www.twilio.com/docs/api/errors, RFC 3261 §21.
 *
 * @module
 */
import type { AnsweredBy, EndReason } from "../../../src/calls/call.ts";
import { endReasonOf as endReasonOfSip } from "../sip/statuses.ts";

/** What is known of an ended call. */
export interface End {
  /** As the provider calls it. */
  status: string;
  /** Null when never answered or not known. */
  durationSeconds: number | null;
  maxSeconds: number;
  answeredBy: AnsweredBy | null;
  /** SIP response that ended it, where it is told. */
  sipCode: number | null;
}

/** Whether a call with that status has ended. */
export function hasEnded(status: string): boolean {
  return ["completed", "busy", "no-answer", "canceled", "failed"].includes(status);
}

/** Why a call ended. */
export function endReasonOf(
  { status, durationSeconds, maxSeconds, answeredBy, sipCode }: End,
): EndReason {
  switch (status) {
    case "busy":
      return "busy";
    case "no-answer":
      return "no_answer";
    case "canceled":
      return "canceled";
    case "completed":
      if (durationSeconds !== null && durationSeconds >= maxSeconds) return "max_duration";
      // Who of the two hung up is not told.
      return answeredBy === "machine" ? "voicemail" : "contact_hangup";
    default:
      // Asked, the provider tells no reason at all, and and its documentation says no more than
      // that most likely there is no such number. Its webhooks bring the network's own answer.
      return sipCode === null ? "invalid_number" : endReasonOfSip(sipCode);
  }
}

/** Who answered, by machine detection; null when it could not tell. */
export function answeredByOf(text: string | null): AnsweredBy | null {
  if (text === "human") return "person";
  return text !== null && /^(machine|fax)/.test(text) ? "machine" : null;
}

/** Why a request to dial was refused, by the HTTP status and the provider's own code. */
export function refusalOf(httpStatus: number, code: number | null): EndReason {
  switch (code) {
    case 13223:
    case 13224:
    case 21211:
    case 21214:
    case 21217:
    case 21401:
    case 21421:
      return "invalid_number";
    case 13227:
    case 13225:
    case 21210:
    case 21212:
    case 21213:
    case 21215:
    case 21216:
    case 21219:
      return "forbidden";
    case 10001:
    case 20005:
    case 21606:
      return code === 21606 ? "forbidden" : "provider_balance";
    case 12100:
    case 21205:
    case 21218:
      return "media_incompatible";
  }
  switch (httpStatus) {
    case 401:
      return "auth_failed";
    case 402:
      return "provider_balance";
    case 403:
      return code === 20003 ? "auth_failed" : "forbidden";
    // There is no such account.
    case 404:
      return "auth_failed";
    default:
      return "provider_unavailable";
  }
}
