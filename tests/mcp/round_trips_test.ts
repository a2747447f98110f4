import { assert, assertEquals } from "@std/assert";
import { compose, type Studio, type StudioOptions } from "../../adapters/compose.ts";
import { TOOLS } from "../../adapters/mcp/tools/mod.ts";
import { RESOURCES } from "../../adapters/mcp/resources.ts";
import { setUpCompany } from "../support/acme.ts";
import { embeddedDatabases } from "../support/databases.ts";

/** Round trips to the database, authentication included. Reads take two; commits take one more. */
const OF_TOOLS: Record<string, number> = {
  "list-records": 2,
  "get-record": 2,
  "create-record": 5,
  "update-record": 5,
  "list-call-orders": 2,
  "create-call-order": 7,
  "update-call-order-status": 7,
  "initiate-call": 14,
  "get-call-details": 2,
  "get-call-recording": 2,
  "get-call-transcript": 2,
  "get-call-outcomes": 2,
  "list-campaigns": 2,
  "list-record-types": 2,
  "read-resource": 2,
};
const OF_RESOURCES = 2;
const URL_HERE = "http://127.0.0.1:8787";

/** A server whose round trips are counted, with a company on it. */
interface Counting {
  studio: Studio;
  company: Awaited<ReturnType<typeof setUpCompany>>;
  /** What the server says to the company's token, and what it took. */
  ask(method: string, params: object): Promise<{ response: Response; roundTrips: number }>;
  /** Round trips since the server was there. */
  total(): number;
}

/** A test of such a server, with that many records. */
function counting(
  name: string,
  records: number,
  options: Partial<StudioOptions>,
  work: (server: Counting) => Promise<void>,
): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = await embeddedDatabases();
    const { target, close } = await databases.fresh();
    let total = 0;
    const studio = await compose({
      database: target,
      readDatabase: null,
      publicUrl: new URL(URL_HERE),
      telephony: { kind: "simulated", speed: 1000 },
      signingKey: null,
      limits: { requestsPerMinute: null, databaseConnections: 1 },
      log: () => {},
      onRoundTrip: () => total++,
      ...options,
    });
    const company = await setUpCompany(studio.app, "Acme", 555, records);
    const headers = {
      authorization: `Bearer ${company.token}`,
      "content-type": "application/json",
      accept: "application/json",
    };
    const remoteAddr = { transport: "tcp", hostname: "203.0.113.5", port: 1 } as const;
    const ask: Counting["ask"] = async (method, params) => {
      const before = total;
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
      const request = new Request(`${URL_HERE}/mcp`, { method: "POST", headers, body });
      const response = await studio.http.fetch(request, { remoteAddr });
      return { response, roundTrips: total - before };
    };
    try {
      await work({ studio, company, ask, total: () => total });
    } finally {
      await studio.close();
      await close();
      await databases.stop();
    }
  });
}

counting(
  "each tool and resource takes the round trips that are pinned here, reads two",
  2,
  {},
  async ({ studio, company, ask }) => {
    const { campaignUuid, recordTypeUuid, recordUuids } = company;
    const rpc = async (method: string, params: object) => {
      const { response, roundTrips } = await ask(method, params);
      return { result: (await response.json()).result, roundTrips };
    };
    const counted: Record<string, number> = {};
    const call = async (name: string, args: Record<string, unknown>) => {
      const { result, roundTrips } = await rpc("tools/call", { name, arguments: args });
      assertEquals(result.isError ?? false, false, `${name}: ${result.content[0].text}`);
      counted[name] = roundTrips;
      return result.structuredContent;
    };

    const [recordUuid, secondUuid] = recordUuids;
    await call("list-campaigns", {});
    await call("list-record-types", {});
    await call("list-records", { search: "acme", recordTypeUuid });
    await call("get-record", { uuid: recordUuid });
    await call("create-record", { name: "Bo", phoneNumber: "+14155550001", recordTypeUuid });
    await call("update-record", { uuid: recordUuid, phoneNumber: "+14155560001" });
    const order = await call("create-call-order", { recordUuid, campaignUuid });
    await call("list-call-orders", { recordUuid, campaignUuid });
    const { callUuid } = await call("initiate-call", { callOrderUuid: order.uuid });
    const over = new AbortController();
    const running = studio.provider.run(studio.app.calls.applyEvent, over.signal);
    while (await isLive(callUuid));
    over.abort();
    await running;
    await call("get-call-details", { callUuid });
    await call("get-call-recording", { callUuid });
    await call("get-call-transcript", { callUuid });
    await call("get-call-outcomes", { callUuid });
    const other = await call("create-call-order", { recordUuid: secondUuid, campaignUuid });
    await call("update-call-order-status", { uuid: other.uuid, status: "canceled" });
    await call("read-resource", { uri: "studio://costs/total" });

    async function isLive(callUuid: string): Promise<boolean> {
      const { result } = await rpc("tools/call", {
        name: "get-call-details",
        arguments: { callUuid },
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      return result.structuredContent.endReason === undefined;
    }

    assertEquals(counted, OF_TOOLS);
    assertEquals(Object.keys(OF_TOOLS).sort(), TOOLS.map(({ name }) => name).sort());
    for (const { uri, of } of RESOURCES) {
      const uuid = of === "campaign" ? campaignUuid : recordUuid;
      const { result, roundTrips } = await rpc("resources/read", {
        uri: uri.replace("{uuid}", uuid),
      });
      assertEquals(result.contents.length, 1, uri);
      assertEquals(roundTrips, OF_RESOURCES, uri);
    }
  },
);

counting(
  "a read takes one round trip while the server remembers whose the token is",
  1,
  { rememberTokensMs: 60_000 },
  async ({ ask }) => {
    const counted: number[] = [];
    for (let call = 0; call < 3; call++) {
      const { response, roundTrips } = await ask("tools/call", {
        name: "list-records",
        arguments: {},
      });
      assertEquals((await response.json()).result.structuredContent.total, 1);
      counted.push(roundTrips);
    }
    assertEquals(counted, [2, 1, 1]);
  },
);

const LIMITS = {
  requestsPerMinute: 600,
  clientRequestsPerMinute: 3000,
  addressRequestsPerMinute: 6000,
  failedTokensPerMinute: 30,
  databaseConnections: 1,
};

counting(
  "limits of tokens, clients and addresses cost less than a tenth of a round trip together",
  1,
  { limits: LIMITS },
  async ({ ask, total }) => {
    const before = total();
    const statuses = new Set<number>();
    for (let i = 0; i < 500; i++) {
      const { response } = await ask("tools/call", { name: "list-campaigns", arguments: {} });
      statuses.add(response.status);
      await response.body?.cancel();
    }
    assertEquals([...statuses], [200]);
    const limiting = total() - before - 2 * 500;
    assert(limiting >= 10 && limiting <= 500 / 10, `${limiting} round trips for 500 calls`);
  },
);
