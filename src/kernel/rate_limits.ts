/**
 * Port: how often something may happen, counted for all replicas together.
 *
 * @module
 */

/** A bucket that holds `burst` tokens and is refilled with `perMinute` tokens a minute. */
export type RateRule = {
  /** What may be taken at once from a full bucket; a whole number of at least 1. */
  burst: number;
  /** What may be taken in the long run; at least 1. */
  perMinute: number;
};

/** Whether it was taken, and if not when to come back. */
export type Taken = {
  allowed: boolean;
  /** Whole seconds until the same may be taken if nobody takes anything before; 0 when allowed. */
  retryAfterSeconds: number;
};

/**
 * Token buckets. A bucket is full until something is first taken from it, and again once it has been
 * refilled; what it is a bucket of, its key tells, such as `sign-in:ana@acme.example`.
 *
 * They are an account of minutes, not of money: a crash of the store may fill every bucket.
 */
export interface RateLimits {
  /**
   * Takes `count` tokens (1 when absent), or none of them. More than `burst` are never allowed. One
   * round trip where the store is remote. A key is used with one rule only.
   *
   * Rejects with DomainError `unavailable` when the store cannot be reached.
   */
  take(key: string, rule: RateRule, count?: number): Promise<Taken>;
}

/** Microseconds in which a bucket is refilled by one token: what every store counts in. */
export function microsEach({ perMinute }: RateRule): number {
  return Math.ceil(60_000_000 / perMinute);
}

/** The answer to a taking for which so many microseconds of refilling are missing. */
export function takenOf(missingMicros: number): Taken {
  return missingMicros <= 0
    ? { allowed: true, retryAfterSeconds: 0 }
    : { allowed: false, retryAfterSeconds: Math.ceil(missingMicros / 1_000_000) };
}
