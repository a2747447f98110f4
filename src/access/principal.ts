/**
 * Who is asking, and what they may do. A `Principal` is the first parameter of every use case.
 *
 * @module
 */
import { DomainError } from "../kernel/errors.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { Scope } from "../kernel/scope.ts";

/** Every permission there is. */
export const PERMISSIONS = ["calls.view", "calls.manage"] as const;

/** What a role may grant beyond a valid token. */
export type Permission = typeof PERMISSIONS[number];

/** An authenticated caller. */
export type Principal = {
  /** The user, or null for the operator's own command line and workers. */
  readonly userId: Uuid | null;
  /** The token in use, or null likewise. */
  readonly tokenId: Uuid | null;
  /** Display name for the audit trail. */
  readonly name: string;
  /** The client whose rows may be seen; null for a master, who sees every client's. */
  readonly clientId: Uuid | null;
  /** What the role grants, narrowed by the token. */
  readonly permissions: ReadonlySet<Permission>;
  /** Whether the token may only read. */
  readonly readOnly: boolean;
  /** Whether the role is an admin's, and nothing narrows it; a master's counts as one. */
  readonly admin?: boolean;
  /** How it asks, for the audit trail; absent where nothing is known of that. */
  readonly via?: {
    /** The program that asks, by its own account, such as `claude-code/2.1.0`. */
    readonly application: string | null;
    /** Of what is asked, by {@link fingerprint}; null until a use case is entered. */
    readonly argumentsHash: string | null;
  };
};

/** The operator: the server's own workers and command line. */
export function operator(name: string): Principal {
  return {
    userId: null,
    tokenId: null,
    name,
    clientId: null,
    permissions: new Set(PERMISSIONS),
    readOnly: false,
    admin: true,
  };
}

/** True for a user of the operator's, who sees every client. */
export function isMaster(principal: Principal): boolean {
  return principal.clientId === null;
}

/** The rows that a principal may see. */
export function scopeOf(principal: Principal): Scope {
  return principal.clientId === null ? "all" : { clientId: principal.clientId };
}

/**
 * Lets nobody write with a token that may only read.
 *
 * @throws DomainError `forbidden` for a read-only token.
 */
export function requireWrite(principal: Principal): void {
  if (principal.readOnly) throw new DomainError("forbidden", "Forbidden: This token is read-only");
}

/**
 * Lets nobody by without the permission.
 *
 * @throws DomainError `forbidden` when the permission is missing.
 */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!principal.permissions.has(permission)) {
    throw new DomainError("forbidden", `Forbidden: Missing required permission [${permission}]`);
  }
}

/**
 * Lets nobody by but the operator's own people.
 *
 * @throws DomainError `forbidden` for anybody but the operator's own people.
 */
export function requireMaster(principal: Principal): void {
  if (!isMaster(principal)) {
    throw new DomainError("forbidden", "Forbidden: Only the operator may do this");
  }
}
