/**
 * The simulated phone network's books, in a schema and under a role of their own.
 *
 * @module
 */
import type { EndReason } from "../../src/calls/call.ts";
import type { CallRef } from "../../src/calls/call_event.ts";
import type { OutcomeDefinition } from "../../src/campaigns/assistant.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import type { BookedCall, NewEntry, PhoneBooks } from "../telephony/simulated/phone_books.ts";
import { StoreError } from "./errors.ts";
import type { Lanes } from "./lanes.ts";
import { fragment, json } from "./sql.ts";

interface Row {
  client_id: Uuid;
  call_id: Uuid;
  number: string;
  ring_seconds: number;
  max_seconds: number;
  outcomes: OutcomeDefinition[];
  context: Record<string, string>;
  dialed_at: Date;
  seed: string;
  speed: number;
  nth: number;
  refused: EndReason | null;
  requests: number;
  pushed: number;
  next_at: Date | null;
  hung_up_at: Date | null;
}

const SCOPE = { role: "phone_network" } as const;
const COLUMNS = fragment`client_id, call_id, number, ring_seconds, max_seconds, outcomes, context,
  dialed_at, seed, speed, nth, refused, requests, pushed, next_at, hung_up_at`;
/** History is written in pieces of this many calls. */
const PIECE = 500;

/** Books that outlive the process, and that every replica shares. */
export class PostgresPhoneBooks implements PhoneBooks {
  readonly #askMs: number;

  /**
   * `askMs`: after so many milliseconds (2,000 when absent), a request that still waits for a
   * connection is not written any more. Together with the caller's own delay that must be less than
   * the network's quiet period.
   */
  constructor(private readonly lanes: Lanes, { askMs = 2000 }: { askMs?: number } = {}) {
    this.#askMs = askMs;
  }

  /** See the interface. */
  async ask(entry: NewEntry): Promise<BookedCall> {
    const { ref, to, ringSeconds, maxSeconds, outcomes, context, dialedAt, seed, speed } = entry;
    const until = performance.now() + this.#askMs;
    const [row] = await this.lanes.transaction(SCOPE, async (sql) => {
      if (performance.now() > until) {
        throw new StoreError("unavailable", "waited too long for a connection to dial now");
      }
      return await sql<Row>`
        insert into phone_network.calls as c (${COLUMNS}) values (
          ${ref.clientId}, ${ref.callId}, ${to}, ${ringSeconds}, ${maxSeconds}, ${json(outcomes)},
          ${json(context)}, ${dialedAt}, ${seed}, ${speed},
          (select count(*) from phone_network.calls where number = ${to} and refused is null),
          ${entry.refused}, 1, 0, ${entry.nextAt}, null)
        on conflict (client_id, call_id) do update set requests = c.requests + 1
        returning ${COLUMNS}`;
    });
    return toCall(row);
  }

  /** See the interface. */
  async add(calls: BookedCall[]): Promise<void> {
    for (let from = 0; from < calls.length; from += PIECE) {
      const rows = calls.slice(from, from + PIECE).map(toRow);
      await this.lanes.transaction(SCOPE, (sql) =>
        sql`
          insert into phone_network.calls (${COLUMNS})
          select ${COLUMNS}
          from jsonb_populate_recordset(null::phone_network.calls, ${json(rows)}::jsonb)
          on conflict do nothing`);
    }
  }

  /** See the interface. */
  async get({ clientId, callId }: CallRef): Promise<BookedCall | null> {
    const [row] = await this.lanes.flight(SCOPE, (sql) =>
      sql<Row>`
        select ${COLUMNS} from phone_network.calls
        where client_id = ${clientId} and call_id = ${callId}`);
    return row ? toCall(row) : null;
  }

  /** See the interface. */
  async claim(now: Date, until: Date, limit: number): Promise<BookedCall[]> {
    const rows = await this.lanes.transaction(SCOPE, (sql) =>
      sql<Row>`
        update phone_network.calls set next_at = ${until}
        where (client_id, call_id) in (
          select client_id, call_id from phone_network.calls
          where next_at <= ${now}
          order by next_at
          limit ${limit}
          for update skip locked)
        returning ${COLUMNS}`);
    return rows.map(toCall);
  }

  /** See the interface. */
  async plan({ clientId, callId }: CallRef, pushed: number, nextAt: Date | null): Promise<void> {
    await this.lanes.transaction(SCOPE, (sql) =>
      sql`
        update phone_network.calls set pushed = ${pushed}, next_at = ${nextAt}
        where client_id = ${clientId} and call_id = ${callId}`);
  }

  /** See the interface. */
  async hangUp({ clientId, callId }: CallRef, at: Date): Promise<void> {
    await this.lanes.transaction(SCOPE, (sql) =>
      sql`
        update phone_network.calls set hung_up_at = coalesce(hung_up_at, ${at}),
          next_at = case when next_at is null then null else ${at}::timestamptz end
        where client_id = ${clientId} and call_id = ${callId}`);
  }

  /** See the interface. */
  async list(limit: number): Promise<BookedCall[]> {
    const rows = await this.lanes.flight(SCOPE, (sql) =>
      sql<Row>`
        select ${COLUMNS} from phone_network.calls
        order by dialed_at desc, call_id desc limit ${limit}`);
    return rows.map(toCall);
  }
}

function toCall(row: Row): BookedCall {
  return {
    ref: { clientId: row.client_id, callId: row.call_id },
    to: row.number,
    ringSeconds: row.ring_seconds,
    maxSeconds: row.max_seconds,
    outcomes: row.outcomes,
    context: row.context,
    dialedAt: row.dialed_at,
    seed: row.seed,
    speed: row.speed,
    nth: row.nth,
    refused: row.refused,
    requests: row.requests,
    pushed: row.pushed,
    nextAt: row.next_at,
    hungUpAt: row.hung_up_at,
  };
}

function toRow({ ref, ...call }: BookedCall): Row {
  return {
    client_id: ref.clientId,
    call_id: ref.callId,
    number: call.to,
    ring_seconds: call.ringSeconds,
    max_seconds: call.maxSeconds,
    outcomes: call.outcomes,
    context: call.context,
    dialed_at: call.dialedAt,
    seed: call.seed,
    speed: call.speed,
    nth: call.nth,
    refused: call.refused,
    requests: call.requests,
    pushed: call.pushed,
    next_at: call.nextAt,
    hung_up_at: call.hungUpAt,
  };
}
