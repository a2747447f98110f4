/**
 * What pages with long lists share.
 *
 * @module
 */
import { MAX_PAGE, type Page } from "../../../src/kernel/page.ts";
import type { Visit } from "../visit.tsx";

/** The page of a list that the address names; the first one unless it names another. */
export function pageOf(visit: Visit): number {
  const asked = Number(visit.query("page") ?? "1");
  return Number.isInteger(asked) && asked >= 1 && asked <= MAX_PAGE ? asked : 1;
}

/** One of the values that a filter of the address may have; undefined for any other. */
export function chosen<T extends string>(
  visit: Visit,
  name: string,
  values: readonly T[],
): T | undefined {
  return values.find((value) => value === visit.query(name));
}

/** A filter of the address; undefined when it is left blank. */
export function asked(visit: Visit, name: string): string | undefined {
  return visit.query(name)?.trim() || undefined;
}

/** What {@link Pagination} needs, with the address's own filters in its links. */
export function paging(
  visit: Visit,
  { page, limit, total, atLeast }: Omit<Page<unknown>, "items" | "hasMore">,
) {
  const link = (wanted: number) => {
    const query = new URLSearchParams(visit.url.searchParams);
    query.set("page", String(wanted));
    return `${visit.url.pathname}?${query}`;
  };
  return { page, pages: Math.ceil(total / limit), total, atLeast, link };
}
