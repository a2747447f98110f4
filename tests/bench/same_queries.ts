/**
 * The server's own SQL, as text with places for values, so that whatever is compared with it asks
 * the very same questions.
 *
 * @module
 */
import { recordRepo } from "../../adapters/postgres/records.ts";
import { SearchPlaces } from "../../adapters/postgres/search_places.ts";
import { compile, Fragment, type Sql, type Statement } from "../../adapters/postgres/sql.ts";

/** Stand where a caller's client, record and limit belong. */
export const PLACES = {
  client: "c0000000-0000-7000-8000-000000000001",
  record: "c0000000-0000-7000-8000-000000000002",
  limit: "77",
};

/** Statements of the two tools that are compared. */
export interface SameQueries {
  "get-record": Statement[];
  "list-records": Statement[];
}

/** What the repository sends for `get-record` and for the first page of `list-records`. */
export function sameQueries(): SameQueries {
  return {
    "get-record": sent((repo) => [repo.get(PLACES.record), repo.counts(PLACES.record)]),
    "list-records": sent((repo) => [repo.list({}, { page: 1, limit: Number(PLACES.limit) })]),
  };
}

function sent(ask: (repo: ReturnType<typeof recordRepo>) => Promise<unknown>[]): Statement[] {
  const statements: Statement[] = [];
  const sql: Sql = (strings, ...values) => {
    statements.push(compile(new Fragment(strings, values)));
    return Promise.reject(new Error("only the text is wanted"));
  };
  for (const answer of ask(recordRepo(sql, PLACES.client, new SearchPlaces()))) {
    answer.catch(() => {});
  }
  return statements;
}

/** The statement's values for one call. */
export function filled(statement: Statement, values: Partial<typeof PLACES>): Statement {
  const places = new Map(
    Object.entries(values).map(([place, value]) => [PLACES[place as keyof typeof PLACES], value]),
  );
  const parameters = statement.parameters.map((value) =>
    value === null ? null : places.get(value) ?? value
  );
  return { text: statement.text, parameters };
}
