/**
 * A lane: one connection to PostgreSQL, used by one transaction at a time and thrown away at the
 * first doubt. It never reconnects: what was sent on a lane ran on one session, or failed.
 *
 * postgres.js does reconnect by itself, in the middle of a transaction too. Its `socket` option
 * prevents that here: the socket factory works once.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import net from "node:net";
import type { Duplex } from "node:stream";
import postgres from "postgres";
import { StoreError, toStoreError } from "./errors.ts";
import { parseTextArray, type Rows, type Statement } from "./sql.ts";

/** Where lanes lead: a server's URL, or sockets of the embedded database. */
export type Target = { url: string } | { socket: () => Duplex };

/** What was read last: most rows have the same moment twice, of when they were made and changed. */
let lastText = "";
let lastMoment = NaN;

function momentOf(text: string): Date {
  if (text !== lastText) [lastText, lastMoment] = [text, Date.parse(text)];
  return new Date(lastMoment);
}

/** How values are read. None is changed on its way out: `compile` has made text of all of them. */
const TYPES = {
  bigint: postgres.BigInt,
  json: { to: 114, from: [114, 3802], serialize: String, parse: JSON.parse },
  boolean: { to: 16, from: [16], serialize: String, parse: (text: string) => text === "t" },
  moment: { to: 1184, from: [1184], serialize: String, parse: momentOf },
  bytes: {
    to: 17,
    from: [17],
    serialize: String,
    parse: (text: string) => Buffer.from(text.slice("\\x".length), "hex"),
  },
  // A day has no time zone, so it must not pass through Date.
  plain: { to: 1082, from: [1082, 1114], serialize: String, parse: String },
  lists: { to: 1009, from: [1009, 2951], serialize: String, parse: parseTextArray },
};

/** The parts of the driver's resolved options that choose a server. */
interface Address {
  host: string[];
  port: number[];
  path?: string | false;
}

function connect(to: Address): Duplex {
  const [host, port] = [to.host[0], to.port[0]];
  const socket = to.path ? net.connect(to.path) : net.connect({ host, port, noDelay: true });
  // The driver takes the TLS server name from here.
  return Object.assign(socket, { host, port });
}

/**
 * Sends a query, and waits for its answer in a promise of our own. The driver's is the query itself,
 * which has functions that V8 puts among the old objects (see {@link Lane.owner}): it would keep the
 * rows until the next full collection, and did so with a quarter of all that a call allocated.
 */
function answerTo<T>(query: { execute(): unknown }): Promise<T> {
  return new Promise((resolve, reject) => {
    const letGo = () => Object.assign(query, { resolve: ignore, reject: ignore });
    Object.assign(query, {
      resolve(answer: T) {
        letGo();
        resolve(answer);
      },
      reject(error: unknown) {
        letGo();
        reject(error);
      },
    });
    query.execute();
  });
}

function ignore(): void {}

/** Who has a lane for itself. */
export interface LaneOwner {
  /** The connection is gone, for whatever reason. Called once. */
  laneClosed(lane: Lane): void;
}

/** One connection. Its owner alone may send; see {@link Lane.open}. */
export class Lane {
  /** For deciding when a connection is old enough to be replaced. */
  readonly openedAt = performance.now();
  /**
   * An object rather than a function assigned at each change of hands: V8 puts what is written as
   * `lane.onClosed = () => …` straight among the old objects, where it keeps a whole call's rows
   * alive until the next full collection.
   */
  owner: LaneOwner | null = null;
  readonly #client: postgres.Sql<{ bigint: bigint }>;
  #socket: Duplex | undefined;
  #closed = false;
  /** Whether the server itself is at the other end, and keeps what it has prepared. */
  #direct = false;

