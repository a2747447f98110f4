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
import type { CallEvent } from "../calls/call_event.ts";
import { noteOptOut } from "../calls/note_opt_out.ts";
import { saveCall } from "../calls/save_call.ts";
import { DomainError } from "../kernel/errors.ts";
import { newId, type Uuid } from "../kernel/ids.ts";
import { requireText } from "../kernel/text.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import { findReferences } from "./history_references.ts";
import { retell, type RetoldCall } from "./retell_order.ts";
import { summed } from "./summed_stats.ts";

/** A call that is over. */
export type PastCall = {
  /** A UUIDv7 of the moment of dialling, by which its events refer to it. */
  id: Uuid;
  dialedAt: Date;
  /** Adapter that dialled it, such as `simulated`. */
  provider: string;
  /** All that was reported of it, oldest first. */
  events: CallEvent[];
};

/** An order of the past. */
export type PastOrder = {
  recordUuid: string;
  /** Of the record's client. */
  campaignUuid: string;
  orderedAt: Date;
  /** When the server was to dial it by itself. */
  scheduledTime?: Date;
  instructions?: string;
  /** Its calls, oldest first. */
  calls: PastCall[];
};

/** Something that was written down about a record. */
export type PastNote = {
  recordUuid: string;
  author: string;
  text: string;
  at: Date;
};

/** What happened before. */
export type History = {
  orders: PastOrder[];
  notes?: PastNote[];
};

/**
 * Orders or notes of one transaction. Few, because each call moves its client's one balance twice,
 * and PostgreSQL reads past every version of a row that its own transaction has left behind: three
 * months of the demo took 21 s at 200 orders, 9 s at 20.
 */
const PIECE = 20;
const MAX_AUTHOR = 200;
const MAX_NOTE = 2000;

/**
 * Adds history, in pieces of some hundred orders that each are added whole or not at all.
 *
 * @throws DomainError `forbidden` for anybody but a master; `not_found` (Record, Campaign);
 * `invalid` for a call that has not ended; `conflict` for a second open order of a record in a
 * campaign; `insufficient_balance` when the client had not paid in what the calls cost.
 */
export async function importHistory(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  principal: Principal,
  { orders, notes = [] }: History,
): Promise<{ orders: number; calls: number; notes: number }> {
  requireMaster(principal);
  requireWrite(principal);
  const texts = notes.map((note) => ({
    ...note,
    author: requireText("author", note.author, MAX_AUTHOR),
    text: requireText("text", note.text, MAX_NOTE),
  }));
  for (const piece of pieces(orders)) {
    await uow.run("all", (repos) => addOrders(repos, principal, piece, clock.now()));
  }
  for (const piece of pieces(texts)) await uow.run("all", (repos) => addNotes(repos, piece));
  const calls = orders.reduce((sum, order) => sum + order.calls.length, 0);
  return { orders: orders.length, calls, notes: notes.length };
}

async function addOrders(
  repos: Repos,
  principal: Principal,
  past: PastOrder[],
  now: Date,
): Promise<void> {
  const references = await findReferences(repos, past);
  const retold = past.map((order) => retell(principal, order, references.of(order)));
  const calls = retold.flatMap((order) => order.calls);
  await requireMoney(repos, calls.map(({ call }) => call));

  const figures = summed(repos.stats);
  const sums: Repos = { ...repos, stats: figures.stats };
  const existing = await Promise.all(retold.map(({ order }) => insertOrder(sums, order)));
  const open = existing.find((id) => id !== null);
  if (open) throw orderOpen(open);
  await Promise.all(calls.flatMap((call) => addCall(sums, call)));
  await figures.flush();
  for (const { call, optedOutAt } of calls) {
    if (optedOutAt !== null) await noteOptOut(repos, call, optedOutAt);
  }
  const clients = new Set(retold.map(({ order }) => order.clientId));
  await Promise.all(Array.from(clients, (clientId) =>
    repos.audit.add(auditEntry(principal, {
      id: newId(now),
      at: now,
      clientId,
      action: "import-history",
      subjectId: clientId,
    }))));
}

/** Starts everything at once, so that a whole piece takes a few round trips. */
function addCall(repos: Repos, { call, transcript, outcomes }: RetoldCall): Promise<void>[] {
  const { clientId, campaignId, id: callId, reserved, createdAt, endedAt } = call;
  const ref = { clientId, callId };
  const at = endedAt ?? createdAt;
  const cost = call.price ?? 0n;
  const reservation = { ...ref, id: newId(createdAt), at: createdAt, amount: reserved };
  const started = [
    repos.balance.reserve(reservation).then(() => {}),
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

/** The money is what would fail in the middle: whoever has too little is told before. */
async function requireMoney(repos: Repos, calls: Call[]): Promise<void> {
  for (const clientId of new Set(calls.map((call) => call.clientId))) {
    const balance = await repos.balance.lock(clientId);
    let available = balance?.available ?? 0n;
    for (const call of calls.filter((each) => each.clientId === clientId)) {
      if (available < call.reserved) {
        throw new DomainError(
          "insufficient_balance",
          "The client had not paid in what these calls cost; top its balance up first",
        );
      }
      available -= call.price ?? 0n;
    }
  }
}

async function addNotes(repos: Repos, notes: PastNote[]): Promise<void> {
  const references = await findReferences(repos, notes);
  await Promise.all(notes.map((note) => {
    const { clientId, id: recordId } = references.record(note);
    const { author, text, at } = note;
    return repos.records.addNote({ id: newId(at), clientId, recordId, author, text, at });
  }));
}

function* pieces<T>(items: T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += PIECE) yield items.slice(from, from + PIECE);
}
