/**
 * Fresh, migrated databases for test files, in a fraction of a second each: embedded ones from a
 * dump that is made once per machine, a server's from a template. Both are used as in production,
 * through a login role that has no rights of its own.
 *
 * Tests that hold one turn the sanitizers off: its connections outlive a single test.
 *
 * @module
 */
import { Lanes, type LanesOptions, type Target } from "../../adapters/postgres/lanes.ts";
import { Lane } from "../../adapters/postgres/lane.ts";
import { migrate, type Migration, readMigrations } from "../../adapters/postgres/migrate.ts";
import { openEmbedded } from "../../adapters/postgres/pglite.ts";
import { grantLogin } from "../../adapters/postgres/roles.ts";
import { realPostgres } from "./real_postgres.ts";

/** A database that belongs to the caller. */
export interface TestDatabase {
  /** For further lanes, as the login role. */
  target: Target;
  /** Lanes as the login role. */
  lanes: Lanes;
  /** Runs plain SQL as the superuser, whom no policy binds. Not while a transaction is open. */
  asSuperuser(text: string): Promise<void>;
  /** Closes the lanes, and drops the database. */
  close(): Promise<void>;
}

/** A source of fresh databases. */
export interface TestDatabases {
  fresh(options?: LanesOptions): Promise<TestDatabase>;
  /** After the databases are closed. */
  stop(): Promise<void>;
}

const LOGIN = "studio";

/** Databases embedded in this process, in memory; 300 to 700 MB each while open. */
export async function embeddedDatabases(): Promise<TestDatabases> {
  const dump = await migratedDump(await readMigrations());
  return {
    async fresh(options) {
      const db = await openEmbedded({ dump });
      await db.fence();
      const lanes = new Lanes(db.target, { size: 3, ...options });
      const close = async () => {
        await lanes.close();
        await db.close();
      };
      return { target: db.target, lanes, asSuperuser: db.asSuperuser, close };
    },
    stop: () => Promise.resolve(),
  };
}

/** Databases of a server that can fail. */
export interface ServerDatabases extends TestDatabases {
  /** Stops the server as a crash would, and leaves it so. */
  halt(): Promise<void>;
  /** Starts it again. */
  resume(): Promise<void>;
}

/** Databases of a throw-away server; null where the machine has no PostgreSQL. */
export async function serverDatabases(): Promise<ServerDatabases | null> {
  const server = await realPostgres();
  if (!server) return null;
  const url = (database: string, user = "postgres") => {
    const to = new URL(server.url);
    to.pathname = database;
    to.username = user;
    return to.href;
  };
  await execute(server.url, "create database template_studio");
  const owner = { url: url("template_studio") };
  await migrate(owner, await readMigrations());
  await grantLogin(owner, LOGIN);
  let made = 0;
  return {
    async fresh(options) {
      const name = `studio_${++made}`;
      await execute(server.url, `create database ${name} template template_studio`);
      const target = { url: url(name, LOGIN) };
      const lanes = new Lanes(target, options);
      const close = async () => {
        await lanes.close();
        await execute(server.url, `drop database ${name} with (force)`);
      };
      return { target, lanes, asSuperuser: (text) => execute(url(name), text), close };
    },
    stop: () => server.stop(),
    halt: () => server.halt(),
    resume: () => server.resume(),
  };
}

/** Runs plain SQL on a connection of its own. */
export async function execute(url: string, text: string): Promise<void> {
  const lane = await Lane.open({ url }, 10_000);
  try {
    await lane.simple(text);
  } finally {
    await lane.end();
  }
}

/** Named after all that it is made from: another migration, or another PGlite, makes another dump. */
async function migratedDump(migrations: Migration[]): Promise<Blob> {
  const lock = await Deno.readTextFile(new URL("../../deno.lock", import.meta.url));
  const sources = new TextEncoder().encode(migrations.map((m) => m.checksum).join() + lock);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", sources)).toHex().slice(0, 16);
  const path = `${Deno.env.get("TMPDIR") ?? "/tmp"}/studio-database-${hash}.tar.gz`;
  try {
    return new Blob([await Deno.readFile(path)]);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const db = await openEmbedded({});
  await migrate(db.target, migrations);
  const dump = await db.dump();
  await db.close();
  // Test files run side by side: nobody may read half a dump.
  const own = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(own, dump.stream());
  await Deno.rename(own, path);
  return dump;
}
