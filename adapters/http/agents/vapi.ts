/**
 * Vapi's server message `end-of-call-report` (https://docs.vapi.ai/server-url/events; the fields are
 * those of its OpenAPI document's ServerMessageEndOfCallReport, Artifact and Analysis). Outcomes are
 * the analysis' structured data and the structured outputs. It tells no turns that they rest on.
 *
 * @module
 */
import { z } from "zod";
import type { AgentEnd, AgentReport } from "../../../src/calls/agent_report.ts";
import type { Json } from "../../../src/kernel/json.ts";
import { callUuidIn, momentOf, outcomesOf, parsePayload, turnsOf } from "./payload.ts";

const messageType = z.object({ message: z.object({ type: z.string() }) });
const structuredData = z.record(z.string(), z.json());
const structuredOutput = z.object({ name: z.string(), result: z.json().nullish() });
const variables = z.record(z.string(), z.unknown()).nullish();

const endOfCall = z.object({
  message: z.object({
    timestamp: z.union([z.number(), z.string()]).optional(),
    endedReason: z.string().nullish(),
    call: z.object({
      id: z.string(),
      metadata: variables,
      assistantOverrides: z.object({ variableValues: variables, metadata: variables }).nullish(),
    }),
    artifact: z.object({
      messages: z.array(z.object({
        role: z.string(),
        // Tool calls and their results have none.
        message: z.string().nullish(),
        secondsFromStart: z.number().nullish(),
      })).nullish(),
      variableValues: variables,
      // WAV unless the assistant's artifactPlan.recordingFormat is "mp3".
      recordingUrl: z.string().nullish(),
      stereoRecordingUrl: z.string().nullish(),
      // By id, each with a name and a result; what does not look so is passed over.
      structuredOutputs: variables,
    }).nullish(),
    analysis: z.object({
      summary: z.string().nullish(),
      structuredData: z.unknown().optional(),
    }).nullish(),
  }),
});

/** The call as a report; null for other messages, such as `status-update`. */
export function vapiReport(payload: unknown, now: Date): AgentReport | null {
  if (parsePayload(messageType, payload).message.type !== "end-of-call-report") return null;
  const { message } = parsePayload(endOfCall, payload);
  const { call, artifact, analysis, timestamp } = message;
  const recordingUrl = artifact?.recordingUrl ?? artifact?.stereoRecordingUrl;
  return {
    callUuid: callUuidIn(
      "message.call (metadata or assistantOverrides.variableValues)",
      call.metadata,
      call.assistantOverrides?.variableValues,
      call.assistantOverrides?.metadata,
      artifact?.variableValues,
    ),
    eventId: `${call.id}.${timestamp ?? ""}`,
    at: momentOf(timestamp, now),
    turns: turnsOf(
      artifact?.messages?.map((turn) => ({
        role: turn.role,
        text: turn.message,
        seconds: turn.secondsFromStart,
      })),
    ),
    summary: analysis?.summary ?? undefined,
    ...outcomesOf([
      ...Object.entries(structuredData.safeParse(analysis?.structuredData).data ?? {}),
      ...Object.values(artifact?.structuredOutputs ?? {}).flatMap(findings),
    ]),
    ...(recordingUrl ? { recording: { url: recordingUrl } } : {}),
    ended: { reason: endOf(message.endedReason ?? "") },
  };
}

/** A structured output is one value, or an object with a finding in each property. */
function findings(output: unknown): [string, Json][] {
  const { name = "", result = null } = structuredOutput.safeParse(output).data ?? {};
  if (result === null) return [];
  const many = typeof result === "object" && !Array.isArray(result);
  return many ? Object.entries(result) : [[name, result]];
}

function endOf(reason: string): AgentEnd | null {
  if (reason === "voicemail") return "voicemail";
  if (reason.startsWith("customer-ended-call")) return "contact_hangup";
  const byAgent = reason.startsWith("assistant-ended-call") ||
    reason === "assistant-said-end-call-phrase";
  return byAgent ? "agent_hangup" : null;
}
