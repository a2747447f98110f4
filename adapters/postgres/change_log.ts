/**
 * SQL that tells of changes: a NOTIFY, which the database delivers when and if the transaction
 * commits. It carries ids only, and goes to every process that listens (change_feed.ts).
 *
 * @module
 */
import type { Change, ChangeLog } from "../../src/kernel/changes.ts";
import { isUuid } from "../../src/kernel/ids.ts";
import { type ClientFilter, requireOwn, requireWritten } from "./client_filter.ts";
import type { Sql } from "./sql.ts";

/** Where processes listen. */
export const CHANNEL = "studio_changes";

/** A NOTIFY carries less than 8,000 bytes (PostgreSQL manual, NOTIFY). */
const MAX_PAYLOAD = 7_900;

/** Tells of changes of the client that the filter names. */
export function changeLog(sql: Sql, filter: ClientFilter): ChangeLog {
  return {
    async publish(clientId, touched) {
      requireOwn(filter, clientId);
      // Selecting the client puts row-level security in charge here, too.
      const payload = writeChange({ clientId, touched });
      const rows = await sql`
        select pg_notify(${CHANNEL}, ${payload}) from clients where id = ${clientId}`;
      requireWritten(rows, "clients");
    },
  };
}

/** A change as text; one of more rows than fit becomes one of everything of the client's. */
export function writeChange({ clientId, touched }: Change): string {
  const text = JSON.stringify({ clientId, touched });
  return text.length <= MAX_PAYLOAD ? text : JSON.stringify({ clientId, touched: null });
}

/** A change that {@link writeChange} wrote; null for text that it did not write. */
export function readChange(payload: string): Change | null {
  try {
    const { clientId, touched } = JSON.parse(payload);
    if (!isUuid(clientId)) return null;
    if (touched === null) return { clientId, touched };
    const { calls = [], records = [], campaigns = [] } = touched;
    const ids = [calls, records, campaigns];
    return ids.every((list) => Array.isArray(list) && list.every(isUuid))
      ? { clientId, touched: { calls, records, campaigns } }
      : null;
  } catch {
    return null;
  }
}
