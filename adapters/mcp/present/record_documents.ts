/**
 * A record's history on the wire, as its two resources show it.
 *
 * @module
 */
import type { Principal } from "../../../src/access/principal.ts";
import type { Call } from "../../../src/calls/call.ts";
import type { OutcomeOfRecord } from "../../../src/calls/call_repo.ts";
import {
  OUTCOME_HISTORY,
  PROFILE_HISTORY,
  PROFILE_NOTES,
  type RecordProfile,
} from "../../../src/records/queries.ts";
import type { RecordView } from "../../../src/records/record_repo.ts";
import { presentCallOrder } from "./call_order.ts";
import { anyText, presentOutcome } from "./outcome.ts";
import { presentRecordDetails } from "./record.ts";
import { fence, NOTICE, noticeFor } from "./untrusted.ts";
import { compact, ownerOf, time } from "./wire.ts";

/** A record with its call orders and their calls, its outcomes and latest notes. */
export function presentProfile(profile: RecordProfile, principal: Principal) {
  const { orders, calls, outcomes, notes, counts } = profile;
  const orderTotal = Object.values(counts.ordersByStatus).reduce((sum, n) => sum + n, 0);
  const omitted = [
    ...leftOut("call orders", orders.length, orderTotal, PROFILE_HISTORY),
    ...leftOut("calls", calls.length, counts.calls, PROFILE_HISTORY),
    ...leftOut("outcomes", outcomes.length, counts.outcomes, PROFILE_HISTORY),
    ...leftOut("notes", notes.length, counts.notes, PROFILE_NOTES),
  ];
  return {
    notice: NOTICE,
    ...presentRecordDetails(profile, principal),
    callOrders: orders.map((view) => {
      const { recordUuid: _uuid, recordName: _name, client: _client, ...order } = presentCallOrder(
        view,
        principal,
      );
      const own = calls.filter((call) => call.orderId === view.order.id);
      return { ...order, calls: own.map(presentPastCall) };
    }),
    outcomes: outcomes.map(presentAttributed),
    notes: notes.map(({ author, text, at }) => ({ author, text: fence(text), at: time(at) })),
    ...(omitted.length > 0 ? { omitted } : {}),
  };
}

/** A record's outcomes by name, each value with the campaign and call that it came from. */
export function presentRecordOutcomes(
  view: RecordView & { outcomes: OutcomeOfRecord[] },
  principal: Principal,
) {
  const { record, clientName, outcomes } = view;
  const byName = Map.groupBy(outcomes, ({ outcome }) => outcome.name);
  return {
    recordUuid: record.id,
    recordName: record.name,
    ...ownerOf(principal, record, clientName),
    ...noticeFor(anyText(outcomes.map(({ outcome }) => outcome))),
    outcomes: Array.from(byName, ([name, found]) => ({
      name,
      type: found[0].outcome.type,
      count: found.length,
      values: found.map((one) => {
        const { name: _name, type: _type, ...value } = presentAttributed(one);
        return value;
      }),
    })),
    ...(outcomes.length === OUTCOME_HISTORY
      ? { omitted: [`outcomes before the latest ${OUTCOME_HISTORY}`] }
      : {}),
  };
}

function presentAttributed({ outcome, callId, campaignId, campaignName, at }: OutcomeOfRecord) {
  const { turn: _turn, ...found } = presentOutcome(outcome);
  return { ...found, callUuid: callId, campaignUuid: campaignId, campaignName, at: time(at) };
}

function presentPastCall(call: Call) {
  return compact({
    callUuid: call.id,
    status: call.status,
    endReason: call.endReason,
    durationSeconds: call.durationSeconds,
    summary: call.summary === null ? null : fence(call.summary),
    createdAt: time(call.createdAt),
  });
}

function leftOut(what: string, shown: number, total: number, limit: number): string[] {
  return total > shown ? [`${what}: the latest ${limit} of ${total} are shown`] : [];
}
