/**
 * Adds many contacts, a batch at a time: bad rows are told and passed over, known numbers left (but
 * marked when the row says that they must not be called).
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import { type Principal, requireWrite, scopeOf } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import { isTimeZone } from "../compliance/calling_window.ts";
import { listNumbers, markDoNotCall } from "../compliance/mark_do_not_call.ts";
import { DomainError, invalid, notFound } from "../kernel/errors.ts";
import { newId, requireId, type Uuid } from "../kernel/ids.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import { parseMoment } from "../kernel/moment.ts";
import { requireText } from "../kernel/text.ts";
import { newRecord, type NewRecordFields, requireFields } from "./create_record.ts";
import type { ContactRecord } from "./record.ts";
import type { RecordType } from "./record_type.ts";

const MAX_SOURCE = 500;

/** A contact, with what the tools cannot set. */
export type ImportedFields = NewRecordFields & {
  /** IANA zone. */
  timeZone?: string;
  /** When (ISO-8601 with an offset) and where consent was given. */
  consent?: { at: string; source: string };
  doNotCall?: boolean;
};

/** A row of an import. */
export type ImportRow = {
  /** Line of the file, from 1, for the report. */
  line: number;
  fields: ImportedFields;
};

/** What became of the rows of a batch. */
export type ImportReport = {
  created: number;
  /**
   * Rows whose number the type has already, in the store or further up. The record stays as it is,
   * but for `doNotCall`, which marks it.
   */
  duplicates: { line: number; existing: string }[];
  refused: { line: number; problem: string }[];
};

/**
 * Adds the rows to a record type, in one transaction.
 *
 * @throws DomainError `forbidden`, `not_found` (Record type); a bad row is no error.
 */
export async function importRecords(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  principal: Principal,
  { recordTypeUuid, rows }: { recordTypeUuid: string; rows: ImportRow[] },
): Promise<ImportReport> {
  requireWrite(principal);
  const typeId = requireId("Record type", recordTypeUuid);
  const now = clock.now();
  return await uow.run(scopeOf(principal), async (repos) => {
    const type = await repos.records.getType(typeId);
    if (type === null) throw notFound("Record type");
    const report = await addRows(repos, phoneNumbers, type, rows, now);
    await repos.audit.add(auditEntry(principal, {
      id: newId(now),
      at: now,
      clientId: type.clientId,
      action: "import-records",
      subjectId: typeId,
    }));
    return report;
  });
}

/** Adds the rows to a record type, in the transaction of the repositories. */
export async function addRows(
  repos: Repos,
  phoneNumbers: Ports["phoneNumbers"],
  type: RecordType,
  rows: ImportRow[],
  now: Date,
): Promise<ImportReport> {
  const { records } = repos;
  const { good, refused } = checkRows(phoneNumbers, type, rows, now);
  const report: ImportReport = { created: 0, duplicates: [], refused };
  const existing = await Promise.all(good.map(({ record }) => records.insert(record)));
  const added = good.filter((_, i) => existing[i] === null);
  // In one order for all, and each once: records are locked here.
  const toMark = new Set<Uuid>();
  good.forEach(({ line, record }, i) => {
    const other = existing[i];
    if (other === null) return;
    report.duplicates.push({ line, existing: other });
    if (record.doNotCallAt !== null) toMark.add(other);
  });
  // Records before the balance: see the order of locks in unit_of_work.ts.
  const marked = [...toMark].sort();
  for (const id of marked) await records.lock(id);
  for (const id of marked) await markDoNotCall(repos, id, now);
  report.created = added.length;
  const unwanted = added.filter(({ record }) => record.doNotCallAt !== null);
  const numbers = unwanted.map(({ record }) => record.phoneNumber);
  await Promise.all([
    numbers.length ? listNumbers(repos, type.clientId, numbers, now) : undefined,
    repos.changes.publish(type.clientId, {
      records: added.map(({ record }) => record.id),
      recordLists: true,
    }),
  ]);
  return report;
}

/** The records that rows stand for, and the rows that stand for none. */
export function checkRows(
  phoneNumbers: Ports["phoneNumbers"],
  type: RecordType,
  rows: ImportRow[],
  now: Date,
): { good: { line: number; record: ContactRecord }[]; refused: ImportReport["refused"] } {
  const good: { line: number; record: ContactRecord }[] = [];
  const refused: ImportReport["refused"] = [];
  for (const { line, fields } of rows) {
    try {
      good.push({ line, record: importedRecord(phoneNumbers, type, fields, now) });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      refused.push({ line, problem: error.message });
    }
  }
  return { good, refused };
}

/**
 * The record that a row stands for.
 *
 * @throws DomainError `invalid` with the first field at fault.
 */
export function importedRecord(
  phoneNumbers: Ports["phoneNumbers"],
  type: RecordType,
  input: ImportedFields,
  now: Date,
): ContactRecord {
  const record = newRecord(type, requireFields(phoneNumbers, input), now);
  if (input.timeZone !== undefined && !isTimeZone(input.timeZone)) {
    throw invalid(
      "timeZone",
      `must be an IANA zone such as Europe/Berlin, got "${input.timeZone}"`,
    );
  }
  return {
    ...record,
    timeZone: input.timeZone ?? null,
    consent: input.consent === undefined ? null : {
      at: parseMoment("consentAt", input.consent.at),
      source: requireText("consentSource", input.consent.source, MAX_SOURCE),
    },
    doNotCallAt: input.doNotCall ? now : null,
  };
}
