/**
 * Writes down that a contact asked on a call not to be called again.
 *
 * @module
 */
import { listNumbers, markDoNotCall } from "../compliance/mark_do_not_call.ts";
import { newId } from "../kernel/ids.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import type { Call } from "./call.ts";

/** Marks the record and its number, and says on which call, within the caller's transaction. */
export async function noteOptOut(repos: Repos, call: Call, at: Date): Promise<void> {
  await markDoNotCall(repos, call.recordId, at);
  // The record may have got another number meanwhile.
  await listNumbers(repos, call.clientId, [call.phoneNumber], at);
  await Promise.all([
    repos.records.addNote({
      id: newId(at),
      clientId: call.clientId,
      recordId: call.recordId,
      author: "Assistant",
      text: `Asked on call ${call.id} not to be called again.`,
      at,
    }),
    repos.changes.publish(call.clientId, { records: [call.recordId] }),
  ]);
}
