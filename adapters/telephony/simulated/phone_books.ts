/**
 * What the simulated network remembers. Everything else about a call follows from these few facts.
 *
 * The books are the network's own, apart from the studio's, as a real provider's would be: after a
 * crash it can be asked what it dialled, and a test can count.
 *
 * @module
 */
import type { EndReason } from "../../../src/calls/call.ts";
import type { CallRef } from "../../../src/calls/call_event.ts";
import type { OutcomeDefinition } from "../../../src/campaigns/assistant.ts";

/** What the network keeps of a request to dial. */
export interface Asked {
  ref: CallRef;
  /** E.164. */
  to: string;
  ringSeconds: number;
  maxSeconds: number;
  outcomes: OutcomeDefinition[];
  context: Record<string, string>;
}

/** A request that came for the first time, and what the network decided on it. */
export interface NewEntry extends Asked {
  dialedAt: Date;
  /** What decides, together with number and {@link BookedCall.nth}, how the call goes. */
  seed: string;
  /** Simulated seconds in a real one. */
  speed: number;
  /** Why it was not dialled; null when it was. */
  refused: EndReason | null;
  /** When its next events are to be reported; null when there are none, or somebody must ask. */
  nextAt: Date | null;
}

/** A line of the books. */
export interface BookedCall extends NewEntry {
  /** Calls that the number had before, refused ones aside. */
  nth: number;
  /** Times that somebody asked to dial this call; it was dialled once at most. */
  requests: number;
  /** Events that were reported. */
  pushed: number;
  /** When the studio asked to end it; null when it did not. */
  hungUpAt: Date | null;
}

/** The network's memory. Every method may reject when it cannot be reached. */
export interface PhoneBooks {
  /** Books a call, unless it is there; either way counts the request and returns the line. */
  ask(entry: NewEntry): Promise<BookedCall>;
  /** Books calls that are not there as they are: history. */
  add(calls: BookedCall[]): Promise<void>;
  /** The line of a call. */
  get(ref: CallRef): Promise<BookedCall | null>;
  /**
   * Calls with events due by `now`; when there are more than `limit`, those that are longest due.
   * They are due again at `until` unless {@link plan} says otherwise, so that of several replicas one
   * takes each.
   */
  claim(now: Date, until: Date, limit: number): Promise<BookedCall[]>;
  /** Notes how many events were reported, and when the next are due. */
  plan(ref: CallRef, pushed: number, nextAt: Date | null): Promise<void>;
  /** Notes the first wish to end a call; its events are due at once, if any are to come. */
  hangUp(ref: CallRef, at: Date): Promise<void>;
  /** Latest calls first: what was asked to dial, how often, and what came of it. */
  list(limit: number): Promise<BookedCall[]>;
}
