import type {
  Balance,
  BalanceService,
  CallMoney,
  LedgerEntry,
  NamedBalance,
} from "../../src/billing/balance_service.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { compare, slice } from "./lists.ts";
import { keyOf } from "./tables.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

type Sums = Pick<Balance, "paidIn" | "available" | "reserved" | "spent">;

/** What happens to a call's money once. */
const ONCE: LedgerEntry["kind"][] = ["reserve", "settle", "release"];

/** The clients' money. */
export function balanceService(tx: Transaction): AtOnce<BalanceService> {
  function held(clientId: Uuid): Balance {
    const balance = tx.find("balances", clientId);
    if (balance === null) throw new Error("balances: no such row");
    return balance;
  }

  function move(clientId: Uuid, change: Partial<Sums>): void {
    const { paidIn = 0n, available = 0n, reserved = 0n, spent = 0n } = change;
    const before = held(clientId);
    const after = {
      ...before,
      paidIn: before.paidIn + paidIn,
      available: before.available + available,
      reserved: before.reserved + reserved,
      spent: before.spent + spent,
    };
    if (after.reserved < 0n || after.spent < 0n) throw new Error("balances: a sum below zero");
    tx.update("balances", clientId, clientId, after);
  }

  function note(entry: Omit<LedgerEntry, "currency">): void {
    const { id, clientId, callId, kind, amount } = entry;
    if (kind !== "adjust" && amount < 0n) throw new Error("ledger: a negative amount");
    const key = keyOf(id, kind);
    if (ONCE.includes(kind)) {
      tx.requireUnique("ledger", key, (row) => row.kind === kind && row.callId === callId);
    }
    tx.insert("ledger", key, clientId, { ...entry, currency: held(clientId).currency });
  }

  function ledgerOf(clientId: Uuid): LedgerEntry[] {
    const entries = tx.all("ledger").filter((entry) => entry.clientId === clientId);
    return entries.toSorted((a, b) =>
      Number(b.at) - Number(a.at) || compare(b.id, a.id) || compare(b.kind, a.kind)
    );
  }

  function noteCall(
    { id, clientId, callId, at }: CallMoney,
    kind: LedgerEntry["kind"],
    amount: bigint,
  ): void {
    if (amount === 0n) return;
    note({ id, clientId, callId, at, kind, amount, reference: null });
  }

  return {
    get(clientId) {
      return tx.find("balances", clientId);
    },
    list(limit) {
      const named = tx.all("balances").map((balance) => ({
        ...balance,
        clientName: tx.find("clients", balance.clientId)?.name ?? "",
      }));
      const byName = (
        { clientName, clientId }: NamedBalance,
      ) => [clientName.toLowerCase(), clientId];
      return named.sort((a, b) => byName(a) < byName(b) ? -1 : 1).slice(0, limit);
    },
    lock(clientId) {
      return tx.lock("balances", clientId);
    },
    reserve(entry) {
      const balance = tx.find("balances", entry.clientId);
      if (balance === null || balance.available < entry.amount) return false;
      move(entry.clientId, { available: -entry.amount, reserved: entry.amount });
      noteCall(entry, "reserve", entry.amount);
      return true;
    },
    settle(entry) {
      const { clientId, reserved, cost } = entry;
      move(clientId, { reserved: -reserved, available: reserved - cost, spent: cost });
      noteCall(entry, "settle", cost < reserved ? cost : reserved);
      if (cost < reserved) noteCall(entry, "release", reserved - cost);
      else noteCall(entry, "adjust", cost - reserved);
    },
    adjust(entry) {
      move(entry.clientId, { available: -entry.amount, spent: entry.amount });
      noteCall(entry, "adjust", entry.amount);
    },
    open(clientId, currency) {
      tx.require("clients", clientId, clientId);
      if (tx.find("balances", clientId) !== null) return;
      const nothing = { paidIn: 0n, available: 0n, reserved: 0n, spent: 0n };
      tx.insert("balances", clientId, clientId, { clientId, currency, ...nothing });
    },
    topUp({ id, clientId, at, amount, reference }) {
      held(clientId);
      const used = tx.all("ledger").some((entry) =>
        entry.clientId === clientId && entry.reference === reference
      );
      if (used) return false;
      move(clientId, { paidIn: amount, available: amount });
      note({ id, clientId, at, kind: "top_up", amount, callId: null, reference });
      return true;
    },
    ledgerPage(clientId, page) {
      return slice(ledgerOf(clientId), page);
    },
    ledger(clientId, limit) {
      return ledgerOf(clientId).slice(0, limit);
    },
  };
}
