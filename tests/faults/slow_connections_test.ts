/**
 * Hundreds of connections of which nothing, too little, or no end comes, at a real server. A deadline for
 * headers, and a bound on connections, are the proxy's in front: the README says so.
 */
import { assert, assertEquals } from "@std/assert";
import { serverDatabases } from "../support/databases.ts";
import { setUpOrders, sleep } from "../support/killed_server.ts";
import { factsOf } from "../support/process_facts.ts";
import { postHead, readAnswer, statusOf, writeAll } from "../support/raw_http.ts";
import { callToolAt, startServerProcess } from "../support/server_process.ts";
import { whenThere } from "../support/skip.ts";

/** Of each kind; the server works on 200 requests at a time. */
const CONNECTIONS = 120;
const JSON_TYPE = { "Content-Type": "application/json" };
const MIB = 1 << 20;
/** Of bodies that come byte by byte, and so quickly that each would fill a hundred megabytes. */
const DRIPPING = 30;
/** Generous: each read takes a buffer of 64 KiB, and the engine collects them when it likes. */
const MOST_MEMORY = 800 * MIB;
const MAX_TRIES = 20;
const LET_GO_WITHIN_MS = 8000;
/** A body may take ten seconds. */
const TOLD_WITHIN_MS = 40_000;

const bytes = (text: string) => new TextEncoder().encode(text);

/** A connection that is fed until it is closed; tells what was answered. */
interface Slow {
  connection: Deno.Conn;
  answer: Promise<string>;
}

async function open(port: number, first: string, then?: string, every = 500): Promise<Slow> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const answer = readAnswer(connection);
  let over = false;
  void answer.then(() => over = true);
  await writeAll(connection, bytes(first)).catch(() => {});
  const feed = async () => {
    while (then !== undefined && !over) {
      await sleep(every);
      await writeAll(connection, bytes(then));
    }
  };
  // Whoever is cut off finds out by writing.
  feed().catch(() => {});
  return { connection, answer };
}

async function all(make: () => Promise<Slow>, count = CONNECTIONS): Promise<Slow[]> {
  return await Promise.all(Array.from({ length: count }, make));
}

function close({ connection }: Slow): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

const title = `${7 * CONNECTIONS} slow, endless and vanishing connections keep nobody else waiting`;
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = (await serverDatabases())!;
    const { target, lanes, close: drop } = await databases.fresh();
    assert("url" in target);
    try {
      const { token } = await setUpOrders(lanes, ["+14155550132"], { kind: "simulated" });
      const server = await startServerProcess({ DATABASE_URL: target.url });
      const port = Number(new URL(server.url).port);
      /** Served, if not at once: at the moment when hundreds arrive it may be told to come again. */
      const isServed = async () => {
        for (let tries = 1;; tries++) {
          try {
            const answer = await callToolAt(server.url, token, "list-records", {});
            return assertEquals(answer.structuredContent?.total, 1);
          } catch (error) {
            if (tries === MAX_TRIES) throw error;
            await sleep(100);
          }
        }
      };
      await isServed();
      const before = await factsOf(server.pid);

      const head = (headers: Record<string, string>) => {
        return postHead(token, { ...JSON_TYPE, ...headers });
      };
      const silent = await all(() => open(port, ""));
      const slowHeads = await all(() => open(port, "POST /mcp HTTP/1.1\r\nX-Slow: ", "x"));
      const slowBodies = await all(() => open(port, head({ "Content-Length": "9999" }) + "{", " "));
      const drips = await all(
        () => open(port, head({ "Content-Length": "9999" }) + "{", " ", 5),
        DRIPPING,
      );
      const endless = await all(() =>
        open(port, head({ "Transfer-Encoding": "chunked" }), `1000\r\n${" ".repeat(4096)}\r\n`)
      );
      const hooks = await all(() => {
        const line = "POST /hooks/agents/01900000-0000-7000-8000-000000000000 HTTP/1.1\r\n";
        const rest = head({ "Content-Length": "9999" }).split("\r\n").slice(1).join("\r\n");
        return open(port, line + rest, " ");
      });
      const forms = await all(() => {
        const headers = {
          "Content-Type": "application/x-www-form-urlencoded",
          "Content-Length": "9999",
          "Sec-Fetch-Site": "same-origin",
        };
        const rest = postHead(token, headers).split("\r\n").slice(1).join("\r\n");
        return open(port, "POST /sign-in HTTP/1.1\r\n" + rest, "x");
      });
      const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":' +
        '{"name":"list-records","arguments":{}}}';
      const vanishing = await all(() =>
        open(port, head({ "Content-Length": String(call.length) }) + call)
      );
      vanishing.forEach(close);
      await Promise.all(vanishing.map(({ answer }) => answer));

      const during = await factsOf(server.pid);
      assert(during.files > before.files + 4 * CONNECTIONS, "they are really held");
      for (let i = 0; i < 20; i++) await isServed();
      for (const probe of ["/healthz", "/readyz"]) {
        const response = await fetch(server.url + probe);
        assertEquals([response.status, (await response.json()).ok], [200, true]);
      }

      const answers = [...slowBodies, ...drips, ...endless, ...hooks].map(({ answer }) => answer);
      const late = await Promise.race([Promise.all(answers), sleep(TOLD_WITHIN_MS)]);
      assert(late, "slow bodies are read for ever");
      // Those that came when there was no place were told so.
      assertEquals(new Set(late.map(statusOf)).union(new Set([408, 503])), new Set([408, 503]));
      assert(late.filter((answer) => statusOf(answer) === 408).length > CONNECTIONS);
      const after = await factsOf(server.pid);
      const grown = Math.max(during.memory, after.memory) - before.memory;
      console.log(`${grown / MIB} MiB more with ${during.files - before.files} files more`);
      assert(grown < MOST_MEMORY, `${grown} bytes`);

      for (
        const each of [
          ...silent,
          ...slowHeads,
          ...slowBodies,
          ...drips,
          ...endless,
          ...hooks,
          ...forms,
        ]
      ) {
        close(each);
      }
      const until = Date.now() + LET_GO_WITHIN_MS;
      for (let { files } = after; files > before.files + 10;) {
        assert(Date.now() < until, `${files} files are open, ${before.files} were before`);
        ({ files } = await factsOf(server.pid));
      }
      await isServed();
      assertEquals(await server.stop(), 0);
    } finally {
      await drop();
      await databases.stop();
    }
  });
});
