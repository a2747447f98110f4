/**
 * Sets the status of a call order by hand.
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import { type Principal, requireWrite, scopeOf } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import { markDoNotCall } from "../compliance/mark_do_not_call.ts";
import { DomainError, invalid, notFound } from "../kernel/errors.ts";
import { newId, requireId } from "../kernel/ids.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import {
  type CallOrder,
  type CallOrderStatus,
  dueTime,
  isOpenOrder,
  mayChange,
  nextStatuses,
} from "./call_order.ts";
import { foresee, type ForeseenOrder } from "./foresee_refusal.ts";
import { orderOpen } from "./create_call_order.ts";
import { updateOrder } from "./save_order.ts";

/**
 * Changes an order's status where the state machine allows it; the same status changes nothing.
 * `do_not_call` marks the record and its number too.
 *
 * @throws DomainError `forbidden`, `not_found`, `invalid` for a change that is not allowed,
 * `conflict` while a call is live or when another order of the pair is open.
 */
export async function updateCallOrderStatus(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  principal: Principal,
  { uuid, status }: { uuid: string; status: CallOrderStatus },
): Promise<ForeseenOrder> {
  requireWrite(principal);
  const id = requireId("Call order", uuid);
  const now = clock.now();
  return await uow.run(scopeOf(principal), async (repos) => {
    const order = await repos.callOrders.lock(id);
    if (order === null) throw notFound("Call order");
    await requireAllowed(repos, order, status);
    if (status !== order.status) {
      const nextDialAt = dueTime({ ...order, status });
      // Before the figures: see the order of locks in unit_of_work.ts.
      if (status === "do_not_call") await markDoNotCall(repos, order.recordId, now);
      await updateOrder(repos, order, { ...order, status, nextDialAt, updatedAt: now });
      await repos.audit.add(auditEntry(principal, {
        id: newId(now),
        at: now,
        clientId: order.clientId,
        action: "update-call-order-status",
        subjectId: id,
      }));
    }
    const view = await repos.callOrders.get(id);
    if (view === null) throw notFound("Call order");
    return foresee(phoneNumbers, view, now);
  });
}

async function requireAllowed(
  repos: Repos,
  order: CallOrder,
  status: CallOrderStatus,
): Promise<void> {
  const { clientId, recordId, campaignId } = order;
  const [live, open] = await Promise.all([
    repos.calls.liveOfOrder(clientId, order.id),
    repos.callOrders.openOrderId(clientId, recordId, campaignId),
  ]);
  if (live !== null && status !== "do_not_call") {
    throw new DomainError(
      "conflict",
      `Call ${live.id} of this order is live; until it ends only do_not_call is accepted`,
      { field: "status", existing: live.id },
    );
  }
  if (!mayChange(order.status, status)) {
    const allowed = nextStatuses(order.status).join(", ") || "nothing else";
    throw invalid("status", `cannot change from ${order.status} to ${status}; allowed: ${allowed}`);
  }
  if (isOpenOrder(status) && open !== null && open !== order.id) throw orderOpen(open);
}
