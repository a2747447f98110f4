import { assertEquals } from "@std/assert";
import { jsonLog } from "../../adapters/log.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { NOON } from "../support/rows.ts";

Deno.test("a line of the log is one JSON object, with the trace that it belongs to", () => {
  const lines: string[] = [];
  let trace = {};
  const log = jsonLog(new FakeClock(NOON), (line) => lines.push(line), () => trace);
  log("info", "listening", { port: 1, at: 2n });
  trace = { trace_id: "4bf9", span_id: "00f0" };
  log("warn", "job failed", { error: new Error("a\nb", { cause: new Error("c") }) });
  const time = NOON.toISOString();
  assertEquals(JSON.parse(lines[0]), { time, level: "info", event: "listening", port: 1, at: "2" });
  const { error, ...rest } = JSON.parse(lines[1]);
  assertEquals(rest, {
    time,
    level: "warn",
    event: "job failed",
    trace_id: "4bf9",
    span_id: "00f0",
  });
  assertEquals([error.message, error.cause.message], ["a\nb", "c"]);
  assertEquals(lines.some((line) => line.includes("\n")), false);
});
