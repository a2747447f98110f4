/**
 * A phone network that exists only here: it rings, talks and ends as the dialled number decides.
 *
 * A call's whole life follows from its line in the books and the time, so the network may be asked
 * at any moment, by any replica, also after a crash. Magic numbers stand in `fates.ts`.
 *
 * @module
 */
import type { Call } from "../../../src/calls/call.ts";
import type {
  ByteRange,
  CallGateway,
  DialRequest,
  DialResult,
  LookupResult,
  RecordingStream,
} from "../../../src/calls/call_gateway.ts";
import type { Clock } from "../../../src/kernel/clock.ts";
import type { Deliver } from "../phone_provider.ts";
import { magicFate } from "./fates.ts";
import { recordingOf } from "./mp3.ts";
import type { BookedCall, NewEntry, PhoneBooks } from "./phone_books.ts";
import { eventsOf, providerCallIdOf } from "./timeline.ts";

/** What the network is made of. */
export interface NetworkOptions {
  books: PhoneBooks;
  clock: Clock;
  /** Simulated seconds in a real one; 1 when absent. A call keeps the speed it was dialled at. */
  speed?: number;
  /** Decides how calls to other than magic numbers go. */
  seed?: string;
  /** ISO 4217, of what the network charges; USD when absent. */
  currency?: string;
  /** Milliseconds until a dial that the network does not answer is given up; 1000 when absent. */
  timeoutMs?: number;
  /** Told of events that could not be delivered or looked up; they are tried again. */
  onFailure?: (cause: unknown) => void;
}

/** Calls whose events one pass reports. */
const BATCH = 32;
/** Milliseconds for which a replica has a call to itself while it reports its events. */
const CLAIM_MS = 2000;
/** Milliseconds between two looks at what is due. */
const PAUSE_MS = 200;

/** A `CallGateway` to nowhere, with a pump that reports what happens there. */
export class SimulatedPhoneNetwork implements CallGateway {
  /** See the port. */
  readonly provider = "simulated";
  /** See the port. The books know of a call as soon as it is dialled. */
  readonly quietSeconds = 5;
  readonly #books: PhoneBooks;
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #seed: string;
  readonly #currency: string;
  readonly #timeoutMs: number;
  readonly #onFailure: (cause: unknown) => void;

  constructor(options: NetworkOptions) {
    this.#books = options.books;
    this.#clock = options.clock;
    this.#speed = options.speed ?? 1;
    this.#seed = options.seed ?? "studio";
    this.#currency = options.currency ?? "USD";
    this.#timeoutMs = options.timeoutMs ?? 1000;
    this.#onFailure = options.onFailure ?? (() => {});
  }

  /** See the port. */
  async dial(request: DialRequest): Promise<DialResult> {
    const dialedAt = this.#clock.now();
    const timesOut = magicFate(request.to) === "times_out";
    const entry = this.#entry(request, dialedAt, this.#speed);
    let call: BookedCall;
    try {
      call = await this.#books.ask({
        ...entry,
        nextAt: entry.refused || timesOut ? null : dialedAt,
      });
    } catch (cause) {
      this.#onFailure(cause);
      return { kind: "unknown", why: "the simulated network's books could not be reached" };
    }
    if (call.refused !== null) return { kind: "refused", reason: call.refused };
    if (!timesOut) return { kind: "accepted", providerCallId: providerCallIdOf(call) };
    await this.#clock.sleep(this.#timeoutMs);
    return { kind: "unknown", why: "the simulated network did not answer in time" };
  }

  /** See the port. Once somebody has looked, a call whose dial timed out reports its events too. */
  async lookup({ id, clientId }: Call): Promise<LookupResult> {
    const now = this.#clock.now();
    try {
      const call = await this.#books.get({ clientId, callId: id });
      if (call === null || call.refused !== null) return { kind: "not_found" };
      if (call.nextAt === null && call.pushed === 0) await this.#books.plan(call.ref, 0, now);
      return {
        kind: "found",
        providerCallId: providerCallIdOf(call),
        events: eventsOf(call, this.#currency, now),
      };
    } catch (cause) {
      this.#onFailure(cause);
      return { kind: "unknown", why: "the simulated network's books could not be reached" };
    }
  }

  /** See the port. */
  async hangUp({ id, clientId }: Call): Promise<void> {
    try {
      await this.#books.hangUp({ clientId, callId: id }, this.#clock.now());
    } catch (cause) {
      this.#onFailure(cause);
    }
  }

  /** See the port. Rejects when the books cannot be reached. */
  async recording(
    { id, clientId }: Call,
    range: ByteRange | null,
  ): Promise<RecordingStream | null> {
    const call = await this.#books.get({ clientId, callId: id });
    if (call === null) return null;
    const reports = eventsOf(call, this.#currency, this.#clock.now()).map(({ report }) => report);
    const said = reports.find((report) => report.type === "transcript");
    const recorded = reports.find((report) => report.type === "recording");
    if (said === undefined || recorded === undefined) return null;
    return recordingOf(said.turns, recorded.durationSeconds ?? 0, range);
  }

  /**
   * Reports what has happened since the last pass, each call's events in order. What cannot be
   * delivered comes again later, so an event may come twice.
   *
   * @returns how many events were delivered.
   */
  async pump(deliver: Deliver): Promise<number> {
    const now = this.#clock.now();
    const until = new Date(now.getTime() + CLAIM_MS);
    const due = await this.#books.claim(now, until, BATCH);
    const delivered = await Promise.all(due.map((call) => this.#report(call, now, deliver)));
    return delivered.reduce((sum, count) => sum + count, 0);
  }

  /** Pumps until the signal is aborted; resolves after the pass that is then under way. */
  async run(deliver: Deliver, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.pump(deliver);
      } catch (cause) {
        this.#onFailure(cause);
      }
      await this.#clock.sleep(PAUSE_MS, signal);
    }
  }

  async #report(call: BookedCall, now: Date, deliver: Deliver): Promise<number> {
    const events = eventsOf(call, this.#currency);
    let pushed = call.pushed;
    let retryAt: Date | null = null;
    while (pushed < events.length && events[pushed].at <= now) {
      try {
        await deliver(events[pushed]);
      } catch (cause) {
        this.#onFailure(cause);
        retryAt = retryTime(events[pushed].at, this.#clock.now());
        break;
      }
      pushed++;
    }
    const nextAt = retryAt ?? events[pushed]?.at ?? null;
    try {
      await this.#books.plan(call.ref, pushed, nextAt);
    } catch (cause) {
      // The claim runs out, and the same events are reported again.
      this.#onFailure(cause);
    }
    return pushed - call.pushed;
  }

  #entry({ ref, to, ringSeconds, maxSeconds, agent }: DialRequest, dialedAt: Date, speed: number) {
    const { outcomes, context } = agent;
    const refused = magicFate(to) === "refused" ? "provider_unavailable" : null;
    const seed = this.#seed;
    return {
      ref,
      to,
      ringSeconds,
      maxSeconds,
      outcomes,
      context,
      dialedAt,
      seed,
      speed,
      refused,
    } satisfies Omit<NewEntry, "nextAt">;
  }
}

/** The later an event is, the longer until it is tried again: from half a second to a minute. */
function retryTime(at: Date, now: Date): Date {
  const late = now.getTime() - at.getTime();
  return new Date(now.getTime() + Math.min(60_000, Math.max(500, late / 5)));
}
