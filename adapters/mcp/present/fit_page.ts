/**
 * Keeps a page of rows inside what clients let one result have: 25,000 tokens is a common cap.
 *
 * @module
 */
import { invalid } from "../../../src/kernel/errors.ts";
import { clip } from "../../../src/kernel/text.ts";

/** UTF-8 bytes of rows or a document; a token of such JSON is 2.4 bytes or more. */
const MAX_BYTES = 55_000;
const encoder = new TextEncoder();

/** Whether a value is short enough. */
export function fits(value: unknown): boolean {
  return isShort(JSON.stringify(value));
}

/** Whether a value's JSON is. */
export function isShort(text: string): boolean {
  // A character is three bytes at most.
  return text.length * 3 <= MAX_BYTES || encoder.encode(text).length <= MAX_BYTES;
}

function bytesOf(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length;
}

/** Which part of a long list is wanted. */
export interface Wanted {
  /** Index of the first; default 0. */
  from?: number;
  /** Parameter that says so. */
  field: string;
  /** What one is called. */
  what: string;
  /** What stands in the same result, and takes of the room. */
  beside?: unknown;
}

/**
 * As many of a list's items as fit, from the one that is wanted on; `next` is the index to go on with,
 * and `notice` says so, when there are more.
 *
 * @throws DomainError `invalid` when there is nothing at that index.
 */
export function fitFrom<Item>(
  all: readonly Item[],
  { from = 0, field, what, beside }: Wanted,
): { items: Item[]; next?: number; notice?: string } {
  if (from > 0 && from >= all.length) {
    throw invalid(field, `must be below ${all.length}, the number of ${what}s`);
  }
  let room = MAX_BYTES - (beside === undefined ? 0 : bytesOf(beside));
  let next = from;
  // A comma each. One alone always has room: the longest text is not half as long.
  while (next < all.length && (room -= bytesOf(all[next]) + 1) >= 0) next++;
  const items = all.slice(from, next);
  if (next === all.length) return { items };
  const shown = items.length === 0 ? `No ${what}` : `Only ${what}s ${from} to ${next - 1}`;
  const notice = `${shown} of ${all.length} (from 0): call again with ${field} ${next} for more.`;
  return { items, next, notice };
}

/** A way to make rows shorter. */
export interface Reduction<Row> {
  /** What is missing then, and where it is, after "of n rows". */
  notice: string;
  /** The shorter row; the same one when there is nothing to leave out. */
  reduce(row: Row): Row;
}

/** A list tool's `shorten`: its rows fit, and its `notice` says what was left out for that. */
export function shortenRows<Key extends string, Row extends object>(
  key: Key,
  reductions: Reduction<Row>[],
) {
  return <Result extends { [K in Key]: Row[] } & { notice?: string }>(result: Result): Result => {
    const { rows, notice } = fitPage(result[key], reductions);
    const notices = [result.notice, notice].filter((each) => each !== undefined);
    return { ...result, [key]: rows, notice: notices.join("; ") || undefined };
  };
}

/** The rows as they are or, one reduction after the other, short enough, and what was left out. */
export function fitPage<Row extends object>(
  rows: Row[],
  reductions: Reduction<Row>[],
): { rows: Row[]; notice?: string } {
  const notices: string[] = [];
  for (const { notice, reduce } of reductions) {
    if (fits(rows)) break;
    const shorter = rows.map(reduce);
    const changed = shorter.filter((row, i) => row !== rows[i]).length;
    if (changed > 0) notices.push(`of ${changed} rows ${notice}`);
    rows = shorter;
  }
  return { rows, ...(notices.length > 0 ? { notice: notices.join("; ") } : {}) };
}

/** The row without some members. */
export function without<Row extends object>(row: Row, ...keys: (keyof Row)[]): Row {
  if (!keys.some((key) => key in row)) return row;
  const rest = { ...row };
  for (const key of keys) delete rest[key];
  return rest;
}

/** The row with those of its members that are longer text cut to so many characters. */
export function cut<Row extends object>(row: Row, length: number, ...keys: (keyof Row)[]): Row {
  const long = keys.filter((key) => String(row[key] ?? "").length > length);
  if (long.length === 0) return row;
  const short = long.map((key) => [key, clip(String(row[key]), length)]);
  return { ...row, ...Object.fromEntries(short) };
}
