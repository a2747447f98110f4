/**
 * Port: call orders.
 *
 * @module
 */
import type { Micros } from "../billing/money.ts";
import type { Circumstances } from "../compliance/dialing_checks.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { PageRequest, Slice } from "../kernel/page.ts";
import type { CallOrder, CallOrderStatus } from "./call_order.ts";

/** Which orders to list. */
export type CallOrderFilter = {
  campaignId?: Uuid;
  recordId?: Uuid;
  status?: CallOrderStatus;
};

/** What decides whether an order may be dialled, as things are now. */
export type OrderCircumstances = Circumstances & {
  /** The order's own call that has not ended, if any. */
  liveCallId: Uuid | null;
  /** What the client may spend. */
  available: Micros;
};

/** An order with the names that it refers to. */
export type CallOrderView = {
  order: CallOrder;
  recordName: string;
  campaignName: string;
  clientName: string;
  circumstances: OrderCircumstances;
};

/** Call orders of the clients in scope. */
export interface CallOrderRepo {
  /** The order with its names, or null. */
  get(id: Uuid): Promise<CallOrderView | null>;
  /** The order, held until the transaction ends. */
  lock(id: Uuid): Promise<CallOrder | null>;
  /** A page of orders, newest first. */
  list(filter: CallOrderFilter, page: PageRequest): Promise<Slice<CallOrderView>>;
  /** The open order of a record in a campaign, if any. */
  openOrderId(clientId: Uuid, recordId: Uuid, campaignId: Uuid): Promise<Uuid | null>;
  /** Inserts; or returns the uuid of the open order that the record has in the campaign already. */
  insert(order: CallOrder): Promise<Uuid | null>;
  /** Rejects when it would be the record's second open order in the campaign. */
  update(order: CallOrder): Promise<void>;
  /**
   * Takes open phone_out orders whose `nextDialAt` has come, in active campaigns with `autoDial`,
   * longest due first, and sets it to `leaseUntil`, so that no other worker takes them meanwhile.
   * Never waits for an order that another worker is taking.
   */
  claimDue(now: Date, leaseUntil: Date, limit: number): Promise<CallOrder[]>;
}
