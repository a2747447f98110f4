/**
 * Reads of call orders; none needs more than a valid token.
 *
 * @module
 */
import { type Principal, scopeOf } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import { notFound } from "../kernel/errors.ts";
import { requireId } from "../kernel/ids.ts";
import { type Page, pageRequest, toPage } from "../kernel/page.ts";
import type { CallOrderStatus } from "./call_order.ts";
import { foresee, type ForeseenOrder } from "./foresee_refusal.ts";

/** Which orders to list. */
export type CallOrderListing = {
  campaignUuid?: string;
  recordUuid?: string;
  status?: CallOrderStatus;
  page?: number;
  limit?: number;
};

/** An order, with what would stop it. @throws DomainError `not_found`. */
export async function getCallOrder(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  principal: Principal,
  uuid: string,
): Promise<ForeseenOrder> {
  const id = requireId("Call order", uuid);
  const view = await uow.read(scopeOf(principal), ({ callOrders }) => callOrders.get(id));
  if (view === null) throw notFound("Call order");
  return foresee(phoneNumbers, view, clock.now());
}

/** A page of orders, newest first. @throws DomainError `not_found` for an unknown filter uuid. */
export async function listCallOrders(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  principal: Principal,
  { campaignUuid, recordUuid, status, ...paging }: CallOrderListing,
): Promise<Page<ForeseenOrder>> {
  const request = pageRequest(paging);
  const campaignId = campaignUuid === undefined ? undefined : requireId("Campaign", campaignUuid);
  const recordId = recordUuid === undefined ? undefined : requireId("Record", recordUuid);
  const now = clock.now();
  return await uow.read(scopeOf(principal), async ({ campaigns, records, callOrders }) => {
    const [campaign, record, slice] = await Promise.all([
      campaignId === undefined ? undefined : campaigns.get(campaignId),
      recordId === undefined ? undefined : records.get(recordId),
      callOrders.list({ campaignId, recordId, status }, request),
    ]);
    if (campaign === null) throw notFound("Campaign");
    if (record === null) throw notFound("Record");
    const items = slice.items.map((view) => foresee(phoneNumbers, view, now));
    return toPage(request, { ...slice, items });
  });
}
