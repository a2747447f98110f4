import type { AuditEntry, AuditLog, AuditView } from "../../src/access/audit_log.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { happenedAt, newestFirst, slice } from "./lists.ts";
import { keyOf } from "./tables.ts";
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

  const chainOf = (clientId: Uuid | null) =>
    tx.all("auditLinks").filter((link) => link.clientId === clientId).sort((a, b) => a.seq - b.seq);
  return {
    add(entry) {
      tx.insert("audit", entry.id, entry.clientId, entry);
      tx.insert("auditPending", entry.id, entry.clientId, entry.id);
    },
    page({ userId, action, subjectId, refused }, page) {
      const found = tx.all("audit").filter((entry) =>
        (userId === undefined || entry.userId === userId) &&
        (action === undefined || entry.action === action) &&
        (subjectId === undefined || entry.subjectId === subjectId) &&
        (!refused || entry.outcome !== "ok")
      );
      const { items, total } = slice(newestFirst(found, happenedAt), page);
      return { items: items.map(view), total };
    },
    latest(limit) {
      return newestFirst(tx.all("audit"), happenedAt).slice(0, limit);
    },

    takeUnsealed(limit) {
      const taken = tx.all("auditPending").toSorted().slice(0, limit);
      return taken.flatMap((id) => {
        tx.remove("auditPending", id);
        return tx.find("audit", id) ?? [];
      });
    },
    lastLink(clientId) {
      return chainOf(clientId).at(-1) ?? null;
    },
    seal(links) {
      const sealed = new Set(tx.all("auditLinks").map(({ entryId }) => entryId));
      for (const link of links) {
        if (sealed.has(link.entryId)) throw new Error("auditLinks: the entry has a place");
        tx.insert("auditLinks", keyOf(link.clientId ?? "", link.seq), link.clientId, link);
      }
    },

    chains() {
      return [...new Set(tx.all("auditLinks").map(({ clientId }) => clientId))];
    },
    links(clientId, afterSeq, limit) {
      return chainOf(clientId).filter(({ seq }) => seq > afterSeq).slice(0, limit).map((link) => ({
        link,
        entry: tx.find("audit", link.entryId),
      }));
    },
    unsealed(limit) {
      const waiting = new Set(tx.all("auditPending"));
      const sealed = new Set(tx.all("auditLinks").map(({ entryId }) => entryId));
      // In memory nobody gets past this repository.
      const strange = tx.all("audit").filter(({ id }) => !waiting.has(id) && !sealed.has(id));
      return {
        waiting: waiting.size,
        lost: [],
        strange: strange.slice(0, limit).map(({ id, clientId }) => ({ clientId, entryId: id })),
      };
    },
  };
}
