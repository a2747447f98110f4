/**
 * Checks of rules that an operator sets.
 *
 * @module
 */
import { invalid } from "../kernel/errors.ts";
import { requireCountry } from "../records/create_record.ts";
import type { CallRules } from "./call_rules.ts";
import { requireWindow } from "./calling_window.ts";

/**
 * The rules, when they make sense.
 *
 * @throws DomainError `invalid` for rules that make no sense.
 */
export function requireRules<R extends CallRules>(rules: R, path: string): R {
  if (rules.window !== null) requireWindow(`${path}.window`, rules.window);
  rules.countries?.forEach(requireCountry);
  requireCount(`${path}.maxConcurrentCalls`, rules.maxConcurrentCalls, 1, 10_000);
  return rules;
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
