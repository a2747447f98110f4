/**
 * Tells every process of committed changes (NOTIFY), on a connection of its own, which is opened when
 * there is something to tell. What comes up while a message is on its way goes into the next one.
 *
 * Not in the transaction that makes the change, although it would be delivered with its commit: PostgreSQL
 * lets transactions with a NOTIFY commit one after the other, in the whole server, each waiting for
 * the disk, so that writers would stand in line (`deno task bench tests/bench/changes_bench.ts`
 * has both). The price: a process that is killed between commit and message tells nobody; when it
 * starts again it tells everybody to look anew.
 *
 * @module
 */
import type { Change, Touched } from "../../src/kernel/changes.ts";
import { isUuid, type Uuid } from "../../src/kernel/ids.ts";
import type { Log } from "../log.ts";
import { Lanes, type Target } from "./lanes.ts";

/** Where processes listen. */
export const CHANNEL = "studio_changes";

/** Anything may have changed. */
export const ANYTHING: Change = { clientId: null, touched: null };

/** A NOTIFY carries less than 8,000 bytes (PostgreSQL manual, NOTIFY). */
const MAX_PAYLOAD = 7_900;
/** Milliseconds before what could not be sent is tried again. */
const PAUSE_MS = 1_000;

/** Sends changes. Call `close` in the end. */
export class ChangeSender {
  readonly #lanes: Lanes;
  #waiting: Change[] = [];
  #sending: Promise<void> | undefined;
  #closing = false;
  #failed = false;

  constructor(target: Target, private readonly log: Log) {
    this.#lanes = new Lanes(target, { size: 1 });
  }

  /** Sends these soon; never fails. */
  readonly tell = (changes: readonly Change[]): void => {
    if (changes.length === 0 || this.#closing) return;
    this.#waiting.push(...changes);
    this.#sending ??= this.#send();
  };

  /** Sends what is left, if that is possible at once, and closes the connection. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#sending;
    await this.#lanes.close();
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const messages = merge(this.#waiting).map(writeChange);
      this.#waiting = [];
      try {
        await this.#lanes.transaction(
          { role: "app_master" },
          (sql) =>
            sql`select pg_notify(${CHANNEL}, message) from unnest(${messages}::text[]) as message`,
        );
        this.#failed = false;
      } catch (error) {
        // Once per trouble, not once per try.
        if (!this.#failed) this.log("warn", "changes cannot be told of", { error });
        this.#failed = true;
        if (this.#closing) break;
        // By then nobody needs to know which they were.
        this.#waiting = [ANYTHING];
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
    this.#sending = undefined;
  }
}

/** One change per client. */
function merge(changes: readonly Change[]): Change[] {
  if (changes.some(({ clientId }) => clientId === null)) return [ANYTHING];
  const byClient = Map.groupBy(changes, ({ clientId }) => clientId);
  return Array.from(byClient, ([clientId, ofClient]) => {
    const all = ofClient.flatMap(({ touched }) => touched ?? []);
    if (all.length < ofClient.length) return { clientId, touched: null };
    const ids = (kind: Exclude<keyof Touched, "recordLists">) => [
      ...new Set(all.flatMap((each) => each[kind] ?? [])),
    ];
    const users = ids("users");
    const touched: Touched = {
      calls: ids("calls"),
      records: ids("records"),
      campaigns: ids("campaigns"),
    };
    if (users.length > 0) touched.users = users;
    if (all.some(({ recordLists }) => recordLists)) touched.recordLists = true;
    return { clientId, touched };
  });
}

/** A change as text; one of more rows than fit becomes one of everything of the client's. */
function writeChange({ clientId, touched }: Change): string {
  const text = JSON.stringify({ clientId, touched });
  return text.length <= MAX_PAYLOAD ? text : JSON.stringify({ clientId, touched: null });
}

/** A change that was sent; null for text that is none. */
export function readChange(payload: string): Change | null {
  try {
    const { clientId, touched } = JSON.parse(payload);
    if (clientId === null) return ANYTHING;
    if (!isUuid(clientId)) return null;
    if (touched === null) return { clientId, touched };
    const { calls, records, campaigns, users = [], recordLists = false } = touched;
    const ids: Uuid[][] = [calls, records, campaigns, users];
    if (!ids.every((list) => Array.isArray(list) && list.every(isUuid))) return null;
    const rows: Touched = { calls, records, campaigns };
    if (users.length > 0) rows.users = users;
    if (recordLists === true) rows.recordLists = true;
    return { clientId, touched: rows };
  } catch {
    return null;
  }
}
