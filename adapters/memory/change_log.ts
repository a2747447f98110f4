import type { Change, ChangeLog } from "../../src/kernel/changes.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** What the transaction will tell of, noted in `told`. */
export function changeLog(tx: Transaction, told: Change[]): AtOnce<ChangeLog> {
  return {
    publish(clientId, touched) {
      if (tx.lock("clients", clientId) === null) {
        throw new Error("changes: no such client in scope");
      }
      told.push({ clientId, touched });
    },
  };
}
