/**
 * Keeps a page of records inside what clients let one result have: 25,000 tokens is a common cap.
 *
 * @module
 */
import type { presentRecord } from "./record.ts";

/** UTF-8 bytes of rows; a token of such JSON is 2.4 bytes or more. */
const MAX_BYTES = 55_000;
/** Characters to which a name is cut on a page that is still too long without parameters. */
const SHORT = 80;

type Row = ReturnType<typeof presentRecord>;

/** The rows of a page, and what of them was left out, in words, when they would be too long. */
export function fitPage(rows: Row[]): { records: Row[]; notice?: string } {
  if (sizeOf(rows) <= MAX_BYTES) return { records: rows };
  const kept = new Set<Row>();
  let size = sizeOf(rows.map(withoutParameters));
  // Small parameters first, so that as many rows as possible keep theirs.
  for (const row of rows.toSorted((a, b) => sizeOf(a.parameters) - sizeOf(b.parameters))) {
    size += sizeOf(row.parameters);
    if (size > MAX_BYTES) break;
    kept.add(row);
  }
  const records = rows.map((row) => kept.has(row) ? row : withoutParameters(row));
  const omitted = rows.filter((row) => !kept.has(row) && row.parameters !== undefined).length;
  const notice = `parameters of ${omitted} records are left out; get-record shows them, ` +
    "or ask for a smaller limit";
  if (sizeOf(records) <= MAX_BYTES) return { records, notice };
  return { records: records.map(shortened), notice: `${notice}; long names are cut off` };
}

function withoutParameters({ parameters: _, ...row }: Row): Row {
  return row;
}

function shortened(row: Row): Row {
  const cut = (text: string) => text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
  return {
    ...row,
    name: cut(row.name),
    ...(row.firstName === undefined ? {} : { firstName: cut(row.firstName) }),
    ...(row.lastName === undefined ? {} : { lastName: cut(row.lastName) }),
  };
}

function sizeOf(value: unknown): number {
  return value === undefined ? 0 : new TextEncoder().encode(JSON.stringify(value)).length;
}
