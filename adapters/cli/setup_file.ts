/**
 * The setup file as operators write it: JSON in the shape of `Setup`, checked whole before anything
 * is applied. What only the store can tell (such as whether a role exists) is for the use case.
 *
 * @module
 */
import type { z } from "zod";
import { clip } from "../../src/kernel/text.ts";
import type { Setup } from "../../src/setup/setup.ts";
import { setupSchema } from "./setup_schema.ts";

/** Characters of a wrong value that its problem repeats. */
const MAX_SHOWN = 60;
/** Keys whose values nobody may see, however wrong. */
const SECRET: readonly PropertyKey[] = ["webhook", "secret", "apiKey"];

/** The file is not what it should be; each problem names its path. */
export class SetupFileError extends Error {
  /** Name by which callers tell it from programming errors. */
  override readonly name = "SetupFileError";

  constructor(readonly problems: string[]) {
    super(problems.join("\n"));
  }
}

/**
 * The document that a file's text holds.
 *
 * @throws SetupFileError with every problem, each with its path and what is allowed.
 */
export function parseSetupFile(text: string): Setup {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new SetupFileError([`is not JSON: ${error instanceof Error ? error.message : error}`]);
  }
  const parsed = setupSchema.safeParse(json, { reportInput: true });
  if (!parsed.success) throw new SetupFileError(parsed.error.issues.map(problemOf));
  const { $schema: _, ...setup } = parsed.data;
  return setup satisfies Setup;
}

type Issue = z.core.$ZodIssue;

function problemOf(issue: Issue): string {
  const path = issue.path
    .map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`)
    .join("")
    .replace(/^\./, "");
  return `${path || "the document"}: ${wrongWith(issue)}`;
}

function wrongWith(issue: Issue): string {
  const got = SECRET.includes(issue.path.at(-1) ?? "") ? "" : `, got ${shown(issue.input)}`;
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is needed" : `must be ${kind(issue.expected)}${got}`;
    case "invalid_value":
      return issue.input === undefined ? "is needed" : `must be ${oneOf(issue.values)}${got}`;
    case "invalid_union":
      return `must be ${oneOf("options" in issue ? issue.options ?? [] : [])}`;
    case "too_small":
      if (issue.input === "") return "must not be empty";
      return `must be ${limit("at least", issue.origin, issue.minimum)}${got}`;
    case "too_big":
      return `must be ${limit("at most", issue.origin, issue.maximum)}${got}`;
    case "invalid_format":
      return issue.message + got;
    default:
      return issue.message;
  }
}

function limit(bound: string, origin: string, size: number | bigint): string {
  const unit = { string: " characters long", array: " long" }[origin] ?? "";
  return `${bound} ${size}${unit}`;
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? shown(values[0]) : `one of ${values.map(shown).join(", ")}`;
}

function kind(expected: string): string {
  const kinds: Record<string, string> = {
    array: "a list in [ ]",
    object: "an object in { }",
    record: "an object in { }",
    string: "text in quotes",
    boolean: "true or false",
    int: "a whole number",
    number: "a number",
  };
  return kinds[expected] ?? expected;
}

/** A value as the file has it, or what it is when it is long. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value !== null && typeof value === "object") return "an object";
  return clip(JSON.stringify(value) ?? "nothing", MAX_SHOWN);
}
