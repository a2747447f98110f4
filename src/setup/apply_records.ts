/**
 * The part of a setup document that is about contacts.
 *
 * @module
 */
import type { Client } from "../access/client.ts";
import { listNumbers } from "../compliance/mark_do_not_call.ts";
import { invalid } from "../kernel/errors.ts";
import { importedRecord } from "../records/import_records.ts";
import type { RecordSetup } from "./setup.ts";
import { located, type SetupWork } from "./setup_work.ts";

/** Adds the document's contacts; those whose number the type has already stay as they are. */
export async function applyRecords(
  { repos, upserts: { report }, now, phoneNumbers }: SetupWork,
  client: Client,
  contacts: RecordSetup[],
  path: string,
): Promise<void> {
  const { records } = repos;
  for (const [i, input] of contacts.entries()) {
    const at = `${path}[${i}]`;
    const type = await records.typeByName(client.id, input.recordType.trim());
    if (type === null) {
      const problem =
        `no record type ${input.recordType} in client ${client.name}; add it under recordTypes`;
      throw invalid(`${at}.recordType`, problem);
    }
    const record = located(at, () => importedRecord(phoneNumbers, type, input, now));
    if (await records.insert(record) !== null) {
      report.unchanged++;
      continue;
    }
    if (record.doNotCallAt) await listNumbers(repos, client.id, [record.phoneNumber], now);
    report.created++;
    report.changes.push(`created record ${record.name}`);
  }
}
