/**
 * Writes a call together with what it changes in its campaign's figures, and in those of its day.
 *
 * @module
 */
import {
  dayFigures,
  dayOf,
  difference,
  figuresOfCall,
  isZero,
  noFigures,
} from "../campaigns/stats.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import type { Call } from "./call.ts";

/** Inserts (before: null) or replaces a call that the transaction holds, and tells of it. */
export async function saveCall(repos: Repos, before: Call | null, after: Call): Promise<void> {
  const change = difference(before && figuresOfCall(before), figuresOfCall(after));
  const ofDay = dayFigures(change);
  const { clientId, id, recordId, campaignId } = after;
  await Promise.all([
    before === null ? repos.calls.insert(after) : repos.calls.update(after),
    isZero(change) ? undefined : repos.stats.add(clientId, campaignId, change),
    isZero({ ...noFigures(), ...ofDay })
      ? undefined
      : repos.stats.addToDay(clientId, campaignId, dayOf(after.createdAt), ofDay),
    repos.changes.publish(clientId, {
      calls: [id],
      records: [recordId],
      campaigns: isZero(change) ? [] : [campaignId],
    }),
  ]);
}
