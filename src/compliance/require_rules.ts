/**
 * Checks of rules that an operator sets.
 *
 * @module
 */
import { formatMicros, parsePrice } from "../billing/money.ts";
import { invalid } from "../kernel/errors.ts";
import { requireCountry } from "../kernel/text.ts";
import type { CallRules } from "./call_rules.ts";
import { requireWindow } from "./calling_window.ts";

/**
 * The rules, with days and country codes as the checks of a call expect them.
 *
 * @throws DomainError `invalid` for rules that make no sense.
 */
export function requireRules<R extends CallRules>(rules: R, path: string): R {
  requireCount(`${path}.maxConcurrentCalls`, rules.maxConcurrentCalls, 1, 10_000);
  const cap = rules.maxPricePerMinute;
  return {
    ...rules,
    ...(typeof cap === "string"
      ? { maxPricePerMinute: priceText(`${path}.maxPricePerMinute`, cap) }
      : {}),
    window: rules.window && requireWindow(`${path}.window`, rules.window),
    countries: rules.countries?.map((code) => requireCountry(`${path}.countries`, code)) ?? null,
  };
}

/**
 * A price as decimal text, always written the same.
 *
 * @throws DomainError `invalid` unless it is a decimal number of at least 0.
 */
export function priceText(field: string, text: string): string {
  return formatMicros(parsePrice(field, text));
}

/**
 * Checks a whole number.
 *
 * @throws DomainError `invalid` unless it is a whole number in the range.
 */
export function requireCount(field: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalid(field, `must be a whole number from ${min} to ${max}`);
  }
}
