/**
 * What a telephony provider or an agent's platform reports of a call. Events may come late, twice,
 * or out of order.
 *
 * @module
 */
import type { Money } from "../billing/money.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { AnsweredBy, EndReason } from "./call.ts";
import type { Outcome } from "./outcome.ts";
import type { Turn } from "./transcript.ts";

/** A call with its client: all that is needed to find it, and to ask one shard only. */
export type CallRef = {
  clientId: Uuid;
  callId: Uuid;
};

/** What may be reported. */
export type CallReport =
  | { type: "queued" | "ringing" }
  | { type: "answered"; by: AnsweredBy | null }
  /** Found out after the answer. */
  | { type: "answered_by"; by: AnsweredBy }
  | {
    type: "ended";
    reason: EndReason;
    /** From the answer, whole seconds; null when never answered or not known yet. */
    durationSeconds: number | null;
  }
  | { type: "phone_cost"; cost: Money }
  | { type: "recording"; reference: string; durationSeconds: number | null }
  | { type: "agent_recording"; url: string }
  | { type: "transcript"; turns: Turn[]; summary: string | null }
  | { type: "summary"; summary: string }
  | { type: "outcomes"; outcomes: Outcome[] }
  | { type: "opted_out" };

/** One report of one call. */
export type CallEvent = {
  ref: CallRef;
  /** Unique within the call; the same id is applied once. */
  eventId: string;
  /**
   * Begins the ids of reports that replace each other, such as an agent's transcripts: one that is
   * older than another of its series is noted, and changes nothing.
   */
  series?: string;
  /** When it happened, by the provider's clock. */
  at: Date;
  /** The provider's own id of the call, where the event carries it. */
  providerCallId?: string;
  report: CallReport;
};
