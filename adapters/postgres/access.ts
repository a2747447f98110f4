/**
 * SQL of clients, roles, users and tokens.
 *
 * @module
 */
import type { AccessRepo, Identity, TokenView } from "../../src/access/access_repo.ts";
import type { Client, Role, Token, User } from "../../src/access/client.ts";
import type { Permission } from "../../src/access/principal.ts";
import type { PhoneRates } from "../../src/billing/pricing.ts";
import type { CallCaps } from "../../src/compliance/call_caps.ts";
import type { ClientRules } from "../../src/compliance/call_rules.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { type ClientFilter, owned, requireOwn, requireWritten } from "./client_filter.ts";
import { StoreError } from "./errors.ts";
import { fragment, json, type Sql } from "./sql.ts";

interface ClientRow {
  id: Uuid;
  name: string;
  country: string;
  currency: string;
  setup: bigint;
  per_minute: bigint;
  increment_seconds: number;
  phone_rates: PhoneRates;
  rules: ClientRules;
  created_at: Date;
}

/** A role as it is selected. */
export interface RoleRow {
  role_id: Uuid;
  role_client_id: Uuid | null;
  role_name: string;
  admin: boolean;
  role_permissions: Permission[];
}

/** A user as it is selected. */
export interface UserRow {
  user_id: Uuid;
  client_id: Uuid | null;
  role_id: Uuid;
  email: string;
  user_name: string;
  master: boolean;
  user_created_at: Date;
  /** Left out by the functions that identify people: they find none who is disabled. */
  disabled_at?: Date | null;
}

interface TokenRow {
  token_id: Uuid;
  user_id: Uuid;
  token_name: string;
  hash: string;
  read_only: boolean;
  token_permissions: Permission[] | null;
  token_caps: CallCaps;
  token_created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  revoked_at: Date | null;
}

const CLIENT = fragment`c.id, c.name, c.country, c.currency, c.setup, c.per_minute,
  c.increment_seconds, c.phone_rates, c.rules, c.created_at`;
const ROLE = fragment`r.id as role_id, r.client_id as role_client_id, r.name as role_name, r.admin,
  r.permissions as role_permissions`;
const USER = fragment`u.id as user_id, u.client_id, u.role_id, u.email, u.name as user_name,
  u.master, u.created_at as user_created_at, u.disabled_at`;
const TOKEN = fragment`t.id as token_id, t.user_id, t.name as token_name, t.hash, t.read_only,
  t.permissions as token_permissions, t.created_at as token_created_at, t.expires_at,
  t.last_used_at, t.revoked_at, t.caps as token_caps`;

