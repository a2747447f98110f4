/**
 * The only way to the database: transactions in a scope, each on a lane of its own.
 *
 * A dying backend must never hang a caller, end the process, or let a statement run outside its
 * transaction; hence lanes instead of the driver's own pool and `begin` (see lane.ts). The login
 * role has no rights of its own, so that a statement outside of a transaction could not do harm
 * either (see roles.ts).
 *
 * @module
 */
import { Deadlines } from "./deadlines.ts";
import { StoreError } from "./errors.ts";
import type { Target } from "./lane.ts";
import { LanePool, type PoolOptions, type PoolUsage } from "./lane_pool.ts";
import { beginText, type TxScope } from "./scope.ts";
import type { Sql } from "./sql.ts";
import { sqlOf, Transaction } from "./transaction.ts";

export type { Target } from "./lane.ts";
export type { TxScope } from "./scope.ts";
export type { Sql } from "./sql.ts";

/** Deadlines, and who watches. */
export interface LanesOptions extends PoolOptions {
  /** Longest time for a flight, waiting for a lane included, in milliseconds. Default 4,000. */
  flightMs?: number;
  /** The same for a transaction of several steps. Default 10,000. */
  transactionMs?: number;
  /** Called whenever something is sent after an answer, that is, once per network round trip. */
  onRoundTrip?: () => void;
}

/** A transaction is tried so often when it certainly did not commit and may do so next time. */
const TRIES = 3;
/** Two that collided wait differently long, in milliseconds, so as not to collide again. */
const MAX_BACKOFF_MS = 20;

/** The server gives up this much later than we do, in case that we are no longer there to say so. */
const SERVER_MARGIN_MS = 1000;
/** SQLSTATE of a write in a read-only transaction; outside of flights it tells of a standby. */
const READ_ONLY = "25006";

/** See the module's description. All errors are StoreErrors, or what the caller's work threw. */
export class Lanes {
  readonly #pool: LanePool;
  readonly #deadlines = new Deadlines();
  readonly #flightMs: number;
  readonly #transactionMs: number;

  constructor(private readonly target: Target, private readonly options: LanesOptions = {}) {
    this.#pool = new LanePool(target, this.#deadlines, options);
    this.#flightMs = options.flightMs ?? 4000;
    this.#transactionMs = options.transactionMs ?? 10_000;
  }

  /**
   * One consistent read in one round trip. `work` issues its statements before it first awaits;
   * later ones are refused. It may run again when the connection is lost. Only authentication may
   * write in it, because who is identified is noted, and noting it again does no harm.
   */
  flight<T>(scope: TxScope, work: (sql: Sql) => Promise<T>): Promise<T> {
    const mode = { readOnly: scope.role !== "app_auth", harmless: true };
    return this.#attempt(scope, this.#flightMs, mode, async (tx) => {
      const result = tx.within((async () => await work(sqlOf(tx)))());
      result.catch(() => {});
      await tx.commit();
      const value = await result;
      if (tx.failure) throw tx.failure;
      return value;
    });
  }

  /**
   * All or nothing, in as many steps as `work` takes. It may run again after a conflict with
   * another transaction, or a connection lost before the commit, so it must have no other effects.
   *
   * @throws StoreError `unknown_outcome` when the connection was lost during the commit.
   */
  transaction<T>(scope: TxScope, work: (sql: Sql) => Promise<T>): Promise<T> {
    const mode = { readOnly: false, harmless: false };
    return this.#attempt(scope, this.#transactionMs, mode, async (tx) => {
      try {
        const value = await tx.within(work(sqlOf(tx)));
        if (tx.failure) throw tx.failure;
        await tx.commit();
        return value;
      } catch (error) {
        await tx.rollback();
        throw error;
      }
    });
  }

  /** Connections now, and who waits for one. */
  get usage(): PoolUsage {
    return this.#pool.usage;
  }

  /** Refuses new work, lets the running work finish for so long, and closes every connection. */
  close(graceMs = 4000): Promise<void> {
    return this.#pool.close(graceMs);
  }

  async #attempt<T>(
    scope: TxScope,
    deadlineMs: number,
    mode: { readOnly: boolean; harmless: boolean },
    run: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = "url" in this.target ? deadlineMs + SERVER_MARGIN_MS : undefined;
    const begin = beginText(scope, { readOnly: mode.readOnly, timeoutMs });
    const until = performance.now() + deadlineMs;
    const left = () => Math.max(1, Math.ceil(until - performance.now()));
    for (let tried = 1;; tried++) {
      const lane = await this.#pool.acquire(left());
      const tx = new Transaction(lane, begin, until, this.#deadlines, this.options.onRoundTrip);
      try {
        return await run(tx);
      } catch (error) {
        if (tx.inDoubt && !mode.harmless) throw unknownOutcome(tx.failure?.code);
        if (mode.readOnly && tx.failure?.code === READ_ONLY) {
          throw new StoreError("bug", "a flight tried to write", { code: READ_ONLY });
        }
        if (!tx.failure?.repeatable || tried === TRIES) throw error;
      } finally {
        tx.close();
        this.#pool.release(lane);
      }
      await new Promise((r) => setTimeout(r, Math.random() * Math.min(MAX_BACKOFF_MS, left())));
    }
  }
}

function unknownOutcome(code: string | undefined): StoreError {
  const message =
    "the database connection was lost during a commit: it may have been written or not";
  return new StoreError("unknown_outcome", message, { code });
}
