/**
 * Calls under way, for whoever watches the server; over all clients, so that it names none.
 *
 * @module
 */
import type { Lanes } from "./lanes.ts";

/** How many there are of a status, and for how many seconds the oldest has been there. */
export interface LiveCallCount {
  status: string;
  count: number;
  oldestSeconds: number;
}

/** One round trip; the index of live calls alone is read. */
export async function countLiveCalls(lanes: Lanes): Promise<LiveCallCount[]> {
  const rows = await lanes.flight(
    { role: "app_master" },
    (sql) =>
      sql<{ status: string; count: bigint; oldest: string }>`
        select status, count(*) as count, extract(epoch from now() - min(created_at)) as oldest
        from calls where status in ('dialing', 'queued', 'ringing', 'in_progress')
        group by status`,
  );
  return rows.map(({ status, count, oldest }) => ({
    status,
    count: Number(count),
    oldestSeconds: Number(oldest),
  }));
}
