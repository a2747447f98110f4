/**
 * Changes a contact.
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import { type Principal, requireWrite, scopeOf } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import { notFound } from "../kernel/errors.ts";
import { newId, requireId } from "../kernel/ids.ts";
import { canonical, type JsonObject } from "../kernel/json.ts";
import { optionalText, requireText } from "../kernel/text.ts";
import { MAX_NAME, phoneTaken, requirePhone } from "./create_record.ts";
import {
  type ContactRecord,
  mergeParameters,
  type RecordStatus,
  requireEmail,
  requireParameters,
} from "./record.ts";
import type { RecordView } from "./record_repo.ts";

/** What to change; absent fields stay, but the country follows a new number. Empty text clears `email`, `firstName` or `lastName`. */
export type RecordChanges = {
  uuid: string;
  name?: string;
  email?: string;
  phoneNumber?: string;
  status?: RecordStatus;
  firstName?: string;
  lastName?: string;
  /** Merged by top-level key; null removes a key. */
  parameters?: JsonObject;
};

/**
 * Changes what is passed and nothing else; what changes nothing is not written.
 *
 * @throws DomainError `forbidden`, `invalid`, `not_found`, or `conflict` with the uuid of the
 * record of the same type that has the new number already.
 */
export async function updateRecord(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  principal: Principal,
  { uuid, ...changes }: RecordChanges,
): Promise<RecordView> {
  requireWrite(principal);
  const id = requireId("Record", uuid);
  const now = clock.now();
  return await uow.run(scopeOf(principal), async (repos) => {
    const before = await repos.records.lock(id);
    if (before === null) throw notFound("Record");
    const after = changed(phoneNumbers, before, changes);
    if (canonical(comparable(after)) === canonical(comparable(before))) {
      return found(await repos.records.get(id));
    }
    if (after.phoneNumber !== before.phoneNumber) {
      const other = await repos.records.idByPhone(after.clientId, after.typeId, after.phoneNumber);
      if (other !== null && other !== id) throw phoneTaken(after.phoneNumber, other);
    }
    const [, , , view] = await Promise.all([
      repos.records.update({ ...after, updatedAt: now }),
      repos.changes.publish(after.clientId, { records: [id], recordLists: true }),
      repos.audit.add(auditEntry(principal, {
        id: newId(now),
        at: now,
        clientId: after.clientId,
        action: "update-record",
        subjectId: id,
      })),
      repos.records.get(id),
    ]);
    return found(view);
  });
}

function found(view: RecordView | null): RecordView {
  if (view === null) throw notFound("Record");
  return view;
}

/** The fields that this use case may change. */
function comparable(record: ContactRecord): JsonObject {
  const { name, firstName, lastName, email, phoneNumber, country, status, parameters } = record;
  return { name, firstName, lastName, email, phoneNumber, country, status, parameters };
}

function changed(
  phoneNumbers: Ports["phoneNumbers"],
  before: ContactRecord,
  changes: Omit<RecordChanges, "uuid">,
): ContactRecord {
  const { name, email, phoneNumber, status, firstName, lastName, parameters } = changes;
  const after = { ...before };
  if (name !== undefined) after.name = requireText("name", name, MAX_NAME);
  if (firstName !== undefined) after.firstName = optionalText("firstName", firstName, MAX_NAME);
  if (lastName !== undefined) after.lastName = optionalText("lastName", lastName, MAX_NAME);
  if (email !== undefined) after.email = email.trim() ? requireEmail("email", email) : null;
  if (status !== undefined) after.status = status;
  if (phoneNumber !== undefined) {
    const phone = requirePhone(phoneNumbers, phoneNumber, before.country);
    after.phoneNumber = phone.e164;
    // Not every number tells its country.
    if (phone.e164 !== before.phoneNumber) after.country = phone.country ?? before.country;
  }
  if (parameters !== undefined) {
    after.parameters = requireParameters(mergeParameters(before.parameters, parameters));
  }
  return after;
}
