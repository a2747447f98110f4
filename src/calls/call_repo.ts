/**
 * Port: calls, and what was said and found out on them.
 *
 * @module
 */
import type { Started } from "../compliance/call_caps.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { PageRequest, Slice } from "../kernel/page.ts";
import type { Call, EndReason } from "./call.ts";
import type { CallRef } from "./call_event.ts";
import type { Outcome } from "./outcome.ts";
import type { Transcript } from "./transcript.ts";

/** A call with the names that it refers to. */
export type CallView = {
  call: Call;
  recordName: string;
  campaignName: string;
  clientName: string;
};

/** Which calls to list. */
export type CallFilter = {
  campaignId?: Uuid;
  recordId?: Uuid;
  orderId?: Uuid;
  /** True: those that have not ended; false: those that have. */
  live?: boolean;
  endReason?: EndReason;
};

/** An outcome with the call and campaign it comes from. */
export type OutcomeOfRecord = {
  callId: Uuid;
  campaignId: Uuid;
  campaignName: string;
  /** When the call was made. */
  at: Date;
  outcome: Outcome;
};

/** A caller's own key for one call, kept for at least a day. */
export type IdempotencyKey = {
  clientId: Uuid;
  key: string;
  /** Canonical form of the arguments that came with it. */
  fingerprint: string;
  callId: Uuid;
  at: Date;
};

/** Where a call stands among those that have ended, by their ends. */
export type EndOfCall = {
  endedAt: Date;
  id: Uuid;
};

/** Calls of the clients in scope. */
export interface CallRepo {
  /** The call with its names, or null. */
  get(id: Uuid): Promise<CallView | null>;
  /** The call, held until the transaction ends. */
  lock(ref: CallRef): Promise<Call | null>;
  /** The order's call that has not ended, if any. */
  liveOfOrder(clientId: Uuid, orderId: Uuid): Promise<Call | null>;
  /** Calls that have not ended. */
  countLive(clientId: Uuid, campaignId: Uuid): Promise<{ ofClient: number; ofCampaign: number }>;
  /** Calls that the client, or one token, has started since then; what they cost, or may cost. */
  startedSince(
    clientId: Uuid,
    tokenId: Uuid | null,
    periods: { minute: Date; day: Date },
  ): Promise<Started>;
  /**
   * Rejects when the order has a call that has not ended, or another call of the client has the
   * provider's id.
   */
  insert(call: Call): Promise<void>;
  /** Replaces a call that the transaction holds; rejects as {@link insert} does. */
  update(call: Call): Promise<void>;
  /** A page of calls, newest first. */
  list(filter: CallFilter, page: PageRequest): Promise<Slice<CallView>>;
  /** A record's calls, newest first. */
  ofRecord(recordId: Uuid, limit: number): Promise<Call[]>;
  /** Live calls whose `updatedAt` is before then, longest silent first. */
  silentSince(before: Date, limit: number): Promise<Call[]>;
  /** A provider's calls to a number that were made from then until then, both included; oldest first. */
  toNumber(provider: string, phoneNumber: string, from: Date, until: Date): Promise<Call[]>;
  /**
   * A provider's calls that were answered and have ended, that it knows by an id and has told no cost
   * of; those after that end, oldest end first.
   */
  unpriced(provider: string, after: EndOfCall, limit: number): Promise<Call[]>;

  /** Notes an event; false when the call had it before. */
  addEvent(ref: CallRef, eventId: string, at: Date): Promise<boolean>;
  /** Latest `at` of the call's events whose id begins with that, or null when there is none. */
  newestEvent(ref: CallRef, prefix: string): Promise<Date | null>;

  /** What was said, or null when nothing came. */
  transcript(callId: Uuid): Promise<Transcript | null>;
  /** Replaces the one that the call had, if any. */
  saveTranscript(ref: CallRef, transcript: Transcript): Promise<void>;

  /** In the order in which they were saved. */
  outcomes(callId: Uuid): Promise<Outcome[]>;
  /** Replaces all outcomes of a call. */
  saveOutcomes(ref: CallRef, outcomes: Outcome[]): Promise<void>;
  /** A record's outcomes, newest call first, and as saved within a call. */
  outcomesOfRecord(recordId: Uuid, limit: number): Promise<OutcomeOfRecord[]>;

  /** What the client used the key for, or null. */
  findKey(clientId: Uuid, key: string): Promise<IdempotencyKey | null>;
  /** Rejects when the client has used the key. */
  insertKey(key: IdempotencyKey): Promise<void>;
  /** Forgets keys whose `at` is before then; how many. Operator's scope alone. */
  dropKeys(before: Date): Promise<number>;
}