  private constructor(target: Target, onNotify?: (payload: string) => void) {
    const options = {
      max: 1,
      fetch_types: false,
      max_lifetime: null,
      idle_timeout: 0,
      connect_timeout: 0,
      max_pipeline: 10_000,
      backoff: () => 0,
      onnotice() {},
      onclose: () => this.#gone(),
      onnotify: (_channel: string, payload: string) => onNotify?.(payload),
      connection: { application_name: "call-camp-studio" },
      types: TYPES as unknown as { bigint: typeof postgres.BigInt },
      socket: (to: Address) => {
        if (this.#socket || this.#closed) {
          throw new StoreError("unavailable", "a lane never reconnects");
        }
        this.#socket = "url" in target ? connect(to) : target.socket();
        // An error may come before the driver listens; the closing that follows it is enough to know.
        return this.#socket.on("error", () => {});
      },
    };
    this.#client = "url" in target
      ? postgres(target.url, options)
      : postgres({ ...options, host: "embedded", user: "postgres", database: "postgres" });
  }

  /**
   * Connects, and settles within the deadline. `onNotify` hears what comes on channels that the lane
   * is told to listen on.
   *
   * @throws StoreError `unavailable` when the server refuses, or does not answer in time.
   */
  static async open(
    target: Target,
    deadlineMs: number,
    onNotify?: (payload: string) => void,
  ): Promise<Lane> {
    const lane = new Lane(target, onNotify);
    const timer = setTimeout(() => lane.discard(), deadlineMs);
    try {
      // The first statement of a connection does not pipeline: only a warm lane is handed out.
      await lane.#greet("url" in target);
    } catch (error) {
      await lane.discard();
      const { code, kind } = toStoreError(error);
      if (kind !== "unavailable") throw error;
      throw new StoreError("unavailable", `cannot connect to the database (${code})`, { code });
    } finally {
      clearTimeout(timer);
    }
    if (lane.closed) throw new StoreError("unavailable", "the database closed the connection");
    return lane;
  }

  /** True once nothing can be sent any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Asks who is there. A server names its own process when it welcomes a client; a pooler, which
   * has many servers behind it, makes up a number, and the process that answers has another.
   */
  async #greet(server: boolean): Promise<void> {
    const query = this.#client.unsafe<{ pid: number }[]>("select pg_backend_pid() as pid");
    const answer = await query.simple();
    const { state } = answer as unknown as { state?: { pid?: number } };
    this.#direct = server && state?.pid === answer[0].pid;
  }

  /** Sends plain text, of one or more statements, and resolves with the last command's name. */
  async simple(text: string): Promise<string | undefined> {
    const result = await answerTo<unknown[]>(this.#client.unsafe(text).simple());
    const last = Array.isArray(result.at(-1)) ? result.at(-1) : result;
    return (last as { command?: string }).command;
  }

  /**
   * Sends one statement with its parameters, without waiting for what was sent before.
   *
   * One round trip. The driver's own way of sending parameters takes two, because it waits for
   * their types, and blocks the pipeline. So the parameters go into the query ready-made, in text
   * format, where the driver takes them over as they are.
   *
   * On the server itself statements are prepared by name, which spares all but the first their
   * planning: four fifths of what the server does for a read (0.2 ms of processor time instead of
   * 1.0 ms for `get-record`). Through a pooler they have no name, because in transaction mode the
   * next one may reach a server that has not prepared it; PgBouncer bears names only since 1.21.
   */
  send<T>({ text, parameters }: Statement): Promise<Rows<T>> {
    const options = { prepare: this.#direct, simple: false };
    const query = this.#client.unsafe(text, [], options as object);
    return answerTo(Object.assign(query, { parameters }));
  }

  /** Drops the connection now; whatever is under way fails. Resolves when everything is released. */
  async discard(): Promise<void> {
    this.#gone();
    this.#socket?.destroy();
    await this.#client.end({ timeout: 0 });
  }

  /** Takes leave of the server. Only for a lane that nobody uses. */
  async end(): Promise<void> {
    this.owner = null;
    this.#closed = true;
    await this.#client.end({ timeout: 1 });
    this.#socket?.destroy();
  }

  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.owner?.laneClosed(this);
  }
}
