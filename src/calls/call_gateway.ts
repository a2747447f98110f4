/**
 * Port: the phone network.
 *
 * @module
 */
import type { AgentConnection, OutcomeDefinition } from "../campaigns/assistant.ts";
import type { Call, EndReason } from "./call.ts";
import type { CallEvent, CallRef } from "./call_event.ts";

/** All that a provider needs to place a call. */
export type DialRequest = {
  /** Our identity of the call: the provider's idempotency token where it takes one. */
  ref: CallRef;
  /** E.164. */
  to: string;
  ringSeconds: number;
  /** Seconds from the answer after which the provider must end the call. */
  maxSeconds: number;
  agent: {
    connection: AgentConnection;
    outcomes: OutcomeDefinition[];
    /** What the agent is to know: names of record and campaign, instructions, parameters. */
    context: Record<string, string>;
  };
};

/** What became of the wish to dial. */
export type DialResult =
  | { kind: "accepted"; providerCallId: string }
  /** Surely not dialled. */
  | { kind: "refused"; reason: EndReason }
  /** May or may not have been dialled: never ask again, find out. */
  | { kind: "unknown"; why: string };

/** What a provider knows of a call. */
export type LookupResult =
  | { kind: "found"; providerCallId: string; events: CallEvent[] }
  | { kind: "not_found" }
  | { kind: "unknown"; why: string };

/** A recording as bytes. */
export type RecordingStream = {
  /** Always `audio/mpeg`. */
  contentType: "audio/mpeg";
  /** Bytes in all, whatever part is sent. */
  totalBytes: number;
  /** First byte sent. */
  start: number;
  /** Last byte sent. */
  end: number;
  body: ReadableStream<Uint8Array>;
};

/** Bytes wanted, inclusive as in RFC 9110 §14.1.2; `end` null for the rest. */
export type ByteRange = {
  start: number;
  end: number | null;
};

/** Places calls and tells what came of them. No method rejects for what a provider does. */
export interface CallGateway {
  /** Name that is kept with each call, such as `simulated`. */
  readonly provider: string;
  /** Seconds after which a call that the provider does not know was surely never dialled. */
  readonly quietSeconds: number;
  /** Asks once; never re-sends. */
  dial(request: DialRequest): Promise<DialResult>;
  /** All that is known of a call so far, as the events it consists of. */
  lookup(call: Call): Promise<LookupResult>;
  /**
   * Asks the provider to end the call, if it is still live; idempotent; what comes of it is told by
   * events.
   */
  hangUp(call: Call): Promise<void>;
  /** The recording or a part of it; null when there is none. */
  recording(call: Call, range: ByteRange | null): Promise<RecordingStream | null>;
}
