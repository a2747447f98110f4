/**
 * SQL of the audit trail, and of its chains.
 *
 * @module
 */
import type {
  AuditEntry,
  AuditLink,
  AuditLog,
  AuditView,
  EntryRef,
} from "../../src/access/audit_log.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { type ClientFilter, owned, requireOwn } from "./client_filter.ts";
import { StoreError } from "./errors.ts";
import { boundedPage, onPage, toSlice, type Total } from "./pages.ts";
import { fragment, json, type Sql } from "./sql.ts";

/** Stands for the operator, because the table's key, which begins with the client, is never null. */
const OPERATOR = "00000000-0000-0000-0000-000000000000";

interface AuditRow {
  client_id: Uuid;
  id: Uuid;
  at: Date;
  user_id: Uuid | null;
  token_id: Uuid | null;
  actor: string;
  action: string;
  subject_id: Uuid | null;
  application: string | null;
  arguments_hash: string | null;
  outcome: AuditEntry["outcome"];
  times: number;
}

interface Names {
  client_name: string | null;
  user_name: string | null;
  user_email: string | null;
  token_name: string | null;
}

interface LinkRow {
  client_id: Uuid;
  seq: bigint;
  entry_id: Uuid;
  hash: string;
  key_id: string;
}

interface RefRow {
  client_id: Uuid;
  id: Uuid;
}

const ENTRY = fragment`a.client_id, a.id, a.at, a.user_id, a.token_id, a.actor, a.action,
  a.subject_id, a.application, a.arguments_hash, a.outcome, a.times`;
const LINK = fragment`c.client_id, c.seq, c.entry_id, c.hash, c.key_id`;

