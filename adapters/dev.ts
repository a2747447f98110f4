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
import { openEmbedded } from "./postgres/pglite.ts";

const HOST = "127.0.0.1";
const DEFAULT_SPEED = 20;
/** Milliseconds for running requests after Ctrl-C. */
const GRACE = 3_000;

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
  let studio: Studio | null = null;
  const listener = Deno.serve(
    { port, hostname: HOST, onListen() {} },
    (request, info) =>
      studio?.http.fetch(request, info) ?? new Response("Starting", { status: 503 }),
  );
  const publicUrl = new URL(`http://${HOST}:${listener.addr.port}`);

  // There while the demo is being made: what a crash left half-made is made anew.
  const making = `${data}/making`;
  const fresh = args.includes("--reset") || await exists(making);
  const known = fresh ? null : await readDevFile(file);
  const started = performance.now();
  if (known === null) console.log("Making the demo company, its records and its past calls …");
  const database = await openEmbedded({ directory, fresh });
  void database.stopped.then((error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.cause;
    console.error(
      `DATABASE STOPPED: ${error.message} (${cause}). Nothing that was answered is lost. ` +
        `Is the disk of ${directory} full? Make room, and start again.`,
    );
    Deno.exit(1);
  });
  await prepareDatabase(database.target);
  await database.fence();
  const log = jsonLog(new SystemClock(), (line) => console.log(line));
  const made = await compose({
    database: database.target,
    readDatabase: null,
    publicUrl,
    telephony: { kind: "simulated", speed },
    signingKey: null,
    limits: { requestsPerMinute: null, databaseConnections: 3 },
    log: (level, event, fields) => level === "info" ? undefined : log(level, event, fields),
  });
  if (known === null) await Deno.writeTextFile(making, "");
  const tokens = known?.tokens ?? await fillDemo(made);
  const signIn = known?.signIn ?? await setDemoPasswords(made.app);
  await writeDevFile(file, {
    mcpUrl: new URL("/mcp", publicUrl).href,
    consoleUrl: publicUrl.href,
    tokens,
    signIn,
  });
  if (known === null) await Deno.remove(making);
  const stopping = new AbortController();
  const work = made.work(stopping.signal);
  studio = made;
  if (known === null) {
    console.log(`… done in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
  }
  greet(publicUrl, file, tokens.admin, signIn);

  const stop = async () => {
    const late = setTimeout(() => Deno.exit(1), GRACE);
    made.stopWaiting();
    await listener.shutdown();
    stopping.abort();
    await work;
    await made.close();
    await database.close();
    clearTimeout(late);
    Deno.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, stop);
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
