/**
 * The machine's own time.
 *
 * @module
 */
import type { Clock } from "../src/kernel/clock.ts";

/** Wall clock and timers of the runtime. */
export class SystemClock implements Clock {
  /** The present moment. */
  now(): Date {
    return new Date();
  }

  /** Resolves after that many milliseconds, or at once when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener("abort", done, { once: true });
    });
  }
}
