/**
 * Call orders on the wire.
 *
 * @module
 */
import { z } from "zod";
import type { Principal } from "../../../src/access/principal.ts";
import type { ForeseenOrder } from "../../../src/call_orders/foresee_refusal.ts";
import type { DomainError } from "../../../src/kernel/errors.ts";
import { compact, owned, ownerOf, time } from "./wire.ts";

/** Why an order would be refused when it is dialled. */
export interface BlockedBy {
  code: string;
  /** Left out of long pages. */
  message?: string;
  /** Earliest moment at which it may succeed. */
  retryAt?: string;
}

/** A call order. */
export const callOrderShape = {
  uuid: z.string(),
  recordUuid: z.string(),
  recordName: z.string(),
  campaignUuid: z.string(),
  campaignName: z.string(),
  callType: z.string(),
  status: z.string(),
  scheduledTime: z.string().optional(),
  instructions: z.string().optional(),
  attempts: z.int(),
  // Not spelled out: what it holds explains itself.
  blockedBy: z.custom<BlockedBy>().meta({ type: "object" }).optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
  ...owned,
};

/** A call order as every tool shows it. */
export function presentCallOrder(view: ForeseenOrder, principal: Principal) {
  const { order, recordName, campaignName, clientName, blockedBy } = view;
  return compact({
    uuid: order.id,
    recordUuid: order.recordId,
    recordName,
    campaignUuid: order.campaignId,
    campaignName,
    callType: order.callType,
    status: order.status,
    scheduledTime: time(order.scheduledTime),
    instructions: order.instructions,
    attempts: order.attempts,
    blockedBy: blockedBy && presentRefusal(blockedBy),
    createdAt: time(order.createdAt),
    updatedAt: time(order.updatedAt),
    ...ownerOf(principal, order, clientName),
  });
}

function presentRefusal({ code, message, details: { retryAt } }: DomainError): BlockedBy {
  return { code, message, ...(retryAt ? { retryAt: time(retryAt) } : {}) };
}
