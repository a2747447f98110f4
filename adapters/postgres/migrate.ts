/**
 * Brings a database up to date: numbered `.sql` files, forward only, each in one transaction under
 * an advisory lock that ends with it, so that any number of replicas may do this at once, through
 * PgBouncer too.
 *
 * @module
 */
import postgres from "postgres";
import { isClash, repeatOnClash } from "./cluster_clash.ts";
import { Lane, type Target } from "./lane.ts";
import type { Lanes } from "./lanes.ts";
import type { Statement } from "./sql.ts";

/** One file. */
export interface Migration {
  /** From 1, without gaps. */
  version: number;
  /** The file's name, such as `0001_studio.sql`. */
  name: string;
  /** The SQL, with line ends as on Unix. */
  text: string;
  /** SHA-256 of the text, in hexadecimal. */
  checksum: string;
}

/** The migrations and the database do not go together; the message says what to do. */
export class MigrationError extends Error {
  /** Name by which logs tell it from other errors. */
  override readonly name = "MigrationError";

  /** @param mayCome - whether it is for somebody else to migrate, so that waiting may help. */
  constructor(message: string, options?: ErrorOptions, readonly mayCome = false) {
    super(message, options);
  }
}

/** Any number will do, as long as nobody else locks on it. */
const LOCK = 5_318_008_221;
const CONNECT_MS = 10_000;

// Version numbers are no secret, and the login role must see them to tell whether it can serve.
const BEGIN = `begin;
  set local statement_timeout = 0;
  set local lock_timeout = 0;
  select pg_advisory_xact_lock(${LOCK});
  create table if not exists public.schema_migrations (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  );
  grant select on public.schema_migrations to public`;

/** Reads the files of a folder, in order. */
export async function readMigrations(
  folder: URL = new URL("./migrations/", import.meta.url),
): Promise<Migration[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".sql")) names.push(name);
  return await Promise.all(
    names.sort().map(async (name, i) => {
      const version = Number(/^(\d{4})_\w+\.sql$/.exec(name)?.[1]);
      if (version !== i + 1) {
        throw new MigrationError(
          `${name}: expected a name like ${String(i + 1).padStart(4, "0")}_x.sql`,
        );
      }
      const text = (await Deno.readTextFile(new URL(name, folder))).replaceAll("\r\n", "\n");
      const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      return { version, name, text, checksum: new Uint8Array(hash).toHex() };
    }),
  );
}

/**
 * Applies what is missing, and returns the names of what it applied.
 *
 * @throws MigrationError when an applied file was changed since, the database is newer than the
 * files, the login may not change the schema, or a file fails (then nothing of it remains).
 */
export async function migrate(target: Target, migrations: readonly Migration[]): Promise<string[]> {
  const applied: string[] = [];
  // A login without rights of its own may look, and has nothing to do once another has migrated.
  if (!await inLane(target, async (lane) => pending(await look(lane), migrations))) return applied;
  for (;;) {
    const name = await repeatOnClash(() => inLane(target, (lane) => applyNext(lane, migrations)));
    if (name === undefined) return applied;
    applied.push(name);
  }
}

/** Version of the last migration applied, 0 when there is none yet. For readiness. */
export async function currentVersion(lanes: Lanes): Promise<number> {
  const [row] = await lanes.flight(
    { role: "app_auth" },
    (sql) => sql<{ version: number }>`select max(version) as version from public.schema_migrations`,
  );
  return row.version;
}

type Applied = Pick<Migration, "version" | "name" | "checksum">;

const statement = (text: string, ...parameters: string[]): Statement => ({ text, parameters });

async function look(lane: Lane): Promise<readonly Applied[]> {
  const exists = statement("select to_regclass('public.schema_migrations') is not null as yes");
  const [{ yes }] = await lane.send<{ yes: boolean }>(exists);
  if (!yes) return [];
  const all = "select version, name, checksum from public.schema_migrations order by version";
  return await lane.send<Applied>(statement(all));
}

/** The first migration that is missing, once those applied are found to be the same as ours. */
function pending(
  applied: readonly Applied[],
  migrations: readonly Migration[],
): Migration | undefined {
  for (const { version, name, checksum } of applied) {
    const ours = migrations.at(version - 1);
    if (!ours) {
      throw new MigrationError(
        `The database has migration ${name}, which this build does not know ` +
          `(its last is ${migrations.at(-1)?.name ?? "none"}). Deploy the newer build.`,
      );
    }
    if (ours.checksum !== checksum) {
      throw new MigrationError(
        `Migration ${ours.name} was changed after it had been applied (as ${name}). ` +
          "Restore the file, and put the change into a new one.",
      );
    }
  }
  return migrations.at(applied.length);
}

async function applyNext(
  lane: Lane,
  migrations: readonly Migration[],
): Promise<string | undefined> {
  let at = "the migrations' own table";
  try {
    await lane.simple(BEGIN);
    const next = pending(await look(lane), migrations);
    if (next) {
      at = next.name;
      await lane.simple(next.text);
      const insert =
        "insert into public.schema_migrations (version, name, checksum) values ($1, $2, $3)";
      await lane.send(statement(insert, String(next.version), next.name, next.checksum));
    }
    await lane.simple("commit");
    return next?.name;
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    if (error.code === "42501") {
      throw new MigrationError(
        `This login may not change the schema (${at}: ${error.message}). ` +
          "Run `deno task migrate` with the URL of the database's owner.",
        { cause: error },
        true,
      );
    }
    if (isClash(error)) throw error;
    throw new MigrationError(`Migration ${at} failed: ${error.message}`, { cause: error });
  }
}

/** Every try has a connection of its own, so that a failed one leaves nothing open. */
async function inLane<T>(target: Target, work: (lane: Lane) => Promise<T>): Promise<T> {
  const lane = await Lane.open(target, CONNECT_MS);
  try {
    return await work(lane);
  } finally {
    await lane.end();
  }
}
