/**
 * Port: records, their types, and their notes.
 *
 * @module
 */
import type { CallOrderStatus } from "../call_orders/call_order.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { PageRequest, Slice } from "../kernel/page.ts";
import type { ContactRecord, Note, RecordStatus } from "./record.ts";
import type { RecordType } from "./record_type.ts";

/** Which records to list. */
export type RecordFilter = {
  /**
   * Anywhere in name or e-mail without regard to case, or in the number as `soughtNumber` reads it.
   * `%` and `_` are ordinary.
   */
  search?: string;
  status?: RecordStatus;
  typeId?: Uuid;
};

/** A record with the names that it refers to. */
export type RecordView = {
  record: ContactRecord;
  typeName: string;
  clientName: string;
  /**
   * Since when its number is on the client's do-not-call list, by whatever record; null when it is
   * not.
   */
  numberListedAt: Date | null;
};

/** A record as lists show it: without what only calling it needs. */
export type ListedRecord = {
  record: Omit<ContactRecord, "timeZone" | "consent">;
  /** Whose it is; null where the scope is one client's. */
  clientName: string | null;
  numberListedAt: Date | null;
};

/** How much there is about a record. */
export type RecordCounts = {
  /** Only statuses that occur. */
  ordersByStatus: Partial<Record<CallOrderStatus, number>>;
  calls: number;
  outcomes: number;
  notes: number;
};

/** A record type with the names that it refers to. */
export type RecordTypeView = {
  type: RecordType;
  clientName: string;
  records: number;
};

/** Something with a uuid and a name, for completions. */
export type Named = {
  id: Uuid;
  name: string;
};

/** Records, their types and notes, of the clients in scope. */
export interface RecordRepo {
  /** The record with its names, or null. */
  get(id: Uuid): Promise<RecordView | null>;
  /** The record, held until the transaction ends. */
  lock(id: Uuid): Promise<ContactRecord | null>;
  /** A page of records, newest first. */
  list(filter: RecordFilter, page: PageRequest): Promise<Slice<ListedRecord>>;
  /**
   * Records whose name contains the text, without regard to case, by name. Where there are more than
   * the limit: those whose whole name it is, then the newest.
   */
  suggest(text: string, limit: number): Promise<Named[]>;
  /** How much there is about a record; zeros for one that does not exist. */
  counts(id: Uuid): Promise<RecordCounts>;
  /** Inserts; or returns the uuid of the record of that type that has the number already. */
  insert(record: ContactRecord): Promise<Uuid | null>;
  /** Rejects when another record of the type has the number. */
  update(record: ContactRecord): Promise<void>;
  /** Which of the numbers a record of the client's type has. */
  takenPhones(clientId: Uuid, typeId: Uuid, phoneNumbers: string[]): Promise<string[]>;
  /** The client's record of that type with that number. */
  idByPhone(clientId: Uuid, typeId: Uuid, phoneNumber: string): Promise<Uuid | null>;

  /** The record type, or null. */
  getType(id: Uuid): Promise<RecordType | null>;
  /** The client's record type of that name, in whatever case. */
  typeByName(clientId: Uuid, name: string): Promise<RecordType | null>;
  /** Newest first. */
  listTypes(page: PageRequest): Promise<Slice<RecordTypeView>>;
  /** Inserts, or replaces what has the same id. */
  saveType(type: RecordType): Promise<void>;

  /** Newest first. */
  notes(recordId: Uuid, limit: number): Promise<Note[]>;
  /** Adds a note. */
  addNote(note: Note): Promise<void>;
}
