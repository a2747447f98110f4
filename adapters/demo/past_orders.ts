/**
 * Past orders and their calls, as the simulated phone network would have gone about them. The same
 * contacts are called at the same hours and with the same ends every time, as seen from today.
 *
 * @module
 */
import type { EndReason } from "../../src/calls/call.ts";
import type { Assistant } from "../../src/campaigns/assistant.ts";
import type { Campaign } from "../../src/campaigns/campaign.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { ContactRecord } from "../../src/records/record.ts";
import type { PastCall, PastOrder } from "../../src/setup/history.ts";
import type { BookedCall } from "../telephony/simulated/phone_books.ts";
import { Chance } from "../telephony/simulated/random.ts";
import { eventsOf } from "../telephony/simulated/timeline.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The simulated network's name, and what it charges in. */
const PROVIDER = "simulated";
const CURRENCY = "USD";
/** Ends after which the contact is tried again. */
const MISSED: EndReason[] = ["busy", "no_answer", "voicemail"];

/** Some contacts of a campaign, each called in a time of the past. */
export interface Round {
  campaign: Campaign;
  assistant: Assistant;
  records: ContactRecord[];
  /** Days before now between which they were first called. */
  days: { from: number; to: number };
  /** UTC hours of workdays in which they were. */
  hours: { from: number; to: number };
  /** Calls after which nobody tried any more. */
  tries: number;
}

interface Made {
  call: PastCall;
  end: EndReason | undefined;
  endedAt: Date;
  optedOut: boolean;
}

/** Makes up orders with their calls, and the phone network's own lines about them. */
export class PastOrders {
  /** In the order of the rounds. */
  readonly orders: PastOrder[] = [];
  /** The network's books. */
  readonly lines: BookedCall[] = [];
  readonly #now: Date;
  /** Calls that each number had. */
  readonly #calls = new Map<string, number>();
  /** Records that nobody calls any more. */
  readonly #lost = new Set<string>();
  /** Records whose order is still open, with the campaign. */
  readonly #open = new Set<string>();

  constructor(now: Date) {
    this.#now = now;
  }

  /** Calls each of a round's contacts, again and again until somebody answers. */
  add(round: Round): void {
    for (const record of round.records) {
      const key = `${round.campaign.id} ${record.id}`;
      if (this.#lost.has(record.id) || this.#open.has(key)) continue;
      const chance = new Chance(`${round.campaign.name} ${record.phoneNumber} ${round.days.from}`);
      const start = workingTime(this.#now, round, chance);
      const made = this.#callUntilAnswered(round, record, start, chance);
      const last = made.at(-1);
      if (last === undefined) continue;
      if (last.optedOut || last.end === "invalid_number") this.#lost.add(record.id);
      if (isMissed(last) && made.length < round.campaign.rules.maxAttempts) this.#open.add(key);
      this.orders.push({
        recordUuid: record.id,
        campaignUuid: round.campaign.id,
        orderedAt: new Date(start.getTime() - chance.between(15, 300) * MINUTE),
        scheduledTime: round.campaign.rules.autoDial ? start : undefined,
        calls: made.map(({ call }) => call),
      });
    }
  }

  #callUntilAnswered(
    round: Round,
    record: ContactRecord,
    start: Date,
    chance: Chance,
  ): Made[] {
    const made: Made[] = [];
    // Whatever began two hours ago is over by now.
    const latest = this.#now.getTime() - 2 * HOUR;
    for (let at = start; made.length < round.tries && at.getTime() < latest;) {
      const call = this.#call(round, record, at);
      made.push(call);
      if (!isMissed(call)) break;
      at = nextTry(round, call, chance);
    }
    return made;
  }

  #call({ campaign, assistant }: Round, record: ContactRecord, dialedAt: Date): Made {
    const { clientId, phoneNumber } = record;
    const nth = this.#calls.get(phoneNumber) ?? 0;
    this.#calls.set(phoneNumber, nth + 1);
    const id = newId(dialedAt);
    const line: BookedCall = {
      ref: { clientId, callId: id },
      to: phoneNumber,
      ringSeconds: campaign.rules.ringSeconds,
      maxSeconds: campaign.rules.maxCallSeconds,
      outcomes: assistant.outcomes,
      context: { contact: record.name, campaign: campaign.name },
      dialedAt,
      seed: "demo",
      speed: 1,
      refused: null,
      nextAt: null,
      hungUpAt: null,
      nth,
      requests: 1,
      pushed: 0,
    };
    const events = eventsOf(line, CURRENCY);
    this.lines.push({ ...line, pushed: events.length });
    const ended = events.find(({ report }) => report.type === "ended");
    return {
      call: { id, dialedAt, provider: PROVIDER, events },
      end: ended?.report.type === "ended" ? ended.report.reason : undefined,
      endedAt: ended?.at ?? dialedAt,
      optedOut: events.some(({ report }) => report.type === "opted_out"),
    };
  }
}

function isMissed({ end }: Made): boolean {
  return end !== undefined && MISSED.includes(end);
}

/** When somebody calls again: the server when the order is due, people on the next workday. */
function nextTry({ campaign: { rules }, hours }: Round, { endedAt }: Made, chance: Chance): Date {
  if (rules.autoDial) {
    return new Date(
      endedAt.getTime() + rules.retryAfterMinutes * MINUTE + chance.between(1, 9_000),
    );
  }
  return atWork(new Date(endedAt.getTime() + DAY), hours, 1, chance);
}

function workingTime(now: Date, { days, hours }: Round, chance: Chance): Date {
  const day = new Date(now.getTime() - chance.between(days.to, days.from) * DAY);
  return atWork(day, hours, -1, chance);
}

/** Some minute of that day's hours, or of the nearest workday's in that direction. */
function atWork(day: Date, hours: Round["hours"], direction: 1 | -1, chance: Chance): Date {
  const at = new Date(day);
  while (at.getUTCDay() === 0 || at.getUTCDay() === 6) at.setUTCDate(at.getUTCDate() + direction);
  at.setUTCHours(chance.between(hours.from, hours.to), chance.between(0, 59), 0, 0);
  return new Date(at.getTime() + chance.between(0, 59_999));
}
