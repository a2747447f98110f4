/**
 * A fixed number of lanes and a bounded queue in front of them. Lanes are opened when needed and
 * replaced when lost; nobody waits for long, so that overload is answered early.
 *
 * @module
 */
import type { Deadline, Deadlines } from "./deadlines.ts";
import { StoreError } from "./errors.ts";
import { Lane, type LaneOwner, type Target } from "./lane.ts";

/** Sizes and patience of a pool. */
export interface PoolOptions {
  /** Most connections at a time. Default 10. */
  size?: number;
  /** Most callers that may wait for a lane. Default 200. */
  maxWaiting?: number;
  /** Longest wait for a lane, in milliseconds. Default 2,000. */
  waitMs?: number;
  /** Longest wait for a connection, in milliseconds. Default 3,000. */
  connectMs?: number;
}

/** How busy a pool is. */
export interface PoolUsage {
  idle: number;
  /** In use, or being opened. */
  used: number;
  waiting: number;
  /** Most connections at a time. */
  size: number;
}

/** A connection is replaced after this long, so that load follows servers that come and go. */
const MAX_AGE_MS = 30 * 60_000;

/** A caller without a lane. */
class Waiter implements Deadline {
  readonly lane = Promise.withResolvers<Lane>();

  constructor(
    readonly at: number,
    /** Moment, on the performance clock, by which its caller must have a lane. */
    readonly until: number,
    private readonly waiting: Set<Waiter>,
  ) {}

  late(): void {
    this.waiting.delete(this);
    this.refuse("database busy: no connection came free in time");
  }

  refuse(why: string): void {
    this.lane.reject(new StoreError("unavailable", why));
  }
}

/** Hands out lanes, one holder each. */
export class LanePool implements LaneOwner {
  readonly #size: number;
  readonly #maxWaiting: number;
  readonly #waitMs: number;
  readonly #connectMs: number;
  readonly #idle: Lane[] = [];
  readonly #held = new Set<Lane>();
  readonly #waiting = new Set<Waiter>();
  /** Farewells under way. */
  readonly #leaving = new Set<Promise<void>>();
  /** Lanes that are idle, held, or being opened. */
  #count = 0;
  #closing = false;
  #onEmpty: () => void = () => {};

  constructor(
    private readonly target: Target,
    private readonly deadlines: Deadlines,
    options: PoolOptions = {},
  ) {
    this.#size = options.size ?? 10;
    this.#maxWaiting = options.maxWaiting ?? 200;
    this.#waitMs = options.waitMs ?? 2000;
    this.#connectMs = options.connectMs ?? 3000;
  }

  /**
   * A lane for the caller alone, until {@link release}.
   *
   * @throws StoreError `unavailable` when none comes free in time, too many wait already, the
   * server cannot be reached, or the pool is closing.
   */
  async acquire(deadlineMs: number): Promise<Lane> {
    if (this.#closing) throw new StoreError("unavailable", "the database pool is closing");
    const lane = this.#idle.pop() ??
      await (this.#count < this.#size ? this.#open(deadlineMs) : this.#wait(deadlineMs));
    lane.owner = null;
    this.#held.add(lane);
    return lane;
  }

  /** Takes a lane back, sound or lost. */
  release(lane: Lane): void {
    this.#held.delete(lane);
    if (lane.closed || this.#closing || performance.now() - lane.openedAt > MAX_AGE_MS) {
      this.#dismiss(lane);
      return;
    }
    const next = this.#next();
    if (next) return next.lane.resolve(lane);
    lane.owner = this;
    this.#idle.push(lane);
  }

  /** An idle lane is lost. */
  laneClosed(lane: Lane): void {
    const at = this.#idle.indexOf(lane);
    if (at === -1) return;
    this.#idle.splice(at, 1);
    this.#dismiss(lane);
  }

  /** Connections now, and who waits for one. */
  get usage(): PoolUsage {
    const idle = this.#idle.length;
    return { idle, used: this.#count - idle, waiting: this.#waiting.size, size: this.#size };
  }

  /** Refuses newcomers, lets holders finish for so long, then drops every connection. Call it once. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    for (const waiter of this.#waiting) {
      this.deadlines.remove(waiter);
      waiter.refuse("the database pool is closing");
    }
    this.#waiting.clear();
    for (const lane of this.#idle.splice(0)) this.#dismiss(lane);
    const timer = setTimeout(() => this.#held.forEach((lane) => void lane.discard()), graceMs);
    if (this.#count > 0) await new Promise<void>((resolve) => this.#onEmpty = resolve);
    clearTimeout(timer);
    await Promise.all(this.#leaving);
  }

  async #open(deadlineMs: number): Promise<Lane> {
    this.#count++;
    try {
      return await Lane.open(this.target, Math.min(deadlineMs, this.#connectMs));
    } catch (error) {
      this.#lost();
      throw error;
    }
  }

  #wait(deadlineMs: number): Promise<Lane> {
    if (this.#waiting.size >= this.#maxWaiting) {
      throw new StoreError("unavailable", `database busy: ${this.#maxWaiting} callers wait`);
    }
    const now = performance.now();
    const at = now + Math.min(deadlineMs, this.#waitMs);
    const waiter = new Waiter(at, now + deadlineMs, this.#waiting);
    this.#waiting.add(waiter);
    this.deadlines.add(waiter);
    return waiter.lane.promise;
  }

  #next(): Waiter | undefined {
    const [waiter] = this.#waiting;
    if (!waiter) return undefined;
    this.#waiting.delete(waiter);
    this.deadlines.remove(waiter);
    return waiter;
  }

  #dismiss(lane: Lane): void {
    lane.owner = null;
    const farewell = (lane.closed ? lane.discard() : lane.end()).catch(() => {});
    this.#leaving.add(farewell);
    void farewell.finally(() => this.#leaving.delete(farewell));
    this.#lost();
  }

  /** There is room for another lane: whoever waits longest gets it. */
  #lost(): void {
    this.#count--;
    if (this.#closing) {
      if (this.#count === 0) this.#onEmpty();
      return;
    }
    const next = this.#next();
    if (next) next.lane.resolve(this.#open(Math.max(1, next.until - performance.now())));
  }
}
