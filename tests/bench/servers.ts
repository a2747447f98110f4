/**
 * The servers that are compared, each a process of its own.
 *
 * @module
 */
import { type Job, load, type RequestText, type Result } from "./load.ts";
import type { Loader } from "./loader.ts";
import { toolCall } from "./messages.ts";
import { freePort } from "../support/free_port.ts";
import { PLACES, sameQueries } from "./same_queries.ts";

const project = new URL("../../", import.meta.url);
const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", project)));

/** A server that answers. */
export interface Running {
  port: number;
  pid: number;
  /** Milliseconds from its start to its first answered call. */
  coldStart: number;
  stop(): Promise<void>;
}

/** Connections to PostgreSQL, the same for all. */
const CONNECTIONS = "10";
/** More requests in a minute than any machine here answers. */
const UNREACHED = "1000000";
/** Longest wait for a server that has started, in milliseconds. */
const PATIENCE = 30_000;

/** The product, by its own start command; rate limits are counted but not reached, logs go nowhere. */
export function startStudio(
  databaseUrl: string,
  firstCall: FirstCall,
  flags: string[] = [],
): Promise<Running> {
  const [, run, ...args] = tasks.start.command.split(" ");
  const port = freePort();
  return started(port, firstCall, Deno.execPath(), [run, ...flags, ...args], {
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: "http://127.0.0.1",
    LIMIT_REQUESTS_PER_MINUTE: UNREACHED,
    LIMIT_CLIENT_REQUESTS_PER_MINUTE: UNREACHED,
    LIMIT_ADDRESS_REQUESTS_PER_MINUTE: UNREACHED,
    LIMIT_DATABASE_CONNECTIONS: CONNECTIONS,
    SIGNING_KEY: "bench ".repeat(8),
  });
}

/** The least that would do the same work; see floor.ts. */
export function startFloor(databaseUrl: string, firstCall: FirstCall): Promise<Running> {
  const args = [
    "run",
    "--no-prompt",
    "--allow-net=127.0.0.1",
    "--allow-env",
    "tests/bench/floor.ts",
  ];
  return started(freePort(), firstCall, Deno.execPath(), args, { DATABASE_URL: databaseUrl });
}

/** What would be written otherwise; see reference/server.mjs. The URL is of who may read all. */
export async function startReference(
  ownerUrl: string,
  firstCall: FirstCall,
  prepared: boolean,
): Promise<Running> {
  const queries = await Deno.makeTempFile({ prefix: "bench-queries-" });
  await Deno.writeTextFile(queries, JSON.stringify({ ...sameQueries(), places: PLACES }));
  const running = await started(
    freePort(),
    firstCall,
    "node",
    ["tests/bench/reference/server.mjs"],
    {
      DATABASE_URL: ownerUrl,
      QUERIES: queries,
      PREPARED: prepared ? "1" : "0",
      NODE_ENV: "production",
    },
  );
  await Deno.remove(queries);
  return running;
}

/** Asks a server at a port something that it can only answer once it serves. */
export type FirstCall = (port: number) => Promise<boolean>;

/** A first tool call, as most clients make it. */
export function firstCall(token: string): FirstCall {
  return answers(toolCall("2025-11-25", token, "list-records", { limit: 1 }));
}

/** Whether a request is answered as expected. */
export function answers(request: RequestText): FirstCall {
  return async (port) => {
    const targets = [{ port, requests: [request] }];
    const [{ failures }] = await load({ targets, connections: 1, count: 1 });
    return failures === 0;
  };
}

/** Starts a program that listens at `PORT`, and waits for its first answer. */
export async function started(
  port: number,
  firstCall: FirstCall,
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<Running> {
  const began = performance.now();
  const child = new Deno.Command(program, {
    args,
    cwd: project,
    env: { ...env, PORT: String(port) },
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let gone = false;
  const ended = child.status.then(() => gone = true);
  const stop = async () => {
    if (!gone) child.kill("SIGTERM");
    await ended;
  };
  while (!await firstCall(port).catch(() => false)) {
    if (gone) throw new Error(`${program} ${args.at(-1)} ended before it could answer`);
    if (performance.now() - began > PATIENCE) {
      await stop();
      throw new Error(`${program} ${args.at(-1)} does not answer`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { port, pid: child.pid, coldStart: performance.now() - began, stop };
}

/** Milliseconds of processor time that a process has used so far; null where Linux does not tell. */
export async function processorOf(pid: number): Promise<number | null> {
  // Deno itself reads what is in /proc only with every permission.
  const { success, stdout } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/stat`],
    stderr: "null",
  }).output();
  if (!success) return null;
  const stat = new TextDecoder().decode(stdout);
  // Fields 14 and 15 of proc(5), in hundredths of a second; the second one may hold spaces.
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
  return 10 * (Number(user) + Number(system));
}

/** Runs a job, and tells how much processor time of these processes each answer took. */
export async function billed(
  loader: Loader,
  job: Job,
  pids: number[],
): Promise<{ result: Result; processor: number | null }> {
  const before = await Promise.all(pids.map(processorOf));
  const [result] = await loader.run(job);
  const after = await Promise.all(pids.map(processorOf));
  const used = after.map((value, i) => (value ?? NaN) - (before[i] ?? NaN));
  const processor = used.reduce((sum, each) => sum + each, 0) / result.answers;
  return { result, processor: Number.isFinite(processor) ? processor : null };
}

/** Resident memory of a process, in MiB. */
export async function memoryOf(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] })
    .output();
  return Number(new TextDecoder().decode(stdout)) / 1024;
}
