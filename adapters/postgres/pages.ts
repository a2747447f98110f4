/**
 * One page and the total in one statement: the total is joined to each row of the page, and to an
 * empty row when the page has none.
 *
 * @module
 */
import type { Slice } from "../../src/kernel/page.ts";

/** What each row of a paged statement carries beside its own columns. */
export interface Total {
  total: number;
}

/** The rows of a page as items; a row without an id is there for its total alone. */
export function toSlice<Row extends Total & { id: string | null }, Item>(
  rows: readonly Row[],
  toItem: (row: Row) => Item,
): Slice<Item> {
  return { items: rows.filter(({ id }) => id !== null).map(toItem), total: rows[0].total };
}
