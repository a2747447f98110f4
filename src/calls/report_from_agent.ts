/**
 * Takes what an agent's platform reports of one of its calls: transcript, summary, outcomes, the
 * wish not to be called again, where its recording is, and that the conversation is over.
 *
 * An agent never ends a call in our books, nor says how long it took: it belongs to the client, who
 * pays by the second. That the conversation is over only has the provider asked at once.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import { type AgentWebhook, recordingHostsOf } from "../campaigns/agent_webhook.ts";
import type { AgentRef } from "../campaigns/agent_webhooks.ts";
import type { Assistant } from "../campaigns/assistant.ts";
import { invalid, notFound } from "../kernel/errors.ts";
import { requireId } from "../kernel/ids.ts";
import { cleanText, isStorable } from "../kernel/text.ts";
import { checkOutcomes } from "./agent_outcomes.ts";
import { recordingUrl } from "./agent_recordings.ts";
import {
  type AgentEnd,
  type AgentReport,
  MAX_AGENT_TEXT,
  MAX_EVENT_ID,
  MAX_TURN_TEXT,
} from "./agent_report.ts";
import { type Applied, applyCallEvent } from "./apply_call_event.ts";
import { type Call, isLive } from "./call.ts";
import type { CallReport } from "./call_event.ts";

/** What became of a report. */
export type AgentAnswer = {
  /** Parts that changed something, such as `transcript`. */
  applied: string[];
  /** In words, what was left out and why. */
  notes: string[];
};

/**
 * Applies a report. When it rejects, the same report may be sent again: what was applied before is
 * not applied twice.
 *
 * @throws DomainError `not_found` for a call that is not of this assistant; `invalid`.
 */
export async function reportFromAgent(
  ports: Pick<Ports, "uow" | "clock" | "gateway">,
  { clientId, assistantId }: AgentRef,
  report: AgentReport,
): Promise<AgentAnswer> {
  const callId = requireId("Call", report.callUuid);
  const { eventId } = report;
  if (eventId === "" || eventId.length > MAX_EVENT_ID || !isStorable(eventId)) {
    throw invalid("eventId", `must be text of 1 to ${MAX_EVENT_ID} characters`);
  }
  const [view, assistant] = await ports.uow.read(
    { clientId },
    ({ calls, campaigns }) => Promise.all([calls.get(callId), campaigns.getAssistant(assistantId)]),
  );
  if (view?.call.assistantId !== assistantId || assistant === null) throw notFound("Call");
  const now = ports.clock.now();
  const at = report.at < now ? report.at : now;
  const answer: AgentAnswer = { applied: [], notes: [] };
  for (const part of partsOf(report, answer.notes, assistant)) {
    const series = `agent.${part.name}.`;
    const outcome = await applyCallEvent(ports, {
      ref: { clientId, callId },
      // A wish is noted once, however often it is told.
      ...(part.once ? { eventId: series } : { eventId: series + eventId, series }),
      at,
      report: part.report,
    });
    if (outcome === "applied") answer.applied.push(part.name);
    else answer.notes.push(`${part.name}: ${WHY[outcome]}`);
  }
  if (report.ended && isLive(view.call)) await askAtOnce(ports, view.call, report.ended.reason);
  return answer;
}

const WHY: Record<Exclude<Applied, "applied">, string> = {
  duplicate: "was applied before",
  outdated: "is older than what was reported already; left out",
  unknown_call: "the call is gone; left out",
};

type Part = { name: string; report: CallReport; once?: true };

/** What a report consists of, with text that can be stored; notes say what was left out. */
function partsOf(
  { turns, summary, outcomes, optOut, recording }: AgentReport,
  notes: string[],
  assistant: Assistant,
): Part[] {
  const parts: Part[] = [];
  // The wish goes first: should the rest fail, nobody is called again meanwhile.
  if (optOut) parts.push({ name: "optOut", report: { type: "opted_out" }, once: true });
  if (turns !== undefined) {
    const clean = turns.map((turn) => ({ ...turn, text: cleanText(turn.text, MAX_TURN_TEXT) }));
    parts.push({
      name: "transcript",
      report: { type: "transcript", turns: clean, summary: null },
    });
  }
  const text = cleanText(summary ?? "", MAX_AGENT_TEXT);
  if (text !== "") parts.push({ name: "summary", report: { type: "summary", summary: text } });
  if (outcomes !== undefined) {
    const checked = checkOutcomes(outcomes, assistant.outcomes, turns?.length ?? null);
    notes.push(...checked.notes);
    parts.push({ name: "outcomes", report: { type: "outcomes", outcomes: checked.outcomes } });
  }
  if (recording !== undefined) {
    const url = recordingUrl(recording.url);
    if (url === null) notes.push("recording: its url must be an https:// URL; left out");
    else {
      parts.push({ name: "recording", report: { type: "agent_recording", url: url.href } });
      notes.push(...hostNote(url, assistant.webhook));
    }
  }
  return parts;
}

/** Kept all the same: the settings may change, the report does not come again. */
function hostNote({ hostname }: URL, webhook: AgentWebhook | null): string[] {
  const known = webhook !== null && recordingHostsOf(webhook).includes(hostname);
  return known ? [] : [
    "recording: kept, but nothing is fetched from its host until the assistant's settings name it " +
    "(recordingHosts)",
  ];
}

/** Asks the provider now instead of when the call has been silent for long. */
async function askAtOnce(
  ports: Pick<Ports, "uow" | "clock" | "gateway">,
  call: Call,
  reason: AgentEnd | null,
): Promise<void> {
  const answer = await ports.gateway.lookup(call);
  if (answer.kind !== "found") return;
  const ref = { clientId: call.clientId, callId: call.id };
  for (const event of answer.events) {
    const report = withReason(event.report, reason);
    const { providerCallId } = answer;
    await applyCallEvent(ports, { ...event, ref, providerCallId, report });
  }
}

/** Many providers tell that both hung up, but not who did, nor that it was a machine. */
function withReason(report: CallReport, reason: AgentEnd | null): CallReport {
  const open = report.type === "ended" && report.reason === "contact_hangup" && reason !== null;
  return open ? { ...report, reason } : report;
}
