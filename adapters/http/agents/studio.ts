/**
 * Reports in our own words, for platforms without a mapping of their own and for home-made agents.
 *
 * @module
 */
import { z } from "zod";
import {
  AGENT_ENDS,
  type AgentReport,
  MAX_EVENT_ID,
  MAX_OUTCOMES,
  MAX_RECORDING_URL,
  MAX_TURNS,
} from "../../../src/calls/agent_report.ts";
import { parsePayload } from "./payload.ts";

/** The body of a report. Each part may come in a report of its own, in any order. */
export const studioPayload = z.object({
  callUuid: z.uuid().describe("The call, as handed over with the connection."),
  eventId: z.string().min(1).max(MAX_EVENT_ID).describe(
    "Unique within the call; the same id is applied once.",
  ),
  at: z.iso.datetime({ offset: true }).optional().describe(
    "When the report was true; an older one never replaces a newer one. Default: now.",
  ),
  transcript: z.array(z.object({
    role: z.enum(["agent", "contact"]),
    startSeconds: z.number().min(0).max(86_400).describe("From the answer."),
    text: z.string().min(1),
  })).max(MAX_TURNS).optional().describe("All that was said so far."),
  summary: z.string().optional(),
  outcomes: z.array(z.object({
    name: z.string().describe("Of one of the assistant's outcome definitions."),
    value: z.union([z.boolean(), z.number(), z.string(), z.null()]),
    turn: z.int().min(0).nullish().describe("Index of the turn that it rests on, from 0."),
  })).max(MAX_OUTCOMES).optional().describe("All that was found out so far."),
  optOut: z.boolean().optional().describe("The contact wishes not to be called again."),
  recording: z.object({ url: z.string().max(MAX_RECORDING_URL) }).optional().describe(
    "Where its recording is: an https:// URL that serves audio/mpeg, at one of the assistant's " +
      "recording hosts. Shown to nobody.",
  ),
  ended: z.object({ reason: z.enum(AGENT_ENDS).nullish() }).optional().describe(
    "The conversation is over, and how where known.",
  ),
});

/** A report in our own words. @throws HttpProblem 422. */
export function studioReport(payload: unknown, now: Date): AgentReport {
  const { transcript, outcomes, at, ended, ...rest } = parsePayload(studioPayload, payload);
  return {
    ...rest,
    at: at === undefined ? now : new Date(at),
    turns: transcript,
    outcomes: outcomes?.map(({ turn, ...outcome }) => ({ ...outcome, turn: turn ?? null })),
    ended: ended && { reason: ended.reason ?? null },
  };
}
