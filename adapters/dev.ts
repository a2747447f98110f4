/**
 * `deno task dev`: the whole product on this machine, on an embedded database with demo data and a
 * simulated phone network. Data survives a restart; `--reset` starts over.
 *
 * @module
 */
import { SystemClock } from "./clock.ts";
import { compose, prepareDatabase, type Studio } from "./compose.ts";
import { ConfigError, readPort, readSpeed } from "./config.ts";
import { type DemoPasswords, setDemoPasswords } from "./demo/demo_passwords.ts";
import { type DemoTokens, fillDemo } from "./demo/fill_demo.ts";
import { jsonLog } from "./log.ts";
import { type Embedded, openEmbedded } from "./postgres/pglite.ts";

const HOST = "127.0.0.1";
const DEFAULT_SPEED = 20;
/** Milliseconds for running requests after Ctrl-C. */
const GRACE = 3_000;
/** Room that a database which stopped for want of it gets back before it is opened: two WAL segments. */
const ROOM_BYTES = 32 * 2 ** 20;
/** Milliseconds between two looks whether there is room. */
const ROOM_PAUSE = 2_000;

/** A studio that answers, and what it stands on. */
interface Serving {
  database: Embedded;
  studio: Studio;
  /** Whether the database has stopped by itself: there is nothing left to be ended. */
  lost: boolean;
  /** Ends what it does by itself. */
  rest(): Promise<void>;
}

/** What `dev.json` says. */
interface DevFile {
  mcpUrl: string;
  consoleUrl: string;
  tokens: DemoTokens;
  signIn: DemoPasswords;
}

async function main(args: string[]): Promise<void> {
  const unknown = args.find((arg) => arg !== "--reset");
  if (unknown) throw new ConfigError(`${unknown}: not known; the only flag is --reset`);
  const port = readPort(Deno.env.get);
  const speed = readSpeed(Deno.env.get, DEFAULT_SPEED);
  const data = Deno.env.get("STUDIO_DATA") || ".studio";
  await Deno.mkdir(data, { recursive: true });
  const file = `${data}/dev.json`;
  const directory = `${data}/postgres`;

  // The listener comes first, so that a port in use is said before anything is made.
  let serving = null as Serving | null;
  const listener = Deno.serve(
    { port, hostname: HOST, onListen() {} },
    (request, info) =>
      serving?.studio.http.fetch(request, info) ?? new Response("Starting", { status: 503 }),
  );
  const publicUrl = new URL(`http://${HOST}:${listener.addr.port}`);
  const log = jsonLog(new SystemClock(), (line) => console.log(line));

  const open = async (fresh: boolean): Promise<Pick<Serving, "database" | "studio">> => {
    const database = await openEmbedded({ directory, fresh });
    void database.stopped.then((error) => stopped(database, error));
    try {
      await prepareDatabase(database.target);
      await database.fence();
      const studio = await compose({
        database: database.target,
        readDatabase: null,
        publicUrl,
        telephony: { kind: "simulated", speed },
        signingKey: null,
        limits: { requestsPerMinute: null, databaseConnections: 3 },
        log: (level, event, fields) => level === "info" ? undefined : log(level, event, fields),
      });
      return { database, studio };
    } catch (error) {
      // It holds the directory, which the next try needs.
      await database.close();
      throw error;
    }
  };
  const serve = ({ database, studio }: Pick<Serving, "database" | "studio">) => {
    const stopping = new AbortController();
    const work = studio.work(stopping.signal);
    const rest = async () => {
      stopping.abort();
      await work;
    };
    serving = { database, studio, lost: false, rest };
  };
  const stopped = async (database: Embedded, error: Error) => {
    if (serving !== null && serving.database !== database) return;
    const cause = error.cause instanceof Error ? error.cause.message : error.cause;
    console.error(
      `DATABASE STOPPED: ${error.message} (${cause}). Nothing that was answered is lost. ` +
        `Is the disk of ${directory} full? Make room: it goes on by itself then.`,
    );
    if (serving === null) Deno.exit(1);
    // It answers on: that it lives, and that the database cannot be reached.
    serving.lost = true;
    await serving.rest();
    await serving.studio.close();
    await database.close();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, ROOM_PAUSE));
      if (!await hasRoom(`${data}/room`)) continue;
      try {
        serve(await open(false));
        console.error("The database goes on.");
        return;
      } catch (error) {
        log("warn", "the database cannot go on yet", { error });
      }
    }
  };

  // There while the demo is being made: what a crash left half-made is made anew.
  const making = `${data}/making`;
  const fresh = args.includes("--reset") || await exists(making);
  const known = fresh ? null : await readDevFile(file);
  const started = performance.now();
  if (known === null) console.log("Making the demo company, its records and its past calls …");
  const made = await open(fresh);
  if (known === null) await Deno.writeTextFile(making, "");
  const tokens = known?.tokens ?? await fillDemo(made.studio);
  const signIn = known?.signIn ?? await setDemoPasswords(made.studio.app);
  await writeDevFile(file, {
    mcpUrl: new URL("/mcp", publicUrl).href,
    consoleUrl: publicUrl.href,
    tokens,
    signIn,
  });
  if (known === null) await Deno.remove(making);
  serve(made);
  if (known === null) {
    console.log(`… done in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
  }
  greet(publicUrl, file, tokens.admin, signIn);

  const stop = async () => {
    const late = setTimeout(() => Deno.exit(1), GRACE);
    if (serving === null || serving.lost) Deno.exit(0);
    const { studio, database, rest } = serving;
    studio.stopWaiting();
    await listener.shutdown();
    await rest();
    await studio.close();
    await database.close();
    clearTimeout(late);
    Deno.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, stop);
}

/** Whether a file of {@link ROOM_BYTES} can be written at a path; it is gone afterwards. */
async function hasRoom(path: string): Promise<boolean> {
  try {
    await Deno.writeFile(path, new Uint8Array(ROOM_BYTES));
    return true;
  } catch {
    return false;
  } finally {
    await Deno.remove(path).catch(() => {});
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function readDevFile(file: string): Promise<DevFile | null> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Writes and renames, so that the file is never half there. */
async function writeDevFile(file: string, content: DevFile): Promise<void> {
  const draft = `${file}.new`;
  await Deno.writeTextFile(draft, JSON.stringify(content, null, 2) + "\n", { mode: 0o600 });
  await Deno.rename(draft, file);
}

function greet(
  publicUrl: URL,
  file: string,
  token: string,
  { admin, viewer, master }: DemoPasswords,
): void {
  const mcpUrl = new URL("/mcp", publicUrl).href;
  console.log(`Call Camp Studio is ready.

  MCP       ${mcpUrl}
  Console   ${publicUrl.href}
            sign in as  ${said(admin)}
            looks only  ${said(viewer)}
            operator    ${said(master)}
  Token     ${token}
            (tokens of every kind of user: ${file})

Paste this to connect Claude Code:

  claude mcp add --transport http call-camp-studio ${mcpUrl} --header "Authorization: Bearer ${token}"

Ctrl-C stops it; the data stays. --reset starts over.`);
}

function said({ email, password }: DemoPasswords["admin"]): string {
  return `${email} / ${password}`;
}

try {
  await main(Deno.args);
} catch (error) {
  const expected = error instanceof ConfigError || error instanceof Deno.errors.AddrInUse;
  if (!expected && !(error instanceof Error && error.message.includes("in use"))) throw error;
  console.error(
    error instanceof Deno.errors.AddrInUse
      ? "PORT: another program listens there already. Stop it, or set PORT to another number."
      : error.message,
  );
  Deno.exit(1);
}
