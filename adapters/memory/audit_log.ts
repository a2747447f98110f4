import type { AuditLog } from "../../src/access/audit_log.ts";
import { happenedAt, newestFirst } from "./lists.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** The audit trail. */
export function auditLog(tx: Transaction): AtOnce<AuditLog> {
  return {
    add(entry) {
      tx.insert("audit", entry.id, entry.clientId, entry);
    },
    latest(limit) {
      return newestFirst(tx.all("audit"), happenedAt).slice(0, limit);
    },
  };
}
