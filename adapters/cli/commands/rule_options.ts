/**
 * Options for what may be called, when and where.
 *
 * @module
 */
import type { DialingRules } from "../../../src/campaigns/campaign.ts";
import type { CallCaps } from "../../../src/compliance/call_caps.ts";
import type { CallingWindow, CallRules } from "../../../src/compliance/call_rules.ts";
import { countOf, listOf, UsageError, type Values } from "../command.ts";

/** Of clients and campaigns. */
export const CALL_RULE_OPTIONS = {
  window: {
    type: "string",
    value: "HH:MM-HH:MM",
    about: "Callee's own hours in which the phone may ring, or any (09:00-20:00).",
  },
  days: {
    type: "string",
    value: "1,2,…",
    about: "Weekdays with --window, 1 Monday (1,2,3,4,5,6).",
  },
  countries: {
    type: "string",
    value: "CC,…",
    about: "Countries that may be called, or any (the client's own).",
  },
  "require-consent": {
    type: "boolean",
    about: "Only records with consent on file; --no-require-consent calls others too (on).",
  },
  "max-concurrent": { type: "string", value: "N", about: "Calls that may be live at once (10)." },
  "max-price": {
    type: "string",
    value: "AMOUNT",
    about: "Highest price per minute at which a number may be called, or any (any).",
  },
} as const;

/** Of clients and tokens. */
export const CAP_OPTIONS = {
  "max-calls-per-minute": {
    type: "string",
    value: "N",
    about: "Calls that may be started a minute, or any (any).",
  },
  "max-calls-per-day": {
    type: "string",
    value: "N",
    about: "Calls that may be started a day (UTC), or any (any).",
  },
  "max-spend-per-day": {
    type: "string",
    value: "AMOUNT",
    about: "Money for the calls of a day (UTC), in the client's currency, or any (any).",
  },
} as const;

/** Of campaigns alone. */
export const DIALING_RULE_OPTIONS = {
  ...CALL_RULE_OPTIONS,
  "auto-dial": {
    type: "boolean",
    about: "The server dials scheduled orders by itself; --no-auto-dial turns it off (off).",
  },
  "max-attempts": { type: "string", value: "N", about: "Calls that one order may take (3)." },
  "retry-after": { type: "string", value: "MINUTES", about: "Until a missed order is due (60)." },
  "ring-seconds": { type: "string", value: "N", about: "Seconds that the phone rings (30)." },
  "max-call-seconds": { type: "string", value: "N", about: "Longest call in seconds (900)." },
} as const;

const EVERY_DAY_BUT_SUNDAY = [1, 2, 3, 4, 5, 6];

/** The rules that were named; undefined when none was. */
export function callRulesOf(
  values: Values<typeof CALL_RULE_OPTIONS>,
): Partial<CallRules> | undefined {
  return named<Partial<CallRules>>({
    window: windowOf(values.window, values.days),
    countries: values.countries === undefined
      ? undefined
      : values.countries === "any"
      ? null
      : listOf(values.countries),
    requireConsent: values["require-consent"],
    maxConcurrentCalls: countOf("max-concurrent", values["max-concurrent"], 10_000),
    maxPricePerMinute: values["max-price"] === "any" ? null : values["max-price"],
  });
}

/** The caps that were named; undefined when none was. */
export function capsOf(values: Values<typeof CAP_OPTIONS>): CallCaps | undefined {
  const count = (option: "max-calls-per-minute" | "max-calls-per-day") =>
    values[option] === "any" ? null : countOf(option, values[option], 1_000_000);
  const spend = values["max-spend-per-day"];
  return named<CallCaps>({
    maxCallsPerMinute: count("max-calls-per-minute"),
    maxCallsPerDay: count("max-calls-per-day"),
    maxSpendPerDay: spend === "any" ? null : spend,
  });
}

/** The rules that were named; undefined when none was. */
export function dialingRulesOf(
  values: Values<typeof DIALING_RULE_OPTIONS>,
): Partial<DialingRules> | undefined {
  return named<Partial<DialingRules>>({
    ...callRulesOf(values),
    autoDial: values["auto-dial"],
    maxAttempts: countOf("max-attempts", values["max-attempts"], 100),
    retryAfterMinutes: countOf("retry-after", values["retry-after"], 43_200),
    ringSeconds: countOf("ring-seconds", values["ring-seconds"], 120),
    maxCallSeconds: countOf("max-call-seconds", values["max-call-seconds"], 14_400),
  });
}

function windowOf(
  text: string | undefined,
  days: string | undefined,
): CallingWindow | null | undefined {
  if (text === undefined) {
    if (days !== undefined) throw new UsageError("--days needs --window beside it");
    return undefined;
  }
  if (text === "any") return null;
  const [start, end, ...rest] = text.split("-");
  if (end === undefined || rest.length) {
    throw new UsageError(
      `--window must be HH:MM-HH:MM, such as 09:00-20:00, or any, got "${text}"`,
    );
  }
  const weekdays = days === undefined ? EVERY_DAY_BUT_SUNDAY : listOf(days).map(Number);
  return { start: start.trim(), end: end.trim(), days: weekdays };
}

/** Without what was not named, so that a rule that there is stays as it is. */
function named<T extends object>(rules: T): T | undefined {
  const entries = Object.entries(rules).filter(([, value]) => value !== undefined);
  return entries.length ? Object.fromEntries(entries) as T : undefined;
}
