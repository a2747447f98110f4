import { assertEquals } from "@std/assert";
import { serving } from "./served.ts";
import { story } from "./story.ts";

// Programs that people and their clients use, each of an exact version, fetched from npm when the test runs.
const MCP_REMOTE = "mcp-remote@0.15.1";
const INSPECTOR = "npm:@modelcontextprotocol/inspector@2.12.0";
const CONFORMANCE = "npm:@modelcontextprotocol/conformance@0.2.0-alpha.12";

/** A Deno that knows nothing of this project; these programs ask for every permission. */
const DENO_RUN = ["run", "--no-config", "--no-lock", "--node-modules-dir=none", "--allow-all"];
const PATIENCE = 120_000;

/** Does the work in a directory that is gone afterwards. */
async function inTempDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Runs a program of npm's to its end. */
async function run(cwd: string, program: string, ...args: string[]) {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...DENO_RUN, program, ...args],
    cwd,
    env: {
      NO_COLOR: "1",
      MCP_STORAGE_DIR: cwd,
      MCP_CATALOG_PATH: `${cwd}/catalog.json`,
      MCP_CLIENT_CONFIG_PATH: `${cwd}/client.json`,
    },
    stdin: "null",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** JSON-RPC over a program's standard input and output, a message a line. */
class LineClient {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, (message: Record<string, unknown>) => void>();
  readonly #reading: Promise<void>;
  #lastId = 0;

  constructor(command: Deno.Command) {
    this.#process = command.spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const chunk of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const message = JSON.parse(line);
        this.#waiting.get(message.id)?.(message);
      }
    }
    for (const settle of this.#waiting.values()) settle({ error: { message: "it has ended" } });
  }

  async send(message: Record<string, unknown>): Promise<void> {
    const line = JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n";
    await this.#input.write(new TextEncoder().encode(line));
  }

  // deno-lint-ignore no-explicit-any -- JSON of many shapes, which the story looks into
  async request(method: string, params: object): Promise<any> {
    const id = ++this.#lastId;
    const answer = new Promise<Record<string, unknown>>((settle) => this.#waiting.set(id, settle));
    await this.send({ id, method, params });
    const { result, error } = await answer as { result?: unknown; error?: { message: string } };
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  async close(): Promise<void> {
    await this.#input.close();
    await this.#reading;
    await this.#process.status;
  }
}

Deno.test("through mcp-remote, as Claude Desktop does, the main job is done from end to end", async () => {
  await inTempDir((dir) =>
    serving(async ({ url }) => {
      const client = new LineClient(
        new Deno.Command("npx", {
          args: ["-y", MCP_REMOTE, url, "--header", "Authorization: Bearer admin"],
          cwd: dir,
          env: { MCP_REMOTE_CONFIG_DIR: dir },
          stdin: "piped",
          stdout: "piped",
          stderr: "null",
          signal: AbortSignal.timeout(PATIENCE),
        }),
      );
      try {
        await client.request("initialize", {
          protocolVersion: "2025-06-18",
          capabilities: {},
          clientInfo: { name: "test", version: "1" },
        });
        await client.send({ method: "notifications/initialized" });
        assertEquals((await client.request("tools/list", {})).tools.length, 15);
        await story({
          async tool(name, args = {}) {
            const result = await client.request("tools/call", { name, arguments: args });
            if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
            return result.structuredContent;
          },
          async read(uri) {
            const { contents } = await client.request("resources/read", { uri });
            return JSON.parse(contents[0].text);
          },
        }, fetch);
      } finally {
        await client.close();
      }
    })
  );
});

Deno.test("with the Inspector's command line the main job is done from end to end", async () => {
  await inTempDir((dir) =>
    serving(async ({ url }) => {
      const inspect = async (...args: string[]) => {
        const { code, stdout, stderr } = await run(
          dir,
          INSPECTOR,
          "--cli",
          url,
          "--transport",
          "http",
          "--header",
          "Authorization: Bearer admin",
          ...args,
        );
        assertEquals(code, 0, `${args.join(" ")}\n${stdout}\n${stderr}`);
        return JSON.parse(stdout);
      };
      assertEquals((await inspect("--method", "tools/list")).tools.length, 15);
      await story({
        async tool(name, args = {}) {
          const json = JSON.stringify(args);
          const call = ["--method", "tools/call", "--tool-name", name, "--tool-args-json", json];
          return (await inspect(...call)).structuredContent;
        },
        async read(uri) {
          const { contents } = await inspect("--method", "resources/read", "--uri", uri);
          return JSON.parse(contents[0].text);
        },
      }, fetch);
    })
  );
});

/** Scenarios of the conformance suite that need no tools made for it. */
const SCENARIOS = [
  "server-initialize",
  "server-stateless",
  "ping",
  "tools-list",
  "resources-list",
  "sep-2164-resource-not-found",
  "dns-rebinding-protection",
  "caching",
  "http-header-validation",
  "prompts-list",
];

/** A check of a scenario. */
interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

Deno.test("the public conformance suite finds nothing wrong", async (t) => {
  await inTempDir((dir) =>
    serving(async ({ url }) => {
      for (const scenario of SCENARIOS) {
        await t.step(scenario, async () => {
          const out = `${dir}/${scenario}`;
          const args = ["server", "--url", url, "--scenario", scenario, "-o", out];
          const { stdout, stderr } = await run(dir, CONFORMANCE, ...args);
          const checks = await checksIn(out);
          // Where a check needs a tool made for it, which we do not have, the suite says so.
          const failed = checks.filter(({ status, errorMessage }) =>
            status === "FAILURE" && !errorMessage?.startsWith("Not testable")
          );
          assertEquals(failed, [], `${stdout}\n${stderr}`);
          assertEquals(checks.some(({ status }) => status === "SUCCESS"), true, scenario);
        });
      }
    }, "admin")
  );
});

async function checksIn(dir: string): Promise<Check[]> {
  for await (const { name } of Deno.readDir(dir)) {
    return JSON.parse(await Deno.readTextFile(`${dir}/${name}/checks.json`));
  }
  return [];
}
