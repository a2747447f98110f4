import type { AuditEntry, AuditLog, AuditView } from "../../src/access/audit_log.ts";
import { happenedAt, newestFirst, slice } from "./lists.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** The audit trail. */
export function auditLog(tx: Transaction): AtOnce<AuditLog> {
  function view(entry: AuditEntry): AuditView {
    const { clientId, userId, tokenId } = entry;
    const user = userId === null ? null : tx.find("users", userId);
    const token = user && tokenId !== null ? tx.find("tokens", tokenId) : null;
    return {
      entry,
      clientName: clientId === null ? null : tx.find("clients", clientId)?.name ?? null,
      userName: user?.name ?? null,
      userEmail: user?.email ?? null,
      tokenName: token?.userId === userId ? token?.name ?? null : null,
    };
  }

  return {
    add(entry) {
      tx.insert("audit", entry.id, entry.clientId, entry);
    },
    page({ userId, action, subjectId }, page) {
      const found = tx.all("audit").filter((entry) =>
        (userId === undefined || entry.userId === userId) &&
        (action === undefined || entry.action === action) &&
        (subjectId === undefined || entry.subjectId === subjectId)
      );
      const { items, total } = slice(newestFirst(found, happenedAt), page);
      return { items: items.map(view), total };
    },
    latest(limit) {
      return newestFirst(tx.all("audit"), happenedAt).slice(0, limit);
    },
  };
}
