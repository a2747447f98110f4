/**
 * A call order: a record to be called for a campaign; and how its status may change.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";

/** Every status of a call order, as on the product page. */
export const CALL_ORDER_STATUSES = [
  "planned",
  "busy",
  "contacted",
  "canceled",
  "do_not_call",
  "rescheduled",
  "failed",
] as const;

/** Where an order stands. */
export type CallOrderStatus = typeof CALL_ORDER_STATUSES[number];

/** Every way in which record and agent may meet. */
export const CALL_TYPES = ["phone_out", "phone_in", "web"] as const;

/** Only `phone_out` is dialled by us. */
export type CallType = typeof CALL_TYPES[number];

/** A record to be called for a campaign. */
export type CallOrder = {
  id: Uuid;
  clientId: Uuid;
  recordId: Uuid;
  campaignId: Uuid;
  callType: CallType;
  status: CallOrderStatus;
  /** When the server may dial it by itself. */
  scheduledTime: Date | null;
  /** What the assistant is to know in particular. */
  instructions: string | null;
  /** Calls made so far. */
  attempts: number;
  /** When the dialling worker looks at it next; null when it need not. */
  nextDialAt: Date | null;
  /** Null when the operator made it. */
  createdBy: Uuid | null;
  createdAt: Date;
  updatedAt: Date;
};

/** Orders in these may still be dialled; a record has at most one such order per campaign. */
export const OPEN_STATUSES: readonly CallOrderStatus[] = ["planned", "busy", "rescheduled"];

const ANY: readonly CallOrderStatus[] = CALL_ORDER_STATUSES;
const ALLOWED: Record<CallOrderStatus, readonly CallOrderStatus[]> = {
  planned: ANY,
  busy: ANY,
  rescheduled: ANY,
  failed: ["planned", "rescheduled", "canceled", "do_not_call"],
  contacted: ["rescheduled", "do_not_call"],
  canceled: ["planned", "do_not_call"],
  do_not_call: [],
};

/** Whether an order may still be dialled. */
export function isOpenOrder(status: CallOrderStatus): boolean {
  return OPEN_STATUSES.includes(status);
}

/** When the dialling worker is to look at an order: when it is scheduled, if it may be dialled. */
export function dueTime(
  { callType, status, scheduledTime }: Pick<CallOrder, "callType" | "status" | "scheduledTime">,
): Date | null {
  return callType === "phone_out" && isOpenOrder(status) ? scheduledTime : null;
}

/** What a status may change to, without itself. */
export function nextStatuses(from: CallOrderStatus): CallOrderStatus[] {
  return ALLOWED[from].filter((to) => to !== from);
}

/** Whether a person may set this status; the same status again is always fine. */
export function mayChange(from: CallOrderStatus, to: CallOrderStatus): boolean {
  return from === to || ALLOWED[from].includes(to);
}
