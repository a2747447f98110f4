import { assert, assertEquals } from "@std/assert";
import { compose } from "../../adapters/compose.ts";
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

Deno.test({
  name: "each tool and resource takes the round trips that are pinned here, reads two",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const databases = await embeddedDatabases();
  const { target, close } = await databases.fresh();
  let roundTrips = 0;
  const studio = await compose({
    database: target,
    readDatabase: null,
    publicUrl: new URL("http://127.0.0.1:8787"),
    telephony: { kind: "simulated", speed: 1000 },
    signingKey: null,
    limits: { requestsPerMinute: null, databaseConnections: 1 },
    log: () => {},
    onRoundTrip: () => roundTrips++,
  });
  const { token, campaignUuid, recordTypeUuid, recordUuids } = await setUpCompany(
    studio.app,
    "Acme",
    555,
    2,
  );
  const rpc = async (method: string, params: Record<string, unknown>) => {
    roundTrips = 0;
    const response = await studio.http.fetch(
      new Request("http://127.0.0.1:8787/mcp", {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          accept: "application/json",
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      }),
    );
    const { result } = await response.json();
    return { result, roundTrips };
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
  await studio.close();
  await close();
  await databases.stop();
});

Deno.test({
  name: "a read takes one round trip while the server remembers whose the token is",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const databases = await embeddedDatabases();
  const { target, close } = await databases.fresh();
  let roundTrips = 0;
  const studio = await compose({
    database: target,
    readDatabase: null,
    publicUrl: new URL("http://127.0.0.1:8787"),
    telephony: { kind: "simulated", speed: 1000 },
    signingKey: null,
    limits: { requestsPerMinute: null, databaseConnections: 1 },
    log: () => {},
    rememberTokensMs: 60_000,
    onRoundTrip: () => roundTrips++,
  });
  const { token } = await setUpCompany(studio.app, "Acme", 555, 1);
  const counted: number[] = [];
  for (let call = 0; call < 3; call++) {
    roundTrips = 0;
    const response = await studio.http.fetch(
      new Request("http://127.0.0.1:8787/mcp", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "list-records", arguments: {} },
        }),
      }),
    );
    assertEquals((await response.json()).result.structuredContent.total, 1);
    counted.push(roundTrips);
  }
  assertEquals(counted, [2, 1, 1]);
  await studio.close();
  await close();
  await databases.stop();
});

Deno.test({
  name: "limits of tokens, clients and addresses cost less than a tenth of a round trip together",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const databases = await embeddedDatabases();
  const { target, close } = await databases.fresh();
  let roundTrips = 0;
  const studio = await compose({
    database: target,
    readDatabase: null,
    publicUrl: new URL("http://127.0.0.1:8787"),
    telephony: { kind: "simulated", speed: 1000 },
    signingKey: null,
    limits: {
      requestsPerMinute: 600,
      clientRequestsPerMinute: 3000,
      addressRequestsPerMinute: 6000,
      failedTokensPerMinute: 30,
      databaseConnections: 1,
    },
    log: () => {},
    onRoundTrip: () => roundTrips++,
  });
  const { token } = await setUpCompany(studio.app, "Acme", 555, 1);
  const params = { name: "list-campaigns", arguments: {} };
  const statuses = new Set<number>();
  roundTrips = 0;
  for (let i = 0; i < 500; i++) {
    const response = await studio.http.fetch(
      new Request("http://127.0.0.1:8787/mcp", {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          accept: "application/json",
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
      }),
      { remoteAddr: { transport: "tcp", hostname: "203.0.113.5", port: 1 } },
    );
    statuses.add(response.status);
    await response.body?.cancel();
  }
  await studio.close();
  await close();
  await databases.stop();
  assertEquals([...statuses], [200]);
  const limiting = roundTrips - 2 * 500;
  assert(limiting >= 10 && limiting <= 500 / 10, `${limiting} round trips for 500 calls`);
});
