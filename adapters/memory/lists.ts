/**
 * Order, pages and text search, the same for every table.
 *
 * @module
 */
import type { Uuid } from "../../src/kernel/ids.ts";
import { offsetOf, type PageRequest, type Slice } from "../../src/kernel/page.ts";
import type { Named } from "../../src/records/record_repo.ts";

/** Newest first; what is equally old in the order of ids, so that pages are stable. */
export function newestFirst<Row extends { id: Uuid }>(rows: Row[], at: (row: Row) => Date): Row[] {
  return rows.toSorted((a, b) => at(b).getTime() - at(a).getTime() || compare(b.id, a.id));
}

/** When a row was made. */
export function createdAt(row: { createdAt: Date }): Date {
  return row.createdAt;
}

/** When something happened. */
export function happenedAt(row: { at: Date }): Date {
  return row.at;
}

/** The rows of a page. */
export function slice<Row>(rows: Row[], page: PageRequest): Slice<Row> {
  const offset = offsetOf(page);
  return { items: rows.slice(offset, offset + page.limit), total: rows.length };
}

/** Whether text contains a part, without regard to case. */
export function contains(text: string | null, part: string): boolean {
  return text !== null && text.toLowerCase().includes(part.toLowerCase());
}

/** Whether two names or addresses are the same, without regard to case. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Rows whose name contains the text, by name. */
export function suggest(rows: Named[], text: string, limit: number): Named[] {
  return byName(rows.filter(({ name }) => contains(name, text))).slice(0, limit);
}

/** Uuids and names, in the order of names. */
export function byName(rows: Named[]): Named[] {
  return rows
    .toSorted((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()) || compare(a.id, b.id))
    .map(({ id, name }) => ({ id, name }));
}

/** Less than, equal to or greater than zero, by code units. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
