import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { getCountries } from "libphonenumber-js/max";
import { NumberingPlans } from "../../adapters/phone_numbers.ts";
import { PHONE_TIME_ZONES } from "../../adapters/phone_time_zones.ts";
import type { PhoneNumber } from "../../src/compliance/phone_numbers.ts";

const plans = new NumberingPlans();

function number(text: string, country: string | null = null): PhoneNumber {
  const parsed = plans.parse(text, country);
  assert(!("problem" in parsed), `${text}: ${"problem" in parsed ? parsed.problem : ""}`);
  return parsed;
}

function problem(text: string, country: string | null = null): string {
  const parsed = plans.parse(text, country);
  assert("problem" in parsed, `${text} was taken for a number`);
  return parsed.problem;
}

Deno.test("a number in any usual form becomes E.164", () => {
  for (
    const [text, country, e164] of [
      ["+14155550132", null, "+14155550132"],
      ["+1 (415) 555-0132", null, "+14155550132"],
      [" tel:+1-415-555-0132 ", null, "+14155550132"],
      ["(415) 555-0132", "US", "+14155550132"],
      ["415.555.0132", "us", "+14155550132"],
      ["1 415 555 0132", "US", "+14155550132"],
      ["0501234567", "AE", "+971501234567"],
      ["0044 20 7946 0958", null, "+442079460958"],
      ["011 44 20 7946 0958", "US", "+442079460958"],
      ["+44 20 7946 0958", "US", "+442079460958"],
      ["٠٥٠ ١٢٣ ٤٥٦٧", "AE", "+971501234567"],
    ] as const
  ) assertEquals(number(text, country).e164, e164, text);
});

Deno.test("the country is that of the number, not merely of its calling code", () => {
  assertEquals(number("+1 416 555 0123").country, "CA");
  assertEquals(number("+1 876 555 0123").country, "JM");
  assertEquals(number("+44 7624 494123").country, "IM");
  assertEquals(number("+383 44 123 456").country, "XK");
  assertEquals(number("+44 20 7946 0958", "US").country, "GB");
});

Deno.test("a problem says what was wrong and what is allowed", () => {
  for (
    const [text, country, part] of [
      ["555", null, "too short"],
      ["", null, "too short"],
      ["4155550132", null, "does not say which country"],
      ["+1 202 555 000", null, "not a number in use"],
      ["+44 7700 900123", null, "not a number in use"],
      ["415 555", "US", "too short"],
      ["415 555 01", "US", "not a number of US"],
      ["1-800-FLOWERS", "US", "letters"],
      ["call me at +14155550132", null, "letters"],
      ["+14155550132, +14155550133", null, "not a number in use"],
    ] as const
  ) {
    const told = problem(text, country);
    assertStringIncludes(told, part, text);
    assertStringIncludes(told, "such as +14155550132", text);
  }
  assertStringIncludes(problem("+14155550132 ext. 5"), "extension");
  assertStringIncludes(problem("+14155550132", "ZZ"), 'country "ZZ" is not known');
  assert(problem("9".repeat(10_000)).length < 200, "a long text is not repeated in full");
});

Deno.test("emergency numbers are refused from wherever they are dialled", () => {
  for (const short of ["000", "101", "110", "111", "112", "113", "118", "119", "911", "999"]) {
    for (const country of getCountries()) problem(short, country);
    problem(short);
    for (const code of ["1", "44", "49", "61", "971"]) problem(`+${code}${short}`);
  }
});

Deno.test("numbers of no country are refused by name", () => {
  for (
    const [text, part] of [
      ["+881612345678", "satellite"],
      ["+870773111632", "satellite"],
      ["+882131234567", "satellite"],
      ["+883510000000091", "satellite"],
      ["+979123456789", "premium-rate"],
      ["+80012345678", "freephone"],
      ["+80812345678", "shared-cost"],
    ] as const
  ) assertStringIncludes(problem(text), part, text);
});

Deno.test("numbers that must not be called are stored with the reason", () => {
  for (
    const [text, part] of [
      ["+19002345678", "premium-rate"],
      ["+448712345678", "premium-rate"],
      ["+491805123456", "shared-cost"],
      ["+447600123456", "pager"],
      ["+447012345678", "personal"],
    ] as const
  ) assertStringIncludes(number(text).blocked ?? "nothing", part, text);
  for (const text of ["+14155550132", "+18002345678", "+4930901820", "+4915112345678"]) {
    assertEquals(number(text).blocked, null, text);
  }
});

Deno.test("time zones are those in which the callee may be", () => {
  assertEquals(number("+14155550132").timeZones, ["America/Los_Angeles"]);
  assertEquals(number("+12125550132").timeZones, ["America/New_York"]);
  assertEquals(number("+49 30 901820").timeZones, ["Europe/Berlin"]);
  assertEquals(number("+971501234567").timeZones, ["Asia/Dubai"]);
  assertEquals(number("+44 7400 123456").timeZones, [
    "Europe/Guernsey",
    "Europe/Isle_of_Man",
    "Europe/London",
  ]);
  const tollFree = number("+18002345678").timeZones;
  assert(tollFree.includes("America/New_York") && tollFree.includes("Pacific/Honolulu"));
});

Deno.test("every time zone of the table is one that the runtime knows", () => {
  const zones = new Set(
    PHONE_TIME_ZONES.trim().split("\n").flatMap((line) => line.split("|")[0].split(" ")),
  );
  assert(zones.size > 250);
  for (const timeZone of zones) new Intl.DateTimeFormat("en", { timeZone });
});

Deno.test("a caller who changes the zones of one number leaves the others alone", () => {
  number("+14155550132").timeZones.push("UTC");
  assertEquals(number("+14155550132").timeZones, ["America/Los_Angeles"]);
});
