import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import type { CallingWindow } from "../../src/compliance/call_rules.ts";
import {
  isOpen,
  isTimeZone,
  nextOpening,
  requireWindow,
} from "../../src/compliance/calling_window.ts";
import { DomainError } from "../../src/kernel/errors.ts";

const DAILY: CallingWindow = { start: "09:00", end: "20:00", days: [1, 2, 3, 4, 5, 6, 7] };
const WEEKDAYS: CallingWindow = { ...DAILY, days: [1, 2, 3, 4, 5] };
const ALL_DAY: CallingWindow = { start: "00:00", end: "24:00", days: [1, 2, 3, 4, 5, 6, 7] };

function open(window: CallingWindow | null, zone: string, moment: string): boolean {
  return isOpen([window], [zone], new Date(moment));
}

function opening(window: CallingWindow | null, zones: string[], after: string): string | undefined {
  return nextOpening([window], zones, new Date(after))?.toISOString();
}

Deno.test("a window opens with its first minute and closes before its last", () => {
  // Monday, 2 March 2026; New York is at UTC-5.
  assertFalse(open(DAILY, "America/New_York", "2026-03-02T13:59:59.999Z"));
  assert(open(DAILY, "America/New_York", "2026-03-02T14:00:00.000Z"));
  assert(open(DAILY, "America/New_York", "2026-03-03T00:59:59.999Z"));
  assertFalse(open(DAILY, "America/New_York", "2026-03-03T01:00:00.000Z"));
});

Deno.test("no window allows any hour", () => {
  assert(open(null, "America/New_York", "2026-03-02T08:00:00Z"));
  assert(isOpen([], ["America/New_York"], new Date("2026-03-02T08:00:00Z")));
});

Deno.test("the weekday is the callee's own", () => {
  // Friday evening in California is Saturday in UTC and in Tokyo.
  const moment = "2026-03-07T02:00:00Z";
  assert(open(WEEKDAYS, "America/Los_Angeles", moment));
  assertFalse(open(WEEKDAYS, "Asia/Tokyo", moment));
  assertFalse(open({ ...DAILY, days: [6] }, "America/Los_Angeles", moment));
});

Deno.test("a window until 24:00 takes in the whole evening, and 00:00 the whole morning", () => {
  for (const time of ["00:00", "00:30", "12:00", "23:59"]) {
    assert(open(ALL_DAY, "UTC", `2026-03-02T${time}:59Z`), time);
  }
});

Deno.test("every window must be open, in every zone that the callee may be in", () => {
  const narrow = { ...DAILY, start: "10:00", end: "11:00" };
  const at = (time: string) => new Date(`2026-03-02T${time}:00Z`);
  assert(isOpen([DAILY, null, narrow], ["UTC"], at("10:30")));
  assertFalse(isOpen([DAILY, narrow], ["UTC"], at("12:00")));
  const zones = ["America/New_York", "America/Los_Angeles"];
  assertFalse(isOpen([DAILY], zones, at("15:00")));
  assert(isOpen([DAILY], zones, at("17:00")));
});

Deno.test("in the night when clocks go forward the window keeps to the callee's clock", () => {
  // Berlin, 29 March 2026: 02:00 becomes 03:00, so 09:00 is 07:00Z instead of 08:00Z.
  assertFalse(open(DAILY, "Europe/Berlin", "2026-03-28T07:30:00Z"));
  assert(open(DAILY, "Europe/Berlin", "2026-03-29T07:30:00Z"));
  const night = { ...DAILY, start: "02:00", end: "03:00" };
  for (const time of ["00:59", "01:00", "01:30"]) {
    assertFalse(open(night, "Europe/Berlin", `2026-03-29T${time}:00Z`), time);
  }
});

Deno.test("in the night when clocks go back the repeated hour is open twice", () => {
  // New York, 1 November 2026: 01:30 comes at 05:30Z and again at 06:30Z.
  const night = { ...DAILY, start: "01:00", end: "02:00" };
  for (
    const [time, expected] of [["04:59", false], ["05:30", true], ["06:30", true], [
      "07:00",
      false,
    ]] as const
  ) {
    assertEquals(open(night, "America/New_York", `2026-11-01T${time}:00Z`), expected, time);
  }
});

