/**
 * Outcomes on the wire. Values of type `text` are the contact's own words, or close to them: untrusted.
 *
 * @module
 */
import { z } from "zod";
import type { Outcome } from "../../../src/calls/outcome.ts";
import { fence } from "./untrusted.ts";
import { compact } from "./wire.ts";

/** A finding of a call. */
export const outcomeShape = z.object({
  name: z.string(),
  type: z.string(),
  value: z.unknown(),
  turn: z.int().optional(),
});

/** A finding; `turn` is the index of the transcript's turn that it rests on. */
export function presentOutcome(outcome: Outcome) {
  const { name, type, turn } = outcome;
  return compact({ name, type, value: presentValue(outcome), turn });
}

/** What was found. */
export function presentValue({ type, value }: Pick<Outcome, "type" | "value">): Outcome["value"] {
  return type === "text" && typeof value === "string" ? fence(value) : value;
}

/** Whether any of them is fenced. */
export function anyText(outcomes: Pick<Outcome, "type">[]): boolean {
  return outcomes.some(({ type }) => type === "text");
}
