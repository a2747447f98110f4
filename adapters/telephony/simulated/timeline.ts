/**
 * The whole life of a simulated call, worked out from its line in the books: what happens, and how
 * many simulated seconds after the call was dialled. Nothing here depends on when somebody looks.
 *
 * @module
 */
import type { CallEvent, CallReport } from "../../../src/calls/call_event.ts";
import type { EndReason } from "../../../src/calls/call.ts";
import { converse } from "./conversation.ts";
import { type Fate, fateOf } from "./fates.ts";
import type { BookedCall } from "./phone_books.ts";
import { Chance } from "./random.ts";
import type { Conversation } from "./talk.ts";

/** Something that happens. */
export interface Step {
  /** Simulated seconds after the call was dialled. */
  offset: number;
  report: CallReport;
}

/** Millionths of the currency for each minute begun. */
const PHONE_RATE = 14_000n;

/** The network's own id of a call. */
export function providerCallIdOf({ ref }: BookedCall): string {
  return `sim-${ref.callId}`;
}

/** All that happens on a call, in order. A call that was refused has no life. */
export function timelineOf(call: BookedCall, currency: string): Step[] {
  const life = undisturbed(call, currency);
  if (call.hungUpAt === null) return life;
  const passed = call.hungUpAt.getTime() - call.dialedAt.getTime();
  const offset = (passed / 1000) * call.speed;
  const before = life.filter((step) => step.offset <= offset);
  if (before.length === life.length) return life;
  const answered = before.find(({ report }) => report.type === "answered");
  if (answered === undefined) return [...before, ...unanswered("canceled", offset, currency)];
  const talked = Math.max(1, Math.floor(offset - answered.offset));
  return undisturbed({ ...call, maxSeconds: talked }, currency, "ended_by_client");
}

/** The life of a call that nobody here hangs up; one cut off at its longest ends with `cutOff`. */
function undisturbed(
  call: BookedCall,
  currency: string,
  cutOff: EndReason = "max_duration",
): Step[] {
  if (call.refused !== null) return [];
  const chance = new Chance(`${call.seed} ${call.to} ${call.nth}`);
  const fate = fateOf(call.to, chance);
  const ringing = chance.between(1, 3);
  const queued = { offset: 0, report: { type: "queued" } } as const;
  const rings = { offset: ringing, report: { type: "ringing" } } as const;
  switch (fate) {
    case "busy":
    case "invalid_number":
      return [queued, ...unanswered(fate, ringing, currency)];
    case "no_answer":
      return [queued, rings, ...unanswered(fate, ringing + call.ringSeconds, currency)];
    default: {
      const patience = fate === "voicemail" ? chance.between(18, 24) : chance.between(3, 12);
      const answered = ringing + Math.min(patience, call.ringSeconds);
      const talk = converse(fate, { ...call, today: call.dialedAt }, chance);
      if (talk.reason === "max_duration") talk.reason = cutOff;
      return [queued, rings, ...conversation(call, fate, answered, talk, currency)];
    }
  }
}

/** The events of a call up to a moment; all of them without one. */
export function eventsOf(call: BookedCall, currency: string, until?: Date): CallEvent[] {
  const providerCallId = providerCallIdOf(call);
  return timelineOf(call, currency)
    .map(({ offset, report }) => ({
      ref: call.ref,
      // Each type of report comes once in a call.
      eventId: report.type,
      at: new Date(call.dialedAt.getTime() + Math.round((offset * 1000) / call.speed)),
      providerCallId,
      report,
    }))
    .filter(({ at }) => until === undefined || at <= until);
}

function unanswered(reason: EndReason, offset: number, currency: string): Step[] {
  return [
    { offset, report: { type: "phone_cost", cost: { amount: 0n, currency } } },
    { offset, report: { type: "ended", reason, durationSeconds: null } },
  ];
}

/** What was said and what it cost is told before the end: whoever waits for the end finds it. */
function conversation(
  call: BookedCall,
  fate: Fate,
  answered: number,
  talk: Conversation,
  currency: string,
): Step[] {
  const { turns, seconds, reason, summary, outcomes, optOutTurn } = talk;
  const offset = answered + seconds;
  const amount = PHONE_RATE * BigInt(Math.ceil(seconds / 60));
  const reports: CallReport[] = [{ type: "transcript", turns, summary }];
  if (outcomes.length > 0) reports.push({ type: "outcomes", outcomes });
  if (optOutTurn !== null) reports.push({ type: "opted_out" });
  const reference = providerCallIdOf(call);
  reports.push({ type: "recording", reference, durationSeconds: seconds });
  reports.push({ type: "phone_cost", cost: { amount, currency } });
  reports.push({ type: "ended", reason, durationSeconds: seconds });
  return [
    {
      offset: answered,
      report: { type: "answered", by: fate === "voicemail" ? "machine" : "person" },
    },
    ...reports.map((report) => ({ offset, report })),
  ];
}
