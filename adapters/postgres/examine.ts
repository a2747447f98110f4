/**
 * What can be told of a database from outside of our transactions: for `studio doctor`.
 *
 * @module
 */
import { Lane, type Target } from "./lane.ts";
import { readMigrations } from "./migrate.ts";
import { ROLES } from "./scope.ts";
import type { Statement } from "./sql.ts";

/** The state of a database and of the login that asks. */
export interface DatabaseFacts {
  /** Of PostgreSQL, such as 15. */
  majorVersion: number;
  /** Last migration applied, 0 for none. */
  migration: number;
  /** Last migration of this build. */
  wanted: number;
  login: string;
  /** In words: what the login may do without taking a role; empty for what a server should have. */
  ownRights: string[];
  /** Roles of the application that the login cannot take. */
  missingRoles: string[];
  /** Milliseconds by which the database's clock is ahead of ours. */
  aheadBy: number;
}

const CONNECT_MS = 5000;

/** @throws Error when the database cannot be reached. */
export async function examineDatabase(
  target: Target,
  now: () => Date = () => new Date(),
): Promise<DatabaseFacts> {
  const lane = await Lane.open(target, CONNECT_MS);
  try {
    const sent = now().getTime();
    const clock = await lane.send<{ at: Date }>(statement("select clock_timestamp() as at"));
    const received = now().getTime();
    const [facts] = await lane.send<Facts>(FACTS);
    const migration = facts.migrated
      ? (await lane.send<{ last: number }>(LAST_MIGRATION))[0].last
      : 0;
    return {
      majorVersion: Math.floor(facts.version / 10_000),
      migration,
      wanted: (await readMigrations()).length,
      login: facts.login,
      ownRights: [
        ...(facts.superuser ? ["is a superuser"] : []),
        ...(facts.bypasses ? ["bypasses row-level security"] : []),
        ...(facts.tables > 0 ? [`may touch ${facts.tables} tables without taking a role`] : []),
      ],
      missingRoles: ROLES.filter((role) => !facts.roles.includes(role)),
      aheadBy: clock[0].at.getTime() - (sent + received) / 2,
    };
  } finally {
    await lane.end();
  }
}

interface Facts {
  version: number;
  login: string;
  superuser: boolean;
  bypasses: boolean;
  migrated: boolean;
  /** Tables of ours that the login itself has rights on. */
  tables: number;
  roles: string[];
}

const statement = (text: string, ...parameters: string[]): Statement => ({ text, parameters });

const FACTS = statement(
  `select current_setting('server_version_num')::int as version, current_user as login,
    r.rolsuper as superuser, r.rolbypassrls as bypasses,
    to_regclass('public.schema_migrations') is not null as migrated,
    (select count(*)::int from pg_class c where c.relnamespace = 'public'::regnamespace
      and c.relkind = 'r' and c.relname <> 'schema_migrations'
      and has_table_privilege(c.oid, 'select, insert, update, delete')) as tables,
    array(select rolname::text from pg_roles
      where rolname = any(string_to_array($1, ',')) and pg_has_role(oid, 'member')) as roles
  from pg_roles r where r.rolname = current_user`,
  ROLES.join(","),
);
const LAST_MIGRATION = statement(
  "select coalesce(max(version), 0) as last from public.schema_migrations",
);
