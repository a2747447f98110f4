/**
 * Port: who did what. Append-only; the store's privileges allow nothing else.
 *
 * @module
 */
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
};

/** The audit trail. */
export interface AuditLog {
  /** Adds an entry; there is no way to change one. */
  add(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  latest(limit: number): Promise<AuditEntry[]>;
  /** A page of entries, newest first. */
  page(filter: AuditFilter, page: PageRequest): Promise<Slice<AuditView>>;
}

/** An entry for something that a principal does now. */
export function auditEntry(
  principal: Principal,
  what: { id: Uuid; at: Date; clientId: Uuid | null; action: string; subjectId: Uuid | null },
): AuditEntry {
  return {
    ...what,
    userId: principal.userId,
    tokenId: principal.tokenId,
    actor: principal.name,
  };
}
