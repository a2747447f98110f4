/**
 * Entry point of the operator's command line.
 *
 * @module
 */
import { compose, examineDatabase, prepareDatabase } from "../compose.ts";
import { type Config, ConfigError, readConfig, readPublicUrl, readSigningKey } from "../config.ts";
import { type OpenDatabase, openDatabase } from "../database.ts";
import { CommandError, OPERATOR, type Studio } from "./command.ts";
import type { Patient } from "./doctor.ts";
import { runCli } from "./run.ts";

/** What is open, to be closed in the end, last first. */
const opened: (() => Promise<void>)[] = [];

/** What `make` gives, made once and when it is asked for. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

/** The database, up to date. */
async function prepare(): Promise<{ database: OpenDatabase; applied: string[] }> {
  try {
    const database = await openDatabase(Deno.env.get);
    opened.push(() => database.close());
    const applied = await prepareDatabase(database.target);
    await database.fence();
    return { database, applied };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      error instanceof ConfigError ? why : `The database cannot be opened: ${why}`,
      { cause: error },
    );
  }
}

/** What the command line works with: nothing is served from here. */
function here(): Omit<
  Config,
  "databaseUrl" | "databaseReadUrl" | "databaseListenUrl" | "port" | "exportsTelemetry"
> {
  return {
    publicUrl: new URL("http://localhost"),
    telephony: { kind: "simulated", speed: 1 },
    signingKey: readSigningKey(Deno.env.get),
    limits: { requestsPerMinute: null, databaseConnections: 2 },
  };
}

async function composeOn(
  target: OpenDatabase["target"],
  config = here(),
) {
  const { close, ...studio } = await compose({
    ...config,
    database: target,
    readDatabase: null,
    log: () => {},
  });
  opened.push(close);
  return studio;
}

async function open(): Promise<Studio> {
  const { database } = await prepare();
  const { app, books } = await composeOn(database.target);
  return {
    app,
    publicUrl: readPublicUrl(Deno.env.get) ?? database.devUrl,
    async phoneCalls(limit) {
      const calls = await books.list(limit);
      return calls.map(({ ref, to, dialedAt, requests, refused }) => ({
        callUuid: ref.callId,
        to,
        dialedAt,
        requests,
        refused,
      }));
    },
  };
}

/** Milliseconds for the public address to answer. */
const PATIENCE = 10_000;

/** The installation, looked at but not touched: nothing is migrated. */
function patient(): Patient {
  const database = lazily(async () => {
    const found = await openDatabase(Deno.env.get);
    opened.push(() => found.close());
    await found.fence();
    return found.target;
  });
  return {
    settings() {
      const { telephony, signingKey } = readConfig(Deno.env.get);
      return { telephony: telephony.kind, ownSigningKey: signingKey !== null };
    },
    publicUrl: () => readPublicUrl(Deno.env.get),
    database: async () => await examineDatabase(await database()),
    async assistants() {
      const { app } = await composeOn(await database());
      return await app.campaigns.assistants(OPERATOR);
    },
    async phone() {
      const { provider } = await composeOn(await database(), readConfig(Deno.env.get));
      return await provider.check?.() ?? null;
    },
    fetch: (url) => fetch(url, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE) }),
  };
}

async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new CommandError(`${path}: ${why}`, { cause: error });
  }
}

function write(stream: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += stream.writeSync(bytes.subarray(sent));
}

const code = await runCli(Deno.args, {
  // Commands open it as often as they like, but the embedded database has one door.
  open: lazily(open),
  migrate: async () => (await prepare()).applied,
  patient,
  readFile,
  stdout: (text) => write(Deno.stdout, text),
  stderr: (text) => write(Deno.stderr, text),
  isTerminal: Deno.stderr.isTerminal(),
});
for (const close of opened.reverse()) await close();
Deno.exit(code);
