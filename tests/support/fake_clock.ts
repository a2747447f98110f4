/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */
import type { Clock } from "../../src/kernel/clock.ts";

interface Sleeper {
  until: number;
  wake(): void;
}

/** Time in a test's hands. */
export class FakeClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(start: Date = new Date("2026-11-23T10:00:00Z")) {
    this.#now = start.getTime();
  }

  /** The present moment. */
  now(): Date {
    return new Date(this.#now);
  }

  /** Resolves once the clock was moved that far, or at once when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = {
        until: this.#now + milliseconds,
        wake: () => {
          this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
    });
  }

  /**
   * Moves the clock, waking sleepers in order, each at its own time; what they then start runs as
   * far as it can before the clock moves on.
   */
  async advance(milliseconds: number): Promise<void> {
    const target = this.#now + milliseconds;
    await settled();
    for (let next = this.#next(target); next; next = this.#next(target)) {
      this.#now = Math.max(this.#now, next.until);
      next.wake();
      await settled();
    }
    this.#now = target;
  }

  #next(target: number): Sleeper | undefined {
    return this.#sleepers
      .filter(({ until }) => until <= target)
      .sort((a, b) => a.until - b.until)[0];
  }
}

/** A turn of the event loop: promises that can settle without time passing have done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
