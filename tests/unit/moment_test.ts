import { assertEquals, assertThrows } from "@std/assert";
import { isoTime } from "../../src/kernel/moment.ts";

const LAST = 8_640_000_000_000_000;

Deno.test("a moment's text is what toISOString makes of it", () => {
  const edges = [
    0,
    -1,
    1,
    86_399_999,
    86_400_000,
    -62_167_219_200_001,
    253_402_300_800_000,
    -LAST,
    LAST,
  ];
  // More days than are remembered.
  const random = Array.from({ length: 5_000 }, () => Math.floor((2 * Math.random() - 1) * LAST));
  const recent = Array.from({ length: 5_000 }, () => Math.floor(Math.random() * 4_000_000_000_000));
  for (const at of [...edges, ...random, ...recent, ...edges]) {
    const moment = new Date(at);
    assertEquals(isoTime(moment), moment.toISOString());
  }
  assertThrows(() => isoTime(new Date(NaN)), RangeError);
});
