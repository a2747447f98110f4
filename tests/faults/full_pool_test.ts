/** More work than the database takes: refused early and plainly, while probes are answered. */
import { assert, assertEquals } from "@std/assert";
import { Lane } from "../../adapters/postgres/lane.ts";
import { serverDatabases } from "../support/databases.ts";
import { setUpOrders, sleep } from "../support/killed_server.ts";
import { startServerProcess } from "../support/server_process.ts";
import { whenThere } from "../support/skip.ts";

const CALLERS = 400;
const CONNECTIONS = 3;
/** A call that takes longer counts as one that never ends. */
const SETTLES_WITHIN_MS = 8000;
/** Milliseconds after which a caller comes again; told were whole seconds. */
const IMPATIENCE_MS = 200;
const PROBES = 12;
/** Requests that the server works on at a time. */
const PLACES = 100;

/** What became of a call. */
type Fate = "answered" | "unavailable" | "overloaded" | "hung" | string;

/** One tool call to the server. */
async function ask(url: string, token: string, era: "modern" | "legacy"): Promise<Fate> {
  const modern = era === "modern";
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const give = new AbortController();
  const timer = setTimeout(() => give.abort(), SETTLES_WITHIN_MS);
  try {
    const response = await fetch(`${url}/mcp`, {
      method: "POST",
      signal: give.signal,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...(modern
          ? {
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": "tools/call",
            "mcp-name": "list-records",
          }
          : {}),
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "list-records", arguments: {}, ...(modern ? { _meta: meta } : {}) },
      }),
    });
    const text = await response.text();
    if (response.status === 503) {
      assert(Number(response.headers.get("retry-after")) > 0, "says when to come again");
      return text.includes("Overloaded") ? "overloaded" : "unavailable";
    }
    if (response.status !== 200) return `${response.status} ${text}`;
    if (!text.includes('"isError":true')) return "answered";
    return /try again/i.test(text) ? "unavailable" : text;
  } catch (error) {
    return give.signal.aborted ? "hung" : String(error);
  } finally {
    clearTimeout(timer);
  }
}

function counted(fates: Fate[]): Record<Fate, number> {
  const counts: Record<Fate, number> = {};
  for (const fate of fates) counts[fate] = (counts[fate] ?? 0) + 1;
  return counts;
}

const title = `${CALLERS} callers at ${CONNECTIONS} blocked connections are sent away early, ` +
  "and served once there is room";
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = (await serverDatabases())!;
    const { target, lanes, close } = await databases.fresh();
    assert("url" in target);
    const owner = new URL(target.url);
    owner.username = "postgres";
    const blocker = await Lane.open({ url: owner.href }, 10_000);
    try {
      const { token } = await setUpOrders(lanes, ["+14155550132"], { kind: "simulated" });
      const server = await startServerProcess({
        DATABASE_URL: target.url,
        LIMIT_DATABASE_CONNECTIONS: String(CONNECTIONS),
        LIMIT_REQUESTS_IN_FLIGHT: String(PLACES),
        // All have one token, and come again and again.
        LIMIT_REQUESTS_PER_MINUTE: "1000000",
        LIMIT_CLIENT_REQUESTS_PER_MINUTE: "1000000",
        LIMIT_ADDRESS_REQUESTS_PER_MINUTE: "1000000",
      });
      const eras = ["modern", "legacy"] as const;
      assertEquals(await Promise.all(eras.map((era) => ask(server.url, token, era))), [
        "answered",
        "answered",
      ]);
      await blocker.simple("begin; lock table records in access exclusive mode");
      const fates: Fate[] = [];
      const { promise: waitedInVain, resolve: noteVain } = Promise.withResolvers<void>();
      let over = false;
      const callers = Array.from({ length: CALLERS }, async (_, i) => {
        for (; !over; await sleep(IMPATIENCE_MS)) {
          const fate = await ask(server.url, token, eras[i % 2]);
          fates.push(fate);
          if (fate !== "overloaded") noteVain();
        }
      });
      const pushing = Promise.all(callers);
      // From the first that has waited in vain on, every connection is held, and others wait for them.
      await waitedInVain;
      const early = fates.length - 1;
      for (let i = 0; i < PROBES; i++) {
        const probe = ["/healthz", "/readyz"][i % 2];
        const response = await fetch(server.url + probe);
        assertEquals([response.status, (await response.json()).ok], [200, true], probe);
        // Whoever has been sent away stands at the door again.
        for (const before = fates.length; fates.length < before + CALLERS - PLACES;) {
          await sleep(10);
        }
      }
      over = true;
      await pushing;
      const during = counted(fates);
      console.log("while blocked:", during);
      const { unavailable = 0, overloaded = 0, ...rest } = during;
      assertEquals(rest, {}, "each is refused as told, none hangs, none gets a 500");
      assert(unavailable > 0 && overloaded > 0);
      // As many as there are no places for were sent away before anybody had waited in vain.
      assert(early >= CALLERS - PLACES, `only ${early} were sent away early`);
      await blocker.simple("rollback");
      const after = counted(
        await Promise.all(
          Array.from({ length: 60 }, (_, i) => ask(server.url, token, eras[i % 2])),
        ),
      );
      assertEquals(after, { answered: 60 }, "everybody is served again");
      assertEquals(await server.stop(), 0);
    } finally {
      await blocker.end();
      await close();
      await databases.stop();
    }
  });
});
