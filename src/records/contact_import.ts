/**
 * An import of many contacts, as a job: looked at first, then run in batches, each of which moves on
 * in the transaction that writes its records, so that a crash neither loses nor repeats any.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";
import type { ImportRow } from "./import_records.ts";

/** Every status of an import. */
export const IMPORT_STATUSES = ["previewed", "running", "done", "discarded"] as const;

/** `previewed` → `running` → `done`; `discarded` from either of the first two. */
export type ImportStatus = typeof IMPORT_STATUSES[number];

/** Most contacts of one import. */
export const MAX_IMPORT_ROWS = 20_000;
/** Most bytes of its file: 5 MB. */
export const MAX_IMPORT_BYTES = 5_000_000;
/** Most refused lines whose problems are kept; all are counted. */
export const MAX_PROBLEMS = 100;
/** Rows of one transaction. */
export const BATCH_ROWS = 100;

/** A line of the file that makes no record. */
export type ImportProblem = { line: number; problem: string };

/** An import, without its rows. */
export type ContactImport = {
  id: Uuid;
  clientId: Uuid;
  /** Record type of the contacts. */
  typeId: Uuid;
  /** Who began it; null for the operator's own command line. */
  userId: Uuid | null;
  /** Display name of who began it. */
  actor: string;
  fileName: string;
  status: ImportStatus;
  /** Rows to go through: those of the file that were not refused when it was looked at. */
  rows: number;
  /** Rows gone through. */
  nextRow: number;
  /** What the look beforehand said would come of the rows. */
  expected: { created: number; duplicates: number };
  /** Records made so far. */
  created: number;
  /** Rows so far whose number the type had already; see `ImportReport`. */
  duplicates: number;
  /** Lines refused, those of the look beforehand included. */
  refused: number;
  /** The first {@link MAX_PROBLEMS} of them. */
  problems: ImportProblem[];
  /** Until when a worker has it in hand. */
  leaseUntil: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
};

/** Rows as the store keeps them: {@link BATCH_ROWS} at a time. */
export function* batches(rows: ImportRow[]): Generator<ImportRow[]> {
  for (let from = 0; from < rows.length; from += BATCH_ROWS) {
    yield rows.slice(from, from + BATCH_ROWS);
  }
}
