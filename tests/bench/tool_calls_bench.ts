/**
 * What MCP costs on top of the work itself: tool calls against the smallest handler that checks the
 * same token and runs the same query over the same lanes. Read the ratios, not the times.
 */
import { compose } from "../../adapters/compose.ts";
import { setUpCompany } from "../support/acme.ts";
import { embeddedDatabases } from "../support/databases.ts";

const databases = await embeddedDatabases();
const { target } = await databases.fresh();
const studio = await compose({
  database: target,
  readDatabase: null,
  publicUrl: new URL("http://127.0.0.1:8787"),
  telephony: { kind: "simulated", speed: 1 },
  signingKey: null,
  limits: { requestsPerMinute: null, databaseConnections: 3 },
  log: () => {},
});
const { token, recordUuids } = await setUpCompany(studio.app, "Acme", 555, 50);
const [uuid] = recordUuids;

async function mcp(message: Record<string, unknown>, headers: Record<string, string> = {}) {
  const response = await studio.http.fetch(
    new Request("http://127.0.0.1:8787/mcp", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...message }),
    }),
  );
  const text = await response.text();
  if (!response.ok || !text.includes(uuid)) throw new Error(text);
}

const modernHeaders = (name: string) => ({
  "mcp-protocol-version": "2026-07-28",
  "mcp-method": "tools/call",
  "mcp-name": name,
});
const modernMeta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

for (
  const [name, args, floor] of [
    [
      "get-record",
      { uuid },
      async () => {
        const principal = await studio.app.access.authenticate(token);
        return Response.json(await studio.app.records.get(principal, uuid));
      },
    ],
    [
      "list-records",
      { limit: 100 },
      async () => {
        const principal = await studio.app.access.authenticate(token);
        return Response.json(await studio.app.records.list(principal, { limit: 100 }));
      },
    ],
  ] as const
) {
  Deno.bench(`${name}: floor, without MCP`, { group: name, baseline: true }, async () => {
    await (await floor()).text();
  });
  Deno.bench(`${name}: 2025 revisions`, { group: name }, async () => {
    await mcp({ method: "tools/call", params: { name, arguments: args } });
  });
  Deno.bench(`${name}: 2026-07-28`, { group: name }, async () => {
    const params = { name, arguments: args, _meta: modernMeta };
    await mcp({ method: "tools/call", params }, modernHeaders(name));
  });
}
