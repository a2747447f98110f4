/**
 * Reported outcomes against what the assistant was to find out. A model has extracted them, so a
 * wrong one is left out with a note, and the others are kept.
 *
 * @module
 */
import type { OutcomeDefinition } from "../campaigns/assistant.ts";
import { DomainError } from "../kernel/errors.ts";
import type { Json } from "../kernel/json.ts";
import { parseMoment } from "../kernel/moment.ts";
import { cleanText } from "../kernel/text.ts";
import { MAX_AGENT_TEXT, type ReportedOutcome } from "./agent_report.ts";
import type { Outcome } from "./outcome.ts";

/** What is kept, and in words what is not. */
export type CheckedOutcomes = {
  outcomes: Outcome[];
  notes: string[];
};

/**
 * The outcomes that the assistant knows, with values of their types; of one name, the last.
 *
 * @param turns of the transcript that came along, or null when none did.
 */
export function checkOutcomes(
  reported: readonly ReportedOutcome[],
  definitions: readonly OutcomeDefinition[],
  turns: number | null,
): CheckedOutcomes {
  const kept = new Map<string, Outcome>();
  const notes: string[] = [];
  for (const { name, value, turn } of reported) {
    const definition = definitions.find((each) => each.name === name);
    if (definition === undefined) {
      notes.push(`outcome "${shown(name)}": the assistant has none of that name; left out`);
      continue;
    }
    if (value === null) continue;
    const typed = valueOf(definition, value);
    if (typed === null) {
      notes.push(`outcome "${shown(name)}": must be ${allowed(definition)}; left out`);
      continue;
    }
    const lost = turn !== null && turns !== null && turn >= turns;
    if (lost) notes.push(`outcome "${shown(name)}": there is no turn ${turn}; kept without it`);
    kept.set(name, { name, type: definition.type, value: typed, turn: lost ? null : turn });
  }
  return { outcomes: [...kept.values()], notes };
}

/** The value in the definition's type; null when it is not one. */
function valueOf(
  { type, choices = [] }: OutcomeDefinition,
  value: Json,
): Outcome["value"] | null {
  switch (type) {
    case "boolean":
      return typeof value === "boolean" ? value : { true: true, false: false }[word(value)] ?? null;
    case "number":
      return numberOf(value);
    case "choice":
      return choices.find((choice) => choice.toLowerCase() === word(value)) ?? null;
    case "date":
      return typeof value === "string" ? dateOf(value.trim()) : null;
    case "text":
      return typeof value === "string" ? cleanText(value, MAX_AGENT_TEXT) || null : null;
  }
}

function word(value: Json): string {
  return typeof value === "string" ? value.trim().toLowerCase() : "";
}

function numberOf(value: Json): number | null {
  const number = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value.trim())
    ? Number(value)
    : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** A day, or a moment with an offset, that there is. */
function dateOf(text: string): string | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  try {
    parseMoment("value", isDay ? `${text}T00:00:00Z` : text);
    return text;
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

function allowed({ type, choices = [] }: OutcomeDefinition): string {
  switch (type) {
    case "boolean":
      return "true or false";
    case "number":
      return "a number";
    case "choice":
      return `one of ${choices.join(", ")}`;
    case "date":
      return "an ISO-8601 date, or a time with an offset";
    case "text":
      return "text";
  }
}

function shown(name: string): string {
  return cleanText(name, 60);
}
