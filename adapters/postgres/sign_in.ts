/**
 * SQL of passwords, sessions and invitations. They belong to no client, and no client's scope gets
 * at them.
 *
 * @module
 */
import type { Session } from "../../src/access/session.ts";
import type { SignInRepo } from "../../src/access/sign_in_repo.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { type RoleRow, toRole, toUser, type UserRow } from "./access.ts";
import type { ClientFilter } from "./client_filter.ts";
import { StoreError } from "./errors.ts";
import type { Sql } from "./sql.ts";

interface AccountRow extends UserRow, RoleRow {
  password_hash: string | null;
  signed_in_at: Date | null;
}

interface SessionRow {
  session_id: Uuid;
  user_id: Uuid;
  hash: string;
  session_created_at: Date;
  last_used_at: Date;
  device: string | null;
}

interface InvitationRow extends UserRow {
  invitation_id: Uuid;
  hash: string;
  invitation_created_at: Date;
  expires_at: Date;
  used_at: Date | null;
}

/** Passwords, sessions and invitations, for whoever is no client. */
export function signInRepo(sql: Sql, filter: ClientFilter): SignInRepo {
  /** The statement's function in the operator's and authentication's scopes, else a refusal. */
  const unscoped =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) => async (...args: A) => {
      if (filter !== null) throw new StoreError("bug", "no client's scope reaches sign-in");
      return await work(...args);
    };

  return {
    account: unscoped(async (email) => {
      const [row] = await sql<AccountRow>`select * from sign_in_account(${email})`;
      return row
        ? {
          user: toUser(row),
          role: toRole(row),
          password: row.password_hash === null
            ? null
            : { hash: row.password_hash, signedInAt: row.signed_in_at },
        }
        : null;
    }),
    identifySession: unscoped(async (hash, now, idleSince) => {
      const [row] = await sql<SessionRow & UserRow & RoleRow & { client_name: string | null }>`
        select * from identify_session(${hash}, ${now}, ${idleSince})`;
      return row
        ? {
          session: toSession(row),
          user: toUser(row),
          role: toRole(row),
          clientName: row.client_name,
        }
        : null;
    }),
    invitation: unscoped(async (hash) => {
      const [row] = await sql<InvitationRow>`select * from open_invitation(${hash})`;
      return row
        ? {
          invitation: {
            id: row.invitation_id,
            userId: row.user_id,
            hash: row.hash,
            createdAt: row.invitation_created_at,
            expiresAt: row.expires_at,
            usedAt: row.used_at,
          },
          user: toUser(row),
        }
        : null;
    }),

    insertInvitation: unscoped(async ({ id, userId, hash, createdAt, expiresAt, usedAt }) => {
      await sql`
        insert into invitations (id, user_id, hash, created_at, expires_at, used_at)
        values (${id}, ${userId}, ${hash}, ${createdAt}, ${expiresAt}, ${usedAt})`;
    }),
    useInvitation: unscoped(async (id, at) => {
      const rows = await sql`
        update invitations set used_at = ${at} where id = ${id} and used_at is null`;
      return rows.count > 0;
    }),
    savePassword: unscoped(async (userId, hash, at) => {
      await sql`
        insert into passwords (user_id, hash, changed_at) values (${userId}, ${hash}, ${at})
        on conflict (user_id) do update set hash = excluded.hash,
          changed_at = excluded.changed_at, signed_in_at = null`;
    }),
    noteSignIn: unscoped(async (userId, from, to, at) => {
      const rows = await sql`
        update passwords set hash = ${to}::text, signed_in_at = ${at}::timestamptz,
          changed_at = case when hash = ${to}::text then changed_at else ${at}::timestamptz end
        where user_id = ${userId} and hash = ${from}`;
      return rows.count > 0;
    }),

    insertSession: unscoped(async ({ id, userId, hash, createdAt, lastUsedAt, device }) => {
      await sql`
        insert into sessions (id, user_id, hash, created_at, last_used_at, device)
        values (${id}, ${userId}, ${hash}, ${createdAt}, ${lastUsedAt}, ${device})`;
    }),
    listSessions: unscoped(async (userId) => {
      const rows = await sql<SessionRow>`
        select id as session_id, user_id, hash, created_at as session_created_at, last_used_at,
          device
        from sessions where user_id = ${userId} order by created_at desc, id desc`;
      return rows.map(toSession);
    }),
    endSession: unscoped(async (userId, id) => {
      const rows = await sql`delete from sessions where user_id = ${userId} and id = ${id}`;
      return rows.count > 0;
    }),
    endSessions: unscoped(async (userId, except) => {
      await sql`
        delete from sessions
        where user_id = ${userId} and id is distinct from ${except}::uuid`;
    }),
  };
}

function toSession(row: SessionRow): Session {
  return {
    id: row.session_id,
    userId: row.user_id,
    hash: row.hash,
    createdAt: row.session_created_at,
    lastUsedAt: row.last_used_at,
    device: row.device,
  };
}
