/**
 * What can go wrong between a use case and the database, as a small closed set.
 *
 * Database texts carry people's data (a unique violation's detail quotes the row), so a
 * {@link StoreError} keeps only codes and names. It is for logs and for the repositories; nothing
 * of it reaches a model.
 *
 * @module
 */
import postgres from "postgres";

/**
 * - `unavailable`: the database could not be reached, was too busy, or cut us off; nothing was written.
 * - `unknown_outcome`: the connection died while a commit was on its way; written or not, nobody knows.
 * - `conflict`: a constraint said no; `constraint` names it.
 * - `bug`: a mistake in our SQL or in its use.
 */
export type StoreFailure = "unavailable" | "unknown_outcome" | "conflict" | "bug";

/** What is known beside the kind. */
interface StoreErrorFacts {
  /** SQLSTATE, or the driver's or network's code. */
  code?: string;
  /** Name of the violated constraint. */
  constraint?: string;
  /** The transaction certainly did not commit, and running it again may succeed. */
  repeatable?: boolean;
}

/** The one error that the connection layer raises. */
export class StoreError extends Error {
  /** Name by which logs tell it from other errors. */
  override readonly name = "StoreError";
  /** SQLSTATE, or the driver's or network's code. */
  readonly code?: string;
  /** Name of the violated constraint, of a `conflict`. */
  readonly constraint?: string;
  /** The transaction certainly did not commit, and running it again may succeed. */
  readonly repeatable: boolean;

  constructor(readonly kind: StoreFailure, message: string, facts: StoreErrorFacts = {}) {
    super(message);
    this.code = facts.code;
    this.constraint = facts.constraint;
    this.repeatable = facts.repeatable ?? false;
  }
}

/** Integrity violations that a repository may translate: foreign key, unique, check, exclusion. */
const CONFLICTS = new Set(["23503", "23505", "23514", "23P01"]);
/** Serialization failure and deadlock: the transaction is gone, the connection is fine. */
const REPEATABLE = new Set(["40001", "40P01"]);
/** Not answered in time, a lock not had, no room: the connection is fine. */
const BUSY = /^(57014|55P03|53)/;
/** After these the session's state cannot be trusted: connection, transaction state, shutdown, internal. */
const LANE = /^(08|25|57P0|XX)/;
/** What was prepared is not there, or no longer fits the tables after a migration. */
const UNPREPARED = new Set(["26000", "42P05"]);
const OUTDATED_PLAN = "RevalidateCachedQuery";

/** The code of an error of the driver: SQLSTATE, `CONNECTION_CLOSED`, `ECONNREFUSED`, … */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** True when the connection that raised this must not be used again. */
export function isLaneError(error: unknown): boolean {
  return !(error instanceof postgres.PostgresError) || LANE.test(error.code) ||
    UNPREPARED.has(error.code) || error.routine === OUTDATED_PLAN;
}

/** An error of the driver as a {@link StoreError}; one that is already mapped is handed through. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  if (isLaneError(error)) {
    const facts = { code, repeatable: true };
    return new StoreError("unavailable", `database connection lost (${code ?? "no code"})`, facts);
  }
  const { code: state, constraint_name: constraint, message } = error as postgres.PostgresError;
  if (CONFLICTS.has(state)) {
    return new StoreError("conflict", `constraint ${constraint} (${state})`, { code, constraint });
  }
  if (REPEATABLE.has(state)) {
    return new StoreError("unavailable", `conflict with another transaction (${state})`, {
      code,
      repeatable: true,
    });
  }
  if (BUSY.test(state)) return new StoreError("unavailable", `database busy (${state})`, { code });
  // The texts of class 22 quote the offending value.
  const text = state.startsWith("22") ? "bad value" : message;
  return new StoreError("bug", `${text} (${state})`, { code });
}
