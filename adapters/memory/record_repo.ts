import type { CallOrderStatus } from "../../src/call_orders/call_order.ts";
import type { ContactRecord } from "../../src/records/record.ts";
import type {
  ListedRecord,
  RecordFilter,
  RecordRepo,
  RecordView,
} from "../../src/records/record_repo.ts";
import { soughtNumber } from "../../src/records/sought_number.ts";
import { byName, contains, createdAt, happenedAt, newestFirst, same, slice } from "./lists.ts";
import { keyOf } from "./tables.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** Records, their types and notes. */
export function recordRepo(tx: Transaction): AtOnce<RecordRepo> {
  function view(record: ContactRecord): RecordView {
    const type = tx.find("recordTypes", record.typeId);
    const client = tx.find("clients", record.clientId);
    const listed = tx.find("doNotCall", keyOf(record.clientId, record.phoneNumber));
    return {
      record,
      typeName: type?.name ?? "",
      clientName: client?.name ?? "",
      numberListedAt: listed?.at ?? null,
    };
  }

  function listed(record: ContactRecord): ListedRecord {
    const { timeZone: _zone, consent: _consent, ...fields } = record;
    const { clientName, numberListedAt } = view(record);
    return { record: fields, clientName: tx.seesAll ? clientName : null, numberListedAt };
  }

  function withNumberOf({ id, clientId, typeId, phoneNumber }: ContactRecord) {
    return tx.all("records").find((other) =>
      other.id !== id && other.clientId === clientId && other.typeId === typeId &&
      other.phoneNumber === phoneNumber
    );
  }

  return {
    get(id) {
      const record = tx.find("records", id);
      return record && view(record);
    },
    lock(id) {
      return tx.lock("records", id);
    },
    list(filter, page) {
      const found = tx.all("records").filter((record) => matches(record, filter));
      const { items, total } = slice(newestFirst(found, createdAt), page);
      return { items: items.map(listed), total };
    },
    suggest(text, limit) {
      const newest = newestFirst(tx.all("records"), createdAt);
      const containing = newest.filter(({ name }) => contains(name, text));
      const wholes = containing.filter(({ name }) => same(name, text));
      const others = containing.filter(({ name }) => !same(name, text));
      return byName([...wholes, ...others].slice(0, limit));
    },
    counts(id) {
      const calls = tx.all("calls").filter(({ recordId }) => recordId === id);
      const ordersByStatus: Partial<Record<CallOrderStatus, number>> = {};
      for (const { recordId, status } of tx.all("callOrders")) {
        if (recordId === id) ordersByStatus[status] = (ordersByStatus[status] ?? 0) + 1;
      }
      const outcomes = calls.flatMap((call) => tx.find("outcomes", call.id) ?? []);
      const notes = tx.all("notes").filter(({ recordId }) => recordId === id);
      return {
        ordersByStatus,
        calls: calls.length,
        outcomes: outcomes.length,
        notes: notes.length,
      };
    },
    insert(record) {
      tx.require("recordTypes", record.typeId, record.clientId);
      const other = withNumberOf(record);
      if (other) return other.id;
      tx.insert("records", record.id, record.clientId, record);
      return null;
    },
    update(record) {
      tx.require("recordTypes", record.typeId, record.clientId);
      if (withNumberOf(record)) throw new Error("records: another record has the number");
      tx.update("records", record.id, record.clientId, record);
    },
    takenPhones(clientId, typeId, phoneNumbers) {
      const asked = new Set(phoneNumbers);
      const found = tx.all("records").filter((record) =>
        record.clientId === clientId && record.typeId === typeId && asked.has(record.phoneNumber)
      );
      return found.map(({ phoneNumber }) => phoneNumber);
    },
    idByPhone(clientId, typeId, phoneNumber) {
      const found = tx.all("records").find((record) =>
        record.clientId === clientId && record.typeId === typeId &&
        record.phoneNumber === phoneNumber
      );
      return found?.id ?? null;
    },

    getType(id) {
      return tx.find("recordTypes", id);
    },
    typeByName(clientId, name) {
      const types = tx.all("recordTypes");
      return types.find((type) => type.clientId === clientId && same(type.name, name)) ?? null;
    },
    listTypes(page) {
      const { items, total } = slice(newestFirst(tx.all("recordTypes"), createdAt), page);
      const views = items.map((type) => ({
        type,
        clientName: tx.find("clients", type.clientId)?.name ?? "",
        records: tx.all("records").filter(({ typeId }) => typeId === type.id).length,
      }));
      return { items: views, total };
    },
    saveType(type) {
      tx.require("clients", type.clientId, type.clientId);
      tx.requireUnique(
        "recordTypes",
        type.id,
        (other) => other.clientId === type.clientId && same(other.name, type.name),
      );
      tx.save("recordTypes", type.id, type.clientId, type);
    },

    notes(recordId, limit) {
      const found = tx.all("notes").filter((note) => note.recordId === recordId);
      return newestFirst(found, happenedAt).slice(0, limit);
    },
    addNote(note) {
      tx.require("records", note.recordId, note.clientId);
      tx.insert("notes", note.id, note.clientId, note);
    },
  };
}

function matches(record: ContactRecord, { search, status, typeId }: RecordFilter): boolean {
  return (status === undefined || record.status === status) &&
    (typeId === undefined || record.typeId === typeId) &&
    (search === undefined || isFound(record, search));
}

function isFound({ name, email, phoneNumber }: ContactRecord, search: string): boolean {
  if (contains(name, search) || contains(email, search)) return true;
  const number = soughtNumber(search);
  return number !== null && new RegExp(number.pattern).test(phoneNumber);
}
