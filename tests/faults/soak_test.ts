/**
 * Memory under load: mixed calls of both protocol eras against the real server, for a minute here, and for
 * as long as `SOAK_MINUTES` says. What it needs may still grow while it warms up; from the second third of
 * the time to the last it may not.
 */
import { assert, assertEquals } from "@std/assert";
import { serverDatabases } from "../support/databases.ts";
import { setUpOrders, sleep } from "../support/killed_server.ts";
import { factsOf } from "../support/process_facts.ts";
import { startServerProcess } from "../support/server_process.ts";
import { whenThere } from "../support/skip.ts";

const MINUTES = Number(Deno.env.get("SOAK_MINUTES") ?? 1);
const CALLERS = 8;
const SAMPLES = 36;
const MIB = 1 << 20;
/** By which the last third may be above the second. A kilobyte kept of each call is many times that. */
const MOST_GROWTH = 24 * MIB;
/** A call that takes longer counts as one that never ends. */
const SETTLES_WITHIN_MS = 8000;

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "soak", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

type Ask = [method: string, params: Record<string, unknown>];

/** One request; throws unless it is answered, in time, as it should be. */
async function send(url: string, token: string, [method, params]: Ask, modern: boolean) {
  const name = params.name ?? params.uri;
  const response = await fetch(`${url}/mcp`, {
    method: "POST",
    signal: AbortSignal.timeout(SETTLES_WITHIN_MS),
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(modern ? { "mcp-protocol-version": "2026-07-28", "mcp-method": method } : {}),
      ...(modern && typeof name === "string" ? { "mcp-name": name } : {}),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method,
      params: modern ? { ...params, _meta: META } : params,
    }),
  });
  const text = await response.text();
  assertEquals(response.status, 200, text);
  assert(!/went wrong|-32603/.test(text), text);
}

/** What callers ask, by turns; some of it is refused. */
function asks(orders: string[], n: number): Ask {
  const tool = (name: string, args: Record<string, unknown>): Ask => {
    return ["tools/call", { name, arguments: args }];
  };
  const order = orders[n % orders.length];
  switch (n % 10) {
    case 0:
      return ["tools/list", {}];
    case 1:
      return ["resources/read", { uri: "studio://costs/total" }];
    case 2:
      return tool("list-records", { search: `Lead ${n % 50}`, limit: 5 });
    case 3:
      return tool("list-call-orders", { limit: 10, page: 1 + n % 3 });
    case 4:
      return tool("get-record", { uuid: `bad uuid ${n}` });
    case 5:
      return tool("list-campaigns", { search: `nothing ${n}` });
    case 6:
      return tool("update-call-order-status", { uuid: order, status: "busy" });
    case 7:
      return tool("initiate-call", { callOrderUuid: order, idempotencyKey: `key ${n % 40}` });
    case 8:
      return [
        "completion/complete",
        {
          ref: { type: "ref/resource", uri: "studio://records/{uuid}" },
          argument: { name: "uuid", value: "Lead" },
        },
      ];
    default:
      return tool("create-record", { name: `N ${n}`, phoneNumber: "x", recordTypeUuid: order });
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const title = `the server's memory is flat over ${MINUTES} min of mixed calls`;
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = (await serverDatabases())!;
    const { target, lanes, close } = await databases.fresh();
    assert("url" in target);
    try {
      const numbers = Array.from({ length: 60 }, (_, i) => `+1415${200 + i}0009`);
      const { token, orders } = await setUpOrders(lanes, numbers, { kind: "simulated" });
      const server = await startServerProcess({
        DATABASE_URL: target.url,
        SIMULATED_PHONE_SPEED: "100",
        LIMIT_REQUESTS_PER_MINUTE: "1000000",
        LIMIT_CLIENT_REQUESTS_PER_MINUTE: "1000000",
        LIMIT_ADDRESS_REQUESTS_PER_MINUTE: "1000000",
      });
      const ids = [...orders.values()];
      let over = false;
      let answered = 0;
      const callers = Array.from({ length: CALLERS }, async (_, caller) => {
        for (let n = caller; !over; n += CALLERS) {
          await send(server.url, token, asks(ids, n), (n + caller) % 2 === 0);
          answered++;
        }
      });
      const working = Promise.all(callers);
      const samples: number[] = [];
      const sampling = (async () => {
        while (samples.length < SAMPLES) {
          await sleep(MINUTES * 60_000 / SAMPLES);
          samples.push((await factsOf(server.pid)).memory);
        }
        over = true;
      })();
      await Promise.race([working, sampling]).finally(() => over = true);
      await working;
      const third = SAMPLES / 3;
      const [second, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)].map(
        median,
      );
      const said = samples.map((each) => Math.round(each / MIB)).join(" ");
      console.log(`${answered} calls; MiB: ${said}`);
      assert(last - second < MOST_GROWTH, `grew by ${(last - second) / MIB} MiB: ${said}`);
      assertEquals(await server.stop(), 0);
    } finally {
      await close();
      await databases.stop();
    }
  });
});
