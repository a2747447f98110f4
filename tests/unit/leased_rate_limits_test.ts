import { assert, assertEquals, assertRejects } from "@std/assert";
import { LeasedRateLimits } from "../../adapters/leased_rate_limits.ts";
import { MemoryRateLimits } from "../../adapters/memory/rate_limits.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import type { RateLimits } from "../../src/kernel/rate_limits.ts";
import { rateLimitsContract } from "../contracts/rate_limits.ts";
import { FakeClock } from "../support/fake_clock.ts";

const RULE = { burst: 600, perMinute: 600 };

/** As many processes on one store, whose questions are counted. */
function processes(count: number) {
  const clock = new FakeClock();
  const memory = new MemoryRateLimits(clock);
  const asked: number[] = [];
  const shared: RateLimits = {
    take(key, rule, count = 1) {
      asked.push(count);
      return memory.take(key, rule, count);
    },
  };
  const each = Array.from({ length: count }, () => new LeasedRateLimits(shared, clock));
  return { clock, asked, each };
}

rateLimitsContract("leased", () => {
  const { clock, each: [limits] } = processes(1);
  return Promise.resolve({
    limits,
    pass: (seconds) => clock.advance(seconds * 1000),
    sweep: () => Promise.resolve(),
    kept: () => Promise.resolve(null),
  });
});

Deno.test("a steady caller costs one question in thirty calls", async () => {
  const { clock, asked, each: [limits] } = processes(1);
  for (let i = 0; i < 100; i++) await limits.take("steady", RULE);
  const before = asked.length;
  for (let i = 0; i < 900; i++) {
    await clock.advance(100);
    assert((await limits.take("steady", RULE)).allowed);
  }
  assertEquals(asked.length - before, 30);
});

Deno.test("one process alone allows the burst to the last, and nothing beyond", async () => {
  for (const burst of [1, 7, 79, 100, 600]) {
    const { each: [limits] } = processes(1);
    let allowed = 0;
    while ((await limits.take("alone", { burst, perMinute: 60 })).allowed) allowed++;
    assertEquals(allowed, burst);
  }
});

Deno.test("however many processes share a limit, together they allow no more than it", async () => {
  const { clock, each } = processes(7);
  let allowed = 0;
  for (let tick = 0; tick < 600; tick++) {
    const taken = await Promise.all(each.map((limits) => limits.take("shared", RULE)));
    allowed += taken.filter((one) => one.allowed).length;
    await clock.advance(100);
  }
  // The burst, and a minute's worth; what is left in leases was taken, but not used.
  assert(allowed <= 1200, `${allowed}`);
  assert(allowed > 1200 - 7 * 30 - 60, `${allowed}`);
});

Deno.test("tokens that nobody used for a minute count no more", async () => {
  const { clock, asked, each: [limits] } = processes(1);
  for (let i = 0; i < 100; i++) await limits.take("idle", RULE);
  await clock.advance(59_000);
  let before = asked.length;
  await limits.take("idle", RULE);
  assertEquals(asked.length, before);
  await clock.advance(60_000);
  before = asked.length;
  await limits.take("idle", RULE);
  assertEquals(asked.length, before + 1);
});

Deno.test("a flood that is refused does not reach the store", async () => {
  const { clock, asked, each: [limits] } = processes(1);
  const rule = { burst: 3, perMinute: 3 };
  for (let i = 0; i < 4; i++) await limits.take("flood", rule);
  const before = asked.length;
  for (let i = 0; i < 1000; i++) {
    assertEquals(await limits.take("flood", rule), { allowed: false, retryAfterSeconds: 20 });
  }
  assertEquals([asked.length, limits.refusedFor("flood")], [before, 20]);
  await clock.advance(20_000);
  assertEquals([(await limits.take("flood", rule)).allowed, limits.refusedFor("flood")], [true, 0]);
});

Deno.test("callers that wait for one lease share it", async () => {
  const { asked, each: [limits] } = processes(1);
  for (let i = 0; i < 600 / 20 - 1; i++) await limits.take("warm", RULE);
  const before = asked.length;
  const taken = await Promise.all(Array.from({ length: 60 }, () => limits.take("warm", RULE)));
  assert(taken.every(({ allowed }) => allowed));
  assert(asked.length - before <= 4, `${asked.length - before}`);
});

Deno.test("ten thousand other keys make a lease forgotten, not the limit", async () => {
  const { each: [limits] } = processes(1);
  const rule = { burst: 1, perMinute: 1 };
  await limits.take("first", rule);
  for (let i = 0; i < 10_001; i++) await limits.take(`key ${i}`, rule);
  assertEquals((await limits.take("first", rule)).allowed, false);
});

Deno.test("a store that cannot be reached is told to whoever needs a token from it", async () => {
  const clock = new FakeClock();
  let down = false;
  const memory = new MemoryRateLimits(clock);
  const limits = new LeasedRateLimits({
    take: (key, rule, count) =>
      down ? Promise.reject(new DomainError("unavailable", "down")) : memory.take(key, rule, count),
  }, clock);
  for (let i = 0; i < 40; i++) await limits.take("key", RULE);
  down = true;
  let served = 0;
  const error = await assertRejects(async () => {
    for (;; served++) await limits.take("key", RULE);
  }, DomainError);
  assertEquals(error.code, "unavailable");
  assert(served > 0);
  down = false;
  assert((await limits.take("key", RULE)).allowed);
});
