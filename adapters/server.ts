/**
 * A studio from the environment alone, as a container and Deno Deploy run it.
 *
 * @module
 */
import { SystemClock } from "./clock.ts";
import { compose, prepareDatabase, type Studio } from "./compose.ts";
import type { Config } from "./config.ts";
import { jsonLog, type Log } from "./log.ts";

/** A studio at work. */
export interface Server {
  studio: Studio;
  log: Log;
  /** Ends the jobs and closes the database. Call it when the last request has been answered. */
  stop(): Promise<void>;
}

/** Migrates, composes, and starts the jobs. */
export async function startServer(config: Config): Promise<Server> {
  const { databaseUrl, databaseReadUrl } = config;
  const log = jsonLog(new SystemClock(), (line) => console.log(line));
  const database = { url: databaseUrl };
  const applied = await prepareDatabase(database);
  if (applied.length) log("info", "migrated", { applied });
  const studio = await compose({
    ...config,
    database,
    readDatabase: databaseReadUrl === null ? null : { url: databaseReadUrl },
    log,
  });
  const stopping = new AbortController();
  const work = studio.work(stopping.signal);
  return {
    studio,
    log,
    async stop() {
      stopping.abort();
      await work;
      await studio.close();
    },
  };
}
