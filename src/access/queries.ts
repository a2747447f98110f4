/**
 * Reads of clients, users and the audit trail, for the operator.
 *
 * @module
 */
import type { Store } from "../app_ports.ts";
import type { Balance } from "../billing/balance_service.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { AuditEntry } from "./audit_log.ts";
import type { Client, Role, User } from "./client.ts";
import { type Principal, requireMaster } from "./principal.ts";

/** A client with its money. */
export type ClientView = {
  client: Client;
  balance: Balance | null;
};

/** Every client, by name. @throws DomainError `forbidden`. */
export async function listClients({ uow }: Store, principal: Principal): Promise<ClientView[]> {
  requireMaster(principal);
  return await uow.run("all", async ({ access, balance }) => {
    const clients = await access.listClients();
    const balances = await Promise.all(clients.map(({ id }) => balance.get(id)));
    return clients.map((client, i) => ({ client, balance: balances[i] }));
  });
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
