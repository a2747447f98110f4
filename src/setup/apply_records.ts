/**
 * The part of a setup document that is about contacts.
 *
 * @module
 */
import type { Client } from "../access/client.ts";
import { listNumbers, markDoNotCall } from "../compliance/mark_do_not_call.ts";
import { invalid } from "../kernel/errors.ts";
import { importedRecord } from "../records/import_records.ts";
import type { RecordSetup } from "./setup.ts";
import { located, type SetupWork } from "./setup_work.ts";

/**
 * Adds the document's contacts. A record whose number the type has already stays as it is, but is
 * marked when the document says that it must not be called.
 */
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
    const existing = await records.insert(record);
    if (existing !== null) {
      if (record.doNotCallAt !== null && await markDoNotCall(repos, existing, now)) {
        report.updated++;
        report.changes.push(`marked record ${record.name} as do not call`);
      } else report.unchanged++;
      continue;
    }
    if (record.doNotCallAt) await listNumbers(repos, client.id, [record.phoneNumber], now);
    report.created++;
    report.changes.push(`created record ${record.name}`);
  }
}
