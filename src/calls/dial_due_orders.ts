/**
 * Dials orders whose time has come, in campaigns that want it. Any number of workers may run it:
 * each order is claimed by one, and one order never has two live calls anyway.
 *
 * @module
 */
import { operator } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import type { CallOrder } from "../call_orders/call_order.ts";
import { DomainError, type ErrorCode } from "../kernel/errors.ts";
import { inTurn } from "../kernel/in_turn.ts";
import { initiateCall } from "./initiate_call.ts";

/** Orders claimed in one pass. */
const BATCH = 20;
/** Seconds for which a claim keeps other workers away, and after which most refusals are tried again. */
const LEASE_SECONDS = 60;
/** Seconds after which a refusal that only a person can lift is tried again. */
const PATIENCE_SECONDS = 3600;
/** Refusals that stand until somebody changes a record, a campaign or the client's rules. */
const FOR_A_PERSON: readonly ErrorCode[] = [
  "record_not_callable",
  "phone_invalid",
  "phone_blocked",
  "country_not_allowed",
  "price_above_cap",
  "consent_missing",
  "time_zone_unknown",
];
/** Refusals that no waiting lifts. */
const FINAL: readonly ErrorCode[] = [
  "do_not_call",
  "call_type_not_callable",
  "order_not_callable",
  "attempts_used_up",
];

/**
 * Claims what is due and dials it.
 *
 * @returns how many calls were made.
 */
export async function dialDueOrders(ports: Ports): Promise<number> {
  const now = ports.clock.now();
  const lease = new Date(now.getTime() + LEASE_SECONDS * 1000);
  const due = await ports.uow.run("all", (repos) => repos.callOrders.claimDue(now, lease, BATCH));
  let dialled = 0;
  await inTurn(due, async (order) => {
    // A claim that has run out may be another worker's by now.
    if (ports.clock.now() < lease && await tryDial(ports, order)) dialled++;
  });
  return dialled;
}

async function tryDial(ports: Ports, order: CallOrder): Promise<boolean> {
  try {
    await initiateCall(ports, operator("Auto-dial"), { callOrderUuid: order.id });
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await postpone(ports, order, error);
    return false;
  }
}

/** Sets the next try to when the refusal may be lifted, or to never; else the lease does. */
async function postpone(ports: Ports, { id }: CallOrder, refusal: DomainError): Promise<void> {
  const nextDialAt = nextTry(refusal, ports.clock.now());
  if (nextDialAt === undefined) return;
  await ports.uow.run("all", async ({ callOrders }) => {
    const order = await callOrders.lock(id);
    if (order !== null) await callOrders.update({ ...order, nextDialAt });
  });
}

function nextTry({ code, details }: DomainError, now: Date): Date | null | undefined {
  if (FINAL.includes(code)) return null;
  if (!FOR_A_PERSON.includes(code)) return details.retryAt;
  return new Date(now.getTime() + PATIENCE_SECONDS * 1000);
}
