import type { AccessRepo, TokenView } from "../../src/access/access_repo.ts";
import type { Token } from "../../src/access/client.ts";
import { compare, createdAt, newestFirst, same } from "./lists.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

const USE_NOTED_EVERY = 60_000;

/** Clients, roles, users and tokens; a token is owned by its user's client. */
export function accessRepo(tx: Transaction): AtOnce<AccessRepo> {
  const ownerOf = (token: Token) => tx.find("users", token.userId)?.clientId ?? null;

  function view(token: Token): TokenView {
    return { token, userEmail: tx.find("users", token.userId)?.email ?? "" };
  }

  return {
    identify(tokenHash, now) {
      const token = tx.all("tokens").find(({ hash }) => hash === tokenHash);
      const user = token && tx.find("users", token.userId);
      const role = user && tx.find("roles", user.roleId);
      if (!role || user.disabledAt) return null;
      const noted = token.lastUsedAt?.getTime() ?? -Infinity;
      if (now.getTime() - noted >= USE_NOTED_EVERY) {
        tx.update("tokens", token.id, user.clientId, { ...token, lastUsedAt: now });
      }
      return { token, user, role };
    },

    getClient(id) {
      return tx.find("clients", id);
    },
    clientByName(name) {
      return tx.all("clients").find((client) => same(client.name, name)) ?? null;
    },
    listClients() {
      return tx.all("clients").toSorted((a, b) => compare(a.name, b.name));
    },
    saveClient(client) {
      tx.requireUnique("clients", client.id, ({ name }) => same(name, client.name));
      tx.save("clients", client.id, client.id, client);
    },

    roleByName(clientId, name) {
      const named = tx.all("roles").find((r) => r.clientId === clientId && same(r.name, name));
      return named ?? null;
    },
    listRoles() {
      return tx.all("roles").toSorted((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
    },
    saveRole(role) {
      if (role.clientId !== null) tx.require("clients", role.clientId, role.clientId);
      tx.requireUnique(
        "roles",
        role.id,
        (other) => other.clientId === role.clientId && same(other.name, role.name),
      );
      tx.save("roles", role.id, role.clientId, role);
    },

    userByEmail(email) {
      return tx.all("users").find((user) => same(user.email, email)) ?? null;
    },
    listUsers() {
      return tx.all("users").toSorted((a, b) => compare(a.email, b.email));
    },
    saveUser(user) {
      if (tx.find("roles", user.roleId) === null) throw new Error("roles: no such row");
      tx.requireUnique("users", user.id, ({ email }) => same(email, user.email));
      tx.save("users", user.id, user.clientId, user);
      // Who joins a client brings the tokens along.
      for (const token of tx.all("tokens")) {
        if (token.userId === user.id) tx.save("tokens", token.id, user.clientId, token);
      }
    },

    getToken(id) {
      const token = tx.find("tokens", id);
      return token && view(token);
    },
    listTokens() {
      return newestFirst(tx.all("tokens"), createdAt).map(view);
    },
    insertToken(token) {
      const owner = ownerOf(token);
      tx.require("users", token.userId, owner);
      tx.requireUnique("tokens", token.id, ({ hash }) => hash === token.hash);
      tx.insert("tokens", token.id, owner, token);
    },
    revokeToken(id, at) {
      const token = tx.find("tokens", id);
      if (token === null) return false;
      const revokedAt = token.revokedAt ?? at;
      tx.update("tokens", id, ownerOf(token), { ...token, revokedAt });
      return true;
    },
  };
}
