/**
 * Reads of clients, users and the audit trail; all but {@link listAudit} are the operator's.
 *
 * @module
 */
import type { Store } from "../app_ports.ts";
import type { Balance } from "../billing/balance_service.ts";
import { DomainError, invalid } from "../kernel/errors.ts";
import { isUuid, type Uuid } from "../kernel/ids.ts";
import { type Page, pageRequest, toPage } from "../kernel/page.ts";
import { optionalText } from "../kernel/text.ts";
import type { AuditEntry, AuditView } from "./audit_log.ts";
import type { Client, Role, User } from "./client.ts";
import { isMaster, type Principal, requireMaster, scopeOf } from "./principal.ts";

/** A client with its money. */
export type ClientView = {
  client: Client;
  balance: Balance | null;
};

/** Every client, by name. @throws DomainError `forbidden`. */
export async function listClients({ uow }: Store, principal: Principal): Promise<ClientView[]> {
  requireMaster(principal);
  const [clients, balances] = await uow.read(
    "all",
    ({ access, balance }) =>
      Promise.all([access.listClients(), balance.list(Number.MAX_SAFE_INTEGER)]),
  );
  const byClient = new Map(balances.map(({ clientName: _, ...each }) => [each.clientId, each]));
  return clients.map((client) => ({ client, balance: byClient.get(client.id) ?? null }));
}

/** Every client's uuid and name, by name: what a master chooses from. @throws DomainError `forbidden`. */
export async function clientNames(
  { uow }: Store,
  principal: Principal,
): Promise<{ id: Uuid; name: string }[]> {
  requireMaster(principal);
  const clients = await uow.read("all", ({ access }) => access.listClients());
  return clients.map(({ id, name }) => ({ id, name }));
}

/** Every user, and every role. @throws DomainError `forbidden`. */
export async function listUsers(
  { uow }: Store,
  principal: Principal,
): Promise<{ users: User[]; roles: Role[] }> {
  requireMaster(principal);
  return await uow.read("all", async ({ access }) => {
    const [users, roles] = await Promise.all([access.listUsers(), access.listRoles()]);
    return { users, roles };
  });
}

/** The latest entries of the audit trail, newest first. @throws DomainError `forbidden`. */
export async function auditTrail(
  { uow }: Store,
  principal: Principal,
  limit: number,
): Promise<AuditEntry[]> {
  requireMaster(principal);
  return await uow.read("all", ({ audit }) => audit.latest(limit));
}

/** Which entries of the audit trail to list. */
export type AuditListing = {
  userUuid?: string;
  /** Such as `create-record`. */
  action?: string;
  /** Row that something was done to. */
  subjectUuid?: string;
  /** True: what was refused alone. */
  refused?: boolean;
  page?: number;
  limit?: number;
};

/** Most characters of an action. */
const MAX_ACTION = 100;

/**
 * A page of the audit trail, newest first: a master sees everybody's, an admin that of the own
 * client, anybody else what was done in their own name, by whichever of their tokens. An unknown
 * uuid is in no entry.
 *
 * @throws DomainError `forbidden` for somebody else's entries, `invalid`.
 */
export async function listAudit(
  { uow }: Store,
  principal: Principal,
  { userUuid, action, subjectUuid, refused, ...paging }: AuditListing,
): Promise<Page<AuditView>> {
  const request = pageRequest(paging);
  const filter = {
    userId: whoseEntries(principal, uuidOf("userUuid", userUuid)),
    action: optionalText("action", action, MAX_ACTION) ?? undefined,
    subjectId: uuidOf("subjectUuid", subjectUuid),
    refused,
  };
  return await uow.read(
    scopeOf(principal),
    async ({ audit }) => toPage(request, await audit.page(filter, request)),
  );
}

function whoseEntries(principal: Principal, asked: Uuid | undefined): Uuid | undefined {
  if (isMaster(principal) || principal.admin) return asked;
  const own = principal.userId;
  if (own === null || (asked !== undefined && asked !== own)) {
    throw new DomainError("forbidden", "Forbidden: Only an admin sees what others did");
  }
  return own;
}

function uuidOf(field: string, text: string | undefined): Uuid | undefined {
  if (text === undefined) return undefined;
  if (!isUuid(text)) throw invalid(field, "must be a uuid");
  return text.toLowerCase();
}
