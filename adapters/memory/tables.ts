/**
 * What the store in memory holds: one map per table, each row beside the client that owns it.
 *
 * @module
 */
import type { AuditEntry, AuditLink } from "../../src/access/audit_log.ts";
import type { Client, Role, Token, User } from "../../src/access/client.ts";
import type { Invitation, Session } from "../../src/access/session.ts";
import type { Balance, LedgerEntry } from "../../src/billing/balance_service.ts";
import type { CallOrder } from "../../src/call_orders/call_order.ts";
import type { Call } from "../../src/calls/call.ts";
import type { IdempotencyKey } from "../../src/calls/call_repo.ts";
import type { Outcome } from "../../src/calls/outcome.ts";
import type { Transcript } from "../../src/calls/transcript.ts";
import type { Assistant } from "../../src/campaigns/assistant.ts";
import type { Campaign } from "../../src/campaigns/campaign.ts";
import type { CampaignFigures, DayStats, OutcomeCount } from "../../src/campaigns/stats.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import type { ContactImport } from "../../src/records/contact_import.ts";
import type { ImportRow } from "../../src/records/import_records.ts";
import type { ContactRecord, Note } from "../../src/records/record.ts";
import type { RecordType } from "../../src/records/record_type.ts";

/** The rows of each table. */
export interface Rows {
  clients: Client;
  roles: Role;
  users: User;
  tokens: Token;
  /** By user. */
  passwords: { userId: Uuid; hash: string; changedAt: Date; signedInAt: Date | null };
  sessions: Session;
  invitations: Invitation;
  audit: AuditEntry;
  /** Ids of entries. */
  auditPending: Uuid;
  /** By client and place. */
  auditLinks: AuditLink;
  /** By client. */
  balances: Balance;
  /** By id and kind. */
  ledger: LedgerEntry;
  recordTypes: RecordType;
  records: ContactRecord;
  notes: Note;
  imports: ContactImport;
  /** By import and position. */
  importRows: { clientId: Uuid; importId: Uuid; position: number; rows: ImportRow[] };
  /** By client and number. */
  doNotCall: { phoneNumber: string; at: Date };
  assistants: Assistant;
  campaigns: Campaign;
  /** By campaign. */
  figures: CampaignFigures;
  /** By campaign and day. */
  dayFigures: DayStats & { campaignId: Uuid };
  /** By campaign, name, type and value. */
  outcomeCounts: OutcomeCount & { campaignId: Uuid };
  callOrders: CallOrder;
  calls: Call;
  /** By call and event. */
  events: { callId: Uuid; id: string; at: Date };
  /** By call. */
  transcripts: Transcript;
  /** By call. */
  outcomes: Outcome[];
  /** By client and key. */
  keys: IdempotencyKey;
}

/** Name of a table. */
export type Table = keyof Rows;

/** A row and its owner; null for what belongs to the operator. */
export interface Owned<Row> {
  clientId: Uuid | null;
  row: Row;
}

/** Every table. */
export type Tables = { [T in Table]: Map<string, Owned<Rows[T]>> };

/** A store with nothing in it. */
export function emptyTables(): Tables {
  return {
    clients: new Map(),
    roles: new Map(),
    users: new Map(),
    tokens: new Map(),
    passwords: new Map(),
    sessions: new Map(),
    invitations: new Map(),
    audit: new Map(),
    auditPending: new Map(),
    auditLinks: new Map(),
    balances: new Map(),
    ledger: new Map(),
    recordTypes: new Map(),
    records: new Map(),
    notes: new Map(),
    imports: new Map(),
    importRows: new Map(),
    doNotCall: new Map(),
    assistants: new Map(),
    campaigns: new Map(),
    figures: new Map(),
    dayFigures: new Map(),
    outcomeCounts: new Map(),
    callOrders: new Map(),
    calls: new Map(),
    events: new Map(),
    transcripts: new Map(),
    outcomes: new Map(),
    keys: new Map(),
  };
}

/** One key of several parts. */
export function keyOf(...parts: (string | number | boolean)[]): string {
  return JSON.stringify(parts);
}
