/**
 * Sockets to an embedded PGlite, speaking PostgreSQL's own protocol, for the driver's `socket` option.
 *
 * PGlite is one backend session. A socket owns it from its first message until the backend reports
 * that it is idle again, so that transactions of several sockets never interleave. What one socket
 * listens for, the session does: notifications reach every socket, and drivers drop those that
 * nobody waits for.
 *
 * What it does not do: TLS, cancelling, and COPY FROM STDIN (which would end PGlite).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";

/** What a socket needs of PGlite: runs whole protocol messages, hands over raw answers. */
export interface Backend {
  /** Queues behind everything else that uses the database. */
  runExclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Answers arrive through `onRawData`, whose bytes are only valid during the call. */
  execProtocolRawStream(
    message: Uint8Array,
    options: { onRawData(bytes: Uint8Array): void },
  ): Promise<void>;
}

type Callback = (error?: Error | null) => void;

/** Message types, PostgreSQL manual 55.7. */
const TERMINATE = 0x58, READY_FOR_QUERY = 0x5a, IDLE = 0x49, NOTIFICATION = 0x41, ERROR = 0x45;
const ROLLBACK = Buffer.from("Q\0\0\0\x0dROLLBACK\0", "latin1");

/** A factory of sockets that share one backend; `onDead` is told when that has stopped for good. */
export function pgliteSockets(
  backend: Backend,
  onDead: (why: Error) => void = () => {},
): () => Duplex {
  const open = new Set<Socket>();
  /** Sockets with messages to run, first come first served. */
  const queue = new Set<Socket>();
  let owner: Socket | undefined;
  let running = false;
  let dead: Error | undefined;

  async function pump(): Promise<void> {
    if (running) return;
    running = true;
    while (!dead) {
      const socket: Socket | undefined = owner ?? queue.values().next().value;
      if (!socket || !queue.delete(socket)) break;
      await run(socket, socket.batch());
    }
    running = false;
  }

  async function run(socket: Socket, message: Buffer): Promise<void> {
    const answers: Buffer[] = [];
    owner = socket;
    try {
      await backend.runExclusive(() =>
        backend.execProtocolRawStream(message, {
          onRawData: (bytes) => void answers.push(Buffer.from(bytes)),
        })
      );
      // It does not fail then, and would answer nothing more.
      const panic = /SPANIC\0.*?\0M([^\0]*)/.exec(lastError(answers));
      if (panic) throw new Error(panic[1]);
    } catch (cause) {
      // A fatal error ends the only session there is, and calling it again would spin for ever.
      dead = new Error("the embedded database has stopped", { cause });
      for (const each of open) each.destroy(dead);
      onDead(dead);
      return;
    }
    const { answer, notifications, idle } = parse(Buffer.concat(answers));
    if (idle) owner = undefined;
    if (!socket.destroyed) socket.push(answer);
    if (notifications.length > 0) { for (const each of open) each.push(notifications); }
  }

  class Socket extends Duplex {
    #unparsed: Buffer = Buffer.alloc(0);
    #messages: Buffer[] = [];
    #started = false;

    constructor() {
      super({ allowHalfOpen: false });
      open.add(this);
    }

    /** The driver asks before it says goodbye. */
    get readyState(): string {
      return this.destroyed ? "closed" : "open";
    }

    batch(): Buffer {
      return Buffer.concat(this.#messages.splice(0));
    }

    override _read(): void {}

    override _write(chunk: Buffer, _encoding: string, done: Callback): void {
      this.#unparsed = this.#unparsed.length ? Buffer.concat([this.#unparsed, chunk]) : chunk;
      for (let message = this.#next(); message; message = this.#next()) {
        if (this.#started && message[0] === TERMINATE) {
          done();
          this.push(null);
          this.destroy();
          return;
        }
        this.#started = true;
        this.#messages.push(message);
        queue.add(this);
      }
      void pump();
      done();
    }

    override _final(done: Callback): void {
      done();
      this.destroy();
    }

    override _destroy(error: Error | null, done: Callback): void {
      open.delete(this);
      queue.delete(this);
      this.#messages = [];
      if (owner === this) {
        // Its transaction would block everyone else for ever.
        this.#messages = [ROLLBACK];
        queue.add(this);
        void pump();
      }
      done(error);
    }

    /** Only the startup message has no type byte in front of its length. */
    #next(): Buffer | undefined {
      const at = this.#started ? 1 : 0;
      if (this.#unparsed.length < at + 4) return undefined;
      const end = at + this.#unparsed.readInt32BE(at);
      if (this.#unparsed.length < end) return undefined;
      const message = this.#unparsed.subarray(0, end);
      this.#unparsed = this.#unparsed.subarray(end);
      return message;
    }
  }

  return () => {
    if (dead) throw dead;
    return new Socket();
  };
}

/** The last answer, when it is an error: an error that ends the backend is the last thing it says. */
function lastError(answers: Buffer[]): string {
  const last = answers.at(-1);
  return last?.[0] === ERROR ? last.toString("latin1") : "";
}

/** The answer without its notifications, those, and whether no transaction is open after it. */
function parse(bytes: Buffer): { answer: Buffer; notifications: Buffer; idle: boolean } {
  let idle = false;
  const answer: Buffer[] = [], notifications: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length;) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    const message = bytes.subarray(at, end);
    if (message[0] === READY_FOR_QUERY) idle = message[5] === IDLE;
    (message[0] === NOTIFICATION ? notifications : answer).push(message);
    at = end;
  }
  return { answer: Buffer.concat(answer), notifications: Buffer.concat(notifications), idle };
}
