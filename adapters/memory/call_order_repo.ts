import { type CallOrder, isOpenOrder } from "../../src/call_orders/call_order.ts";
import type {
  CallOrderRepo,
  CallOrderView,
  OrderCircumstances,
} from "../../src/call_orders/call_order_repo.ts";
import { isLive } from "../../src/calls/call.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { compare, createdAt, newestFirst, slice } from "./lists.ts";
import { keyOf } from "./tables.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** Call orders. */
export function callOrderRepo(tx: Transaction): AtOnce<CallOrderRepo> {
  function circumstancesOf(order: CallOrder): OrderCircumstances {
    const { clientId, recordId, campaignId } = order;
    const [record, campaign, client] = [
      tx.find("records", recordId),
      tx.find("campaigns", campaignId),
      tx.find("clients", clientId),
    ];
    if (!record || !campaign || !client) throw new Error("callOrders: a reference is missing");
    const live = tx.all("calls").filter((call) => call.clientId === clientId && isLive(call));
    const { status, phoneNumber, timeZone, consent, doNotCallAt } = record;
    return {
      record: { status, phoneNumber, timeZone, consent, doNotCallAt },
      campaign: { status: campaign.status, rules: campaign.rules },
      client: { tariff: client.tariff, phoneRates: client.phoneRates, rules: client.rules },
      listed: tx.find("doNotCall", keyOf(clientId, phoneNumber)) !== null,
      live: {
        ofClient: live.length,
        ofCampaign: live.filter((call) => call.campaignId === campaignId).length,
      },
      liveCallId: live.find((call) => call.orderId === order.id)?.id ?? null,
      available: tx.find("balances", clientId)?.available ?? 0n,
    };
  }

  function view(order: CallOrder): CallOrderView {
    return {
      order,
      recordName: tx.find("records", order.recordId)?.name ?? "",
      campaignName: tx.find("campaigns", order.campaignId)?.name ?? "",
      clientName: tx.find("clients", order.clientId)?.name ?? "",
      circumstances: circumstancesOf(order),
    };
  }

  function openOrder(clientId: Uuid, recordId: Uuid, campaignId: Uuid): CallOrder | undefined {
    return tx.all("callOrders").find((order) =>
      order.clientId === clientId && order.recordId === recordId &&
      order.campaignId === campaignId && isOpenOrder(order.status)
    );
  }

  /** Another open order beside which this one would be a second. */
  function rivalOf({ id, clientId, recordId, campaignId, status }: CallOrder): CallOrder | null {
    const open = isOpenOrder(status) ? openOrder(clientId, recordId, campaignId) : undefined;
    return open && open.id !== id ? open : null;
  }

  function isDue({ status, callType, nextDialAt, campaignId }: CallOrder, now: Date): boolean {
    const campaign = tx.find("campaigns", campaignId);
    return isOpenOrder(status) && callType === "phone_out" &&
      nextDialAt !== null && nextDialAt <= now &&
      campaign?.status === "active" && campaign.rules.autoDial;
  }

  function requireReferences({ clientId, recordId, campaignId }: CallOrder): void {
    tx.require("records", recordId, clientId);
    tx.require("campaigns", campaignId, clientId);
  }

  return {
    get(id) {
      const order = tx.find("callOrders", id);
      return order && view(order);
    },
    lock(id) {
      return tx.lock("callOrders", id);
    },
    list({ campaignId, recordId, status }, page) {
      const found = tx.all("callOrders").filter((order) =>
        (campaignId === undefined || order.campaignId === campaignId) &&
        (recordId === undefined || order.recordId === recordId) &&
        (status === undefined || order.status === status)
      );
      const { items, total } = slice(newestFirst(found, createdAt), page);
      return { items: items.map(view), total };
    },
    openOrderId(clientId, recordId, campaignId) {
      return openOrder(clientId, recordId, campaignId)?.id ?? null;
    },
    insert(order) {
      requireReferences(order);
      const rival = rivalOf(order);
      if (rival) return rival.id;
      tx.insert("callOrders", order.id, order.clientId, order);
      return null;
    },
    update(order) {
      requireReferences(order);
      if (rivalOf(order)) throw new Error("callOrders: the record has an open order already");
      tx.update("callOrders", order.id, order.clientId, order);
    },
    claimDue(now, leaseUntil, limit) {
      const due = tx.all("callOrders").filter((order) => isDue(order, now)).toSorted((a, b) =>
        Number(a.nextDialAt) - Number(b.nextDialAt) || compare(a.id, b.id)
      );
      const claimed = due.slice(0, limit).map((order) => ({ ...order, nextDialAt: leaseUntil }));
      for (const order of claimed) tx.update("callOrders", order.id, order.clientId, order);
      return claimed;
    },
  };
}
