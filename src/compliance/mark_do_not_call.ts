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
  const listed = listNumbers(repos, record.clientId, [record.phoneNumber], at);
  if (record.doNotCallAt !== null) {
    await listed;
    return false;
  }
  await Promise.all([
    repos.records.update({ ...record, doNotCallAt: at, updatedAt: at }),
    repos.changes.publish(record.clientId, { records: [recordId] }),
    listed,
  ]);
  return true;
}

/**
 * Puts numbers on the client's list. Whoever reserves a call holds the client's balance from before
 * it looks at the list until it commits: by holding it too, a number is listed either before a
 * reservation looks, or after it was committed, whichever record either of them is about.
 */
export async function listNumbers(
  { balance, doNotCall }: Pick<Repos, "balance" | "doNotCall">,
  clientId: Uuid,
  phoneNumbers: string[],
  at: Date,
): Promise<void> {
  await Promise.all([
    balance.lock(clientId),
    ...phoneNumbers.map((phoneNumber) => doNotCall.add(clientId, phoneNumber, at)),
  ]);
}
