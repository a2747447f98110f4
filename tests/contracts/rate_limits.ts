/**
 * What every keeper of rate limits must do.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { RateLimits } from "../../src/kernel/rate_limits.ts";

/** A keeper, and time in the test's hands. */
export interface LimitsUnderTest {
  limits: RateLimits;
  /** Lets that many seconds pass for every bucket. */
  pass(seconds: number): Promise<void>;
  /** Forgets what need not be kept. */
  sweep(): Promise<void>;
  /** Buckets that are kept; null where that cannot be told. */
  kept(): Promise<number | null>;
}

/** So slow that nothing is refilled while a test runs. */
const SLOW = { burst: 3, perMinute: 1 };
const OK = { allowed: true, retryAfterSeconds: 0 };

/** Registers the suite; `sanitize` off where a connection outlives the test. */
export function rateLimitsContract(
  name: string,
  open: () => Promise<LimitsUnderTest>,
  { sanitize = true } = {},
): void {
  const tell = (sentence: string, body: (under: LimitsUnderTest) => Promise<void>) =>
    Deno.test({
      name: `rate limits, ${name}: ${sentence}`,
      sanitizeOps: sanitize,
      sanitizeResources: sanitize,
      fn: async () => await body(await open()),
    });
  const newKey = () => `key ${crypto.randomUUID()} 🦊`;

  tell("a burst is allowed, and no more", async ({ limits }) => {
    const key = newKey();
    for (let i = 0; i < 3; i++) assertEquals(await limits.take(key, SLOW), OK);
    const refused = await limits.take(key, SLOW);
    assert(!refused.allowed);
    assert(refused.retryAfterSeconds > 50 && refused.retryAfterSeconds <= 60);
    assertEquals(await limits.take(newKey(), SLOW), OK);
  });

  tell("what is refused is not counted", async ({ limits, pass }) => {
    const key = newKey();
    for (let i = 0; i < 10; i++) await limits.take(key, SLOW);
    await pass(60);
    assertEquals(await limits.take(key, SLOW), OK);
    assertEquals((await limits.take(key, SLOW)).allowed, false);
  });

  tell("time refills the bucket, up to the burst", async ({ limits, pass }) => {
    const key = newKey();
    await limits.take(key, SLOW, 3);
    await pass(61);
    assertEquals(await limits.take(key, SLOW), OK);
    assertEquals((await limits.take(key, SLOW)).allowed, false);
    await pass(3600);
    assertEquals(await limits.take(key, SLOW, 3), OK);
    assertEquals((await limits.take(key, SLOW)).allowed, false);
  });

  tell("a clock that is set back keeps nobody out", async ({ limits, pass }) => {
    const key = newKey();
    await limits.take(key, SLOW, 3);
    await pass(-3600);
    assertEquals(await limits.take(key, SLOW, 3), OK);
    assertEquals((await limits.take(key, SLOW)).allowed, false);
  });

  tell("several are taken together, or none", async ({ limits }) => {
    const key = newKey();
    assertEquals(await limits.take(key, SLOW, 2), OK);
    const refused = await limits.take(key, SLOW, 2);
    assert(!refused.allowed && refused.retryAfterSeconds <= 60);
    assertEquals(await limits.take(key, SLOW), OK);
  });

  tell("more than a burst is never allowed, and takes nothing", async ({ limits }) => {
    const key = newKey();
    assertEquals(await limits.take(key, SLOW, 4), { allowed: false, retryAfterSeconds: 60 });
    assertEquals(await limits.take(key, SLOW, 3), OK);
  });

  tell("a burst that does not divide a minute is allowed to the last", async ({ limits }) => {
    const [key, rule] = [newKey(), { burst: 7, perMinute: 7 }];
    assertEquals(await limits.take(key, rule, 6), OK);
    assertEquals(await limits.take(key, rule), OK);
    assertEquals((await limits.take(key, rule)).allowed, false);
  });

  tell("of forty at once, as many are allowed as the burst", async ({ limits }) => {
    const [key, rule] = [newKey(), { burst: 11, perMinute: 1 }];
    const taken = await Promise.all(Array.from({ length: 40 }, () => limits.take(key, rule)));
    assertEquals(taken.filter(({ allowed }) => allowed).length, 11);
    for (const { allowed, retryAfterSeconds } of taken) {
      assert(allowed ? retryAfterSeconds === 0 : retryAfterSeconds >= 1);
    }
  });

  tell("a sweep forgets full buckets alone", async ({ limits, pass, sweep, kept }) => {
    const [full, used] = [newKey(), newKey()];
    await limits.take(full, SLOW);
    await pass(3600);
    await limits.take(used, SLOW, 3);
    await sweep();
    assertEquals((await limits.take(used, SLOW)).allowed, false);
    const left = await kept();
    if (left !== null) assertEquals(left, 1);
    assertEquals(await limits.take(full, SLOW, 3), OK);
  });
}
