/**
 * SIP's books in PostgreSQL, shared by every process, under the phone networks' role.
 *
 * @module
 */
import type { EndReason } from "../../src/calls/call.ts";
import type { CallEvent, CallRef } from "../../src/calls/call_event.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import type { DialogState } from "../telephony/sip/dialog.ts";
import type { DialogStore, SipCall } from "../telephony/sip/dialog_store.ts";
import type { SipRequest } from "../telephony/sip/message.ts";
import type { Lanes } from "./lanes.ts";
import { fragment, json } from "./sql.ts";

interface Row {
  client_id: Uuid;
  call_id: Uuid;
  owner: Uuid;
  held_until: Date;
  dialed_at: Date;
  max_seconds: number;
  refused: EndReason | null;
  answered_at: Date | null;
  invite: SipRequest | null;
  contact: DialogState | null;
  assistant: DialogState | null;
  events: (Omit<CallEvent, "at"> & { at: string })[];
  delivered: number;
  done: boolean;
}

const SCOPE = { role: "phone_network" } as const;
const COLUMNS = fragment`client_id, call_id, owner, held_until, dialed_at, max_seconds, refused,
  answered_at, invite, contact, assistant, events, delivered, done`;

/** Books that outlive the process. */
export class PostgresDialogStore implements DialogStore {
  constructor(private readonly lanes: Lanes) {}

  /** See the interface. */
  async open(call: SipCall): Promise<SipCall | null> {
    const { ref: { clientId, callId }, owner, heldUntil, dialedAt, maxSeconds } = call;
    const known = await this.lanes.transaction(SCOPE, async (sql) => {
      const made = await sql`
        insert into sip.calls (${COLUMNS})
        values (${clientId}, ${callId}, ${owner}, ${heldUntil}, ${dialedAt}, ${maxSeconds}, null,
          null, null, null, null, ${json(call.events)}, 0, false)
        on conflict do nothing
        returning call_id`;
      return made.length ? [] : await sql<Row>`
        select ${COLUMNS} from sip.calls where client_id = ${clientId} and call_id = ${callId}`;
    });
    return known.length ? toCall(known[0]) : null;
  }

  /** See the interface. */
  async get({ clientId, callId }: CallRef): Promise<SipCall | null> {
    const [row] = await this.lanes.flight(SCOPE, (sql) =>
      sql<Row>`
        select ${COLUMNS} from sip.calls where client_id = ${clientId} and call_id = ${callId}`);
    return row ? toCall(row) : null;
  }

  /** See the interface. */
  async save(call: SipCall): Promise<void> {
    const { ref: { clientId, callId }, invite, contact, assistant } = call;
    await this.lanes.transaction(SCOPE, (sql) =>
      sql`
        update sip.calls set refused = ${call.refused}, answered_at = ${call.answeredAt},
          invite = ${invite && json(invite)}, contact = ${contact && json(contact)},
          assistant = ${assistant && json(assistant)}, events = ${json(call.events)},
          delivered = ${call.delivered}, done = ${call.done}
        where client_id = ${clientId} and call_id = ${callId} and owner = ${call.owner}`);
  }

  /** See the interface. */
  async hold(owner: Uuid, callIds: Uuid[], until: Date): Promise<Uuid[]> {
    if (!callIds.length) return [];
    const rows = await this.lanes.transaction(SCOPE, (sql) =>
      sql<Pick<Row, "call_id">>`
        update sip.calls set held_until = ${until}
        where not done and owner = ${owner} and call_id = any(${callIds}::uuid[])
        returning call_id`);
    return rows.map(({ call_id }) => call_id);
  }

  /** See the interface. */
  async claim(owner: Uuid, now: Date, until: Date, limit: number): Promise<SipCall[]> {
    const rows = await this.lanes.transaction(SCOPE, (sql) =>
      sql<Row>`
        update sip.calls set owner = ${owner}, held_until = ${until}
        where (client_id, call_id) in (
          select client_id, call_id from sip.calls
          where not done and held_until <= ${now}
          order by held_until
          limit ${limit}
          for update skip locked)
        returning ${COLUMNS}`);
    return rows.map(toCall);
  }

  /** See the interface. */
  async take({ clientId, callId }: CallRef, owner: Uuid, until: Date): Promise<SipCall | null> {
    const [row] = await this.lanes.transaction(SCOPE, (sql) =>
      sql<Row>`
        update sip.calls set owner = ${owner}, held_until = ${until}
        where not done and client_id = ${clientId} and call_id = ${callId}
        returning ${COLUMNS}`);
    return row ? toCall(row) : null;
  }

  /** See the interface. */
  async forget(before: Date): Promise<void> {
    await this.lanes.transaction(
      SCOPE,
      (sql) => sql`delete from sip.calls where done and dialed_at < ${before}`,
    );
  }
}

function toCall(row: Row): SipCall {
  return {
    ref: { clientId: row.client_id, callId: row.call_id },
    owner: row.owner,
    heldUntil: row.held_until,
    dialedAt: row.dialed_at,
    maxSeconds: row.max_seconds,
    refused: row.refused,
    answeredAt: row.answered_at,
    invite: row.invite,
    contact: row.contact,
    assistant: row.assistant,
    events: row.events.map((event) => ({ ...event, at: new Date(event.at) })),
    delivered: row.delivered,
    done: row.done,
  };
}
