/**
 * A throw-away PostgreSQL server for tests, where the machine has the server's programs.
 * Deno runs each test file in an isolate of its own, so a file that wants one starts its own (about 1.5 s).
 * @module
 */

const script = new URL("./real_postgres.sh", import.meta.url).pathname;

/** A running cluster that belongs to the caller alone, on 127.0.0.1. */
export interface RealPostgres {
  /** The superuser's connection URL, of database `postgres`; up to 200 connections. */
  url: string;
  /** Stops the server and removes its data; more than once does no harm. */
  stop(): Promise<void>;
  /** Stops the server as a crash would and starts it again on the same port; data that was committed stays. */
  restartImmediate(): Promise<void>;
  /** Stops the server as a crash would, and leaves it so. */
  halt(): Promise<void>;
  /** Starts it again after {@link RealPostgres.halt}, on the same port. */
  resume(): Promise<void>;
}

/**
 * Starts a cluster; should this process die before `stop`, the cluster is removed within a second or two.
 * @returns null when the machine has no PostgreSQL server programs
 */
export async function realPostgres(): Promise<RealPostgres | null> {
  if (!hasPostgres()) return null;
  const [dir, url] = (await run("start", String(Deno.pid))).split(" ");
  return {
    url,
    stop: async () => void await run("stop", dir),
    restartImmediate: async () => void await run("restart", dir),
    halt: async () => void await run("halt", dir),
    resume: async () => void await run("resume", dir),
  };
}

/** Whether this machine can start a PostgreSQL server. */
export function hasPostgres(): boolean {
  return new Deno.Command(script, { args: ["find"] }).outputSync().success;
}

async function run(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(script, { args }).output();
  if (!success) {
    throw new Error(`PostgreSQL ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout).trim();
}
