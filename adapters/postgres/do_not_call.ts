/**
 * SQL of the clients' suppression lists.
 *
 * @module
 */
import type { DoNotCallList } from "../../src/compliance/do_not_call_list.ts";
import { type ClientFilter, owned, requireOwn } from "./client_filter.ts";
import { fragment, type Sql } from "./sql.ts";

/** The suppression list of the client that the filter names. */
export function doNotCallList(sql: Sql, filter: ClientFilter): DoNotCallList {
  return {
    async has(clientId, phoneNumber) {
      const rows = await sql`
        select from do_not_call where client_id = ${clientId} and phone_number = ${phoneNumber}
          and ${owned(filter, fragment`client_id`)}`;
      return rows.count > 0;
    },
    async add(clientId, phoneNumber, at) {
      requireOwn(filter, clientId);
      await sql`
        insert into do_not_call (client_id, phone_number, at)
        values (${clientId}, ${phoneNumber}, ${at})
        on conflict (client_id, phone_number) do nothing`;
    },
  };
}
