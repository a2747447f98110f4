/**
 * Writes an order together with what it changes in its campaign's figures.
 *
 * @module
 */
import { difference, figuresOfOrder, isZero } from "../campaigns/stats.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import type { CallOrder } from "./call_order.ts";

/** Inserts; or returns the uuid of the open order that stands in the way. */
export async function insertOrder(repos: Repos, order: CallOrder): Promise<Uuid | null> {
  const existing = await repos.callOrders.insert(order);
  if (existing !== null) return existing;
  const { clientId, recordId, campaignId } = order;
  await Promise.all([
    repos.stats.add(clientId, campaignId, figuresOfOrder(order)),
    repos.changes.publish(clientId, { records: [recordId], campaigns: [campaignId] }),
  ]);
  return null;
}

/** Replaces an order that the transaction holds. */
export async function updateOrder(
  repos: Repos,
  before: CallOrder,
  after: CallOrder,
): Promise<void> {
  const change = difference(figuresOfOrder(before), figuresOfOrder(after));
  const { clientId, recordId, campaignId } = after;
  await Promise.all([
    repos.callOrders.update(after),
    isZero(change) ? undefined : repos.stats.add(clientId, campaignId, change),
    repos.changes.publish(clientId, {
      records: [recordId],
      campaigns: isZero(change) ? [] : [campaignId],
    }),
  ]);
}
