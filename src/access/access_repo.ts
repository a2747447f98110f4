/**
 * Port: clients, roles, users and tokens.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";
import type { Client, Role, Token, User } from "./client.ts";

/** What a token leads to: Token → User → Role. */
export type Identity = {
  token: Token;
  user: User;
  role: Role;
};

/** A token with the e-mail address of its user, for lists. */
export type TokenView = {
  token: Token;
  userEmail: string;
};

/**
 * Clients, roles, users and tokens. In a client's scope only that client's are seen, and clients,
 * roles and users are not saved: that is the operator's. Names are compared without case.
 */
export interface AccessRepo {
  /**
   * The owner of a token by its hash, or null; revoked and expired tokens are found too, those of
   * disabled users are not.
   * Notes the use when the last one noted is a minute old, so that reads stay reads.
   */
  identify(tokenHash: string, now: Date): Promise<Identity | null>;

  /** The client, or null. */
  getClient(id: Uuid): Promise<Client | null>;
  /** The client of that name, in whatever case. */
  clientByName(name: string): Promise<Client | null>;
  /** Every client in scope, by name. */
  listClients(): Promise<Client[]>;
  /** Inserts, or replaces what has the same id. */
  saveClient(client: Client): Promise<void>;

  /** A client's role (null: the operator's) by name, in whatever case. */
  roleByName(clientId: Uuid | null, name: string): Promise<Role | null>;
  /** Every role in scope. */
  listRoles(): Promise<Role[]>;
  /** Inserts, or replaces what has the same id. */
  saveRole(role: Role): Promise<void>;

  /** The user with that address, in whatever case. */
  userByEmail(email: string): Promise<User | null>;
  /** Every user in scope. */
  listUsers(): Promise<User[]>;
  /** Inserts, or replaces what has the same id. */
  saveUser(user: User): Promise<void>;

  /** The token, or null. */
  getToken(id: Uuid): Promise<TokenView | null>;
  /** Newest first. */
  listTokens(): Promise<TokenView[]>;
  /** Adds a token. */
  insertToken(token: Token): Promise<void>;
  /** False when there is no such token; revoking twice keeps the first time. */
  revokeToken(id: Uuid, at: Date): Promise<boolean>;
}
