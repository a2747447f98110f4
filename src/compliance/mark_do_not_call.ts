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
    listNumbers(repos, record.clientId, [record.phoneNumber], at),
    repos.records.update(marked),
  ]);
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