Deno.test("zones with odd offsets are met to the minute", () => {
  // Kathmandu is at +05:45, Chatham at +13:45 in March.
  assertFalse(open(DAILY, "Asia/Kathmandu", "2026-03-02T03:14:59Z"));
  assert(open(DAILY, "Asia/Kathmandu", "2026-03-02T03:15:00Z"));
  assertFalse(open(DAILY, "Pacific/Chatham", "2026-03-02T19:14:59Z"));
  assert(open(DAILY, "Pacific/Chatham", "2026-03-02T19:15:00Z"));
});

Deno.test("the next opening is now, when it is open on a quarter of an hour", () => {
  assertEquals(opening(DAILY, ["UTC"], "2026-03-02T09:00:00Z"), "2026-03-02T09:00:00.000Z");
  assertEquals(opening(DAILY, ["UTC"], "2026-03-02T09:00:00.001Z"), "2026-03-02T09:15:00.000Z");
  assertEquals(opening(null, ["UTC"], "2026-03-02T03:15:00Z"), "2026-03-02T03:15:00.000Z");
});

Deno.test("the next opening is to the minute, whatever the quarter", () => {
  const brief = { ...DAILY, start: "13:01", end: "13:09" };
  assertEquals(opening(brief, ["UTC"], "2026-03-02T12:00:00Z"), "2026-03-02T13:01:00.000Z");
  assertEquals(
    opening(brief, ["Asia/Kathmandu"], "2026-03-02T07:17:00Z"),
    "2026-03-03T07:16:00.000Z",
  );
  const midnight = { ...DAILY, start: "00:00", end: "24:00", days: [3] };
  assertEquals(opening(midnight, ["UTC"], "2026-03-02T07:17:00Z"), "2026-03-04T00:00:00.000Z");
});

Deno.test("the next opening passes over nights and weekends", () => {
  assertEquals(opening(DAILY, ["UTC"], "2026-03-02T20:00:00Z"), "2026-03-03T09:00:00.000Z");
  assertEquals(opening(WEEKDAYS, ["UTC"], "2026-03-06T19:50:00Z"), "2026-03-09T09:00:00.000Z");
  const mondays = { ...DAILY, days: [1] };
  assertEquals(opening(mondays, ["UTC"], "2026-03-02T20:00:00Z"), "2026-03-09T09:00:00.000Z");
});

Deno.test("the next opening minds the change of the clocks", () => {
  const after = "2026-03-28T19:30:00Z";
  assertEquals(opening(DAILY, ["Europe/Berlin"], after), "2026-03-29T07:00:00.000Z");
  assertEquals(
    opening(DAILY, ["America/New_York"], "2026-11-01T02:00:00Z"),
    "2026-11-01T14:00:00.000Z",
  );
});

Deno.test("the next opening is open in every zone", () => {
  const zones = ["America/New_York", "America/Los_Angeles"];
  assertEquals(opening(DAILY, zones, "2026-03-02T02:00:00Z"), "2026-03-02T17:00:00.000Z");
});

Deno.test("zones that are never open together have no next opening", () => {
  const short = { ...DAILY, start: "09:00", end: "10:00" };
  assertEquals(opening(short, ["Europe/London", "Asia/Tokyo"], "2026-03-02T02:00:00Z"), undefined);
});

Deno.test("the runtime knows which zones there are", () => {
  for (const zone of ["UTC", "Europe/Paris", "America/Argentina/Buenos_Aires"]) {
    assert(isTimeZone(zone), zone);
  }
  for (const zone of ["", "Mars/Olympus", "Europe/Pariss", "12:00"]) assertFalse(isTimeZone(zone));
});

Deno.test("a window has two times in order and at least one weekday", () => {
  assertEquals(requireWindow("window", { ...DAILY, days: [7, 1, 7] }).days, [1, 7]);
  assertEquals(requireWindow("window", ALL_DAY), ALL_DAY);
  const wrong: Partial<CallingWindow>[] = [
    { start: "9:00" },
    { start: "24:00" },
    { end: "24:01" },
    { end: "23:60" },
    { start: "20:00" },
    { start: "21:00" },
    { days: [] },
    { days: [0] },
    { days: [8] },
    { days: [1.5] },
  ];
  for (const fields of wrong) {
    const error = assertThrows(
      () => requireWindow("window", { ...DAILY, ...fields }),
      DomainError,
      "window: ",
    );
    assertEquals(error.code, "invalid");
  }
});
