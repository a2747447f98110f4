/**
 * Valid rows with sensible defaults for tests. Whatever must be unique is, however many tests share
 * a store; a row is made from the rows that it refers to, so that both are of one client.
 * One file, because they are one kit.
 *
 * @module
 */
import type { AuditEntry } from "../../src/access/audit_log.ts";
import type { Client, Role, Token, User } from "../../src/access/client.ts";
import type { Invitation, Session } from "../../src/access/session.ts";
import type { CallOrder } from "../../src/call_orders/call_order.ts";
import type { Call } from "../../src/calls/call.ts";
import type { Assistant } from "../../src/campaigns/assistant.ts";
import { type Campaign, defaultDialingRules } from "../../src/campaigns/campaign.ts";
import { defaultRules } from "../../src/compliance/call_rules.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { ContactImport } from "../../src/records/contact_import.ts";
import type { ContactRecord, Note } from "../../src/records/record.ts";
import type { RecordType } from "../../src/records/record_type.ts";

/** When rows were made unless they say otherwise: noon of a Monday, UTC. */
export const NOON = new Date("2026-03-02T12:00:00.000Z");

/** That many minutes after {@link NOON}; fractions down to the millisecond. */
export function minutes(count: number): Date {
  return new Date(NOON.getTime() + Math.round(count * 60_000));
}

/** Text that no other row has. */
export function unique(text: string): string {
  return `${text} ${newId(new Date()).slice(-12)}`;
}

let lastNumber = 0;

/** A number that no other row of this process has. */
export function uniquePhone(): string {
  lastNumber += 1;
  return `+1415555${String(1000 + lastNumber).padStart(4, "0")}`;
}

/** A company. */
export function clientRow(overrides: Partial<Client> = {}): Client {
  return {
    id: newId(NOON),
    name: unique("Acme"),
    country: "US",
    tariff: { currency: "USD", setup: 10_000n, perMinute: 120_000n, incrementSeconds: 1 },
    phoneRates: {},
    rules: defaultRules("US"),
    createdAt: NOON,
    ...overrides,
  };
}

/** A role of a client, or (null) of the operator. */
export function roleRow(client: Client | null, overrides: Partial<Role> = {}): Role {
  return {
    id: newId(NOON),
    clientId: client?.id ?? null,
    name: unique("Agent"),
    admin: false,
    permissions: ["calls.view"],
    ...overrides,
  };
}

/** A person of the role's client. */
export function userRow(role: Role, overrides: Partial<User> = {}): User {
  return {
    id: newId(NOON),
    clientId: role.clientId,
    roleId: role.id,
    email: `${unique("Ana").replace(" ", ".")}@example.com`,
    name: "Ana Lima",
    master: false,
    createdAt: NOON,
    disabledAt: null,
    ...overrides,
  };
}

/** A token of a user. */
export function tokenRow(user: User, overrides: Partial<Token> = {}): Token {
  return {
    id: newId(NOON),
    userId: user.id,
    name: "Laptop",
    hash: randomHash(),
    readOnly: false,
    permissions: null,
    caps: {},
    createdAt: NOON,
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    ...overrides,
  };
}

/** A session of a user; its secret is lost. */
export function sessionRow(user: User, overrides: Partial<Session> = {}): Session {
  return {
    id: newId(NOON),
    userId: user.id,
    hash: randomHash(),
    createdAt: NOON,
    lastUsedAt: NOON,
    device: "Firefox on Linux",
    ...overrides,
  };
}

/** An invitation of a user, good for an hour; its secret is lost. */
export function invitationRow(user: User, overrides: Partial<Invitation> = {}): Invitation {
  return {
    id: newId(NOON),
    userId: user.id,
    hash: randomHash(),
    createdAt: NOON,
    expiresAt: minutes(60),
    usedAt: null,
    ...overrides,
  };
}

/** A kind of contact. */
export function recordTypeRow(client: Client, overrides: Partial<RecordType> = {}): RecordType {
  return {
    id: newId(NOON),
    clientId: client.id,
    name: unique("Lead"),
    description: null,
    createdAt: NOON,
    ...overrides,
  };
}

/** A contact of a type. */
export function recordRow(
  type: RecordType,
  overrides: Partial<ContactRecord> = {},
): ContactRecord {
  return {
    id: newId(NOON),
    clientId: type.clientId,
    typeId: type.id,
    name: "Bo Chen",
    firstName: null,
    lastName: null,
    email: null,
    phoneNumber: uniquePhone(),
    country: "US",
    status: "active",
    timeZone: null,
    consent: null,
    doNotCallAt: null,
    parameters: {},
    createdAt: NOON,
    updatedAt: NOON,
    ...overrides,
  };
}

