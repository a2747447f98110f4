/**
 * Paging, the same for every list: newest first, `page` from 1, `limit` 1-100, default 20.
 *
 * @module
 */
import { invalid } from "./errors.ts";

/** Rows on a page when the caller names no limit. */
export const DEFAULT_LIMIT = 20;
/** Most rows on one page. */
export const MAX_LIMIT = 100;
/** Last page that may be asked for; keeps the offset far inside PostgreSQL's bigint. */
export const MAX_PAGE = 1_000_000;

/** A page that has been checked. */
export type PageRequest = {
  /** From 1. */
  page: number;
  /** From 1 to 100. */
  limit: number;
};

/** Rows of one page and how many there are in all. */
export type Slice<T> = {
  /** Newest first. */
  items: T[];
  /** Rows over all pages. */
  total: number;
  /** True when counting stopped early: there are `total` rows or more, one after this page at least. */
  atLeast?: boolean;
};

/** What every list answers. */
export type Page<T> = Slice<T> & PageRequest & {
  /** Whether a later page has rows. */
  hasMore: boolean;
};

/**
 * Fills in the defaults.
 *
 * @throws DomainError `invalid` for a page or limit out of range.
 */
export function pageRequest(input: { page?: number; limit?: number }): PageRequest {
  const { page = 1, limit = DEFAULT_LIMIT } = input;
  if (!Number.isInteger(page) || page < 1 || page > MAX_PAGE) {
    throw invalid("page", `must be a whole number from 1 to ${MAX_PAGE}`);
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw invalid("limit", `must be a whole number from 1 to ${MAX_LIMIT}`);
  }
  return { page, limit };
}

/** Rows to pass over before a page. */
export function offsetOf(request: PageRequest): number {
  return (request.page - 1) * request.limit;
}

/** A slice with the page it belongs to. */
export function toPage<T>(request: PageRequest, slice: Slice<T>): Page<T> {
  const hasMore = offsetOf(request) + slice.items.length < slice.total && slice.items.length > 0;
  return { ...slice, ...request, hasMore };
}
