/**
 * Puts a record into a campaign, to be called.
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import { type Principal, requireWrite, scopeOf } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import type { Campaign } from "../campaigns/campaign.ts";
import { DomainError, invalid, notFound } from "../kernel/errors.ts";
import { newId, requireId, type Uuid } from "../kernel/ids.ts";
import { parseMoment } from "../kernel/moment.ts";
import { optionalText } from "../kernel/text.ts";
import type { ContactRecord } from "../records/record.ts";
import { type CallOrder, type CallType, dueTime } from "./call_order.ts";
import { foresee, type ForeseenOrder } from "./foresee_refusal.ts";
import { insertOrder } from "./save_order.ts";

/** Most characters of an order's instructions. */
export const MAX_INSTRUCTIONS = 2000;

/** Minutes by which a scheduled time may be past: clocks differ, and people take their time. */
const PAST_MINUTES = 5;

/** An order to make. */
export type NewCallOrder = {
  recordUuid: string;
  campaignUuid: string;
  /** Default `phone_out`. */
  callType?: CallType;
  /** ISO-8601 with an offset; not past, but for a few minutes. */
  scheduledTime?: string;
  instructions?: string;
};

/**
 * Makes a planned order.
 *
 * @throws DomainError `forbidden`, `invalid`, `not_found` (Record, Campaign),
 * `record_not_callable` for an archived record, `campaign_not_active` for a finished campaign,
 * `do_not_call`, or `conflict` with the uuid of the open order that there is already.
 */
export async function createCallOrder(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  principal: Principal,
  input: NewCallOrder,
): Promise<ForeseenOrder> {
  requireWrite(principal);
  const recordId = requireId("Record", input.recordUuid);
  const campaignId = requireId("Campaign", input.campaignUuid);
  const now = clock.now();
  const fields = {
    recordId,
    campaignId,
    callType: input.callType ?? "phone_out",
    status: "planned" as const,
    scheduledTime: input.scheduledTime === undefined
      ? null
      : notPast(parseMoment("scheduledTime", input.scheduledTime), now),
    instructions: optionalText("instructions", input.instructions, MAX_INSTRUCTIONS),
  };
  return await uow.run(scopeOf(principal), async (repos) => {
    const [record, campaign] = await Promise.all([
      repos.records.lock(recordId),
      repos.campaigns.get(campaignId),
    ]);
    if (record === null) throw notFound("Record");
    if (campaign === null) throw notFound("Campaign");
    requireOrderable(record, campaign.campaign);
    if (await repos.doNotCall.has(record.clientId, record.phoneNumber)) throw unwanted();
    const order: CallOrder = {
      ...fields,
      id: newId(now),
      clientId: record.clientId,
      attempts: 0,
      nextDialAt: dueTime(fields),
      createdBy: principal.userId,
      createdAt: now,
      updatedAt: now,
    };
    const existing = await insertOrder(repos, order);
    if (existing !== null) throw orderOpen(existing);
    const [view] = await Promise.all([
      repos.callOrders.get(order.id),
      repos.audit.add(auditEntry(principal, {
        id: newId(now),
        at: now,
        clientId: order.clientId,
        action: "create-call-order",
        subjectId: order.id,
      })),
    ]);
    if (view === null) throw notFound("Call order");
    return foresee(phoneNumbers, view, now);
  });
}

function notPast(scheduledTime: Date, now: Date): Date {
  if (now.getTime() - scheduledTime.getTime() <= PAST_MINUTES * 60_000) return scheduledTime;
  throw invalid(
    "scheduledTime",
    `is past: the server's time is ${now.toISOString()}. Pass a later time, or none and call with ` +
      "initiate-call",
  );
}

/** The refusal of a second open order for a record in a campaign. */
export function orderOpen(existing: Uuid): DomainError {
  return new DomainError(
    "conflict",
    `Call order ${existing} for this record and campaign is still open. Use that one.`,
    { field: "recordUuid", existing },
  );
}

function requireOrderable(record: ContactRecord, campaign: Campaign): void {
  if (record.clientId !== campaign.clientId) {
    throw invalid("campaignUuid", "belongs to another client than the record");
  }
  if (record.status === "archived") {
    throw new DomainError(
      "record_not_callable",
      "Record is archived; set its status to active before ordering a call",
    );
  }
  if (campaign.status === "finished") {
    throw new DomainError("campaign_not_active", "Campaign is finished and takes no new orders");
  }
  if (record.doNotCallAt !== null) throw unwanted();
}

function unwanted(): DomainError {
  return new DomainError("do_not_call", "Record is marked do-not-call and takes no new orders");
}
