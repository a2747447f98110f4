/**
 * The login role that a server connects as: it may become each of the application's roles for a
 * transaction, and has no rights without one.
 *
 * @module
 */
import { Lane, type Target } from "./lane.ts";
import { repeatOnClash } from "./cluster_clash.ts";
import { ROLES } from "./scope.ts";

/** SQL that makes a login role, or brings one up to date; by itself it sets no password. */
export function grantLoginText(login: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(login)) {
    throw new Error(`Role name "${login}": use lower-case letters, digits and underscores.`);
  }
  return `do $$
    declare
      name text;
    begin
      if not exists (select from pg_roles where rolname = '${login}') then
        create role ${login} login;
      end if;
      -- Without it the role would have all the rights of its memberships all the time. Before the
      -- grants, because since PostgreSQL 16 each grant keeps what was in force when it was made.
      alter role ${login} noinherit;
      for name in select rolname from pg_roles where rolname in ('${ROLES.join("', '")}') loop
        execute format('grant %I to ${login}', name);
      end loop;
    end $$`;
}

/** Runs {@link grantLoginText} as the database's owner, after migrating; may be repeated. */
export async function grantLogin(owner: Target, login: string): Promise<void> {
  const text = grantLoginText(login);
  await repeatOnClash(async () => {
    const lane = await Lane.open(owner, 5000);
    try {
      await lane.simple(text);
    } finally {
      await lane.end();
    }
  });
}
