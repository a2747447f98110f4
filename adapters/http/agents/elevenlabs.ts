/**
 * ElevenLabs' post-call webhook, type `post_call_transcription`: the conversation with its analysis
 * (https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks; its `data` is what "Get
 * conversation" answers). Outcomes are its data collection's results. It tells neither who hung up,
 * nor the turns that an outcome rests on. The recording is what "Get conversation audio" answers
 * (https://elevenlabs.io/docs/api-reference/conversations/get-audio): MP3, for the API key alone.
 *
 * @module
 */
import { z } from "zod";
import type { AgentReport } from "../../../src/calls/agent_report.ts";
import { type AgentWebhook, recordingHostsOf } from "../../../src/campaigns/agent_webhook.ts";
import { callUuidIn, momentOf, outcomesOf, parsePayload, turnsOf } from "./payload.ts";

const payloadType = z.object({ type: z.string() });

const transcription = z.object({
  event_timestamp: z.union([z.number(), z.string()]).optional(),
  data: z.object({
    conversation_id: z.string(),
    // Not told by older webhooks.
    has_audio: z.boolean().nullish(),
    transcript: z.array(z.object({
      role: z.string(),
      message: z.string().nullish(),
      time_in_call_secs: z.number().nullish(),
    })).nullish(),
    analysis: z.object({
      transcript_summary: z.string().nullish(),
      data_collection_results: z.record(z.string(), z.object({ value: z.json().nullish() }))
        .nullish(),
    }).nullish(),
    conversation_initiation_client_data: z.object({
      dynamic_variables: z.record(z.string(), z.unknown()).nullish(),
    }).nullish(),
  }),
});

/** The conversation as a report; null for other types, such as `post_call_audio`. */
export function elevenLabsReport(
  payload: unknown,
  now: Date,
  webhook: Pick<AgentWebhook, "recordingHosts">,
): AgentReport | null {
  if (parsePayload(payloadType, payload).type !== "post_call_transcription") return null;
  const { event_timestamp: time, data } = parsePayload(transcription, payload);
  const collected = Object.entries(data.analysis?.data_collection_results ?? {});
  return {
    callUuid: callUuidIn(
      "data.conversation_initiation_client_data.dynamic_variables",
      data.conversation_initiation_client_data?.dynamic_variables,
    ),
    eventId: `${data.conversation_id}.${time ?? ""}`,
    at: momentOf(time, now),
    turns: turnsOf(
      data.transcript?.map((turn) => ({
        role: turn.role,
        text: turn.message,
        seconds: turn.time_in_call_secs,
      })),
    ),
    summary: data.analysis?.transcript_summary ?? undefined,
    ...outcomesOf(collected.map(([name, { value }]) => [name, value ?? null])),
    ...(data.has_audio === false ? {} : {
      recording: { url: audioUrl(data.conversation_id, webhook) },
    }),
    ended: { reason: null },
  };
}

/** Accounts with data residency have a host of their own, which the assistant's settings name. */
function audioUrl(id: string, { recordingHosts }: Pick<AgentWebhook, "recordingHosts">): string {
  const [host] = recordingHostsOf({ platform: "elevenlabs", recordingHosts });
  return `https://${host}/v1/convai/conversations/${encodeURIComponent(id)}/audio`;
}
