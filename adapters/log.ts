/**
 * Structured logs: one JSON object a line. No phone numbers, names, tokens or transcripts go in; ids do.
 *
 * @module
 */
import type { Clock } from "../src/kernel/clock.ts";

/** How much an entry matters. */
export type LogLevel = "info" | "warn" | "error";

/** Further facts of an entry. `error` is written with its causes, but without a stack in `info`. */
export type LogFields = Record<string, unknown>;

/** Port of the outer ring: where adapters report what happened. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

/**
 * A log that writes JSON lines, such as `console.log` takes; `trace` gives what goes into each line
 * beside, such as the id of the trace that is going on.
 */
export function jsonLog(
  clock: Clock,
  write: (line: string) => void,
  trace: () => LogFields = () => ({}),
): Log {
  return (level, event, fields = {}) =>
    write(JSON.stringify({
      time: clock.now().toISOString(),
      level,
      event,
      ...trace(),
      ...fields,
    }, plain));
}

function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return typeof value === "bigint" ? String(value) : value;
  const { name, message, stack, cause } = value;
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}
