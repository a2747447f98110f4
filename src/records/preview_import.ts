/**
 * Looks at contacts before they are imported: checks each line as the import would, writes no record,
 * and keeps the good rows for the import.
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import { type Principal, requireWrite, scopeOf } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import { invalid, notFound } from "../kernel/errors.ts";
import { newId, requireId } from "../kernel/ids.ts";
import { requireText } from "../kernel/text.ts";
import {
  batches,
  type ContactImport,
  type ImportProblem,
  MAX_IMPORT_BYTES,
  MAX_IMPORT_ROWS,
  MAX_PROBLEMS,
} from "./contact_import.ts";
import type { ContactImportView } from "./contact_import_repo.ts";
import { checkRows, type ImportedFields, type ImportRow } from "./import_records.ts";
import type { ContactRecord } from "./record.ts";

const MAX_FILE_NAME = 200;

/** A file of contacts, as the adapter that reads such files found it. */
export type ImportFile = {
  recordTypeUuid: string;
  fileName: string;
  /** Of the whole file. */
  bytes: number;
  rows: ImportRow[];
  /** Lines that hold no contact. */
  refused?: ImportProblem[];
};

/**
 * Checks every line, and stores the job that `startImport` may start within a day.
 *
 * @throws DomainError `forbidden`; `not_found` (Record type); `invalid` for a file of more than
 * {@link MAX_IMPORT_ROWS} contacts or {@link MAX_IMPORT_BYTES}; a bad line is no error.
 */
export async function previewImport(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  principal: Principal,
  { recordTypeUuid, fileName, bytes, rows, refused = [] }: ImportFile,
): Promise<ContactImportView> {
  requireWrite(principal);
  const typeId = requireId("Record type", recordTypeUuid);
  const name = requireText("fileName", fileName, MAX_FILE_NAME);
  requireSize(bytes, rows.length + refused.length);
  const scope = scopeOf(principal);
  const type = await uow.read(scope, ({ records }) => records.getType(typeId));
  if (type === null) throw notFound("Record type");
  const now = clock.now();
  const checked = checkRows(phoneNumbers, type, rows, now);
  const bad = [...refused, ...checked.refused].toSorted((a, b) => a.line - b.line);
  const numbers = [...new Set(checked.good.map(({ record }) => record.phoneNumber))];
  return await uow.run(scope, async ({ records, imports, audit }) => {
    const taken = await records.takenPhones(type.clientId, type.id, numbers);
    const created = numbers.length - taken.length;
    const contactImport: ContactImport = {
      id: newId(now),
      clientId: type.clientId,
      typeId: type.id,
      userId: principal.userId,
      actor: principal.name,
      fileName: name,
      status: "previewed",
      rows: checked.good.length,
      nextRow: 0,
      expected: { created, duplicates: checked.good.length - created },
      created: 0,
      duplicates: 0,
      refused: bad.length,
      problems: bad.slice(0, MAX_PROBLEMS),
      leaseUntil: null,
      createdAt: now,
      startedAt: null,
      endedAt: null,
    };
    const stored = checked.good.map(({ line, record }) => ({ line, fields: fieldsOf(record) }));
    await imports.insert(contactImport, [...batches(stored)]);
    const [view] = await Promise.all([
      imports.get(contactImport.id),
      audit.add(auditEntry(principal, {
        id: newId(now),
        at: now,
        clientId: type.clientId,
        action: "preview-import",
        subjectId: contactImport.id,
      })),
    ]);
    if (view === null) throw notFound("Import");
    return view;
  });
}

function requireSize(bytes: number, lines: number): void {
  if (bytes > MAX_IMPORT_BYTES) {
    const megabytes = MAX_IMPORT_BYTES / 1_000_000;
    throw invalid("file", `has ${bytes} bytes, at most ${megabytes} MB are allowed; split it`);
  }
  if (lines > MAX_IMPORT_ROWS) {
    throw invalid(
      "file",
      `has ${lines} contacts, at most ${MAX_IMPORT_ROWS} are allowed; split it`,
    );
  }
  if (lines === 0) throw invalid("file", "has no contacts below its first row");
}

/** What of a record was in the file, in its stored form. */
function fieldsOf(record: ContactRecord): ImportedFields {
  const { consent } = record;
  return {
    name: record.name,
    phoneNumber: record.phoneNumber,
    email: record.email ?? undefined,
    firstName: record.firstName ?? undefined,
    lastName: record.lastName ?? undefined,
    country: record.country ?? undefined,
    parameters: record.parameters,
    timeZone: record.timeZone ?? undefined,
    consent: consent === null
      ? undefined
      : { at: consent.at.toISOString(), source: consent.source },
    doNotCall: record.doNotCallAt !== null,
  };
}
