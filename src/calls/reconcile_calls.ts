/**
 * Finds out what became of calls that nothing was heard of: after a timeout, a crash, or lost
 * events. Never dials.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import { applyCallEvent } from "./apply_call_event.ts";
import { type Call, isLive } from "./call.ts";
import type { CallRef } from "./call_event.ts";

/** Calls looked at in one pass. */
const BATCH = 100;
/** Times the longest allowed call after which even a silent provider's call is over. */
const GIVE_UP_FACTOR = 2;

/**
 * Asks the provider about each live call that has been silent for that many seconds, and applies
 * what it knows. A call that the provider does not know after its quiet period was never dialled:
 * it fails with `provider_unavailable` and its reservation is released.
 *
 * @returns how many calls were asked about.
 */
export async function reconcileCalls(ports: Ports, silentSeconds: number): Promise<number> {
  const before = secondsAgo(ports, silentSeconds);
  const silent = await ports.uow.read("all", ({ calls }) => calls.silentSince(before, BATCH));
  for (const call of silent) await reconcile(ports, call);
  return silent.length;
}

async function reconcile(ports: Ports, call: Call): Promise<void> {
  const ref = { clientId: call.clientId, callId: call.id };
  const found = await ports.gateway.lookup(call);
  if (found.kind === "found") {
    for (const event of found.events) {
      await applyCallEvent(ports, { ...event, ref, providerCallId: found.providerCallId });
    }
    return await touch(ports, ref);
  }
  await touch(ports, ref);
  const quiet = found.kind === "not_found"
    ? ports.gateway.quietSeconds
    : ports.gateway.quietSeconds + GIVE_UP_FACTOR * call.maxSeconds;
  const lastHeard = call.timeline.at(-1)?.at ?? call.createdAt;
  if (lastHeard > secondsAgo(ports, quiet)) return;
  const at = ports.clock.now();
  const reason = call.answeredAt === null ? "provider_unavailable" : "contact_lost";
  const report = { type: "ended" as const, reason, durationSeconds: null } as const;
  await applyCallEvent(ports, { ref, eventId: "reconciled", at, report });
}

/** Keeps a call that there is no news of from being asked about again at once. */
async function touch({ uow, clock }: Ports, ref: CallRef): Promise<void> {
  await uow.run({ clientId: ref.clientId }, async ({ calls }) => {
    const call = await calls.lock(ref);
    if (call !== null && isLive(call)) await calls.update({ ...call, updatedAt: clock.now() });
  });
}

function secondsAgo(ports: Ports, seconds: number): Date {
  return new Date(ports.clock.now().getTime() - seconds * 1000);
}
