/**
 * Notes a contact's wish not to be called again, on the record and on the client's list.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";
import type { Repos } from "../kernel/unit_of_work.ts";

/**
 * Marks the record and its number, within the caller's transaction.
 *
 * @returns whether there is such a record that was not marked before.
 */
export async function markDoNotCall(repos: Repos, recordId: Uuid, at: Date): Promise<boolean> {
  const record = await repos.records.lock(recordId);
  if (record === null) return false;
  const listed = repos.doNotCall.add(record.clientId, record.phoneNumber, at);
  if (record.doNotCallAt !== null) {
    await listed;
    return false;
  }
  await Promise.all([repos.records.update({ ...record, doNotCallAt: at, updatedAt: at }), listed]);
  return true;
}
