/**
 * Finding text in text with LIKE, where nothing that a person types is a wildcard.
 *
 * @module
 */
import type { ClientFilter } from "./client_filter.ts";
import { type Fragment, fragment } from "./sql.ts";

const PHONE_PUNCTUATION = /^[\d\s()+./-]*$/;
const MIN_DIGITS = 3;
/** Fewer letters make no trigram, so the index is of no use. */
const TRIGRAM = 3;

/** What records are searched for. */
export interface Needle {
  /** Pattern for `search_text`, before `lower`. */
  text: string;
  /** Pattern for the number; null when the text cannot be part of one. */
  phone: string | null;
  /** Whether {@link hits} should be asked, or every row looked at. */
  indexed: boolean;
}

/** The pattern of whatever contains the text. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

/** What to look for in names, addresses and numbers; as the port's `RecordFilter.search` says. */
export function needleOf(search: string): Needle {
  const digits = search.replace(/\D/g, "");
  const isPhone = PHONE_PUNCTUATION.test(search) && digits.length >= MIN_DIGITS;
  return {
    text: containing(search),
    phone: isPhone ? containing(digits) : null,
    indexed: search.length >= TRIGRAM,
  };
}

/**
 * A common table expression `hits` of the ids that match, or nothing where it would not help.
 *
 * LIKE is not leakproof: under row-level security it is only tried on rows that the policy has let
 * through, and no index serves it. The function looks into the index in the tenant's stead.
 */
export function withHits(filter: ClientFilter, needle: Needle | undefined): Fragment {
  if (filter === null || !needle?.indexed) return fragment``;
  return fragment`with hits as materialized (
    select id from search_records(${filter}, lower(${needle.text}), ${needle.phone}) as id
  )`;
}

/** The condition on a record `r` that it matches; the statement begins with {@link withHits}. */
export function matching(filter: ClientFilter, needle: Needle | undefined): Fragment {
  if (!needle) return fragment`true`;
  const { text, phone, indexed } = needle;
  return filter !== null && indexed
    ? fragment`r.id in (select id from hits)`
    : fragment`(r.search_text like lower(${text}) or r.phone_number like ${phone})`;
}
