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
import { callUuidIn, momentOf, outcomesOf, parsePayload } from "./payload.ts";

const messageType = z.object({ message: z.object({ type: z.string() }) });
const values = z.record(z.string(), z.json());
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
      structuredOutputs: z.record(
        z.string(),
        z.object({ name: z.string(), result: z.json().nullish() }),
      ).nullish(),
    }).nullish(),
    analysis: z.object({
      summary: z.string().nullish(),
      structuredData: values.nullish(),
    }).nullish(),
  }),
});

const ROLES: Record<string, "agent" | "contact"> = {
  bot: "agent",
  assistant: "agent",
  user: "contact",
};

/** The call as a report; null for other messages, such as `status-update`. */
export function vapiReport(payload: unknown, now: Date): AgentReport | null {
  if (parsePayload(messageType, payload).message.type !== "end-of-call-report") return null;
  const { message } = parsePayload(endOfCall, payload);
  const { call, artifact, analysis, timestamp } = message;
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
    turns: artifact?.messages?.flatMap(({ role, message, secondsFromStart }) =>
      message && Object.hasOwn(ROLES, role)
        ? [{ role: ROLES[role], startSeconds: Math.max(0, secondsFromStart ?? 0), text: message }]
        : []
    ),
    summary: analysis?.summary ?? undefined,
    ...outcomesOf([
      ...Object.entries(analysis?.structuredData ?? {}),
      ...Object.values(artifact?.structuredOutputs ?? {}).flatMap(findings),
    ]),
    ended: { reason: endOf(message.endedReason ?? "") },
  };
}

/** A structured output is one value, or an object with a finding in each property. */
function findings({ name, result }: { name: string; result?: Json }): [string, Json][] {
  if (result === undefined || result === null) return [];
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
