/**
 * Rate limits without a round trip per request: tokens are taken from the shared buckets some at a
 * time, and used up in this process.
 *
 * A token is always taken before it is used, so nothing is used twice. What n processes hold unused
 * is at most n leases of a twentieth of the burst, for at most a minute: by so much a caller's burst
 * may be larger than the rule's, and by so much a caller who moves from process to process may find
 * it smaller. A refusal is remembered for as long as it said, so that a flood does not reach the
 * store.
 *
 * @module
 */
import type { Clock } from "../src/kernel/clock.ts";
import type { RateLimits, RateRule, Taken } from "../src/kernel/rate_limits.ts";

/** The largest lease is the burst divided by this. */
const SHARE = 20;
/** Milliseconds after which unused tokens count no more. */
const HELD_MS = 60_000;
/** Leases that are renewed before they are used up, so that nobody waits. */
const RENEWED_EARLY = 8;
/** Keys that are remembered; the least recently used is forgotten first. */
const MAX_KEYS = 10_000;

const ALLOWED: Taken = { allowed: true, retryAfterSeconds: 0 };

interface Lease {
  tokens: number;
  /** How many to take next time: doubled while there are enough, 1 again when there are not. */
  size: number;
  /** Millisecond of the last taking. */
  takenAt: number;
  /** A taking under way. */
  renewal: Promise<void> | null;
  /** Takings of at least so many are refused for a while, as long as the clock is not set back. */
  refused: { count: number; from: number; until: number } | null;
}

/** Leases on shared limits. */
export class LeasedRateLimits implements RateLimits {
  readonly #leases = new Map<string, Lease>();

  constructor(private readonly shared: RateLimits, private readonly clock: Clock) {}

  /** See the interface. */
  async take(key: string, rule: RateRule, count = 1): Promise<Taken> {
    const lease = this.#leaseOf(key);
    for (;;) {
      const now = this.#now();
      if (now - lease.takenAt >= HELD_MS) lease.tokens = 0;
      if (lease.tokens >= count) {
        lease.tokens -= count;
        const early = lease.size >= RENEWED_EARLY && lease.tokens < lease.size / 2;
        // Whoever finds the lease used up will hear of a failure.
        if (early && lease.renewal === null) this.#renew(lease, key, rule).catch(() => {});
        return ALLOWED;
      }
      const { refused } = lease;
      if (isRefused(refused, now) && count >= refused.count) {
        return { allowed: false, retryAfterSeconds: secondsUntil(refused.until, now) };
      }
      await (lease.renewal ?? this.#renew(lease, key, rule, count));
    }
  }

  /** Seconds for which the key is known to be refused, without asking; 0 when it is not. */
  refusedFor(key: string): number {
    const refused = this.#leases.get(key)?.refused ?? null;
    const now = this.#now();
    return isRefused(refused, now) ? secondsUntil(refused.until, now) : 0;
  }

  #now(): number {
    return this.clock.now().getTime();
  }

  #leaseOf(key: string): Lease {
    const lease = this.#leases.get(key) ??
      { tokens: 0, size: 1, takenAt: 0, renewal: null, refused: null };
    this.#leases.delete(key);
    this.#leases.set(key, lease);
    if (this.#leases.size > MAX_KEYS) {
      const [oldest] = this.#leases.keys();
      this.#leases.delete(oldest);
    }
    return lease;
  }

  /** Takes a lease; with `wanted`, at least what is missing of that, or notes the refusal. */
  #renew(lease: Lease, key: string, rule: RateRule, wanted = 0): Promise<void> {
    const renewal = (async () => {
      const missing = Math.max(0, wanted - lease.tokens);
      const largest = Math.max(1, Math.floor(rule.burst / SHARE));
      const size = Math.max(missing, Math.min(lease.size, largest));
      let taken = await this.shared.take(key, rule, size);
      let tokens = size;
      if (taken.allowed) lease.size = Math.min(2 * lease.size, largest);
      else {
        lease.size = 1;
        if (wanted === 0) return;
        tokens = missing;
        if (size > missing) taken = await this.shared.take(key, rule, missing);
      }
      const now = this.#now();
      if (taken.allowed) {
        lease.tokens += tokens;
        lease.takenAt = now;
        lease.refused = null;
      } else {
        lease.refused = { count: wanted, from: now, until: now + taken.retryAfterSeconds * 1000 };
      }
    })().finally(() => lease.renewal = null);
    return lease.renewal = renewal;
  }
}

function isRefused<R extends Lease["refused"]>(refused: R, now: number): refused is NonNullable<R> {
  return refused !== null && refused.from <= now && now < refused.until;
}

function secondsUntil(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}
