/**
 * Remembers places in what searches have found, so that a page far into it is found from the nearest
 * one: an offset alone would walk over every match before, again for each page.
 *
 * Rows are always read anew. What may be old is how many matches lie before a place, when records have
 * changed since: it is forgotten as soon as this process hears of that, and after a minute without.
 *
 * @module
 */
import type { Change } from "../../src/kernel/changes.ts";
import type { Uuid } from "../../src/kernel/ids.ts";

/** A match, and how many there are up to and with it. */
export interface Place {
  passed: number;
  at: Date;
  id: Uuid;
}

/** As the database tells of one: `passed`, `at` in milliseconds since 1970, `id`. */
export type PlaceRow = [passed: number, at: number, id: Uuid];

const KEPT_MS = 60_000;
/** Clients, searches of one, and places in one; beyond that all are forgotten, which costs a walk. */
const MOST = { clients: 1_000, searches: 50, places: 2_000 };

/** What is remembered of one search. */
export class Search {
  readonly #places = new Map<number, Place>();
  /** How many match in all; null when that is not known. */
  total: number | null = null;

  constructor(readonly until: number) {}

  /** The last place before which no more than so many matches lie; null for the beginning. */
  before(skipped: number): Place | null {
    let nearest: Place | null = null;
    for (const place of this.#places.values()) {
      if (place.passed <= skipped && place.passed > (nearest?.passed ?? 0)) nearest = place;
    }
    return nearest;
  }

  note(places: PlaceRow[], total: number | null): void {
    this.total ??= total;
    if (this.#places.size + places.length > MOST.places) this.#places.clear();
    for (const [passed, at, id] of places) {
      this.#places.set(passed, { passed, at: new Date(at), id });
    }
  }
}

/** What is remembered of every client's searches. */
export class SearchPlaces {
  readonly #searches = new Map<Uuid, Map<string, Search>>();

  /** What is known of a search now; to be asked for before the search begins. */
  of(client: Uuid, what: string): Search {
    if (!this.#searches.has(client) && this.#searches.size >= MOST.clients) this.#searches.clear();
    const own = this.#searches.get(client) ?? new Map<string, Search>();
    this.#searches.set(client, own);
    const known = own.get(what);
    if (known !== undefined && performance.now() < known.until) return known;
    if (own.size >= MOST.searches) own.clear();
    // What is noted in one that is forgotten meanwhile, nobody asks for.
    const search = new Search(performance.now() + KEPT_MS);
    own.set(what, search);
    return search;
  }

  /** Forgets whatever a change may have moved. */
  heard({ clientId, touched }: Change): void {
    // Calls and their orders change nothing that records are searched by.
    if (touched && (!touched.records || touched.calls || touched.campaigns)) return;
    if (clientId === null) this.#searches.clear();
    else this.#searches.delete(clientId);
  }
}
