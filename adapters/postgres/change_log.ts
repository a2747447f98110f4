/**
 * Notes of what a transaction changes, for the unit of work to tell of once it has committed
 * (change_sender.ts).
 *
 * @module
 */
import type { Change, ChangeLog } from "../../src/kernel/changes.ts";
import { type ClientFilter, requireOwn, requireWritten } from "./client_filter.ts";
import { ANYTHING } from "./change_sender.ts";
import type { Sql } from "./sql.ts";

/** Notes changes of the client that the filter names in `noted`. */
export function changeLog(sql: Sql, filter: ClientFilter, noted: Change[]): ChangeLog {
  return {
    async publish(clientId, touched) {
      requireOwn(filter, clientId);
      if (clientId === null) return void noted.push(ANYTHING);
      // Row-level security decides here, too, whose changes a transaction may tell of.
      requireWritten(await sql`select from clients where id = ${clientId}`, "clients");
      noted.push({ clientId, touched });
    },
  };
}
