/**
 * The first of the two fences between clients: every statement says itself whose rows it means.
 * The second, row-level security, stands without it, and it without that.
 *
 * @module
 */
import type { Uuid } from "../../src/kernel/ids.ts";
import { StoreError } from "./errors.ts";
import { type Fragment, fragment } from "./sql.ts";

/** The client whose rows a repository may see; null for every client's. */
export type ClientFilter = Uuid | null;

/** The condition that a column holds the filter's client. */
export function owned(filter: ClientFilter, column: Fragment): Fragment {
  return filter === null ? fragment`true` : fragment`${column} = ${filter}`;
}

/**
 * For a query of every client's rows that refer to one row: also names the client of that row,
 * because every index begins with the client. Empty when the filter does so.
 */
export function alsoOf(filter: ClientFilter, column: Fragment, client: Fragment): Fragment {
  return filter === null ? fragment`and ${column} = (${client})` : fragment``;
}

/** @throws StoreError `bug` unless the filter lets a row of that client be written. */
export function requireOwn(filter: ClientFilter, clientId: Uuid | null): void {
  if (filter !== null && filter !== clientId) {
    throw new StoreError("bug", "a row of another client was to be written");
  }
}

/** @throws StoreError `bug` when a statement that had to write a row has written none. */
export function requireWritten(rows: { count: number }, table: string): void {
  if (rows.count === 0) throw new StoreError("bug", `${table}: no such row in scope`);
}
