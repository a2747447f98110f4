/**
 * Records on the wire.
 *
 * @module
 */
import { z } from "zod";
import type { Principal } from "../../../src/access/principal.ts";
import type { ListedRecord, RecordCounts, RecordView } from "../../../src/records/record_repo.ts";
import { compact, owned, ownerOf, time } from "./wire.ts";

/** A record. */
export const recordShape = {
  uuid: z.string(),
  name: z.string(),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  email: z.string().optional(),
  phoneNumber: z.string(),
  country: z.string().optional(),
  status: z.string(),
  recordTypeUuid: z.string(),
  doNotCallAt: z.string().optional(),
  parameters: z.custom<object>().meta({ type: "object" }).optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
  ...owned,
};

/**
 * A record as every tool shows it; empty parameters are left out. `doNotCallAt` says as well that the
 * number must not be called because of another record that has it.
 */
export function presentRecord(
  { record, clientName, numberListedAt }: ListedRecord,
  principal: Principal,
) {
  return compact({
    uuid: record.id,
    name: record.name,
    firstName: record.firstName,
    lastName: record.lastName,
    email: record.email,
    phoneNumber: record.phoneNumber,
    country: record.country,
    status: record.status,
    recordTypeUuid: record.typeId,
    doNotCallAt: time(record.doNotCallAt ?? numberListedAt),
    parameters: Object.keys(record.parameters).length === 0 ? null : record.parameters,
    createdAt: time(record.createdAt),
    updatedAt: time(record.updatedAt),
    ...ownerOf(principal, record, clientName),
  });
}

/** How much there is about a record. */
export const countsShape = z.object({
  callOrders: z.custom<object>().meta({ type: "object", description: "By status" }),
  calls: z.int(),
  outcomes: z.int(),
  notes: z.int(),
});

/** A record with its type, what else is kept of it, and how much there is about it. */
export function presentRecordDetails(
  view: RecordView & { counts: RecordCounts },
  principal: Principal,
) {
  const { record, typeName, counts: { ordersByStatus, calls, outcomes, notes } } = view;
  return {
    ...presentRecord(view, principal),
    recordType: { uuid: record.typeId, name: typeName },
    ...compact({ timeZone: record.timeZone, consentAt: time(record.consent?.at ?? null) }),
    counts: { callOrders: ordersByStatus, calls, outcomes, notes },
  };
}
