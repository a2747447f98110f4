/**
 * Port: what a client has, what is reserved for its live calls, and the ledger of how it came so.
 *
 * At every commit paid in = available + reserved + spent, and the ledger's amounts add up to it:
 * paid in = top_up, spent = settle + adjust, reserved = reserve - settle - release.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";
import type { PageRequest, Slice } from "../kernel/page.ts";
import type { Micros } from "./money.ts";

/** A client's money. */
export type Balance = {
  clientId: Uuid;
  /** ISO 4217. */
  currency: string;
  /** All that the client ever paid in. */
  paidIn: Micros;
  /** What new calls may be paid from. Below zero only when a call cost more than was reserved. */
  available: Micros;
  /** Held back for calls that have not ended. */
  reserved: Micros;
  /** What ended calls cost. */
  spent: Micros;
};

/** A balance with its client's name. */
export type NamedBalance = Balance & {
  clientName: string;
};

/** Why the balance changed; amounts are never negative but for `adjust`. */
export type LedgerKind = "top_up" | "reserve" | "settle" | "release" | "adjust";

/** One line of the ledger; id and kind together are unique within the client. */
export type LedgerEntry = {
  id: Uuid;
  clientId: Uuid;
  at: Date;
  kind: LedgerKind;
  /** Reserved, released, spent, paid in, or (adjust) spent in addition. */
  amount: Micros;
  currency: string;
  callId: Uuid | null;
  /** Of a top-up: makes it count once. */
  reference: string | null;
};

/** Identifies the call that money is moved for. */
export type CallMoney = {
  /** Ledger entry to write. */
  id: Uuid;
  clientId: Uuid;
  callId: Uuid;
  at: Date;
};

/**
 * Moves money, and writes the ledger in the same transaction. A call's money is reserved once and
 * settled once: a second time rejects, and so does a negative amount of anything but `adjust`.
 */
export interface BalanceService {
  /** The client's money, or null when it has no balance. */
  get(clientId: Uuid): Promise<Balance | null>;
  /** Balances with their clients' names, by name. */
  list(limit: number): Promise<NamedBalance[]>;
  /** Like `get`, and holds the balance until the transaction ends: one reservation at a time. */
  lock(clientId: Uuid): Promise<Balance | null>;
  /** available → reserved; false, and nothing moved, when less than that is available. */
  reserve(entry: CallMoney & { amount: Micros }): Promise<boolean>;
  /**
   * reserved → spent `cost`, the rest → available. Writes, under the one id, a `settle` of what was
   * spent of the reservation, a `release` of what is left of it, and an `adjust` of what the call
   * cost beyond it; those that come to zero are left out.
   */
  settle(entry: CallMoney & { reserved: Micros; cost: Micros }): Promise<void>;
  /** A settled call turned out to cost `amount` more or, negative, less. */
  adjust(entry: CallMoney & { amount: Micros }): Promise<void>;
  /** Opens an empty balance; nothing happens when there is one. Operator's scope alone. */
  open(clientId: Uuid, currency: string): Promise<void>;
  /**
   * Paid in → available; false when the client's reference was used before. Operator's scope alone.
   */
  topUp(
    entry: { id: Uuid; clientId: Uuid; at: Date; amount: Micros; reference: string },
  ): Promise<boolean>;
  /** A page of a client's ledger, newest first. */
  ledgerPage(clientId: Uuid, page: PageRequest): Promise<Slice<LedgerEntry>>;
  /** A client's ledger, newest first. */
  ledger(clientId: Uuid, limit: number): Promise<LedgerEntry[]>;
}
