/**
 * Rows that fit together: a company that is ready to call, and one that has called.
 *
 * @module
 */
import type { AuditEntry } from "../../src/access/audit_log.ts";
import type { Client, Role, Token, User } from "../../src/access/client.ts";
import type { Invitation, Session } from "../../src/access/session.ts";
import type { CallOrder } from "../../src/call_orders/call_order.ts";
import type { Call } from "../../src/calls/call.ts";
import type { CallRef } from "../../src/calls/call_event.ts";
import type { IdempotencyKey } from "../../src/calls/call_repo.ts";
import type { Outcome } from "../../src/calls/outcome.ts";
import type { Transcript } from "../../src/calls/transcript.ts";
import type { Assistant } from "../../src/campaigns/assistant.ts";
import type { Campaign } from "../../src/campaigns/campaign.ts";
import { dayOf, figuresOfCall, figuresOfOrder } from "../../src/campaigns/stats.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { Repos } from "../../src/kernel/unit_of_work.ts";
import type { ContactImport } from "../../src/records/contact_import.ts";
import type { ContactRecord, Note } from "../../src/records/record.ts";
import type { RecordType } from "../../src/records/record_type.ts";
import {
  assistantRow,
  auditRow,
  callRow,
  campaignRow,
  clientRow,
  ended,
  importRow,
  invitationRow,
  minutes,
  NOON,
  noteRow,
  orderRow,
  recordRow,
  recordTypeRow,
  roleRow,
  sessionRow,
  tokenRow,
  unique,
  uniquePhone,
  userRow,
} from "./rows.ts";

/** A client with people, a record type, an assistant and a campaign, and an empty balance. */
export interface Company {
  client: Client;
  role: Role;
  user: User;
  type: RecordType;
  assistant: Assistant;
  campaign: Campaign;
}

/** A company with one row of everything. */
export interface World extends Company {
  token: Token;
  session: Session;
  invitation: Invitation;
  audit: AuditEntry;
  record: ContactRecord;
  note: Note;
  /** Due since noon. */
  order: CallOrder;
  /** A live call of the order; its price is reserved. */
  call: Call;
  /** An earlier call of the order, without any money moved. */
  past: Call;
  outcomes: Outcome[];
  transcript: Transcript;
  key: IdempotencyKey;
  /** Running, with a batch of one row. */
  contactImport: ContactImport;
  /** Not started. */
  preview: ContactImport;
}

/** What a world's client has paid in. */
export const PAID_IN = 100_000_000n;

/** A company that is not in any store yet. */
export function companyOf(): Company {
  const client = clientRow();
  const role = roleRow(client);
  const assistant = assistantRow(client);
  const campaign = campaignRow(assistant);
  const rules = { ...campaign.rules, autoDial: true };
  return {
    client,
    role,
    user: userRow(role),
    type: recordTypeRow(client),
    assistant,
    campaign: { ...campaign, rules },
  };
}

/** A world that is not in any store yet. */
export function worldOf(): World {
  const company = companyOf();
  const { user, type, campaign, assistant } = company;
  const record = recordRow(type, { email: "bo@example.com", parameters: { plan: "gold" } });
  const order = orderRow(record, campaign, { nextDialAt: NOON });
  const call = callRow(order, assistant, { createdAt: minutes(10) });
  const untold = { providerCallId: unique("line"), phoneCost: null, phoneCurrency: null };
  const past = callRow(order, assistant, ended(untold));
  return {
    ...company,
    token: tokenRow(user),
    session: sessionRow(user),
    invitation: invitationRow(user),
    audit: auditRow(user),
    record,
    note: noteRow(record),
    contactImport: importRow(type),
    preview: importRow(type, { status: "previewed", startedAt: null }),
    order,
    call,
    past,
    outcomes: [{ name: "interested", type: "boolean", value: true, turn: 0 }],
    transcript: { turns: [{ role: "contact", startSeconds: 1, text: "Do call again." }] },
    key: {
      clientId: call.clientId,
      key: unique("key"),
      fingerprint: "{}",
      callId: call.id,
      at: NOON,
    },
  };
}

/** Where a call is found. */
export function refOf({ clientId, id }: Call): CallRef {
  return { clientId, callId: id };
}

/** Writes a company. */
export async function insertCompany(repos: Repos, company: Company): Promise<void> {
  const { access, balance, records, campaigns } = repos;
  const { client, role, user, type, assistant, campaign } = company;
  await access.saveClient(client);
  await access.saveRole(role);
  await access.saveUser(user);
  await balance.open(client.id, client.tariff.currency);
  await records.saveType(type);
  await campaigns.saveAssistant(assistant);
  await campaigns.save(campaign);
}

/** Writes a world. */
export async function insertWorld(repos: Repos, world: World): Promise<void> {
  await insertCompany(repos, world);
  const { access, audit, balance, callOrders, calls, doNotCall, imports, records, signIn, stats } =
    repos;
  const { client, campaign, record, order, call, past, outcomes } = world;
  const entry = { id: newId(NOON), clientId: client.id, at: NOON };
  await access.insertToken(world.token);
  await signIn.savePassword(world.user.id, "$a", NOON);
  await signIn.insertSession(world.session);
  await signIn.insertInvitation(world.invitation);
  await audit.add(world.audit);
  await records.insert(record);
  await records.addNote(world.note);
  await callOrders.insert(order);
  await calls.insert(past);
  await calls.insert(call);
  await balance.topUp({ ...entry, amount: PAID_IN, reference: "first" });
  await balance.reserve({ ...entry, callId: call.id, amount: call.reserved });
  await calls.addEvent(refOf(call), "dial", NOON);
  await calls.saveTranscript(refOf(call), world.transcript);
  await calls.saveOutcomes(refOf(call), outcomes);
  await calls.insertKey(world.key);
  const row = { line: 2, fields: { name: "Cy", phoneNumber: uniquePhone() } };
  for (const each of [world.contactImport, world.preview]) await imports.insert(each, [[row]]);
  await doNotCall.add(client.id, record.phoneNumber, NOON);
  await stats.add(client.id, campaign.id, figuresOfOrder(order));
  await stats.add(client.id, campaign.id, figuresOfCall(past));
  await stats.add(client.id, campaign.id, figuresOfCall(call));
  for (const each of [past, call]) {
    const day = dayOf(each.createdAt);
    await stats.addToDay(client.id, campaign.id, day, figuresOfCall(each));
  }
  await stats.addOutcomes(client.id, campaign.id, outcomes, 1);
}
