/**
 * Tagged templates to SQL text and parameters. Values only ever travel as parameters; there is no
 * way to put a string into the text except as a {@link fragment}, itself a template.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { StoreError } from "./errors.ts";

/** A value to be stored as `json` or `jsonb`. */
class JsonParameter {
  constructor(readonly text: string) {}
}

/** Part of a statement, to be put into another one. */
export class Fragment {
  constructor(
    /** Text between the values. */
    readonly strings: readonly string[],
    /** One fewer than the strings. */
    readonly values: readonly SqlValue[],
  ) {}
}

/** A single value: `bigint` for int8, `Date` for timestamptz, bytes for bytea. */
type Scalar = string | number | bigint | boolean | Date | Uint8Array | null;
/** What may stand in a template. A list becomes a PostgreSQL array: `= any(${ids}::uuid[])`. */
export type SqlValue = Scalar | JsonParameter | Fragment | readonly Scalar[];

/** Rows of a statement; `count` is how many it returned or changed. */
export type Rows<T> = readonly T[] & { readonly count: number };

/**
 * Sends a statement at once, inside the transaction that the tag belongs to.
 *
 * int8 comes back as bigint, timestamptz as Date, json and jsonb parsed, text[] and uuid[] as lists;
 * date and numeric as text.
 */
export interface Sql {
  <T extends object = Record<string, unknown>>(
    strings: TemplateStringsArray,
    ...values: SqlValue[]
  ): Promise<Rows<T>>;
}

/** A piece of a statement: `sql\`select … where ${fragment\`status = ${status}\`}\``. */
export function fragment(strings: TemplateStringsArray, ...values: SqlValue[]): Fragment {
  return new Fragment(strings, values);
}

/** Marks a value as JSON; without it an array would be taken for a PostgreSQL array. */
export function json(value: unknown): JsonParameter {
  return new JsonParameter(JSON.stringify(value));
}

/** A statement as PostgreSQL takes it: `$1`, `$2`, … and the values in text format. */
export interface Statement {
  text: string;
  parameters: (string | null)[];
}

/**
 * Numbers the values of a template, in order, through its fragments.
 *
 * @throws StoreError `bug` for a value that has no SQL form.
 */
export function compile(template: Fragment): Statement {
  const parameters: (string | null)[] = [];
  const write = ({ strings, values }: Fragment): string =>
    strings.reduce((text, next, i) => {
      const value = values[i - 1];
      if (value instanceof Fragment) return text + write(value) + next;
      return `${text}$${parameters.push(toText(value))}${next}`;
    });
  const text = write(template);
  return { text, parameters };
}

function toText(value: Exclude<SqlValue, Fragment>): string | null {
  if (value === null) return null;
  if (value instanceof JsonParameter) return value.text;
  if (Array.isArray(value)) return `{${value.map(toElement).join(",")}}`;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
  }
  throw new StoreError("bug", `a ${typeof value} cannot be an SQL value; for JSON use json(…)`);
}

function toElement(value: Scalar): string {
  const text = toText(value);
  return text === null ? "NULL" : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Reads a one-dimensional array in PostgreSQL's text format (manual, 8.15.6). */
export function parseTextArray(text: string): (string | null)[] {
  const elements = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs);
  return Array.from(elements, ([, quoted, bare]) => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/gs, "$1");
    return bare === "NULL" ? null : bare;
  });
}
