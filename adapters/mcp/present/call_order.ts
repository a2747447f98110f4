/**
 * Call orders on the wire.
 *
 * @module
 */
import { z } from "zod";
import type { Principal } from "../../../src/access/principal.ts";
import type { CallOrderView } from "../../../src/call_orders/call_order_repo.ts";
import { compact, owned, ownerOf, time } from "./wire.ts";

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
  createdAt: z.string(),
  updatedAt: z.string(),
  ...owned,
};

/** A call order as every tool shows it. */
export function presentCallOrder(view: CallOrderView, principal: Principal) {
  const { order, recordName, campaignName, clientName } = view;
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
    createdAt: time(order.createdAt),
    updatedAt: time(order.updatedAt),
    ...ownerOf(principal, order, clientName),
  });
}
