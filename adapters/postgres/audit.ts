/**
 * SQL of the audit trail.
 *
 * @module
 */
import type { AuditEntry, AuditLog } from "../../src/access/audit_log.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { type ClientFilter, owned, requireOwn } from "./client_filter.ts";
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
