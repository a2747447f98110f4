/**
 * Adds a contact.
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import { type Principal, requireWrite, scopeOf } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import type { PhoneNumber } from "../compliance/phone_numbers.ts";
import { DomainError, invalid, notFound } from "../kernel/errors.ts";
import { newId, requireId } from "../kernel/ids.ts";
import type { JsonObject } from "../kernel/json.ts";
import { optionalText, requireCountry, requireText } from "../kernel/text.ts";
import { type ContactRecord, mergeParameters, requireEmail, requireParameters } from "./record.ts";
import type { RecordView } from "./record_repo.ts";
import type { RecordType } from "./record_type.ts";

/** Most characters of a name. */
export const MAX_NAME = 200;

/** What is known of a contact to add. */
export type NewRecordFields = {
  name: string;
  /** In any usual form: international, or national when `country` is given. */
  phoneNumber: string;
  email?: string;
  firstName?: string;
  lastName?: string;
  /** ISO 3166-1 alpha-2; the number's own when absent. */
  country?: string;
  parameters?: JsonObject;
};

/** A contact to add. */
export type NewRecord = NewRecordFields & {
  recordTypeUuid: string;
};

/**
 * Adds a contact to the client that owns the record type.
 *
 * @throws DomainError `forbidden`, `invalid`, `not_found` (Record type), or `conflict` with the
 * uuid of the record of that type that has the number already.
 */
export async function createRecord(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  principal: Principal,
  input: NewRecord,
): Promise<RecordView> {
  requireWrite(principal);
  const typeId = requireId("Record type", input.recordTypeUuid);
  const fields = requireFields(phoneNumbers, input);
  const now = clock.now();
  return await uow.run(scopeOf(principal), async (repos) => {
    const type = await repos.records.getType(typeId);
    if (type === null) throw notFound("Record type");
    const record = newRecord(type, fields, now);
    const existing = await repos.records.insert(record);
    if (existing !== null) throw phoneTaken(record.phoneNumber, existing);
    const [view] = await Promise.all([
      repos.records.get(record.id),
      repos.audit.add(auditEntry(principal, {
        id: newId(now),
        at: now,
        clientId: record.clientId,
        action: "create-record",
        subjectId: record.id,
      })),
      repos.changes.publish(record.clientId, { records: [record.id], recordLists: true }),
    ]);
    if (view === null) throw notFound("Record");
    return view;
  });
}

/** Fields that passed every check. */
export type CheckedFields = Pick<
  ContactRecord,
  "name" | "firstName" | "lastName" | "email" | "parameters" | "phoneNumber" | "country"
>;

/**
 * The fields of a contact, checked and put in their stored form.
 *
 * @throws DomainError `invalid` with the first field at fault.
 */
export function requireFields(
  phoneNumbers: Ports["phoneNumbers"],
  input: NewRecordFields,
): CheckedFields {
  const country = input.country?.trim() ? requireCountry("country", input.country) : null;
  const name = requireText("name", input.name, MAX_NAME);
  const phone = requirePhone(phoneNumbers, input.phoneNumber, country);
  return {
    name,
    firstName: optionalText("firstName", input.firstName, MAX_NAME),
    lastName: optionalText("lastName", input.lastName, MAX_NAME),
    email: input.email?.trim() ? requireEmail("email", input.email) : null,
    parameters: requireParameters(mergeParameters({}, input.parameters ?? {})),
    phoneNumber: phone.e164,
    country: country ?? phone.country,
  };
}

/** An active record of a type. */
export function newRecord(type: RecordType, fields: CheckedFields, now: Date): ContactRecord {
  return {
    ...fields,
    id: newId(now),
    clientId: type.clientId,
    typeId: type.id,
    status: "active",
    timeZone: null,
    consent: null,
    doNotCallAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * The number that a text names.
 *
 * @throws DomainError `invalid` for what cannot be called at all.
 */
export function requirePhone(
  phoneNumbers: Ports["phoneNumbers"],
  text: string,
  country: string | null,
): PhoneNumber {
  const phone = phoneNumbers.parse(text, country);
  if ("problem" in phone) throw invalid("phoneNumber", phone.problem);
  return phone;
}

/** The refusal of a second record with the same number and type. */
export function phoneTaken(phoneNumber: string, existing: string): DomainError {
  return new DomainError(
    "conflict",
    `phoneNumber: record ${existing} of this type already has ${phoneNumber}. ` +
      "Use or update that record instead.",
    { field: "phoneNumber", existing },
  );
}
