/**
 * What a voice agent's platform reports of a call: what was said and found out. What the line does
 * is for the telephony provider alone to say, because money hangs on it.
 *
 * @module
 */
import type { Json } from "../kernel/json.ts";
import type { EndReason } from "./call.ts";
import type { Turn } from "./transcript.ts";

/** Most turns of one transcript. */
export const MAX_TURNS = 5000;
/** Most characters of one turn. */
export const MAX_TURN_TEXT = 10_000;
/** Most characters of a summary, or of an outcome's text. */
export const MAX_AGENT_TEXT = 10_000;
/** Most outcomes of one report. */
export const MAX_OUTCOMES = 200;
/** Most characters of an event's id. */
export const MAX_EVENT_ID = 200;

/** Most characters of a recording's URL. */
export const MAX_RECORDING_URL = 2000;

/** Ends that an agent may know of. */
export const AGENT_ENDS = [
  "agent_hangup",
  "contact_hangup",
  "voicemail",
] as const satisfies readonly EndReason[];

/** How the conversation ended, by the agent's word. */
export type AgentEnd = typeof AGENT_ENDS[number];

/** A finding as reported: not checked yet. */
export type ReportedOutcome = {
  name: string;
  /** Null for not found out. */
  value: Json;
  /** Index of the turn that it rests on, from 0, where known. */
  turn: number | null;
};

/** One report. Each part that is present is whole: it replaces what was reported before. */
export type AgentReport = {
  callUuid: string;
  /** Unique within the call; the same id is applied once. */
  eventId: string;
  /** When it was true; an older report never replaces a newer one. */
  at: Date;
  turns?: Turn[];
  summary?: string;
  outcomes?: ReportedOutcome[];
  /** Whether the contact wishes not to be called again; it cannot be taken back here. */
  optOut?: boolean;
  /** Where the platform keeps the recording (MP3). */
  recording?: { url: string };
  /** Set once the conversation is over; the reason is null when the agent does not know it. */
  ended?: { reason: AgentEnd | null };
};
