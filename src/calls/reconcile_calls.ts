/**
 * Finds out what became of calls that nothing was heard of: after a timeout, a crash, or lost
 * events. Never dials.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import { inTurn } from "../kernel/in_turn.ts";
import { applyCallEvent } from "./apply_call_event.ts";
import { type Call, isLive } from "./call.ts";
import type { CallRef } from "./call_event.ts";

/** Calls looked at in one pass. */
const BATCH = 100;
/** Times the longest allowed call after which even a silent provider's call is over. */
const GIVE_UP_FACTOR = 2;
/** Seconds beyond a call's longest duration that a provider has for ending it by itself. */
const GRACE_SECONDS = 60;

/**
 * Asks the provider about each live call that has been silent for that many seconds, and applies
 * what it knows. A call that the provider does not know after its quiet period was never dialled:
 * it fails with `provider_unavailable` and its reservation is released. One that still goes on after
 * its longest duration, which every provider was told, is hung up.
 *
 * @returns how many calls were asked about.
 */
export async function reconcileCalls(ports: Ports, silentSeconds: number): Promise<number> {
  const before = secondsAgo(ports, silentSeconds);
  const silent = await ports.uow.read("all", ({ calls }) => calls.silentSince(before, BATCH));
  await inTurn(silent, (call) => reconcile(ports, call));
  return silent.length;
}

async function reconcile(ports: Ports, asked: Call): Promise<void> {
  const ref = { clientId: asked.clientId, callId: asked.id };
  const answer = await ports.gateway.lookup(asked);
  if (answer.kind === "found") {
    for (const event of answer.events) {
      await applyCallEvent(ports, { ...event, ref, providerCallId: answer.providerCallId });
    }
  }
  const call = await touch(ports, ref);
  if (call === null) return;
  if (answer.kind === "found") {
    // A provider that knows of the call will also know its end.
    if (isOverlong(call, ports.clock.now())) await ports.gateway.hangUp(call);
    return;
  }
  const quiet = answer.kind === "not_found"
    ? ports.gateway.quietSeconds
    : ports.gateway.quietSeconds + GIVE_UP_FACTOR * call.maxSeconds;
  const lastHeard = call.timeline.at(-1)?.at ?? call.createdAt;
  if (lastHeard > secondsAgo(ports, quiet)) return;
  const at = ports.clock.now();
  const reason = call.answeredAt === null ? "provider_unavailable" : "contact_lost";
  const report = { type: "ended" as const, reason, durationSeconds: null } as const;
  await applyCallEvent(ports, { ref, eventId: "reconciled", at, report });
}

function isOverlong({ answeredAt, maxSeconds }: Call, now: Date): boolean {
  const longest = (maxSeconds + GRACE_SECONDS) * 1000;
  return answeredAt !== null && now.getTime() > answeredAt.getTime() + longest;
}

/**
 * Keeps a call that there is no news of from being asked about again at once.
 *
 * @returns the call as it stands, or null when it is over.
 */
async function touch({ uow, clock }: Ports, ref: CallRef): Promise<Call | null> {
  return await uow.run({ clientId: ref.clientId }, async ({ calls }) => {
    const call = await calls.lock(ref);
    if (call === null || !isLive(call)) return null;
    await calls.update({ ...call, updatedAt: clock.now() });
    return call;
  });
}

function secondsAgo(ports: Ports, seconds: number): Date {
  return new Date(ports.clock.now().getTime() - seconds * 1000);
}
