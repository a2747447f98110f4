/**
 * Checks a tool call's arguments, so that a model whose call is refused can mend it: each fault names
 * the field, what was wrong, and what is allowed.
 *
 * @module
 */
import { z } from "zod";
import { DomainError } from "../../src/kernel/errors.ts";
import { shown } from "../../src/kernel/text.ts";
import type { Tool } from "./define_tool.ts";

/** Parameters that clients are known to add by themselves, to every tool. */
const ADDED_BY_CLIENTS = ["wait_for_previous"];

/** Unknown parameters that one refusal names. */
const MAX_NAMED = 10;

/**
 * The arguments as the tool takes them. Null for an optional parameter counts as left out, and a whole
 * number as text where text is wanted: models write both.
 *
 * @throws DomainError `invalid` naming every fault.
 */
export function parseArguments(
  tool: Pick<Tool, "name" | "input">,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const kept = Object.fromEntries(
    Object.entries(given)
      .filter(([key, value]) =>
        !ADDED_BY_CLIENTS.includes(key) &&
        !(value === null && tool.input.shape[key] instanceof z.ZodOptional)
      )
      .map(([key, value]) => [key, asText(tool.input.shape[key], value)]),
  );
  const allowed = Object.keys(tool.input.shape);
  const unknown = Object.keys(kept).filter((key) => !allowed.includes(key));
  const parsed = tool.input.safeParse(kept);
  const faults = [
    ...unknown.slice(0, MAX_NAMED).map((key) =>
      `${shown(key)}: unknown parameter. ${tool.name} takes ${allowed.join(", ") || "none"}.`
    ),
    ...(unknown.length > MAX_NAMED
      ? [`And ${unknown.length - MAX_NAMED} more unknown parameters.`]
      : []),
    ...(parsed.error?.issues ?? []).map((issue) => faultOf(issue, tool, kept)),
  ];
  if (faults.length > 0) throw new DomainError("invalid", faults.join("\n"));
  return parsed.data as Record<string, unknown>;
}

function faultOf(
  issue: z.core.$ZodIssue,
  tool: Pick<Tool, "input">,
  given: Record<string, unknown>,
): string {
  // No tool takes nested parameters that it looks into, so a fault is always at the top.
  const field = String(issue.path[0]);
  const problem = field in given
    ? `${problemOf(issue)}, got ${shown(given[field])}`
    : "is required";
  return `${field}: ${problem} (${descriptionOf(tool.input.shape[field])}).`;
}

function descriptionOf(field: z.core.$ZodType): string | undefined {
  return z.globalRegistry.get(innerOf(field))?.description;
}

function innerOf(field: z.core.$ZodType): z.core.$ZodType {
  return field instanceof z.ZodOptional ? field.unwrap() : field;
}

function asText(field: z.core.$ZodType, value: unknown): unknown {
  return innerOf(field) instanceof z.ZodString && Number.isSafeInteger(value)
    ? String(value)
    : value;
}

function problemOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be one of ${issue.values.join(", ")}`;
    case "too_small":
      return `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const KINDS: Record<string, string> = {
  string: "text",
  int: "a whole number",
  number: "a whole number",
};
