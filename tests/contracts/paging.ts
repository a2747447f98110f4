/** What every paged list owes its readers. */
import { assert, assertEquals } from "@std/assert";
import type { PageRequest, Slice } from "../../src/kernel/page.ts";

/** A page that holds everything a test has written. */
export const PAGE: PageRequest = { page: 1, limit: 100 };

/**
 * Walks a list in pages of several sizes: each page shows the same order, newest first, every row
 * comes once, and the total is right on every page, also after the last.
 */
export async function walk<Row extends { id: string }>(
  rows: Row[],
  timeOf: (row: Row) => Date,
  list: (page: PageRequest) => Promise<Slice<Row>>,
): Promise<void> {
  const all = await list(PAGE);
  assertEquals(all.total, rows.length);
  assertEquals(byId(all.items), byId(rows));
  for (const [index, row] of all.items.entries()) {
    assert(index === 0 || timeOf(all.items[index - 1]) >= timeOf(row), "newest first");
  }
  for (const limit of [1, 5, 7]) {
    const walked: Row[] = [];
    const pages = Math.ceil(rows.length / limit);
    for (let page = 1; page <= pages; page++) {
      const slice = await list({ page, limit });
      assertEquals(slice.total, rows.length);
      walked.push(...slice.items);
    }
    assertEquals(walked, all.items);
    for (const page of [pages + 1, 1_000_000]) {
      assertEquals(await list({ page, limit }), { items: [], total: rows.length });
    }
  }
}

/** Rows in the order of their uuids. */
export function byId<Row extends { id: string }>(rows: Row[]): Row[] {
  return rows.toSorted((a, b) => a.id < b.id ? -1 : 1);
}
