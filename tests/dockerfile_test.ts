import { assert, assertEquals, assertExists } from "@std/assert";
import { realPostgres } from "./support/real_postgres.ts";
import { whenThere } from "./support/skip.ts";

const project = new URL("../", import.meta.url);
const dockerfile = await Deno.readTextFile(new URL("Dockerfile", project));
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", project)));
const command: string[] = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)![1]);

Deno.test("the image starts the server by the command of `deno task start`", () => {
  assertEquals(command, config.tasks.start.command.split(" "));
});

Deno.test("the image is pinned to the Deno that runs these tests", () => {
  assertEquals(/^FROM (.*)$/m.exec(dockerfile)![1], `denoland/deno:${Deno.version.deno}`);
});

Deno.test("the image gets what the server is made of, and nothing else", async () => {
  const ignored = await Deno.readTextFile(new URL(".dockerignore", project));
  const copied = [...dockerfile.matchAll(/^COPY (.*) \S+$/gm)].flatMap(([, from]) =>
    from.split(" ")
  );
  assertEquals(ignored.trim().split("\n"), ["*", ...copied.map((path) => `!${path}`)]);
});

/** The image's health check, run as Docker would: exit code 0 means healthy. */
async function healthCheck(port: string): Promise<number> {
  const [, program, flags] = /echo '(.+)' \\\n\s+\| deno (run .+)$/m.exec(dockerfile)!;
  const child = new Deno.Command(Deno.execPath(), {
    args: flags.split(" "),
    cwd: project,
    env: { PORT: port },
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stdin = child.stdin.getWriter();
  await stdin.write(new TextEncoder().encode(program));
  await stdin.close();
  return (await child.status).code;
}

function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}

/** Asks until the server says that it can serve, or is gone. */
async function untilReady(port: string, server: { gone: boolean }): Promise<boolean> {
  while (!server.gone) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`);
      await response.body?.cancel();
      if (response.ok) return true;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** Those of this process's variables that are set. */
function ownEnv(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

const title = "the image's command serves from a real PostgreSQL, and stops when told";
whenThere("postgres", title, () => {
  Deno.test(title, async () => {
    const database = await realPostgres();
    assertExists(database);
    const port = freePort();
    const server = new Deno.Command(Deno.execPath(), {
      args: command.slice(1),
      cwd: project,
      clearEnv: true,
      env: {
        ...ownEnv("HOME", "DENO_DIR"),
        DATABASE_URL: database.url,
        PUBLIC_URL: `http://127.0.0.1:${port}`,
        PORT: port,
        SIGNING_KEY: "a signing key of the tests, long enough to be accepted",
        TELEPHONY: "simulated",
      },
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    const state = { gone: false };
    const status = server.status.finally(() => state.gone = true);
    try {
      assert(await untilReady(port, state), "the server stopped before it was ready");
      assertEquals(await healthCheck(port), 0);
      server.kill("SIGTERM");
      assertEquals((await status).code, 0);
      assert(await healthCheck(port) !== 0, "the health check must see that the server is gone");
    } finally {
      if (!state.gone) server.kill("SIGKILL");
      await status;
      await database.stop();
    }
  });
});
