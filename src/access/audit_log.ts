/**
 * Port: who did what. Append-only; the store's privileges allow nothing else.
 *
 * @module
 */
import type { ErrorCode } from "../kernel/errors.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { PageRequest, Slice } from "../kernel/page.ts";
import type { Principal } from "./principal.ts";

/** One thing that somebody did. */
export type AuditEntry = {
  id: Uuid;
  at: Date;
  /** Client whose data it touched; null for what belongs to the operator. */
  clientId: Uuid | null;
  userId: Uuid | null;
  tokenId: Uuid | null;
  /** Display name of who did it. */
  actor: string;
  /** Verb phrase in kebab-case, such as `create-record`. */
  action: string;
  /** Row that it was done to. */
  subjectId: Uuid | null;
  /** The program that asked, by its own account; null for the server's own work. */
  application: string | null;
  /** Of the arguments, by `fingerprint`; null where none were given. */
  argumentsHash: string | null;
  /** `ok`, or why it was refused. */
  outcome: "ok" | ErrorCode;
  /** How often; more than 1 only for refusals, which are counted for some seconds. */
  times: number;
};

/** An entry with the names of what it refers to, as they are now; null for what is not in scope. */
export type AuditView = {
  entry: AuditEntry;
  clientName: string | null;
  userName: string | null;
  userEmail: string | null;
  tokenName: string | null;
};

/** Which entries to list. */
export type AuditFilter = {
  userId?: Uuid;
  action?: string;
  subjectId?: Uuid;
  /** True: what was refused alone. */
  refused?: boolean;
};

/** An entry's place in the chain of its client: see audit_chain.ts. */
export type AuditLink = {
  /** Null for the operator's own chain. */
  clientId: Uuid | null;
  /** From 1, without gaps. */
  seq: number;
  entryId: Uuid;
  /** HMAC-SHA256 over the entry, the place, and the previous link's hash; hexadecimal. */
  hash: string;
  /** Names the key, without telling it. */
  keyId: string;
};

/** What names an entry. */
export type EntryRef = { clientId: Uuid | null; entryId: Uuid };

/** The audit trail. Whatever concerns its chains is the operator's alone. */
export interface AuditLog {
  /** Adds an entry, which then waits to be sealed; there is no way to change one. */
  add(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  latest(limit: number): Promise<AuditEntry[]>;
  /** A page of entries, newest first. */
  page(filter: AuditFilter, page: PageRequest): Promise<Slice<AuditView>>;

  /** Takes entries that wait to be sealed out of the queue, oldest first. */
  takeUnsealed(limit: number): Promise<AuditEntry[]>;
  /** The last link of a client's chain (null: the operator's), or null. */
  lastLink(clientId: Uuid | null): Promise<AuditLink | null>;
  /** Adds links; rejects when a place or an entry is taken. */
  seal(links: AuditLink[]): Promise<void>;

  /** Whose chains there are. */
  chains(): Promise<(Uuid | null)[]>;
  /** Links of a chain behind a place, in order, each with its entry, or null when that is gone. */
  links(
    clientId: Uuid | null,
    afterSeq: number,
    limit: number,
  ): Promise<{ link: AuditLink; entry: AuditEntry | null }[]>;
  /** How many entries wait to be sealed, and up to `limit` of those that cannot be, or never did. */
  unsealed(limit: number): Promise<Unsealed>;
}

/** What is outside of the chains. */
export type Unsealed = {
  waiting: number;
  /** They wait, but are gone. */
  lost: EntryRef[];
  /** They are there, but neither sealed nor waiting. */
  strange: EntryRef[];
};

/** An entry for something that a principal does now. */
export function auditEntry(
  principal: Principal,
  what: Pick<AuditEntry, "id" | "at" | "clientId" | "action" | "subjectId">,
): AuditEntry {
  return {
    ...what,
    application: principal.via?.application ?? null,
    argumentsHash: principal.via?.argumentsHash ?? null,
    outcome: "ok",
    times: 1,
    userId: principal.userId,
    tokenId: principal.tokenId,
    actor: principal.name,
  };
}
