/**
 * Entry point of the operator's command line.
 *
 * @module
 */
import { compose, prepareDatabase } from "../compose.ts";
import { ConfigError } from "../config.ts";
import { type OpenDatabase, openDatabase } from "../database.ts";
import { CommandError, type Studio } from "./command.ts";
import { runCli } from "./run.ts";

/** What is open, to be closed in the end, last first. */
const opened: (() => Promise<void>)[] = [];

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

async function open(): Promise<Studio> {
  const { database } = await prepare();
  const { app, books, close } = await compose({
    database: database.target,
    readDatabase: null,
    // Nothing is served from here.
    publicUrl: new URL("http://localhost"),
    telephony: { kind: "simulated", speed: 1 },
    signingKey: null,
    limits: { requestsPerMinute: null, databaseConnections: 2 },
    log: () => {},
  });
  opened.push(close);
  return {
    app,
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
  open,
  migrate: async () => (await prepare()).applied,
  readFile,
  stdout: (text) => write(Deno.stdout, text),
  stderr: (text) => write(Deno.stderr, text),
  isTerminal: Deno.stderr.isTerminal(),
});
for (const close of opened.reverse()) await close();
Deno.exit(code);
