import type { Clock } from "../../src/kernel/clock.ts";
import type { RateLimits } from "../../src/kernel/rate_limits.ts";

/** Token buckets in this process alone. */
export class MemoryRateLimits implements RateLimits {
  readonly #buckets = new Map<string, { level: number; at: number }>();

  constructor(private readonly clock: Clock) {}

  take(
    key: string,
    { burst, perMinute }: { burst: number; perMinute: number },
  ): Promise<{ allowed: boolean; retryAfterSeconds: number }> {
    const now = this.clock.now().getTime();
    const bucket = this.#buckets.get(key) ?? { level: burst, at: now };
    const level = Math.min(burst, bucket.level + (now - bucket.at) * perMinute / 60_000);
    const allowed = level >= 1;
    this.#buckets.set(key, { level: allowed ? level - 1 : level, at: now });
    const retryAfterSeconds = allowed ? 0 : Math.max(1, Math.ceil((1 - level) * 60 / perMinute));
    return Promise.resolve({ allowed, retryAfterSeconds });
  }
}
