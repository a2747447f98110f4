/**
 * Finding text in text with LIKE, where nothing that a person types is a wildcard.
 *
 * @module
 */
import type { Uuid } from "../../src/kernel/ids.ts";
import { offsetOf, type PageRequest } from "../../src/kernel/page.ts";
import { type SoughtNumber, soughtNumber } from "../../src/records/sought_number.ts";
import type { ClientFilter } from "./client_filter.ts";
import { type Fragment, fragment } from "./sql.ts";

/** Fewer letters make no trigram, so the index is of no use. */
const TRIGRAM = 3;

/** What records are searched for. */
export interface Needle {
  /** Pattern for `search_text`, before `lower`. */
  text: string;
  /** The same of a part that is enough for the index. */
  part: string;
  /** Null when the text cannot be part of a number. */
  number: SoughtNumber | null;
  /** Whether {@link withHits} should be asked, or every row looked at. */
  indexed: boolean;
}

/** The pattern of whatever contains the text. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

/** What to look for in names, addresses and numbers; as the port's `RecordFilter.search` says. */
export function needleOf(search: string): Needle {
  // The index looks up each three letters, and those of a provider's name are everybody's.
  const [local] = search.split("@");
  return {
    text: containing(search),
    part: containing(local.length >= TRIGRAM ? local : search),
    number: soughtNumber(search),
    indexed: search.length >= TRIGRAM,
  };
}

/**
 * A common table expression `hits` of the ids that may match, or nothing where it would not help.
 *
 * LIKE is not leakproof: under row-level security it is only tried on rows that the policy has let
 * through, and no index serves it. The function looks into the index in the tenant's stead.
 */
export function withHits(filter: ClientFilter, needle: Needle | undefined): Fragment {
  if (filter === null || !needle?.indexed) return fragment``;
  const { text, number } = needle;
  const phone = number && containing(number.part);
  return fragment`with hits as materialized (
    select id from search_records(${filter}, lower(${text}), ${phone}) as id
  )`;
}

/**
 * A page of what a client's search finds, as a row source: `ids`, `total`, and `at_least` when that
 * is a lower bound (migration 0019).
 */
export function found(
  client: Uuid,
  { text, part, number, indexed }: Needle,
  { status, typeId }: { status?: string; typeId?: Uuid },
  page: PageRequest,
): Fragment {
  return fragment`find_records(${client}, lower(${text}), lower(${part}), ${
    number && containing(number.part)
  },
    ${number?.pattern ?? null}, ${indexed}, ${status ?? null}, ${typeId ?? null},
    ${offsetOf(page)}, ${page.limit})`;
}

/** The condition on a record `r` that it matches; the statement begins with {@link withHits}. */
export function matching(filter: ClientFilter, needle: Needle | undefined): Fragment {
  if (!needle) return fragment`true`;
  const { text, number, indexed } = needle;
  const hit = filter !== null && indexed ? fragment`r.id in (select id from hits)` : fragment`true`;
  return fragment`${hit} and (r.search_text like lower(${text})
    or r.phone_number ~ ${number?.pattern ?? null})`;
}
