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
/** Searches at a time, and places in one; beyond that some are forgotten, which costs a walk. */
const MOST = { searches: 1_000, places: 400 };

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
    this.total = total ?? this.total;
    const every = Math.ceil(places.length / MOST.places);
    const kept = places.filter((_, i) => i % every === 0);
    if (this.#places.size + kept.length > MOST.places) this.#places.clear();
    for (const [passed, at, id] of kept) this.#places.set(passed, { passed, at: new Date(at), id });
  }
}

/** What is remembered of every client's searches. */
export class SearchPlaces {
  readonly #searches = new Map<Uuid, Map<string, Search>>();
  #count = 0;

  /** What is known of a search now; to be asked for before the search begins. */
  of(client: Uuid, what: string): Search {
    const now = performance.now();
    const own = this.#searches.get(client);
    const known = own?.get(what);
    if (known !== undefined && now < known.until) return known;
    if (this.#count >= MOST.searches) this.#forgetAll();
    // What is noted in one that is forgotten meanwhile, nobody asks for.
    const search = new Search(now + KEPT_MS);
    if (own === undefined) this.#searches.set(client, new Map([[what, search]]));
    else own.set(what, search);
    this.#count++;
    return search;
  }

  /** Forgets whatever a change may have moved. */
  heard({ clientId, touched }: Change): void {
    if (touched && !touched.recordLists) return;
    if (clientId === null) return this.#forgetAll();
    this.#count -= this.#searches.get(clientId)?.size ?? 0;
    this.#searches.delete(clientId);
  }

  #forgetAll(): void {
    this.#searches.clear();
    this.#count = 0;
  }
}
