/**
 * Calls on the wire.
 *
 * @module
 */
import { z } from "zod";
import type { Principal } from "../../../src/access/principal.ts";
import { formatMicros } from "../../../src/billing/money.ts";
import { type Call, isLive } from "../../../src/calls/call.ts";
import type { CallView } from "../../../src/calls/call_repo.ts";
import { phoneCostOf } from "../../../src/calls/phone_cost.ts";
import type { CallDetails } from "../../../src/calls/queries.ts";
import { fitDocument } from "./fit_document.ts";
import { presentCosts } from "./money.ts";
import { anyText, outcomeShape, presentOutcome } from "./outcome.ts";
import { fence, noticeFor } from "./untrusted.ts";
import { compact, named, owned, ownerOf, time } from "./wire.ts";

/** What tells a call's state. */
export const callShape = {
  callUuid: z.string(),
  callOrderUuid: z.string(),
  status: z.string(),
  endReason: z.string().optional(),
  phoneNumber: z.string(),
  campaign: named,
  record: named,
  createdAt: z.string(),
  ...owned,
};

/** A call's state, campaign and record. */
export function presentCall({ call, ...names }: CallView, principal: Principal) {
  return compact({
    callUuid: call.id,
    callOrderUuid: call.orderId,
    status: call.status,
    endReason: call.endReason,
    phoneNumber: call.phoneNumber,
    campaign: { uuid: call.campaignId, name: names.campaignName },
    record: { uuid: call.recordId, name: names.recordName },
    createdAt: time(call.createdAt),
    ...ownerOf(principal, call, names.clientName),
  });
}

/** What a call has cost. */
export const costShape = z.object({
  totalPrice: z.string().optional(),
  operationalCost: z.string().optional(),
  phoneCost: z.string().optional(),
  phoneCurrency: z.string().optional(),
  phoneCostEstimated: z.boolean().optional(),
  margin: z.string().optional().describe("Absent if phoneCurrency differs"),
  reserved: z.string().optional(),
  currency: z.string(),
});

/** What an ended call cost, as far as it is known; while it is live, what is reserved for it. */
export function presentCost(call: Call): z.input<typeof costShape> {
  const { currency, price, operationalCost, reserved } = call;
  if (isLive(call) || price === null) return { reserved: formatMicros(reserved), currency };
  const operational = operationalCost ?? 0n;
  const told = phoneCostOf(call);
  if (told !== null && told.currency !== currency) {
    const { phoneCost: _, margin: __, ...own } = presentCosts({
      currency,
      price,
      operational,
      phone: 0n,
    });
    return { ...own, phoneCost: formatMicros(told.amount), phoneCurrency: told.currency };
  }
  const { phoneCost: phone, ...costs } = presentCosts({
    currency,
    price,
    operational,
    phone: told?.amount ?? 0n,
  });
  if (told === null) return costs;
  return { ...costs, phoneCost: phone, ...(told.estimated ? { phoneCostEstimated: true } : {}) };
}

/** Everything about a call but what was said on it. */
export const callDetailsShape = {
  ...callShape,
  answeredBy: z.string().optional(),
  answeredAt: z.string().optional(),
  endedAt: z.string().optional(),
  durationSeconds: z.int().optional(),
  timeline: z.array(z.object({ status: z.string(), at: z.string() })),
  outcomes: z.array(outcomeShape),
  cost: costShape,
  summary: z.string().optional(),
  notice: z.string().optional(),
};

/** Where what a call's details leave out is in full. */
const REST = "get-call-outcomes has the outcomes in full, get-call-transcript the summary";

/** A call in full, shortened when it is longer than clients take; `notice` says so. */
export function presentCallDetails(details: CallDetails, principal: Principal) {
  const { call, outcomes } = details;
  const { shortened, ...document } = fitDocument(wholeCall(details, principal), REST);
  return {
    ...document,
    ...noticeFor(call.summary !== null || anyText(outcomes), shortened),
  };
}

function wholeCall(details: CallDetails, principal: Principal) {
  const { call, outcomes } = details;
  return {
    ...presentCall(details, principal),
    ...compact({
      answeredBy: call.answeredBy,
      answeredAt: time(call.answeredAt),
      endedAt: time(call.endedAt),
      durationSeconds: call.durationSeconds,
    }),
    timeline: call.timeline.map(({ status, at }) => ({ status, at: time(at) })),
    outcomes: outcomes.map(presentOutcome),
    cost: presentCost(call),
    ...(call.summary === null ? {} : { summary: fence(call.summary) }),
  };
}