/** The audit trail of the client that the filter names. */
export function auditLog(sql: Sql, filter: ClientFilter): AuditLog {
  /** Chains tell of every client. */
  const requireOperator = () => {
    if (filter !== null) throw new StoreError("bug", "the audit trail's chains are the operator's");
  };
  return {
    async add(entry) {
      const { id, at, clientId, userId, tokenId, actor, action, subjectId } = entry;
      const { application, argumentsHash, outcome, times } = entry;
      requireOwn(filter, clientId);
      const owner = clientId ?? OPERATOR;
      await sql`
        with noted as (
          insert into audit_log (client_id, id, at, user_id, token_id, actor, action, subject_id,
            application, arguments_hash, outcome, times)
          values (${owner}, ${id}, ${at}, ${userId}, ${tokenId}, ${actor}, ${action},
            ${subjectId}, ${application}, ${argumentsHash}, ${outcome}, ${times})
        )
        insert into audit_pending (client_id, id) values (${owner}, ${id})`;
    },
    async latest(limit) {
      const rows = await sql<AuditRow>`
        select ${ENTRY} from audit_log a
        where ${owned(filter, fragment`a.client_id`)} order by a.at desc, a.id desc limit ${limit}`;
      return rows.map(toEntry);
    },
    async page({ userId, action, subjectId, refused }, page) {
      const condition = fragment`${owned(filter, fragment`a.client_id`)}
        and ${userId === undefined ? fragment`true` : fragment`a.user_id = ${userId}`}
        and ${action === undefined ? fragment`true` : fragment`a.action = ${action}`}
        and ${subjectId === undefined ? fragment`true` : fragment`a.subject_id = ${subjectId}`}
        and ${refused ? fragment`a.outcome <> 'ok'` : fragment`true`}`;
      const rows = await sql<AuditRow & Names & Total>`
        ${
        boundedPage(page, {
          alias: fragment`a`,
          rows: fragment`from audit_log a where ${condition}`,
          at: fragment`at`,
        })
      }
        select ${ENTRY},
          c.name as client_name, u.name as user_name, u.email as user_email, t.name as token_name,
          total, at_least
        from counted
        left join audit_log a on ${onPage(filter, fragment`a`)}
        left join clients c on c.id = a.client_id
        left join users u on u.id = a.user_id and ${owned(filter, fragment`u.client_id`)}
        left join tokens t on t.id = a.token_id and t.user_id = u.id
        order by a.at desc, a.id desc`;
      return toSlice(rows, toView);
    },

    async takeUnsealed(limit) {
      requireOperator();
      // What waits but is gone stays, so that it can be told of.
      const rows = await sql<AuditRow>`
        with taken as (
          delete from audit_pending where (client_id, id) in (
            select p.client_id, p.id
            from audit_pending p join audit_log a on a.client_id = p.client_id and a.id = p.id
            order by p.id limit ${limit}
          ) returning client_id, id
        )
        select ${ENTRY} from taken t
        join audit_log a on a.client_id = t.client_id and a.id = t.id order by a.id`;
      return rows.map(toEntry);
    },
    async lastLink(clientId) {
      requireOperator();
      const [row] = await sql<LinkRow>`
        select ${LINK} from audit_chain c where c.client_id = ${clientId ?? OPERATOR}
        order by c.seq desc limit 1`;
      return row ? toLink(row) : null;
    },
    async seal(links) {
      requireOperator();
      const rows = links.map(({ clientId, seq, entryId, hash, keyId }) => ({
        client_id: clientId ?? OPERATOR,
        seq,
        entry_id: entryId,
        hash,
        key_id: keyId,
      }));
      await sql`
        insert into audit_chain (client_id, seq, entry_id, hash, key_id)
        select ${LINK} from jsonb_populate_recordset(null::audit_chain, ${json(rows)}::jsonb) c`;
    },

    async chains() {
      requireOperator();
      // One step of the index per chain, however long it is.
      const rows = await sql<{ client_id: Uuid }>`
        with recursive chains as (
          (select client_id from audit_chain order by client_id limit 1)
          union all
          select (
            select c.client_id from audit_chain c where c.client_id > chains.client_id
            order by c.client_id limit 1
          ) from chains where chains.client_id is not null
        )
        select client_id from chains where client_id is not null`;
      return rows.map(({ client_id }) => ownerOf(client_id));
    },
    async links(clientId, afterSeq, limit) {
      requireOperator();
      const rows = await sql<LinkRow & AuditRow>`
        select ${LINK}, a.id, a.at, a.user_id, a.token_id, a.actor, a.action, a.subject_id,
          a.application, a.arguments_hash, a.outcome, a.times
        from audit_chain c
        left join audit_log a on a.client_id = c.client_id and a.id = c.entry_id
        where c.client_id = ${clientId ?? OPERATOR} and c.seq > ${afterSeq}
        order by c.seq limit ${limit}`;
      return rows.map((row) => ({
        link: toLink(row),
        entry: (row.id as Uuid | null) === null ? null : toEntry(row),
      }));
    },
    async unsealed(limit) {
      requireOperator();
      const [[{ waiting }], lost, strange] = await Promise.all([
        sql<{ waiting: bigint }>`
          select count(*) as waiting from audit_pending p
          join audit_log a on a.client_id = p.client_id and a.id = p.id`,
        sql<RefRow>`
          select p.client_id, p.id from audit_pending p
          left join audit_log a on a.client_id = p.client_id and a.id = p.id
          where a.id is null order by p.id limit ${limit}`,
        sql<RefRow>`
          select a.client_id, a.id from audit_log a
          where not exists (
            select from audit_chain c where c.client_id = a.client_id and c.entry_id = a.id
          ) and not exists (
            select from audit_pending p where p.client_id = a.client_id and p.id = a.id
          ) order by a.id limit ${limit}`,
      ]);
      return { waiting: Number(waiting), lost: lost.map(toRef), strange: strange.map(toRef) };
    },
  };
}

function toView(row: AuditRow & Names): AuditView {
  return {
    entry: toEntry(row),
    clientName: row.client_name,
    userName: row.user_name,
    userEmail: row.user_email,
    tokenName: row.token_name,
  };
}

function ownerOf(clientId: Uuid): Uuid | null {
  return clientId === OPERATOR ? null : clientId;
}

function toRef({ client_id, id }: RefRow): EntryRef {
  return { clientId: ownerOf(client_id), entryId: id };
}

function toLink(row: LinkRow): AuditLink {
  return {
    clientId: ownerOf(row.client_id),
    seq: Number(row.seq),
    entryId: row.entry_id,
    hash: row.hash,
    keyId: row.key_id,
  };
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    clientId: ownerOf(row.client_id),
    userId: row.user_id,
    tokenId: row.token_id,
    actor: row.actor,
    action: row.action,
    subjectId: row.subject_id,
    application: row.application,
    argumentsHash: row.arguments_hash,
    outcome: row.outcome,
    times: row.times,
  };
}
