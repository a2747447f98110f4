/**
 * Whole lists out of pages.
 *
 * @module
 */
import { MAX_LIMIT, type Page } from "../../../src/kernel/page.ts";

/** Every row of every page. */
export async function allPages<T>(
  fetchPage: (request: { page: number; limit: number }) => Promise<Page<T>>,
): Promise<T[]> {
  const rows: T[] = [];
  for (let page = 1;; page++) {
    const { items, hasMore } = await fetchPage({ page, limit: MAX_LIMIT });
    rows.push(...items);
    if (!hasMore) return rows;
  }
}

/** Whether a row belongs to the client that was asked for, if one was. */
export function isOf(wanted: string | undefined, clientName: string | null): boolean {
  return wanted === undefined || clientName?.toLowerCase() === wanted.trim().toLowerCase();
}
