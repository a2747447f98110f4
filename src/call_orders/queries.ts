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
import type { CallOrderView } from "./call_order_repo.ts";

/** Which orders to list. */
export type CallOrderListing = {
  campaignUuid?: string;
  recordUuid?: string;
  status?: CallOrderStatus;
  page?: number;
  limit?: number;
};

/** A page of orders, newest first. @throws DomainError `not_found` for an unknown filter uuid. */
export async function listCallOrders(
  { uow }: Pick<Ports, "uow">,
  principal: Principal,
  { campaignUuid, recordUuid, status, ...paging }: CallOrderListing,
): Promise<Page<CallOrderView>> {
  const request = pageRequest(paging);
  const campaignId = campaignUuid === undefined ? undefined : requireId("Campaign", campaignUuid);
  const recordId = recordUuid === undefined ? undefined : requireId("Record", recordUuid);
  return await uow.read(scopeOf(principal), async ({ campaigns, records, callOrders }) => {
    const [campaign, record, slice] = await Promise.all([
      campaignId === undefined ? undefined : campaigns.get(campaignId),
      recordId === undefined ? undefined : records.get(recordId),
      callOrders.list({ campaignId, recordId, status }, request),
    ]);
    if (campaign === null) throw notFound("Campaign");
    if (record === null) throw notFound("Record");
    return toPage(request, slice);
  });
}
