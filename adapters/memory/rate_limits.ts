/**
 * Token buckets in this process alone.
 *
 * @module
 */
import type { Clock } from "../../src/kernel/clock.ts";
import {
  microsEach,
  type RateLimits,
  type RateRule,
  type Taken,
  takenOf,
} from "../../src/kernel/rate_limits.ts";

/** Buckets that are kept at most; beyond that, full ones are forgotten, which changes nothing. */
const SWEEP_AT = 10_000;

/** Limits that no other process shares. */
export class MemoryRateLimits implements RateLimits {
  /** By key, the moment at which the bucket is full again, in microseconds. */
  readonly #fullAt = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** See the interface. */
  take(key: string, rule: RateRule, count = 1): Promise<Taken> {
    const now = this.clock.now().getTime() * 1000;
    if (this.#fullAt.size >= SWEEP_AT && !this.#fullAt.has(key)) this.#sweep(now);
    const each = microsEach(rule);
    const before = this.#fullAt.get(key) ?? now;
    // Emptier than empty it is only once the clock was set back: nobody is kept out for that.
    const setBack = before > now + rule.burst * each;
    const fullAt = (setBack ? now : Math.max(now, before)) + count * each;
    const taken = takenOf(fullAt - now - rule.burst * each);
    if (taken.allowed) this.#fullAt.set(key, fullAt);
    return Promise.resolve(taken);
  }

  #sweep(now: number): void {
    for (const [key, fullAt] of this.#fullAt) {
      if (fullAt <= now) this.#fullAt.delete(key);
    }
  }
}
