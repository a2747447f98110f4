import type { ContactImport } from "../../src/records/contact_import.ts";
import type {
  ContactImportRepo,
  ContactImportView,
  ImportRef,
} from "../../src/records/contact_import_repo.ts";
import { compare, createdAt, newestFirst, slice } from "./lists.ts";
import { keyOf } from "./tables.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** Imports of contacts, and the rows that they have still to go through. */
export function contactImportRepo(tx: Transaction): AtOnce<ContactImportRepo> {
  function view(contactImport: ContactImport): ContactImportView {
    return {
      contactImport,
      typeName: tx.find("recordTypes", contactImport.typeId)?.name ?? "",
      clientName: tx.find("clients", contactImport.clientId)?.name ?? "",
    };
  }

  function dropRows(ref: ImportRef): number {
    const found = tx.all("importRows").filter(({ clientId, importId }) =>
      clientId === ref.clientId && importId === ref.importId
    );
    for (const { importId, position } of found) tx.remove("importRows", keyOf(importId, position));
    return found.length;
  }

  return {
    get(id) {
      const found = tx.find("imports", id);
      return found && view(found);
    },
    lock(id) {
      return tx.lock("imports", id);
    },
    list(page) {
      const { items, total } = slice(newestFirst(tx.all("imports"), createdAt), page);
      return { items: items.map(view), total };
    },
    insert(contactImport, batches) {
      const { id, clientId, typeId } = contactImport;
      tx.require("recordTypes", typeId, clientId);
      tx.insert("imports", id, clientId, contactImport);
      for (const [position, rows] of batches.entries()) {
        const row = { clientId, importId: id, position, rows };
        tx.insert("importRows", keyOf(id, position), clientId, row);
      }
    },
    update(contactImport) {
      tx.update("imports", contactImport.id, contactImport.clientId, contactImport);
    },
    batch({ clientId, importId }, position) {
      const found = tx.find("importRows", keyOf(importId, position));
      return found?.clientId === clientId ? found.rows : [];
    },
    dropRows,
    claim(now, leaseUntil) {
      const free = tx.all("imports").filter((each) =>
        each.status === "running" && (each.leaseUntil === null || each.leaseUntil <= now)
      );
      const [first] = free.toSorted((a, b) =>
        Number(a.startedAt) - Number(b.startedAt) || compare(a.id, b.id)
      );
      if (first === undefined) return null;
      const claimed = { ...first, leaseUntil };
      tx.update("imports", claimed.id, claimed.clientId, claimed);
      return claimed;
    },
    dropPreviews(before, now) {
      const old = tx.all("imports").filter((each) =>
        each.status === "previewed" && each.createdAt < before
      );
      for (const each of old) {
        const { id, clientId } = each;
        tx.update("imports", id, clientId, { ...each, status: "discarded", endedAt: now });
        dropRows({ clientId, importId: id });
      }
      return old.length;
    },
  };
}
