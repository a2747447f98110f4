/**
 * One page and the total in one statement: the total is joined to each row of the page, and to an
 * empty row when the page has none, unless that says it all.
 *
 * @module
 */
import type { Uuid } from "../../src/kernel/ids.ts";
import { offsetOf, type PageRequest, type Slice } from "../../src/kernel/page.ts";
import { type ClientFilter, owned } from "./client_filter.ts";
import { type Fragment, fragment } from "./sql.ts";

/** What each row of a paged statement carries beside its own columns. */
export interface Total {
  total: number;
  /** Whether there may be more than that. */
  at_least?: boolean;
}

/**
 * The rows of a page as items; a row without an id is there for its total alone. No row at all is the
 * first page of an empty list.
 */
export function toSlice<Row extends Total & { id: string | null }, Item>(
  rows: readonly Row[],
  toItem: (row: Row) => Item,
): Slice<Item> {
  const { total, at_least } = rows.at(0) ?? { total: 0 };
  const items = rows.filter(({ id }) => id !== null).map(toItem);
  return at_least ? { items, total, atLeast: true } : { items, total };
}

/** What to page. */
export interface Listed {
  alias: Fragment;
  /** `from` and `where` of the alias, which has `client_id`, `id` and the column of the time. */
  rows: Fragment;
  /** Column of the time, newest first. */
  at: Fragment;
  /**
   * Whether the rows are every client's, and there is no index of their order. Then each client's
   * newest are taken together, which costs by how many clients there are, and not by how many rows.
   */
  ofEveryClient?: boolean;
}

/** The keys of the newest rows, as a row source `newest`. */
function newest({ alias, rows, at, ofEveryClient }: Listed, most: number): Fragment {
  const keys = fragment`select ${alias}.client_id, ${alias}.id, ${alias}.${at} as at ${rows}`;
  const ordered = fragment`order by ${alias}.${at} desc, ${alias}.id desc limit ${most}`;
  if (!ofEveryClient) return fragment`(${keys} ${ordered}) as newest`;
  return fragment`clients as every cross join lateral (
    ${keys} and ${alias}.client_id = every.id ${ordered}
  ) as newest`;
}

/** Rows that are counted beyond the end of a page. */
const COUNTED_ON = 1000;

/**
 * Common table expressions `counted` (the total, or a lower bound) and `keys` (`client_id` and `id` of
 * the page's rows) of a list that nothing counts. Neither reads more than the keys of what is passed
 * over, nor looks further than a thousand rows beyond the page.
 */
export function boundedPage(page: PageRequest, listed: Listed): Fragment {
  const offset = offsetOf(page);
  const most = offset + page.limit + COUNTED_ON;
  return fragment`with counted as (
    select count(*)::int as total, count(*) = ${most}::bigint as at_least from (
      select from ${newest(listed, most)} limit ${most}
    ) as first
  ), keys as (${keysOf(page, listed)})`;
}

function keysOf(page: PageRequest, listed: Listed): Fragment {
  const offset = offsetOf(page);
  return fragment`
    select client_id, newest.id from ${newest(listed, offset + page.limit)}
    order by at desc, newest.id desc limit ${page.limit} offset ${offset}`;
}

/**
 * The condition on an alias that its row is one of the page's `keys`. As lists of keys, because of a
 * plain join the planner, whose plan is for every page, expects a tenth of all rows; and with the
 * client named, from whom it knows the clients of whatever else is joined. No two clients have an id
 * in common: ids are random.
 */
export function onPage(filter: ClientFilter, alias: Fragment): Fragment {
  const ofClient = filter === null
    ? fragment`${alias}.client_id = any (array(select client_id from keys))`
    : owned(filter, fragment`${alias}.client_id`);
  return fragment`${ofClient} and ${alias}.id = any (array(select id from keys))`;
}

