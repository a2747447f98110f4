/**
 * Token buckets, one per caller, in this process alone: with n replicas a caller has up to n times as
 * much. Good against a loop that has run wild, not an accounting of use.
 *
 * @module
 */
import type { Clock } from "../../src/kernel/clock.ts";

/** Buckets kept at most; beyond that, full ones are forgotten, which changes nothing for anyone. */
const SWEEP_AT = 10_000;

/** Takes one from the caller's bucket: 0 when there was one, else the seconds until there is. */
export type RateLimiter = (caller: string) => number;

/** Allows `perMinute` requests a minute in the long run, and as many at once. */
export function rateLimiter(perMinute: number, clock: Clock): RateLimiter {
  const buckets = new Map<string, { level: number; at: number }>();
  const perMillisecond = perMinute / 60_000;
  const levelOf = (bucket: { level: number; at: number }, now: number) =>
    Math.min(perMinute, bucket.level + (now - bucket.at) * perMillisecond);
  return (caller) => {
    const now = clock.now().getTime();
    if (buckets.size >= SWEEP_AT && !buckets.has(caller)) {
      for (const [key, bucket] of buckets) {
        if (levelOf(bucket, now) >= perMinute) buckets.delete(key);
      }
    }
    const bucket = buckets.get(caller);
    const level = bucket === undefined ? perMinute : levelOf(bucket, now);
    const enough = level >= 1;
    buckets.set(caller, { level: enough ? level - 1 : level, at: now });
    return enough ? 0 : Math.max(1, Math.ceil((1 - level) / perMillisecond / 1000));
  };
}
