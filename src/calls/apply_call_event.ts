/**
 * Applies what a provider or an agent's platform reports of a call: the one path for all of them.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import type { CallOrder } from "../call_orders/call_order.ts";
import { updateOrder } from "../call_orders/save_order.ts";
import { newId } from "../kernel/ids.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import { type Call, isLive } from "./call.ts";
import type { CallEvent } from "./call_event.ts";
import { progress } from "./call_progress.ts";
import { noteOptOut } from "./note_opt_out.ts";
import { orderAfterCall, orderAfterOptOut } from "./order_after_call.ts";
import { saveCall } from "./save_call.ts";

/** What became of an event. */
export type Applied = "applied" | "duplicate" | "outdated" | "unknown_call";

/**
 * Applies an event once, in one transaction with the figures, the order and the money that it
 * changes. Late, repeated and disordered events are fine.
 */
export async function applyCallEvent(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  event: CallEvent,
): Promise<Applied> {
  const now = clock.now();
  const { ref } = event;
  return await uow.run({ clientId: ref.clientId }, async (repos) => {
    const before = await repos.calls.lock(ref);
    if (before === null) return "unknown_call";
    const { series } = event;
    const newest = series === undefined ? null : await repos.calls.newestEvent(ref, series);
    if (!await repos.calls.addEvent(ref, event.eventId, event.at)) return "duplicate";
    if (newest !== null && newest > event.at) return "outdated";
    const after = progress(before, event, now);
    const ends = isLive(before) && !isLive(after);
    const order = ends ? await repos.callOrders.lock(after.orderId) : null;
    await moveMoney(repos, before, after, now);
    if (after !== before) await saveCall(repos, before, after);
    if (order !== null) await finishOrder(repos, order, after, now);
    await keepFindings(repos, after, event, now);
    return "applied";
  });
}

async function moveMoney(repos: Repos, before: Call, after: Call, now: Date): Promise<void> {
  if (after.price === null || after.price === before.price) return;
  const entry = { id: newId(now), clientId: after.clientId, callId: after.id, at: now };
  if (before.price === null) {
    await repos.balance.settle({ ...entry, reserved: after.reserved, cost: after.price });
  } else {
    await repos.balance.adjust({ ...entry, amount: after.price - before.price });
  }
}

async function finishOrder(
  repos: Repos,
  order: CallOrder,
  call: Call,
  now: Date,
): Promise<void> {
  const campaign = await repos.campaigns.get(call.campaignId);
  if (campaign === null) return;
  await updateOrder(repos, order, orderAfterCall(order, call, campaign.campaign.rules, now));
}

async function keepFindings(
  repos: Repos,
  call: Call,
  { ref, report }: CallEvent,
  now: Date,
): Promise<void> {
  switch (report.type) {
    case "transcript":
      await Promise.all([
        repos.calls.saveTranscript(ref, { turns: report.turns }),
        repos.changes.publish(call.clientId, { calls: [call.id], records: [call.recordId] }),
      ]);
      return;
    case "outcomes": {
      const before = await repos.calls.outcomes(ref.callId);
      const { clientId, campaignId } = call;
      if (before.length) await repos.stats.addOutcomes(clientId, campaignId, before, -1);
      await Promise.all([
        repos.calls.saveOutcomes(ref, report.outcomes),
        repos.changes.publish(clientId, {
          calls: [call.id],
          records: [call.recordId],
          campaigns: [campaignId],
        }),
      ]);
      if (report.outcomes.length) {
        await repos.stats.addOutcomes(clientId, campaignId, report.outcomes, 1);
      }
      return;
    }
    case "opted_out":
      return await optOut(repos, call, now);
    default:
      return;
  }
}

async function optOut(repos: Repos, call: Call, now: Date): Promise<void> {
  const order = await repos.callOrders.lock(call.orderId);
  await noteOptOut(repos, call, now);
  if (order !== null && order.status !== "do_not_call") {
    await updateOrder(repos, order, orderAfterOptOut(order, now));
  }
}
