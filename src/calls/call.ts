/**
 * A call: one try to reach a record; and how its status may change.
 *
 * Statuses and end reasons are a closed set that every provider's own are mapped into.
 *
 * @module
 */
import type { Micros } from "../billing/money.ts";
import type { Tariff } from "../billing/pricing.ts";
import type { Uuid } from "../kernel/ids.ts";

/** Every status of a call. */
export const CALL_STATUSES = [
  "dialing",
  "queued",
  "ringing",
  "in_progress",
  "completed",
  "busy",
  "no_answer",
  "failed",
  "canceled",
] as const;

/** `dialing`: we are about to ask the provider, or have asked and do not know the answer. */
export type CallStatus = typeof CALL_STATUSES[number];

/** Statuses of a call that has not ended. */
export const LIVE_STATUSES: readonly CallStatus[] = ["dialing", "queued", "ringing", "in_progress"];

/** Every way in which a call may end. */
export const END_REASONS = [
  "contact_hangup",
  "agent_hangup",
  "ended_by_client",
  "max_duration",
  "contact_lost",
  "agent_lost",
  "voicemail",
  "busy",
  "no_answer",
  "canceled",
  "invalid_number",
  "forbidden",
  "auth_failed",
  "media_incompatible",
  "provider_balance",
  "provider_unavailable",
  "declined",
  "unwanted",
  "rejected_by_network",
  "agent_unavailable",
] as const;

/** Why a call ended. */
export type EndReason = typeof END_REASONS[number];

/** Who picked up. */
export type AnsweredBy = "person" | "machine";

/** A step of a call's life. */
export type TimelineEntry = {
  status: CallStatus;
  at: Date;
};

/** Where a recording lies at the provider; never shown to anybody. */
export type RecordingRef = {
  /** The provider's own handle. */
  reference: string;
  durationSeconds: number | null;
};

/** Prices that a call is reckoned by. */
export type CallPrices = {
  tariff: Tariff;
  /** Of the assistant, in the tariff's currency. */
  operationalPerMinute: Micros;
  /** What telephony is expected to cost, in the tariff's currency; null when nothing is known. */
  phonePerMinute: Micros | null;
};

/** One try to reach a record. */
export type Call = {
  id: Uuid;
  clientId: Uuid;
  orderId: Uuid;
  recordId: Uuid;
  campaignId: Uuid;
  assistantId: Uuid;
  /** Number that was dialled, E.164. */
  phoneNumber: string;
  status: CallStatus;
  /** Null until the call has ended. */
  endReason: EndReason | null;
  answeredBy: AnsweredBy | null;
  createdAt: Date;
  answeredAt: Date | null;
  endedAt: Date | null;
  /** From the answer to the end, whole seconds; null until then, or when never answered. */
  durationSeconds: number | null;
  timeline: TimelineEntry[];
  summary: string | null;
  recording: RecordingRef | null;
  /** Where the agent's platform keeps one of its own; never shown to anybody. */
  agentRecordingUrl: string | null;
  /** Adapter that dials it, such as `simulated`. */
  provider: string;
  /** The provider's own id, once it told. */
  providerCallId: string | null;
  /** ISO 4217, the client's. */
  currency: string;
  /** What it is reckoned by, as it was when it was dialled. */
  prices: CallPrices;
  /** Held back when it was dialled: the price of the longest allowed call. */
  reserved: Micros;
  /** What the client pays; null until the call has ended. */
  price: Micros | null;
  /** What the agent's platform costs us; null until the call has ended. */
  operationalCost: Micros | null;
  /** What the telephony provider charges us; null until it told. */
  phoneCost: Micros | null;
  /** ISO 4217, the provider's, which may differ from the client's; null while `phoneCost` is. */
  phoneCurrency: string | null;
  /** Seconds from the answer after which the provider ends it. */
  maxSeconds: number;
  /** Null when the server dialled it by itself. */
  initiatedBy: Uuid | null;
  /** The token that was used; null likewise, and for calls from before it was noted. */
  tokenId: Uuid | null;
  updatedAt: Date;
};

/** Whether a call has not ended. */
export function isLive(call: Call): boolean {
  return LIVE_STATUSES.includes(call.status);
}

/** How far a status is along; all ends are equally far. */
export function rankOf(status: CallStatus): number {
  const live = LIVE_STATUSES.indexOf(status);
  return live === -1 ? LIVE_STATUSES.length : live;
}

/** The status that goes with an end reason. */
export function endStatusOf(reason: EndReason): CallStatus {
  switch (reason) {
    case "contact_hangup":
    case "agent_hangup":
    case "ended_by_client":
    case "max_duration":
    case "contact_lost":
    case "agent_lost":
    case "voicemail":
      return "completed";
    case "busy":
    case "no_answer":
    case "canceled":
      return reason;
    default:
      return "failed";
  }
}
