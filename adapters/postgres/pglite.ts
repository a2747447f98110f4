/**
 * The embedded database: PostgreSQL in this process, in a directory or in memory, reached through
 * the same driver and the same lanes as a server.
 *
 * It is one session of a superuser: only `set local` is safe, cancelling does nothing, and a server's
 * timeouts would end it (see scope.ts). {@link Embedded.fence} gives up the superuser's rights.
 *
 * @module
 */
import { PGlite } from "@electric-sql/pglite";
import { btree_gin } from "@electric-sql/pglite/contrib/btree_gin";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { dirname } from "node:path";
import type { Target } from "./lane.ts";
import { pgliteSockets } from "./pglite_socket.ts";
import { grantLoginText } from "./roles.ts";

/**
 * Where the data comes from: a directory that is kept (`fresh` empties it first), or memory, empty
 * or from a dump.
 */
export type EmbeddedSource = { directory: string; fresh?: boolean } | { dump?: Blob };

/** Role that stands for a server's login role. */
const LOGIN = "studio";

/** A running embedded database. */
export interface Embedded {
  /** For lanes; two or three are enough, because transactions take turns. */
  target: Target;
  /**
   * From now on statements run as a login role without rights of its own, as on a server. Call it
   * after migrating.
   */
  fence(): Promise<void>;
  /** Runs plain SQL as the superuser. Not while a transaction is open. */
  asSuperuser(text: string): Promise<void>;
  /** The whole data directory, for a start from memory. */
  dump(): Promise<Blob>;
  /** Settles when it has stopped by itself, such as for want of room on the disk; only a new start helps. */
  stopped: Promise<Error>;
  /** Writes everything and lets go of the directory. Close the lanes first. */
  close(): Promise<void>;
}

/**
 * Opens the embedded database, and creates it where there is none.
 *
 * @throws Error when another process has the directory open.
 */
export async function openEmbedded(source: EmbeddedSource): Promise<Embedded> {
  const directory = "directory" in source ? source.directory : undefined;
  const lock = directory === undefined ? undefined : await lockDirectory(directory);
  if (directory !== undefined && "fresh" in source && source.fresh) await empty(directory);
  const extensions = { pg_trgm, btree_gin };
  const loadDataDir = "dump" in source ? source.dump : undefined;
  const db = await PGlite.create({ dataDir: directory, loadDataDir, extensions }).catch((error) => {
    lock?.close();
    throw error;
  });
  let fenced = false;
  const stopped = Promise.withResolvers<Error>();
  const asLogin = `set session authorization ${LOGIN}`;
  // "reset" does nothing here: there was no login that it could go back to.
  const asOwner = "set session authorization postgres";
  return {
    target: { socket: pgliteSockets(db, stopped.resolve) },
    stopped: stopped.promise,
    async fence() {
      await db.exec(`${grantLoginText(LOGIN)}; ${asLogin}`);
      fenced = true;
    },
    async asSuperuser(text) {
      if (fenced) await db.exec(asOwner);
      try {
        await db.exec(text);
      } finally {
        if (fenced) await db.exec(asLogin);
      }
    },
    dump: () => db.dumpDataDir("gzip"),
    async close() {
      // What has stopped by itself would keep us waiting for ever.
      await Promise.race([db.close(), stopped.promise]);
      lock?.close();
    },
  };
}

async function empty(directory: string): Promise<void> {
  try {
    await Deno.remove(directory, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** PGlite itself would let two processes ruin one directory. */
async function lockDirectory(directory: string): Promise<Deno.FsFile> {
  await Deno.mkdir(dirname(directory), { recursive: true });
  const file = await Deno.open(`${directory}.lock`, { create: true, write: true });
  if (await file.tryLock(true)) return file;
  file.close();
  throw new Error(
    `The database in ${directory} is in use by another process. Stop that one first.`,
  );
}