/** A note about a record. */
export function noteRow(record: ContactRecord, overrides: Partial<Note> = {}): Note {
  return {
    id: newId(NOON),
    clientId: record.clientId,
    recordId: record.id,
    author: "Ana Lima",
    text: "Asked for a brochure.",
    at: NOON,
    ...overrides,
  };
}

/** A voice agent. */
export function assistantRow(client: Client, overrides: Partial<Assistant> = {}): Assistant {
  return {
    id: newId(NOON),
    clientId: client.id,
    name: unique("Nova"),
    connection: { kind: "simulated" },
    outcomes: [{ name: "interested", type: "boolean", description: "Wants to hear more." }],
    operationalPerMinute: 50_000n,
    webhook: null,
    createdAt: NOON,
    ...overrides,
  };
}

/** An active campaign. */
export function campaignRow(assistant: Assistant, overrides: Partial<Campaign> = {}): Campaign {
  return {
    id: newId(NOON),
    clientId: assistant.clientId,
    assistantId: assistant.id,
    name: unique("Spring"),
    description: null,
    status: "active",
    rules: { ...defaultDialingRules("US"), window: null, countries: null },
    createdAt: NOON,
    updatedAt: NOON,
    ...overrides,
  };
}

/** A planned order. */
export function orderRow(
  record: ContactRecord,
  campaign: Campaign,
  overrides: Partial<CallOrder> = {},
): CallOrder {
  return {
    id: newId(NOON),
    clientId: record.clientId,
    recordId: record.id,
    campaignId: campaign.id,
    callType: "phone_out",
    status: "planned",
    scheduledTime: null,
    instructions: null,
    attempts: 0,
    nextDialAt: null,
    createdBy: null,
    createdAt: NOON,
    updatedAt: NOON,
    ...overrides,
  };
}

/** A call that is about to be dialled. */
export function callRow(
  order: CallOrder,
  assistant: Assistant,
  overrides: Partial<Call> = {},
): Call {
  return {
    id: newId(NOON),
    clientId: order.clientId,
    orderId: order.id,
    recordId: order.recordId,
    campaignId: order.campaignId,
    assistantId: assistant.id,
    phoneNumber: "+14155550132",
    status: "dialing",
    endReason: null,
    answeredBy: null,
    createdAt: NOON,
    answeredAt: null,
    endedAt: null,
    durationSeconds: null,
    timeline: [{ status: "dialing", at: NOON }],
    summary: null,
    recording: null,
    agentRecordingUrl: null,
    provider: "simulated",
    providerCallId: null,
    currency: "USD",
    prices: {
      tariff: { currency: "USD", setup: 10_000n, perMinute: 120_000n, incrementSeconds: 1 },
      operationalPerMinute: 50_000n,
      phonePerMinute: null,
    },
    reserved: 1_810_000n,
    price: null,
    operationalCost: null,
    phoneCost: null,
    phoneCurrency: null,
    maxSeconds: 900,
    initiatedBy: null,
    tokenId: null,
    updatedAt: NOON,
    ...overrides,
  };
}

/** What makes a call one that was answered, talked for two minutes, and ended. */
export function ended(overrides: Partial<Call> = {}): Partial<Call> {
  return {
    status: "completed",
    endReason: "contact_hangup",
    answeredBy: "person",
    answeredAt: minutes(1),
    endedAt: minutes(3),
    durationSeconds: 120,
    price: 250_000n,
    operationalCost: 100_000n,
    phoneCost: 14_000n,
    phoneCurrency: "USD",
    ...overrides,
  };
}

/** Something that a client's user did. */
export function auditRow(user: User, overrides: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: newId(NOON),
    at: NOON,
    clientId: user.clientId,
    userId: user.id,
    tokenId: null,
    actor: user.name,
    action: "create-record",
    subjectId: null,
    application: null,
    argumentsHash: null,
    outcome: "ok",
    times: 1,
    ...overrides,
  };
}

function randomHash(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A running import of one row, that no worker has in hand. */
export function importRow(type: RecordType, overrides: Partial<ContactImport> = {}): ContactImport {
  return {
    id: newId(NOON),
    clientId: type.clientId,
    typeId: type.id,
    userId: null,
    actor: "Ana Lima",
    fileName: "leads.csv",
    status: "running",
    rows: 1,
    nextRow: 0,
    expected: { created: 1, duplicates: 0 },
    created: 0,
    duplicates: 0,
    refused: 0,
    problems: [],
    leaseUntil: null,
    createdAt: NOON,
    startedAt: NOON,
    endedAt: null,
    ...overrides,
  };
}
