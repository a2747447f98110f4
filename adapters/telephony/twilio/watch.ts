/**
 * Asks the provider about calls that it does not report by itself: all live ones where it cannot reach
 * us; and ended ones, whose price comes minutes later and by no webhook.
 *
 * What is watched is held in memory. After a restart, live calls are found again by the reconciler,
 * and ended ones without a price by `late_prices.ts`.
 *
 * @module
 */
import type { Clock } from "../../../src/kernel/clock.ts";
import type { Deliver } from "../phone_provider.ts";
import type { Subject } from "./callback_urls.ts";
import { eventsOfKnown } from "./events.ts";
import type { TwilioGateway } from "./gateway.ts";
import { Recent } from "./recent.ts";
import { hasEnded } from "./statuses.ts";

/** Seconds between two looks at a call that is not answered yet. */
const RINGING_SECONDS = 2;
/** Seconds between two looks at a call on which is talked. */
const TALKING_SECONDS = 10;
/** Seconds after a call's end, each after the one before, at which its price is asked for. */
const PRICE_SECONDS = [15, 30, 60, 120, 240, 480, 960, 1800, 3600];
/** Looks that are made at once. */
const BATCH = 10;
/** Calls whose events are remembered as told. */
const REMEMBERED = 5_000;

interface Watched {
  subject: Subject;
  sid: string;
  /** Looks that found no end, or not yet a price. */
  looks: number;
  nextAt: number;
}

/** What a watch is made of. */
export interface WatchOptions {
  gateway: TwilioGateway;
  clock: Clock;
  /** Told of what could not be delivered; it is tried again. */
  onFailure: (what: string, facts: Record<string, unknown>) => void;
}

/** Looks again and again, until there is nothing more to be learnt of a call. */
export class Watch {
  readonly #watched = new Map<string, Watched>();
  /** Ids of events that were delivered, by call. */
  readonly #told = new Recent<string, Set<string>>(REMEMBERED);

  constructor(private readonly options: WatchOptions) {}

  /** Watches a call, from now or, when it has ended, from when its price may be there. */
  add(subject: Subject, sid: string, ended: boolean): void {
    const { callId } = subject.ref;
    const before = this.#watched.get(callId);
    if (before !== undefined && !ended) return;
    const seconds = ended ? PRICE_SECONDS[0] : RINGING_SECONDS;
    const nextAt = this.options.clock.now().getTime() + seconds * 1000;
    this.#watched.set(callId, { subject, sid, looks: 0, nextAt });
  }

  /** Goes on watching a call that ended then, unless it is watched: whoever did so before is gone. */
  resume(subject: Subject, sid: string, endedAt: Date): void {
    if (this.#watched.has(subject.ref.callId)) return;
    const now = this.options.clock.now().getTime();
    let age = (now - endedAt.getTime()) / 1000;
    const missed = PRICE_SECONDS.findIndex((seconds) => (age -= seconds) < 0);
    const looks = missed === -1 ? PRICE_SECONDS.length : missed;
    this.#watched.set(subject.ref.callId, { subject, sid, looks, nextAt: now });
  }

  /** Looks at the calls whose time has come. Never rejects; tells when the next one's comes. */
  async pass(deliver: Deliver): Promise<Date | null> {
    const now = this.options.clock.now().getTime();
    const due = [...this.#watched.values()].filter(({ nextAt }) => nextAt <= now);
    for (let at = 0; at < due.length; at += BATCH) {
      await Promise.all(due.slice(at, at + BATCH).map((each) => this.#look(each, deliver)));
    }
    const times = [...this.#watched.values()].map(({ nextAt }) => nextAt);
    return times.length === 0 ? null : new Date(Math.min(...times));
  }

  async #look(watched: Watched, deliver: Deliver): Promise<void> {
    const { gateway, clock, onFailure } = this.options;
    const { subject, sid } = watched;
    const asked = await gateway.ask(sid);
    if (asked.kind === "not_found") return this.#forget(subject);
    if (asked.kind === "unknown") {
      onFailure("asking about a call failed", { callId: subject.ref.callId, why: asked.why });
      return this.#later(watched);
    }
    const { known } = asked;
    const told = this.#toldOf(subject);
    try {
      for (const event of eventsOfKnown(subject, known, clock.now())) {
        if (told.has(event.eventId)) continue;
        await deliver(event);
        told.add(event.eventId);
      }
    } catch (error) {
      onFailure("an event could not be delivered", { callId: subject.ref.callId, error });
      return this.#later(watched);
    }
    const { status } = known.call;
    if (!hasEnded(status)) {
      const seconds = status === "in-progress" ? TALKING_SECONDS : RINGING_SECONDS;
      watched.nextAt = clock.now().getTime() + seconds * 1000;
    } else if (status !== "completed" || (known.cost !== null && known.recording !== null)) {
      this.#forget(subject);
    } else {
      this.#later(watched);
    }
  }

  /** Puts the next look off, each time for longer; the last one is followed by none. */
  #later(watched: Watched): void {
    const seconds = PRICE_SECONDS[watched.looks++];
    if (seconds === undefined) this.#forget(watched.subject);
    else watched.nextAt = this.options.clock.now().getTime() + seconds * 1000;
  }

  /** Notes that an event came by a webhook, so that looking does not tell it again. */
  heard(subject: Subject, eventId: string): void {
    this.#toldOf(subject).add(eventId);
  }

  #toldOf({ ref }: Subject): Set<string> {
    const told = this.#told.get(ref.callId) ?? new Set();
    this.#told.set(ref.callId, told);
    return told;
  }

  #forget({ ref }: Subject): void {
    this.#watched.delete(ref.callId);
  }
}
