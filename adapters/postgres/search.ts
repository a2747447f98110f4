/**
 * Finding text in text with LIKE, where nothing that a person types is a wildcard.
 *
 * @module
 */
import type { Uuid } from "../../src/kernel/ids.ts";
import { offsetOf, type PageRequest } from "../../src/kernel/page.ts";
import { type SoughtNumber, soughtNumber } from "../../src/records/sought_number.ts";
import { LAST } from "./pages.ts";
import type { Place } from "./search_places.ts";
import { type Fragment, fragment } from "./sql.ts";

/** Letters that the index looks up at once. */
const GRAM = 4;

/** What records are searched for. */
export interface Needle {
  /** Pattern for `search_text`, before `lower`. */
  text: string;
  /** Part of the text that is enough for the index. */
  part: string;
  /** Null when the text cannot be part of a number. */
  number: SoughtNumber | null;
}

/** The pattern of whatever contains the text. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

/** What to look for in names, addresses and numbers; as the port's `RecordFilter.search` says. */
export function needleOf(search: string): Needle {
  // The letters of a provider's name are everybody's, and the index would look them up for nothing.
  const [local] = search.split("@");
  return {
    text: containing(search),
    part: local.length >= GRAM ? local : search,
    number: soughtNumber(search),
  };
}

/** What is known of the search already. */
interface Known {
  place: Place | null;
  total: number | null;
}

const NOTHING: Known = { place: null, total: null };

/**
 * A page of what a client's search finds, as a row source: `ids`, `total`, `at_least` when that is a
 * lower bound, and `places` that were come by (migration 0025).
 */
export function found(
  client: Uuid,
  { text, part, number }: Needle,
  { status, typeId, onlyNames = false }: { status?: string; typeId?: Uuid; onlyNames?: boolean },
  page: PageRequest,
  { place, total }: Known = NOTHING,
): Fragment {
  const inText = fragment`search_query(${client}, lower(${part}))`;
  // A number as it is kept is looked up once: the index has it in the same text.
  const grams = number && number.part !== part
    ? fragment`${inText} || search_query(${client}, ${number.part})`
    : inText;
  return fragment`records_found(${client}, lower(${text}), ${number?.pattern ?? null}, ${grams},
    ${onlyNames}, ${status ?? null}, ${typeId ?? null}, ${offsetOf(page)}, ${page.limit},
    ${place?.at ?? "infinity"}, ${place?.id ?? LAST}, ${place?.passed ?? 0}, ${total})`;
}

/** The condition on a record `r` that it matches. */
export function matching({ text, number }: Needle): Fragment {
  return fragment`(r.search_text like lower(${text}) or r.phone_number ~ ${
    number?.pattern ?? null
  })`;
}