/** Clients, roles, users and tokens, of the client that the filter names. */
export function accessRepo(sql: Sql, filter: ClientFilter): AccessRepo {
  const ownClient = owned(filter, fragment`c.id`);
  const ownRole = owned(filter, fragment`r.client_id`);
  const ownUser = owned(filter, fragment`u.client_id`);

  return {
    async identify(tokenHash, now) {
      if (filter !== null) throw new StoreError("bug", "a client's scope identifies nobody");
      const [row] = await sql<TokenRow & UserRow & RoleRow>`
        select * from identify(${tokenHash}, ${now})`;
      return row ? toIdentity(row) : null;
    },

    async getClient(id) {
      const [row] = await sql<ClientRow>`
        select ${CLIENT} from clients c where c.id = ${id} and ${ownClient}`;
      return row ? toClient(row) : null;
    },
    async clientByName(name) {
      const [row] = await sql<ClientRow>`
        select ${CLIENT} from clients c where lower(c.name) = lower(${name}) and ${ownClient}`;
      return row ? toClient(row) : null;
    },
    async listClients() {
      const rows = await sql<ClientRow>`
        select ${CLIENT} from clients c where ${ownClient} order by c.name collate "C"`;
      return rows.map(toClient);
    },
    async saveClient({ id, name, country, tariff, phoneRates, rules, createdAt }) {
      requireOwn(filter, id);
      await sql`
        insert into clients (
          id, name, country, currency, setup, per_minute, increment_seconds, phone_rates, rules,
          created_at
        ) values (
          ${id}, ${name}, ${country}, ${tariff.currency}, ${tariff.setup}, ${tariff.perMinute},
          ${tariff.incrementSeconds}, ${json(phoneRates)}, ${json(rules)}, ${createdAt}
        ) on conflict (id) do update set
          name = excluded.name, country = excluded.country, currency = excluded.currency,
          setup = excluded.setup, per_minute = excluded.per_minute,
          increment_seconds = excluded.increment_seconds, phone_rates = excluded.phone_rates,
          rules = excluded.rules, created_at = excluded.created_at`;
    },

    async roleByName(clientId, name) {
      const [row] = await sql<RoleRow>`
        select ${ROLE} from roles r
        where r.client_id is not distinct from ${clientId}::uuid
          and lower(r.name) = lower(${name}) and ${ownRole}`;
      return row ? toRole(row) : null;
    },
    async listRoles() {
      const rows = await sql<RoleRow>`
        select ${ROLE} from roles r where ${ownRole} order by r.name collate "C", r.id`;
      return rows.map(toRole);
    },
    async saveRole({ id, clientId, name, admin, permissions }) {
      requireOwn(filter, clientId);
      const rows = await sql`
        insert into roles (id, client_id, name, admin, permissions)
        values (${id}, ${clientId}, ${name}, ${admin}, ${json(permissions)})
        on conflict (id) do update set client_id = excluded.client_id, name = excluded.name,
          admin = excluded.admin, permissions = excluded.permissions
        where roles.client_id is null or roles.client_id = excluded.client_id`;
      requireWritten(rows, "roles");
    },

    async userByEmail(email) {
      const [row] = await sql<UserRow>`
        select ${USER} from users u where lower(u.email) = lower(${email}) and ${ownUser}`;
      return row ? toUser(row) : null;
    },
    async listUsers() {
      const rows = await sql<UserRow>`
        select ${USER} from users u where ${ownUser} order by u.email collate "C"`;
      return rows.map(toUser);
    },
    async saveUser({ id, clientId, roleId, email, name, master, createdAt, disabledAt }) {
      requireOwn(filter, clientId);
      const rows = await sql`
        insert into users (id, client_id, role_id, email, name, master, created_at, disabled_at)
        values (
          ${id}, ${clientId}, ${roleId}, ${email}, ${name}, ${master}, ${createdAt}, ${disabledAt}
        )
        on conflict (id) do update set client_id = excluded.client_id, role_id = excluded.role_id,
          email = excluded.email, name = excluded.name, master = excluded.master,
          created_at = excluded.created_at, disabled_at = excluded.disabled_at
        where users.client_id is null or users.client_id = excluded.client_id`;
      requireWritten(rows, "users");
    },

    async getToken(id) {
      const [row] = await sql<TokenRow & UserRow>`
        select ${TOKEN}, u.email from tokens t join users u on u.id = t.user_id
        where t.id = ${id} and ${ownUser}`;
      return row ? toTokenView(row) : null;
    },
    async listTokens() {
      const rows = await sql<TokenRow & UserRow>`
        select ${TOKEN}, u.email from tokens t join users u on u.id = t.user_id
        where ${ownUser} order by t.created_at desc, t.id desc`;
      return rows.map(toTokenView);
    },
    async insertToken(token) {
      const rows = await sql`
        insert into tokens (
          id, user_id, name, hash, read_only, permissions, created_at, expires_at, last_used_at,
          revoked_at, caps
        )
        select ${token.id}::uuid, u.id, ${token.name}::text, ${token.hash}::text,
          ${token.readOnly}::boolean, ${token.permissions && json(token.permissions)}::jsonb,
          ${token.createdAt}::timestamptz, ${token.expiresAt}::timestamptz,
          ${token.lastUsedAt}::timestamptz, ${token.revokedAt}::timestamptz,
          ${json(token.caps)}::jsonb
        from users u where u.id = ${token.userId} and ${ownUser}`;
      requireWritten(rows, "users");
    },
    async revokeToken(id, at) {
      const rows = await sql`
        update tokens t set revoked_at = coalesce(t.revoked_at, ${at}::timestamptz)
        from users u where u.id = t.user_id and t.id = ${id} and ${ownUser}`;
      return rows.count > 0;
    },
  };
}

function toClient(row: ClientRow): Client {
  return {
    id: row.id,
    name: row.name,
    country: row.country,
    tariff: {
      currency: row.currency,
      setup: row.setup,
      perMinute: row.per_minute,
      incrementSeconds: row.increment_seconds,
    },
    phoneRates: row.phone_rates,
    rules: row.rules,
    createdAt: row.created_at,
  };
}

/** The role of a row. */
export function toRole(row: RoleRow): Role {
  return {
    id: row.role_id,
    clientId: row.role_client_id,
    name: row.role_name,
    admin: row.admin,
    permissions: row.role_permissions,
  };
}

/** The user of a row. */
export function toUser(row: UserRow): User {
  return {
    id: row.user_id,
    clientId: row.client_id,
    roleId: row.role_id,
    email: row.email,
    name: row.user_name,
    master: row.master,
    createdAt: row.user_created_at,
    disabledAt: row.disabled_at ?? null,
  };
}

function toToken(row: TokenRow): Token {
  return {
    id: row.token_id,
    userId: row.user_id,
    name: row.token_name,
    hash: row.hash,
    readOnly: row.read_only,
    permissions: row.token_permissions,
    caps: row.token_caps,
    createdAt: row.token_created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}

function toTokenView(row: TokenRow & { email: string }): TokenView {
  return { token: toToken(row), userEmail: row.email };
}

function toIdentity(row: TokenRow & UserRow & RoleRow): Identity {
  return { token: toToken(row), user: toUser(row), role: toRole(row) };
}
