/**
 * The server as a process of its own, started by the start task's own command, for tests that kill
 * it; and one MCP call to it by plain HTTP.
 *
 * @module
 */
import { assertExists } from "@std/assert";
import { freePort } from "./free_port.ts";

const project = new URL("../../", import.meta.url);
const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", project)));

/** A running server. */
export interface ServerProcess {
  url: string;
  pid: number;
  /** Ends it without a word. */
  kill(): Promise<void>;
  /** Asks it to stop, and tells its exit code. */
  stop(): Promise<number>;
}

/**
 * Starts `deno task start`'s command with these variables, and waits until the probe answers 200:
 * `/readyz` when it can serve, `/healthz` when it lives.
 */
export async function startServerProcess(
  env: Record<string, string>,
  probe: "/readyz" | "/healthz" = "/readyz",
): Promise<ServerProcess> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const [, ...args] = tasks.start.command.split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: project,
    env: { PORT: String(port), PUBLIC_URL: url, ...env },
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let gone = false;
  const status = child.status.then((status) => {
    gone = true;
    return status;
  });
  while (!await isOk(url + probe)) {
    if (gone) throw new Error("the server ended before it could serve");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const end = async (signal: Deno.Signal) => {
    if (!gone) child.kill(signal);
    return (await status).code;
  };
  return {
    url,
    pid: child.pid,
    kill: async () => void await end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

/** What a tool answered; rejects when no answer came. */
export interface ToolAnswer {
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
  content: { type: string; text: string }[];
}

/** Calls a tool as a client of the 2025 revisions does. */
export async function callToolAt(
  url: string,
  token: string,
  name: string,
  args: Record<string, unknown>,
): Promise<ToolAnswer> {
  const response = await fetch(`${url}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name, arguments: args },
    }),
  });
  const { result, error } = await response.json();
  assertExists(result, `${response.status}: ${JSON.stringify(error)}`);
  return result;
}

async function isOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
