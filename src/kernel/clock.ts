/**
 * Port: the time, so that tests can own it.
 *
 * @module
 */

/** Wall clock and waiting. */
export interface Clock {
  /** The present moment. */
  now(): Date;
  /** Resolves after that many milliseconds, or at once when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
