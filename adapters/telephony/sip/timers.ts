/**
 * Timers on an injected clock that can all be called off, and counted.
 *
 * @module
 */
import type { Clock } from "../../../src/kernel/clock.ts";

/** Base timers of RFC 3261 §17 and table 4, in milliseconds. */
export const T1 = 500;
/** Longest pause between two retransmissions. */
export const T2 = 4_000;
/** Longest time that a message stays in the network. */
export const T4 = 5_000;
/** Timers B, D, F, H, J, L and M: a transaction's longest wait. */
export const TRANSACTION_MS = 64 * T1;

/** See the module's description. */
export class Timers {
  readonly #pending = new Set<AbortController>();

  constructor(readonly clock: Clock) {}

  /** How many are still to go off. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Runs something after so many milliseconds, unless the returned function was called before. */
  after(milliseconds: number, run: () => void): () => void {
    const stop = new AbortController();
    this.#pending.add(stop);
    const cancel = () => {
      this.#pending.delete(stop);
      stop.abort();
    };
    this.clock.sleep(milliseconds, stop.signal).then(() => {
      if (this.#pending.delete(stop)) run();
    });
    return cancel;
  }

  /** Runs something after `first` milliseconds, then twice as long each time, until called off. */
  backingOff(first: number, longest: number, run: () => void): () => void {
    let cancel = () => {};
    const again = (pause: number) => {
      cancel = this.after(pause, () => {
        again(Math.min(pause * 2, longest));
        run();
      });
    };
    again(first);
    return () => cancel();
  }

  /** Calls all of them off. */
  cancelAll(): void {
    for (const stop of this.#pending) stop.abort();
    this.#pending.clear();
  }
}
