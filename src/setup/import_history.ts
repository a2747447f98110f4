/**
 * Puts calls of the past into the store, as if they had been made here: by the same rules, with the
 * same money moved, and with figures that a recount confirms.
 *
 * Their events are not noted one by one: a late repeat of one would be applied again, which changes
 * nothing of a call that is over.
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import { type Principal, requireMaster, requireWrite } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import { orderOpen } from "../call_orders/create_call_order.ts";
import { insertOrder } from "../call_orders/save_order.ts";
import type { Call } from "../calls/call.ts";
import { noteOptOut } from "../calls/note_opt_out.ts";
import { saveCall } from "../calls/save_call.ts";
import { DomainError } from "../kernel/errors.ts";
import { newId, type Uuid } from "../kernel/ids.ts";
import { requireText } from "../kernel/text.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import type { ContactRecord, Note } from "../records/record.ts";
import type { History, PastNote } from "./history.ts";
import { findReferences } from "./history_references.ts";
import { retell, type Retold, type RetoldCall } from "./retell_order.ts";
import { summed } from "./summed_stats.ts";

/**
 * Orders or notes of one transaction. Few, because each call moves its client's one balance twice,
 * and PostgreSQL reads past every version of a row that its own transaction has left behind: three
 * months of the demo took 21 s at 200 orders, 9 s at 20.
 */
const PIECE = 20;
const MAX_AUTHOR = 200;
const MAX_NOTE = 2000;

/**
 * Adds history: all is checked first, then added in pieces of some orders each.
 *
 * @throws DomainError `forbidden` for anybody but a master; `not_found` (Record, Campaign);
 * `invalid` for a call that has not ended; `insufficient_balance` when the client had not paid in
 * what the calls cost. Nothing is written then. Further `conflict` for a second open order of a
 * record in a campaign: nothing of its piece is written.
 */
export async function importHistory(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  principal: Principal,
  { orders, notes = [] }: History,
): Promise<{ orders: number; calls: number; notes: number }> {
  requireMaster(principal);
  requireWrite(principal);
  const now = clock.now();
  const { retold, written } = await uow.run("all", async (repos) => {
    const references = await findReferences(repos, [...orders, ...notes]);
    const retold = orders.map((order) => retell(principal, order, references.of(order)));
    const written = notes.map((note) => noteOf(note, references.record(note)));
    await requireMoney(repos, retold.flatMap(({ calls }) => calls.map(({ call }) => call)));
    const clients = new Set([...retold.map(({ order }) => order), ...written].map(clientOf));
    await Promise.all(Array.from(clients, (clientId) => {
      const what = { clientId, action: "import-history", subjectId: clientId };
      return repos.audit.add(auditEntry(principal, { id: newId(now), at: now, ...what }));
    }));
    return { retold, written };
  });
  for (const piece of pieces(retold)) await uow.run("all", (repos) => addOrders(repos, piece));
  for (const piece of pieces(written)) {
    await uow.run("all", ({ records }) => Promise.all(piece.map((note) => records.addNote(note))));
  }
  const calls = retold.reduce((sum, order) => sum + order.calls.length, 0);
  return { orders: retold.length, calls, notes: written.length };
}

async function addOrders(repos: Repos, orders: Retold[]): Promise<void> {
  const calls = orders.flatMap((order) => order.calls);
  // Records before money and figures: see the order of locks in unit_of_work.ts.
  for (const { call, optedOutAt } of calls) {
    if (optedOutAt !== null) await repos.records.lock(call.recordId);
  }
  for (const { call, optedOutAt } of calls) {
    if (optedOutAt !== null) await noteOptOut(repos, call, optedOutAt);
  }
  const figures = summed(repos.stats);
  // Told once per client below, not once per call.
  const changes = { publish: () => Promise.resolve() };
  const sums: Repos = { ...repos, stats: figures.stats, changes };
  const existing = await Promise.all(orders.map(({ order }) => insertOrder(sums, order)));
  const open = existing.find((id) => id !== null);
  if (open) throw orderOpen(open);
  await Promise.all(calls.flatMap((call) => addCall(sums, call)));
  await figures.flush();
  const clients = new Set(orders.map(({ order }) => order.clientId));
  await Promise.all(Array.from(clients, (clientId) => repos.changes.publish(clientId, null)));
}

/** Starts everything at once, so that a whole piece takes a few round trips. */
function addCall(repos: Repos, { call, transcript, outcomes }: RetoldCall): Promise<void>[] {
  const { clientId, campaignId, id: callId, reserved, createdAt, endedAt } = call;
  const ref = { clientId, callId };
  const at = endedAt ?? createdAt;
  const cost = call.price ?? 0n;
  const reservation = { ...ref, id: newId(createdAt), at: createdAt, amount: reserved };
  const started = [
    repos.balance.reserve(reservation).then((reserved) => {
      if (!reserved) throw unpaid();
    }),
    repos.balance.settle({ ...ref, id: newId(at), at, reserved, cost }),
    saveCall(repos, null, call),
  ];
  if (transcript !== null) started.push(repos.calls.saveTranscript(ref, transcript));
  if (outcomes.length > 0) {
    started.push(repos.calls.saveOutcomes(ref, outcomes));
    started.push(repos.stats.addOutcomes(clientId, campaignId, outcomes, 1));
  }
  return started;
}

async function requireMoney(repos: Repos, calls: Call[]): Promise<void> {
  for (const clientId of new Set(calls.map(clientOf))) {
    const balance = await repos.balance.lock(clientId);
    let available = balance?.available ?? 0n;
    for (const call of calls.filter((each) => each.clientId === clientId)) {
      if (available < call.reserved) throw unpaid();
      available -= call.price ?? 0n;
    }
  }
}

function unpaid(): DomainError {
  return new DomainError(
    "insufficient_balance",
    "The client had not paid in what these calls cost; top its balance up first",
  );
}

function noteOf({ author, text, at }: PastNote, { id: recordId, clientId }: ContactRecord): Note {
  return {
    id: newId(at),
    clientId,
    recordId,
    author: requireText("author", author, MAX_AUTHOR),
    text: requireText("text", text, MAX_NOTE),
    at,
  };
}

function clientOf({ clientId }: { clientId: Uuid }): Uuid {
  return clientId;
}

function* pieces<T>(items: T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += PIECE) yield items.slice(from, from + PIECE);
}
