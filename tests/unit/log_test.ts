import { assertEquals } from "@std/assert";
import { gathered, jsonLog } from "../../adapters/log.ts";
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

Deno.test("lines of one turn of the event loop are written together, and warnings at once", async () => {
  const written: string[] = [];
  const process = new EventTarget();
  const write = gathered((text) => written.push(text), process);
  write("one", "info");
  write("two", "info");
  assertEquals(written, []);
  write("three", "warn");
  assertEquals(written, ["one\ntwo\nthree"]);
  write("four", "info");
  write("five", "info");
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(written, ["one\ntwo\nthree", "four\nfive"]);
  write("six", "info");
  process.dispatchEvent(new Event("unload"));
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(written, ["one\ntwo\nthree", "four\nfive", "six"]);
});

Deno.test("the last lines of a process that ends are written, however it ends", async () => {
  const ends = [
    "Deno.exit(0)",
    'throw new Error("x")',
    'setTimeout(() => { throw new Error("x") })',
    "",
  ];
  for (const end of ends) {
    const program = `
      import { gathered, print } from "./adapters/log.ts";
      const write = gathered(print, globalThis);
      write("last", "info");
      ${end};`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", program],
      cwd: new URL("../../", import.meta.url),
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "last\n", end);
  }
});
