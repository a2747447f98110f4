/**
 * One transaction on one lane: pipelines what is sent without waiting, refuses what comes too late,
 * and knows when the outcome is in doubt.
 *
 * @module
 */
import type { Deadline, Deadlines } from "./deadlines.ts";
import { isLaneError, StoreError, toStoreError } from "./errors.ts";
import type { Lane, LaneOwner } from "./lane.ts";
import { compile, Fragment, type Rows, type Sql } from "./sql.ts";

/**
 * What ends a transaction. The driver holds back what is shorter than 1,024 bytes until the event loop
 * comes round; then all lanes send together, and until then PostgreSQL has nothing to do. This makes it
 * send each flight at once (list-records: 4 to 6% more calls a second).
 */
const COMMIT = "commit".padEnd(1024);

/** A transaction that begins with its first statement. */
export class Transaction implements LaneOwner, Deadline {
  /** Rejects when the lane is lost or the deadline passes; never resolves. */
  readonly #lost = Promise.withResolvers<never>();
  readonly #sent: Promise<unknown>[] = [];
  #failure: StoreError | undefined;
  #begun = false;
  #sealed = false;
  #committing = false;
  /** Something has been answered since the last sending, so the next one is a new round trip. */
  #answered = true;

  constructor(
    private readonly lane: Lane,
    private readonly begin: string,
    readonly at: number,
    private readonly deadlines: Deadlines,
    private readonly onRoundTrip: (() => void) | undefined,
  ) {
    this.#lost.promise.catch(() => {});
    lane.owner = this;
    deadlines.add(this);
  }

  /** Sends a statement; the first one takes the transaction's beginning along. */
  send<T extends object>(template: Fragment): Promise<Rows<T>> {
    if (this.#sealed) {
      // Remembered, so that a caller who swallows this does not get away with it.
      this.#failure ??= new StoreError("bug", "a statement was issued outside its transaction");
      return Promise.reject(this.#failure);
    }
    const statement = compile(template);
    this.#start();
    return this.#send(() => this.lane.send<T>(statement));
  }

  /** Waits for `work`, but no longer than the lane and the deadline last. */
  within<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {});
    return Promise.race([work, this.#lost.promise]);
  }

  /** Refuses statements from now on. */
  seal(): void {
    this.#sealed = true;
  }

  /**
   * Sends the commit, behind whatever is still under way, and waits for all answers.
   *
   * @throws StoreError the first statement's failure, even when the caller has swallowed it;
   * `unknown_outcome` when the lane is lost between commit and answer.
   */
  async commit(): Promise<void> {
    this.seal();
    if (this.#begun) {
      this.#committing = true;
      const done = this.#send(() => this.lane.simple(COMMIT));
      await this.within(Promise.allSettled(this.#sent));
      if (!this.#failure && await done !== "COMMIT") {
        this.#failure = new StoreError(
          "bug",
          "the transaction was rolled back instead of committed",
        );
      }
    }
    if (this.#failure) throw this.#failure;
  }

  /** Undoes everything. A lane in doubt is thrown away instead, which does the same. */
  async rollback(): Promise<void> {
    this.seal();
    if (!this.#begun || this.#committing || this.lane.closed) return;
    this.#send(() => this.lane.simple("rollback"));
    await this.within(Promise.allSettled(this.#sent)).catch(() => {});
  }

  /** What went wrong first, if anything did: later errors only follow from it. */
  get failure(): StoreError | undefined {
    return this.#failure;
  }

  /** True when the commit was sent, and the lane was lost before its answer. */
  get inDoubt(): boolean {
    return this.#committing && this.lane.closed && this.#failure?.kind === "unavailable";
  }

  /** Nobody waits any longer. */
  late(): void {
    this.#abandon(new StoreError("unavailable", "the database did not finish in time"));
  }

  /** Nothing that is under way on the lane will be answered. */
  laneClosed(): void {
    this.#abandon(new Error("connection closed"));
  }

  /** Lets go of the lane. */
  close(): void {
    this.seal();
    this.deadlines.remove(this);
    this.lane.owner = null;
  }

  #start(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#send(() => this.lane.simple(this.begin));
  }

  #send<R>(query: () => Promise<R>): Promise<R> {
    if (this.#answered) this.onRoundTrip?.();
    this.#answered = false;
    const answer = this.lane.closed ? Promise.reject(new Error("connection closed")) : query();
    const mapped = answer.catch((error) => {
      this.#failure ??= toStoreError(error);
      if (isLaneError(error)) this.#abandon(error);
      throw toStoreError(error);
    }).finally(() => this.#answered = true);
    // Whoever issued the statement may be gone by the time it fails.
    mapped.catch(() => {});
    this.#sent.push(mapped);
    return mapped;
  }

  #abandon(error: unknown): void {
    this.#failure ??= toStoreError(error);
    this.#lost.reject(this.#failure);
    this.lane.owner = null;
    void this.lane.discard();
  }
}

/** The tag of a transaction's templates. */
export function sqlOf(tx: Transaction): Sql {
  return (strings, ...values) => tx.send(new Fragment(strings, values));
}
