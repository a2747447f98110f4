/**
 * What the provider tells, as events of ours: by webhooks as it happens, or by what it knows of a
 * call when asked. The same happening has the same id either way, so it is applied once.
 *
 * @module
 */
import type { Money } from "../../../src/billing/money.ts";
import type { EndReason } from "../../../src/calls/call.ts";
import type { CallEvent, CallReport } from "../../../src/calls/call_event.ts";
import { type CallResource, momentOf, type RecordingResource, secondsOf } from "./api.ts";
import type { Callback, Subject } from "./callback_urls.ts";
import { answeredByOf, endReasonOf, hasEnded } from "./statuses.ts";

/** All that the provider knows of a call. */
export interface Known {
  call: CallResource;
  recording: RecordingResource | null;
  cost: Money | null;
}

/** The events that a call consists of, as far as its present state tells. */
export function eventsOfKnown({ ref, maxSeconds }: Subject, known: Known, now: Date): CallEvent[] {
  const { call, recording, cost } = known;
  const { status, durationSeconds, answeredBy } = call;
  const events: CallEvent[] = [];
  const tell = (eventId: string, at: Date, report: CallReport) => {
    events.push({ ref, eventId, at, providerCallId: call.sid, report });
  };
  tell("queued", call.createdAt ?? now, { type: "queued" });
  if (status === "ringing") tell("ringing", now, { type: "ringing" });
  const over = hasEnded(status);
  const endedAt = call.endedAt ?? now;
  if (status === "in-progress" || status === "completed") {
    const talked = (durationSeconds ?? 0) * 1000;
    const at = over ? new Date(endedAt.getTime() - talked) : now;
    tell("answered", at, { type: "answered", by: answeredBy });
    if (answeredBy !== null) tell("answered-by", at, { type: "answered_by", by: answeredBy });
  }
  if (over) {
    const answered = status === "completed";
    tell("ended", endedAt, {
      type: "ended",
      reason: endReasonOf({ status, durationSeconds, maxSeconds, answeredBy, sipCode: null }),
      durationSeconds: answered ? durationSeconds : null,
    });
  }
  if (recording !== null) {
    const { sid: reference, durationSeconds } = recording;
    tell("recording", now, { type: "recording", reference, durationSeconds });
  }
  if (cost !== null) tell("price", now, { type: "phone_cost", cost });
  return events;
}

/** What a webhook reports; null for what is of no interest. */
export function eventOfCallback(
  kind: Callback,
  { ref, maxSeconds }: Subject,
  fields: URLSearchParams,
  now: Date,
): CallEvent | null {
  const told = reported(kind, maxSeconds, fields);
  if (told === null) return null;
  const at = momentOf(fields.get("Timestamp")) ?? now;
  const providerCallId = fields.get("CallSid") ?? undefined;
  return { ref, eventId: told.eventId, at, providerCallId, report: told.report };
}

type Told = { eventId: string; report: CallReport };

function reported(kind: Callback, maxSeconds: number, fields: URLSearchParams): Told | null {
  switch (kind) {
    case "status":
      return statusReport(maxSeconds, fields);
    case "answered-by": {
      const by = answeredByOf(fields.get("AnsweredBy"));
      return by && { eventId: "answered-by", report: { type: "answered_by", by } };
    }
    case "recording": {
      const reference = fields.get("RecordingSid");
      if (!reference || fields.get("RecordingStatus") !== "completed") return null;
      const durationSeconds = secondsOf(fields.get("RecordingDuration"));
      return { eventId: "recording", report: { type: "recording", reference, durationSeconds } };
    }
    case "agent": {
      const reason = agentFailure(fields);
      // The call's own end still comes, with its duration.
      return reason &&
        { eventId: "agent-failed", report: { type: "ended", reason, durationSeconds: null } };
    }
    case "twiml":
      return null;
  }
}

function statusReport(maxSeconds: number, fields: URLSearchParams): Told | null {
  const status = fields.get("CallStatus") ?? "";
  if (status === "queued" || status === "initiated") {
    return { eventId: "queued", report: { type: "queued" } };
  }
  if (status === "ringing") return { eventId: "ringing", report: { type: "ringing" } };
  const answeredBy = answeredByOf(fields.get("AnsweredBy"));
  if (status === "in-progress" || status === "answered") {
    return { eventId: "answered", report: { type: "answered", by: answeredBy } };
  }
  if (!hasEnded(status)) return null;
  const durationSeconds = status === "completed" ? secondsOf(fields.get("CallDuration")) : null;
  const sipCode = secondsOf(fields.get("SipResponseCode"));
  const reason = endReasonOf({ status, durationSeconds, maxSeconds, answeredBy, sipCode });
  return { eventId: "ended", report: { type: "ended", reason, durationSeconds } };
}

/** Of `<Dial>`, of a stream, or of a relay session: how the agent's side failed, if it did. */
function agentFailure(fields: URLSearchParams): EndReason | null {
  const dialled = fields.get("DialCallStatus");
  if (dialled !== null) {
    return ["failed", "busy", "no-answer"].includes(dialled) ? "agent_unavailable" : null;
  }
  if (fields.get("StreamEvent") === "stream-error") return "agent_unavailable";
  if (fields.get("SessionStatus") !== "failed") return null;
  return secondsOf(fields.get("SessionDuration")) ? "agent_lost" : "agent_unavailable";
}
