/**
 * Checks a tool call's arguments, so that a model whose call is refused can mend it: each fault names
 * the field, what was wrong, and what is allowed.
 *
 * @module
 */
import { z } from "zod";
import { DomainError } from "../../src/kernel/errors.ts";
import type { Tool } from "./define_tool.ts";

/** Parameters that clients are known to add by themselves, to every tool. */
const ADDED_BY_CLIENTS = ["wait_for_previous"];

/**
 * The arguments, defaults filled in.
 *
 * @throws DomainError `invalid` naming every fault.
 */
export function parseArguments(
  tool: Pick<Tool, "name" | "input">,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const kept = Object.fromEntries(
    Object.entries(given).filter(([key]) => !ADDED_BY_CLIENTS.includes(key)),
  );
  const allowed = Object.keys(tool.input.shape);
  const unknown = Object.keys(kept).filter((key) => !allowed.includes(key));
  const parsed = tool.input.safeParse(kept);
  const faults = [
    ...unknown.map((key) =>
      `${shown(key)}: unknown parameter. ${tool.name} takes ${allowed.join(", ") || "none"}.`
    ),
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
  const inner = field instanceof z.ZodOptional ? field.unwrap() : field;
  return z.globalRegistry.get(inner)?.description;
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

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
