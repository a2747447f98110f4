/**
 * Structured logs: one JSON object a line. No phone numbers, names, tokens or transcripts go in; ids do.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "../src/kernel/clock.ts";
import { isoTime } from "../src/kernel/moment.ts";

/** How much an entry matters. */
export type LogLevel = "info" | "warn" | "error";

/** Further facts of an entry. `error` is written with its causes, but without a stack in `info`. */
export type LogFields = Record<string, unknown>;

/** Port of the outer ring: where adapters report what happened. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

/** Takes a line, without its end. */
export type Write = (line: string, level: LogLevel) => void;

/**
 * A log that writes JSON lines; `trace` gives what goes into each line beside, such as the id of the
 * trace that is going on.
 */
export function jsonLog(
  clock: Clock,
  write: Write,
  trace: () => LogFields = () => ({}),
): Log {
  return (level, event, fields = {}) => {
    const entry = { time: isoTime(clock.now()), level, event, ...trace(), ...fields };
    // A replacer is called for each field, and a line for each request needs none.
    const needed = Object.values(entry).some((each) =>
      typeof each === "bigint" || typeof each === "object" && each !== null
    );
    write(JSON.stringify(entry, needed ? plain : undefined), level);
  };
}

/** What a process says before it ends, by itself or by an error that nobody caught. */
const LAST_WORDS = ["unload", "error", "unhandledrejection"];

/**
 * Writes together what comes in one turn of the event loop, because each writing is a call of the
 * operating system; but whatever went wrong at once, and what is left when the process ends.
 */
export function gathered(write: (text: string) => void, process: EventTarget): Write {
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) write(lines.join("\n"));
    lines = [];
  };
  for (const event of LAST_WORDS) process.addEventListener(event, flush);
  return (line, level) => {
    if (lines.push(line) === 1) setImmediate(flush);
    if (level !== "info") flush();
  };
}

const encoder = new TextEncoder();

/** Prints lines without `console.log`'s formatting; like that, it does not mind when nobody reads. */
export function print(text: string): void {
  const bytes = encoder.encode(`${text}\n`);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch {
    // A server does not end because nobody reads its log.
  }
}

function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return typeof value === "bigint" ? String(value) : value;
  const { name, message, stack, cause } = value;
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}
