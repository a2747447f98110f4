/**
 * SQL of the audit trail.
 *
 * @module
 */
import type { AuditEntry, AuditLog, AuditView } from "../../src/access/audit_log.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { offsetOf } from "../../src/kernel/page.ts";
import { type ClientFilter, owned, requireOwn } from "./client_filter.ts";
import { toSlice, type Total } from "./pages.ts";
import { fragment, type Sql } from "./sql.ts";

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
}

interface Names {
  client_name: string | null;
  user_name: string | null;
  user_email: string | null;
  token_name: string | null;
}

/** The audit trail of the client that the filter names. */
export function auditLog(sql: Sql, filter: ClientFilter): AuditLog {
  return {
    async add({ id, at, clientId, userId, tokenId, actor, action, subjectId }) {
      requireOwn(filter, clientId);
      await sql`
        insert into audit_log (client_id, id, at, user_id, token_id, actor, action, subject_id)
        values (${clientId ?? OPERATOR}, ${id}, ${at}, ${userId}, ${tokenId}, ${actor}, ${action},
          ${subjectId})`;
    },
    async latest(limit) {
      const rows = await sql<AuditRow>`
        select client_id, id, at, user_id, token_id, actor, action, subject_id from audit_log
        where ${owned(filter, fragment`client_id`)} order by at desc, id desc limit ${limit}`;
      return rows.map(toEntry);
    },
    async page({ userId, action, subjectId }, page) {
      const condition = fragment`${owned(filter, fragment`a.client_id`)}
        and ${userId === undefined ? fragment`true` : fragment`a.user_id = ${userId}`}
        and ${action === undefined ? fragment`true` : fragment`a.action = ${action}`}
        and ${subjectId === undefined ? fragment`true` : fragment`a.subject_id = ${subjectId}`}`;
      const rows = await sql<AuditRow & Names & Total>`
        select a.client_id, a.id, a.at, a.user_id, a.token_id, a.actor, a.action, a.subject_id,
          c.name as client_name, u.name as user_name, u.email as user_email, t.name as token_name,
          total
        from (select count(*)::int as total from audit_log a where ${condition}) as counted
        left join (
          select * from audit_log a where ${condition}
          order by a.at desc, a.id desc limit ${page.limit} offset ${offsetOf(page)}
        ) as a on true
        left join clients c on c.id = a.client_id
        left join users u on u.id = a.user_id and ${owned(filter, fragment`u.client_id`)}
        left join tokens t on t.id = a.token_id and t.user_id = u.id
        order by a.at desc, a.id desc`;
      return toSlice(rows, toView);
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

function toEntry(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    clientId: row.client_id === OPERATOR ? null : row.client_id,
    userId: row.user_id,
    tokenId: row.token_id,
    actor: row.actor,
    action: row.action,
    subjectId: row.subject_id,
  };
}
