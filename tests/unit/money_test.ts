import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatMicros, parseMicros, requireCurrency } from "../../src/billing/money.ts";
import { DomainError } from "../../src/kernel/errors.ts";

/** What ten digits before the point and six after it can hold. */
const LARGEST = 10n ** 16n - 1n;

Deno.test("an amount is written with two to six places", () => {
  const cases: [bigint, string][] = [
    [0n, "0.00"],
    [1n, "0.000001"],
    [50_000n, "0.05"],
    [100_000n, "0.10"],
    [1_500_000n, "1.50"],
    [12_345_678n, "12.345678"],
    [1_001_000n, "1.001"],
    [-1n, "-0.000001"],
    [-2_000_000n, "-2.00"],
    [9_007_199_254_740_993n, "9007199254.740993"],
    [LARGEST, "9999999999.999999"],
    [2n ** 63n - 1n, "9223372036854.775807"],
  ];
  for (const [amount, text] of cases) assertEquals(formatMicros(amount), text);
});

Deno.test("every amount survives being written and read", () => {
  fc.assert(fc.property(fc.bigInt({ min: -LARGEST, max: LARGEST }), (amount) => {
    assertEquals(parseMicros("amount", formatMicros(amount)), amount);
  }));
});

Deno.test("every decimal text is read exactly, whatever zeros it carries", () => {
  const digits = (min: number, max: number) =>
    fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: min, maxLength: max });
  fc.assert(fc.property(digits(1, 10), digits(0, 6), fc.boolean(), (whole, places, negative) => {
    const text = `${negative ? "-" : ""}${whole}${places && "."}${places}`;
    const amount = BigInt(whole + places.padEnd(6, "0"));
    assertEquals(parseMicros("amount", ` ${text} `), negative ? -amount : amount);
  }));
});

Deno.test("text that is no amount is refused, with the field's name", () => {
  const texts = [
    "",
    "abc",
    "1,50",
    "1.",
    ".5",
    "1.0000001",
    "1e3",
    "+1",
    "--1",
    "0x10",
    "١",
    "1 0",
  ];
  for (const text of [...texts, "12345678901", "NaN", "Infinity"]) {
    const error = assertThrows(() => parseMicros("amount", text), DomainError, "amount: ");
    assertEquals(error.code, "invalid");
  }
});

Deno.test("a currency is three capital letters", () => {
  assertEquals(requireCurrency("currency", "USD"), "USD");
  for (const code of ["usd", "US", "USDT", "U$D", ""]) {
    assertThrows(() => requireCurrency("currency", code), DomainError, "currency: ");
  }
});