/** A list whose rows and blocks `keep_lists` counts (migration 0018). */
export interface CountedList {
  /** Null for every client's. */
  clientId: ClientFilter;
  /** Table that the trigger is on. */
  relation: string;
  /** Value of the column that the trigger calls the parent; undefined for every parent. */
  parentId?: Uuid;
  /** Undefined for every status. */
  status?: string;
}

/** No list is cut into blocks that is not longer; a page that begins earlier needs no blocks. */
const UNCUT = 1000;

/** Whose rows a list has. */
interface Table {
  /** Has `client_id`, `created_at` and `id`. */
  table: Fragment;
  alias: Fragment;
  /** Of the alias: the same rows as the list's. */
  condition: Fragment;
}

/** Parts of a statement: common table expressions, of which `counted` has the total, and what to select from. */
interface Paged {
  counted: Fragment;
  source: Fragment;
}

/**
 * A page of a list, newest first, and how many rows there are.
 *
 * A late page adds up the newer blocks and begins with the block that it begins in, so that it
 * passes over two thousand keys at most. Page 5,000 of 280,000 records: 0.9 ms instead of 38 ms.
 */
export function countedPage(list: CountedList, page: PageRequest, of: Table): Paged {
  const { table, alias, condition } = of;
  const rows = fragment`from ${table} ${alias} where ${condition}`;
  const offset = offsetOf(page);
  const ofList = fragment`${owned(list.clientId, fragment`client_id`)}
    and relation = ${list.relation} and parent_id = ${list.parentId ?? NIL}
    and status = ${list.status ?? ""}`;
  const counted = fragment`counted as (
    select coalesce((select sum(rows) from lists where ${ofList}), 0)::int as total
  )`;
  const order = fragment`order by ${alias}.created_at desc, ${alias}.id desc`;
  // Nothing is passed over, so the rows themselves are read in order. Of the page's limit alone the planner,
  // whose plan is for every page, would expect a tenth of all rows: hence another one, in plain sight.
  if (offset === 0 && page.limit <= 100 && list.clientId !== null) {
    const few = fragment`select ${alias}.* ${rows} ${order} limit 100`;
    const first = fragment`select * from (${few}) as ${alias} ${order} limit ${page.limit}`;
    return { counted, source: fragment`(${first}) as ${alias} cross join counted` };
  }
  const source = fragment`counted left join ${table} ${alias} on ${onPage(list.clientId, alias)}`;
  if (list.clientId === null) {
    const listed = { alias, rows, at: fragment`created_at`, ofEveryClient: true };
    return { counted: fragment`${counted}, keys as (${keysOf(page, listed)})`, source };
  }
  const keys = fragment`select ${alias}.client_id, ${alias}.id ${rows}`;
  if (offset < UNCUT) {
    const some = fragment`${keys} ${order} limit ${page.limit} offset ${offset}`;
    return { counted: fragment`${counted}, keys as (${some})`, source };
  }
  // Where nothing is passed over by blocks, the page's own offset does it all.
  const late = fragment`${counted}, spot as (
    (
      select coalesce(before_at, 'infinity') as before_at, coalesce(before_id, ${LAST}) as before_id,
        passed
      from (
        select lag(from_at) over newest as before_at, lag(from_id) over newest as before_id,
          sum(rows) over newest - rows as passed, rows, from_at, from_id
        from list_blocks where ${ofList}
        window newest as (order by from_at desc, from_id desc rows unbounded preceding)
      ) as blocks
      where passed + rows > ${offset}
      order by from_at desc, from_id desc limit 1
    )
    union all
    select 'infinity', ${LAST}, 0
    limit 1
  ), keys as (
    ${keys} and (${alias}.created_at, ${alias}.id)
      < ((select before_at from spot), (select before_id from spot))
    ${order}
    -- Past the end nothing is looked at.
    limit (select case when total > ${offset} then ${page.limit}::int else 0 end from counted)
    offset (select ${offset}::bigint - passed from spot)
  )`;
  return { counted: late, source };
}

const NIL = "00000000-0000-0000-0000-000000000000";
/** The uuid that comes after every other. */
export const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";
