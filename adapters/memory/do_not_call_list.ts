import type { DoNotCallList } from "../../src/compliance/do_not_call_list.ts";
import { keyOf } from "./tables.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** The clients' suppression lists. */
export function doNotCallList(tx: Transaction): AtOnce<DoNotCallList> {
  return {
    has(clientId, phoneNumber) {
      return tx.find("doNotCall", keyOf(clientId, phoneNumber)) !== null;
    },
    add(clientId, phoneNumber, at) {
      tx.require("clients", clientId, clientId);
      const key = keyOf(clientId, phoneNumber);
      if (tx.find("doNotCall", key) === null) {
        tx.insert("doNotCall", key, clientId, { phoneNumber, at });
      }
    },
  };
}
