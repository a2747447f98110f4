/**
 * Notes a contact's wish not to be called again, on the record and on the client's list.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";
import type { Repos } from "../kernel/unit_of_work.ts";

/** Marks the record and its number, within the caller's transaction. */
export async function markDoNotCall(repos: Repos, recordId: Uuid, at: Date): Promise<void> {
  const record = await repos.records.lock(recordId);
  if (record === null) return;
  const marked = { ...record, doNotCallAt: record.doNotCallAt ?? at, updatedAt: at };
  await Promise.all([
    repos.records.update(marked),
    repos.doNotCall.add(record.clientId, record.phoneNumber, at),
  ]);
}
