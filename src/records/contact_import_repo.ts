/**
 * Port: imports of contacts, and the rows that they have still to go through.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";
import type { PageRequest, Slice } from "../kernel/page.ts";
import type { ContactImport } from "./contact_import.ts";
import type { ImportRow } from "./import_records.ts";

/** An import with the names that it refers to. */
export type ContactImportView = {
  contactImport: ContactImport;
  typeName: string;
  clientName: string;
};

/** Where an import is found. */
export type ImportRef = {
  clientId: Uuid;
  importId: Uuid;
};

/** Imports of the clients in scope. */
export interface ContactImportRepo {
  /** The import with its names, or null. */
  get(id: Uuid): Promise<ContactImportView | null>;
  /** The import, held until the transaction ends. */
  lock(id: Uuid): Promise<ContactImport | null>;
  /** A page of imports, newest first. */
  list(page: PageRequest): Promise<Slice<ContactImportView>>;
  /** Adds an import with its rows, cut into batches. */
  insert(contactImport: ContactImport, batches: ImportRow[][]): Promise<void>;
  /** Replaces an import that the transaction holds. */
  update(contactImport: ContactImport): Promise<void>;
  /** A batch's rows by its position, from 0; empty when there is none. */
  batch(ref: ImportRef, position: number): Promise<ImportRow[]>;
  /** Forgets an import's rows; how many batches there were. */
  dropRows(ref: ImportRef): Promise<number>;
  /**
   * Takes the running import that was started first and that no worker has in hand at `now`, and
   * sets its `leaseUntil`; null when there is none. Never waits for one that another is taking.
   */
  claim(now: Date, leaseUntil: Date): Promise<ContactImport | null>;
  /**
   * Discards imports that were looked at before then and never started, and forgets their rows; how
   * many.
   */
  dropPreviews(before: Date, now: Date): Promise<number>;
}
