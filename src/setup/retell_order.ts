/**
 * An order of the past with its calls, told again by the rules by which live ones go.
 *
 * @module
 */
import type { Principal } from "../access/principal.ts";
import type { CallOrder } from "../call_orders/call_order.ts";
import { type Call, isLive } from "../calls/call.ts";
import { progress } from "../calls/call_progress.ts";
import { newCall } from "../calls/new_call.ts";
import { orderAfterCall, orderAfterOptOut } from "../calls/order_after_call.ts";
import type { Outcome } from "../calls/outcome.ts";
import type { Transcript } from "../calls/transcript.ts";
import { invalid } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import type { OrderReferences } from "./history_references.ts";
import type { PastCall, PastOrder } from "./history.ts";

/** A call with what was said and found out on it. */
export type RetoldCall = {
  /** As its last event left it. */
  call: Call;
  transcript: Transcript | null;
  outcomes: Outcome[];
  /** When the contact asked not to be called again; null when it did not. */
  optedOutAt: Date | null;
};

/** What is to be stored of an order. */
export type Retold = {
  /** As its last call left it. */
  order: CallOrder;
  /** Oldest first. */
  calls: RetoldCall[];
};

/** Lets the calls happen again. @throws DomainError `invalid` for a call that has not ended. */
export function retell(
  principal: Principal,
  past: PastOrder,
  references: OrderReferences,
): Retold {
  const retold: Retold = { order: plannedOrder(past, references), calls: [] };
  for (const call of past.calls) retellCall(principal, retold, call, references);
  return retold;
}

function plannedOrder(past: PastOrder, { record, campaign }: OrderReferences): CallOrder {
  const { orderedAt, scheduledTime = null, instructions = null } = past;
  return {
    id: newId(orderedAt),
    clientId: record.clientId,
    recordId: record.id,
    campaignId: campaign.id,
    callType: "phone_out",
    status: "planned",
    scheduledTime,
    instructions,
    attempts: 0,
    nextDialAt: scheduledTime,
    createdBy: null,
    createdAt: orderedAt,
    updatedAt: orderedAt,
  };
}

function retellCall(
  principal: Principal,
  retold: Retold,
  { id, dialedAt, provider, events }: PastCall,
  { record, campaign, assistant, client }: OrderReferences,
): void {
  const then = { clock: { now: () => dialedAt }, gateway: { provider } };
  const { order } = retold;
  const prices = {
    tariff: client.tariff,
    operationalPerMinute: assistant.operationalPerMinute,
    // What the past did cost is told by its events.
    phonePerMinute: null,
  };
  const made = newCall(then, principal, order, record, campaign, assistant, prices);
  let call: Call = { ...made, id };
  const found: Omit<RetoldCall, "call"> = { transcript: null, outcomes: [], optedOutAt: null };
  for (const event of events) {
    const before = call;
    const { report, at } = event;
    call = progress(call, event, at);
    if (report.type === "transcript") found.transcript = { turns: report.turns };
    if (report.type === "outcomes") found.outcomes = report.outcomes;
    if (report.type === "opted_out") {
      found.optedOutAt = at;
      retold.order = orderAfterOptOut(retold.order, at);
    }
    if (isLive(before) && !isLive(call)) {
      retold.order = orderAfterCall(retold.order, call, campaign.rules, at);
    }
  }
  if (isLive(call)) throw invalid("calls", `call ${id} has not ended; only past calls are taken`);
  retold.calls.push({ ...found, call });
}
