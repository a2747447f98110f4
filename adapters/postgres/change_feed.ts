/**
 * What other processes changed: one connection that listens (LISTEN), made anew whenever it is lost.
 * Who listens may have missed something then, and is told that anything may have changed.
 *
 * A connection through PgBouncer in transaction mode takes a LISTEN and never hears a thing, so that
 * each new one must first hear a message that we send. As long as none does, everybody is told
 * every ten seconds that anything may have changed, which is slow but right.
 *
 * @module
 */
import { type Change, ChangeListeners, type Changes } from "../../src/kernel/changes.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { Log } from "../log.ts";
import { ANYTHING, CHANNEL, readChange } from "./change_sender.ts";
import { Lane, type Target } from "./lane.ts";

/** Where to listen, and how patiently. */
export interface ChangeFeedOptions {
  /** A connection of its own to the database; not through a pooler in transaction mode. */
  listen: Target;
  /** Where everything else is sent, and so notifications come from. */
  notify: Target;
  log: Log;
  /** Milliseconds between two looks at whether the connection is alive. Default 30,000. */
  checkMs?: number;
  /** Longest pause before the next try, in milliseconds. Default 10,000. */
  maxPauseMs?: number;
  /** Milliseconds within which a message of our own must be heard. Default 5,000. */
  patienceMs?: number;
}

const FIRST_PAUSE_MS = 100;

/** Changes of a PostgreSQL database. Call `close` in the end. */
export class PostgresChangeFeed implements Changes {
  readonly #listeners = new ChangeListeners();
  readonly #closing = new AbortController();
  /** Messages of our own that are still to be heard. */
  readonly #awaited = new Map<string, () => void>();
  #running: Promise<void> | undefined;
  #warned = false;
  #listening = false;

  constructor(private readonly options: ChangeFeedOptions) {}

  /** As the port says; the first one connects, unless {@link start} did. */
  subscribe(scope: Scope, listener: (change: Change) => void): () => void {
    this.start();
    return this.#listeners.subscribe(scope, listener);
  }

  /** Connects, and stays connected. */
  start(): void {
    if (!this.#closing.signal.aborted) this.#running ??= this.#run();
  }

  /** Whether changes of other processes are heard now. */
  get listening(): boolean {
    return this.#listening;
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { maxPauseMs = 10_000 } = this.options;
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      if (await this.#listen()) pause = FIRST_PAUSE_MS;
      if (signal.aborted) return;
      // Nobody knows what is missed until the next connection.
      this.#listeners.tell(ANYTHING);
      await sleep(pause, signal);
      pause = Math.min(maxPauseMs, 2 * pause);
    }
  }

  /** Listens until the connection is lost; false when it never heard anything. */
  async #listen(): Promise<boolean> {
    const { listen, checkMs = 30_000, patienceMs = 5_000 } = this.options;
    const { signal } = this.#closing;
    const lost = new AbortController();
    let lane: Lane | undefined;
    let proven = false;
    try {
      lane = await Lane.open(listen, patienceMs, (payload) => this.#heard(payload));
      lane.owner = { laneClosed: () => lost.abort() };
      await lane.simple(`listen ${CHANNEL}`);
      await this.#prove();
      proven = true;
      this.#listening = true;
      this.#warned = false;
      this.#listeners.tell(ANYTHING);
      const over = AbortSignal.any([signal, lost.signal]);
      for (;;) {
        await sleep(checkMs, over);
        if (over.aborted) break;
        await withDeadline(lane.simple("select 1"), patienceMs);
      }
      if (!signal.aborted) this.#warn(new Error("the connection was closed"));
    } catch (error) {
      if (!signal.aborted) this.#warn(error);
    } finally {
      this.#listening = false;
      await lane?.discard();
    }
    return proven;
  }

  /** Sends a message on a connection of its own, and waits to hear it. */
  async #prove(): Promise<void> {
    const { notify, patienceMs = 5_000 } = this.options;
    const message = `check ${crypto.randomUUID()}`;
    const heard = new Promise<void>((resolve) => this.#awaited.set(message, resolve));
    try {
      const sender = await Lane.open(notify, patienceMs);
      try {
        await sender.simple(`notify ${CHANNEL}, '${message}'`);
      } finally {
        await sender.end();
      }
      await withDeadline(heard, patienceMs);
    } finally {
      this.#awaited.delete(message);
    }
  }

  #heard(payload: string): void {
    const awaited = this.#awaited.get(payload);
    if (awaited) return awaited();
    const change = readChange(payload);
    if (change) this.#listeners.tell(change);
  }

  /** Once per trouble, not once per try. */
  #warn(error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    this.options.log("warn", "not listening for changes", {
      error,
      hint: "trying again; if this stays, set DATABASE_LISTEN_URL to an address of the database " +
        "that does not lead through a pooler in transaction mode",
    });
  }
}

/** @throws Error when it is not settled in time. */
async function withDeadline<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no answer in time")), milliseconds);
  work.catch(() => {});
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener("abort", wake, { once: true });
  });
}
