/**
 * Takes up ended calls whose price nobody waits for any more, because the process that did is gone.
 *
 * @module
 */
import type { CallRepo, EndOfCall } from "../../../src/calls/call_repo.ts";
import type { Clock } from "../../../src/kernel/clock.ts";
import type { Watch } from "./watch.ts";

/** Milliseconds after a call's end for which its price is asked for at all. */
const AGE = 24 * 3_600_000;
/** Calls taken up at once. */
const BATCH = 200;
/** Milliseconds until the next batch, and until all are gone through again. */
const PAUSE = 30_000;
const ROUND = 3_600_000;
/** Before every id. */
const FIRST = "00000000-0000-0000-0000-000000000000";

/** What it needs. */
export interface LatePricesOptions {
  provider: string;
  calls: Pick<CallRepo, "unpriced">;
  watch: Watch;
  clock: Clock;
  /** Told of a store that could not be read; it is tried again. */
  onFailure: (what: string, facts: Record<string, unknown>) => void;
}

/** Goes through all such calls, from the oldest on, a batch at a time: at the start, and every hour. */
export class LatePrices {
  #nextAt = 0;
  /** The last one of the batch before; null begins again. */
  #last: EndOfCall | null = null;

  constructor(private readonly options: LatePricesOptions) {}

  /** Takes up a batch when it is time. Never rejects. */
  async pass(): Promise<void> {
    const { provider, calls, watch, clock, onFailure } = this.options;
    const now = clock.now().getTime();
    if (now < this.#nextAt) return;
    this.#nextAt = now + PAUSE;
    const after = this.#last ?? { endedAt: new Date(now - AGE), id: FIRST };
    try {
      const found = await calls.unpriced(provider, after, BATCH);
      for (const { id, clientId, maxSeconds, providerCallId, endedAt } of found) {
        if (providerCallId === null || endedAt === null) continue;
        watch.resume({ ref: { clientId, callId: id }, maxSeconds }, providerCallId, endedAt);
        this.#last = { endedAt, id };
      }
      if (found.length === BATCH) return;
      this.#last = null;
      this.#nextAt = now + ROUND;
    } catch (error) {
      onFailure("calls without a price could not be looked for", { error });
    }
  }
}
