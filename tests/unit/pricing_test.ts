import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseMicros } from "../../src/billing/money.ts";
import { perSeconds, priceOf, type Tariff } from "../../src/billing/pricing.ts";

const BY_SECOND: Tariff = {
  currency: "USD",
  setup: 10_000n,
  perMinute: 120_000n,
  incrementSeconds: 1,
};
const BY_MINUTE: Tariff = { ...BY_SECOND, incrementSeconds: 60 };

Deno.test("a call costs its setup and its time", () => {
  assertEquals(priceOf(BY_SECOND, 0), 10_000n);
  assertEquals(priceOf(BY_SECOND, 1), 12_000n);
  assertEquals(priceOf(BY_SECOND, 90), 190_000n);
  assertEquals(priceOf(BY_SECOND, 3_600), 7_210_000n);
});

Deno.test("every increment that was begun counts in full", () => {
  for (
    const [seconds, minutes] of [[0, 0n], [1, 1n], [59, 1n], [60, 1n], [61, 2n], [120, 2n]] as const
  ) {
    assertEquals(priceOf(BY_MINUTE, seconds), 10_000n + minutes * 120_000n);
  }
});

Deno.test("a fraction of a millionth is rounded up", () => {
  assertEquals(perSeconds(1n, 1), 1n);
  assertEquals(perSeconds(1n, 60), 1n);
  assertEquals(perSeconds(1n, 61), 2n);
  assertEquals(perSeconds(100n, 7), 12n);
  assertEquals(perSeconds(0n, 1_000), 0n);
  assertEquals(perSeconds(9_007_199_254_740_993n, 60), 9_007_199_254_740_993n);
});

Deno.test("the dearest tariff's longest call is a sum that the database has room for", () => {
  const most = parseMicros("perMinute", "9999999999.999999");
  const dearest = { currency: "USD", setup: most, perMinute: most, incrementSeconds: 3600 };
  assert(priceOf(dearest, 14_400) < 2n ** 63n);
});

Deno.test("a longer call never costs less, nor more than a millionth above its exact price", () => {
  const tariffs = fc.record({
    currency: fc.constant("USD"),
    setup: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    perMinute: fc.bigInt({ min: 0n, max: 10n ** 15n }),
    incrementSeconds: fc.integer({ min: 1, max: 120 }),
  });
  fc.assert(fc.property(tariffs, fc.nat(20_000), fc.nat(300), (tariff, seconds, more) => {
    const price = priceOf(tariff, seconds);
    assert(priceOf(tariff, seconds + more) >= price);
    const billed = Math.ceil(seconds / tariff.incrementSeconds) * tariff.incrementSeconds;
    const excess = (price - tariff.setup) * 60n - tariff.perMinute * BigInt(billed);
    assert(excess >= 0n && excess < 60n);
  }));
});
