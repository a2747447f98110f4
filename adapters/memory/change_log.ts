import type { Change, ChangeLog } from "../../src/kernel/changes.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** What the transaction will tell of, noted in `told`. */
export function changeLog(tx: Transaction, told: Change[]): AtOnce<ChangeLog> {
  return {
    publish(clientId, touched) {
      if (clientId === null ? !tx.seesAll : tx.lock("clients", clientId) === null) {
        throw new Error("changes: no such client in scope");
      }
      told.push({ clientId, touched: clientId === null ? null : touched });
    },
  };
}
