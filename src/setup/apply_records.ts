/**
 * The part of a setup document that is about contacts.
 *
 * @module
 */
import type { Client } from "../access/client.ts";
import { DomainError, invalid } from "../kernel/errors.ts";
import { importedRecord } from "../records/import_records.ts";
import type { ClientSetup } from "./setup.ts";
import type { SetupWork } from "./setup_work.ts";

/** Adds the document's contacts; those whose number the type has already stay as they are. */
export async function applyRecords(
  work: SetupWork,
  client: Client,
  setup: ClientSetup,
  path: string,
): Promise<void> {
  const { repos: { records, doNotCall }, upserts, now, phoneNumbers } = work;
  for (const [i, input] of (setup.records ?? []).entries()) {
    const at = `${path}.records[${i}]`;
    const type = await records.typeByName(client.id, input.recordType);
    if (type === null) throw invalid(at, `no record type ${input.recordType}; add it first`);
    const record = located(at, () => importedRecord(phoneNumbers, type, input, now));
    if (await records.insert(record) !== null) {
      upserts.report.unchanged++;
      continue;
    }
    if (record.doNotCallAt) await doNotCall.add(client.id, record.phoneNumber, now);
    upserts.report.created++;
    upserts.report.changes.push(`created record ${record.name}`);
  }
}

function located<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, `${path}.${error.message}`, error.details);
  }
}
