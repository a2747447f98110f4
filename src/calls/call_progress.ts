/**
 * How a report changes a call. Pure: the same call and report always give the same call.
 *
 * A status only moves forward. Once a call has ended, a late report may fill in what is missing
 * (duration, price, recording, summary) and changes nothing else.
 *
 * @module
 */
import { perSeconds, priceOf } from "../billing/pricing.ts";
import { type Call, type CallStatus, type EndReason, endStatusOf, isLive, rankOf } from "./call.ts";
import type { CallEvent, CallReport } from "./call_event.ts";

/** The call after an event; the very same object when the event changes nothing. */
export function progress(call: Call, event: CallEvent, now: Date): Call {
  const next = priced(afterReport(call, event.report, event.at));
  const providerCallId = call.providerCallId ?? event.providerCallId ?? null;
  const changed = next !== call || providerCallId !== call.providerCallId;
  return changed ? { ...next, providerCallId, updatedAt: now } : call;
}

function afterReport(call: Call, report: CallReport, at: Date): Call {
  switch (report.type) {
    case "queued":
    case "ringing":
      return advanced(call, report.type, at);
    case "answered": {
      const next = advanced(call, "in_progress", at);
      if (next === call) return call;
      return { ...next, answeredAt: at, answeredBy: report.by ?? call.answeredBy };
    }
    case "answered_by":
      return call.answeredBy === null ? { ...call, answeredBy: report.by } : call;
    case "ended":
      return ended(call, report, at);
    case "phone_cost":
      if (call.phoneCost !== null) return call;
      return { ...call, phoneCost: report.cost.amount, phoneCurrency: report.cost.currency };
    case "recording": {
      if (call.recording !== null) return call;
      const { reference, durationSeconds } = report;
      return { ...call, recording: { reference, durationSeconds } };
    }
    case "agent_recording":
      return { ...call, agentRecordingUrl: report.url };
    case "transcript":
      return report.summary === null ? call : { ...call, summary: report.summary };
    case "summary":
      return { ...call, summary: report.summary };
    case "outcomes":
    case "opted_out":
      return call;
  }
}

function advanced(call: Call, status: CallStatus, at: Date): Call {
  if (rankOf(status) <= rankOf(call.status)) return call;
  // Two clocks tell the times; a later step never stands before an earlier one.
  const last = call.timeline.at(-1)?.at ?? at;
  return { ...call, status, timeline: [...call.timeline, { status, at: at < last ? last : at }] };
}

function ended(call: Call, report: Extract<CallReport, { type: "ended" }>, at: Date): Call {
  const { durationSeconds } = report;
  const reason = heardBy(call, report.reason);
  if (!isLive(call)) {
    const fills = call.answeredAt !== null && call.durationSeconds === null;
    return fills && durationSeconds !== null ? { ...call, durationSeconds } : call;
  }
  const next = advanced(call, endStatusOf(reason), at);
  const answeredAt = call.answeredAt ?? unheardAnswer(call, report, at);
  return {
    ...next,
    endReason: reason,
    endedAt: at,
    answeredAt,
    answeredBy: call.answeredBy ?? (reason === "voicemail" ? "machine" : null),
    durationSeconds: answeredAt === null ? null : durationSeconds,
  };
}

/** Whoever hung up, a call that a machine answered has reached nobody. */
function heardBy({ answeredBy }: Call, reason: EndReason): EndReason {
  const talked = reason === "contact_hangup" || reason === "agent_hangup";
  return talked && answeredBy === "machine" ? "voicemail" : reason;
}

/** A completed call, or one that lasted, was picked up, even when the report of that never came. */
function unheardAnswer(
  call: Call,
  { reason, durationSeconds }: Extract<CallReport, { type: "ended" }>,
  at: Date,
): Date | null {
  const seconds = durationSeconds ?? 0;
  if (endStatusOf(reason) !== "completed" && seconds === 0) return null;
  const answered = at.getTime() - seconds * 1000;
  return new Date(Math.max(answered, call.createdAt.getTime()));
}

function priced(call: Call): Call {
  if (isLive(call)) return call;
  const { tariff, operationalPerMinute } = call.prices;
  const seconds = call.durationSeconds ?? 0;
  const answered = call.answeredAt !== null;
  const price = answered ? priceOf(tariff, seconds) : 0n;
  const operationalCost = answered ? perSeconds(operationalPerMinute, seconds) : 0n;
  if (call.price === price && call.operationalCost === operationalCost) return call;
  return { ...call, price, operationalCost };
}
