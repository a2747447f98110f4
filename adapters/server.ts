/**
 * A studio from the environment alone, as a container and Deno Deploy run it.
 *
 * @module
 */
import { SystemClock } from "./clock.ts";
import { compose, prepareDatabase, type Studio, VERSION } from "./compose.ts";
import type { Config } from "./config.ts";
import { jsonLog, type Log, type Write } from "./log.ts";
import { StoreError } from "./postgres/errors.ts";
import type { Target } from "./postgres/lanes.ts";
import { MigrationError } from "./postgres/migrate.ts";
import { currentTrace, openTelemetry } from "./telemetry/telemetry.ts";

/** A studio at work. */
export interface Server {
  studio: Studio;
  /** Ends the jobs and closes the database. Call it when the last request has been answered. */
  stop(): Promise<void>;
}

/**
 * A token that is revoked is refused at once by the process that revokes it, and by the others as soon
 * as they hear of it; within two seconds even if they cannot. Five are promised.
 */
export const REMEMBER_TOKENS_MS = 2_000;

/** Longest pause between two tries to reach the database, in milliseconds. */
const MAX_PAUSE = 5_000;

/** Where servers write what happens; with the trace that it happened in, when there is one. */
export function serverLog(
  { exportsTelemetry }: Pick<Config, "exportsTelemetry">,
  write: Write = (line) => console.log(line),
): Log {
  return jsonLog(new SystemClock(), write, exportsTelemetry ? currentTrace : undefined);
}

/** Waits for the database, migrates, composes, and starts the jobs. */
export async function startServer(config: Config, log: Log): Promise<Server> {
  const { databaseUrl, databaseReadUrl, databaseListenUrl } = config;
  const database = { url: databaseUrl };
  await prepared(database, log);
  const studio = await compose({
    ...config,
    telemetry: config.exportsTelemetry ? openTelemetry(VERSION) : null,
    database,
    rememberTokensMs: REMEMBER_TOKENS_MS,
    readDatabase: databaseReadUrl === null ? null : { url: databaseReadUrl },
    listenDatabase: databaseListenUrl === null ? null : { url: databaseListenUrl },
    log,
  });
  const stopping = new AbortController();
  const work = studio.work(stopping.signal);
  return {
    studio,
    async stop() {
      stopping.abort();
      await work;
      await studio.close();
    },
  };
}

/** A database that is started, or migrated, beside us may take longer than we do. */
async function prepared(database: Target, log: Log): Promise<void> {
  for (let pause = 250;; pause = Math.min(MAX_PAUSE, 2 * pause)) {
    try {
      const applied = await prepareDatabase(database);
      if (applied.length) log("info", "migrated", { applied });
      return;
    } catch (error) {
      const mayCome = error instanceof StoreError && error.kind === "unavailable" ||
        error instanceof MigrationError && error.mayCome;
      if (!mayCome) throw error;
      log("warn", "waiting for the database", { problem: error.message });
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
