/**
 * Plain requests are answered without the SDK's HTTP side. Whoever does not read JSON gets the SDK's own
 * answer: it must be the same.
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { MODERN, openEndpoint, ORIGIN } from "./harness.ts";

const META = "io.modelcontextprotocol";
const ENVELOPE = {
  [`${META}/protocolVersion`]: MODERN,
  [`${META}/clientInfo`]: { name: "test", version: "1" },
  [`${META}/clientCapabilities`]: {},
};
const MISSING = "00000000-0000-7000-8000-000000000000";

type Params = Record<string, unknown>;

/** Requests of every kind, right and wrong: a method, its parameters, and what else the message has. */
const MESSAGES: [method: string, params?: unknown, more?: Params][] = [
  ["initialize", {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "a", version: "1" },
  }],
  ["initialize", {}],
  ["notifications/initialized", {}, { id: undefined }],
  ["tools/list"],
  ["tools/list", {}],
  ["tools/list", { cursor: "x" }],
  ["tools/list", { cursor: 7 }],
  ["resources/list", {}],
  ["resources/templates/list", {}],
  ["prompts/list", {}],
  ["tools/call", { name: "list-records", arguments: {} }],
  ["tools/call", { name: "list-records" }],
  ["tools/call", { name: "list-records", arguments: null }],
  ["tools/call", { name: "list-records", arguments: [] }],
  ["tools/call", { name: "list-records", arguments: "all" }],
  ["tools/call", { name: "list-records", arguments: { limit: 0 } }],
  ["tools/call", { name: "list-records", arguments: { unknown: 1 } }],
  ["tools/call", { name: "list-records", arguments: {}, more: true }],
  ["tools/call", { name: "get-record", arguments: { uuid: MISSING } }],
  ["tools/call", { name: "no-such-tool", arguments: {} }],
  ["tools/call", { name: 7, arguments: {} }],
  ["tools/call", { arguments: {} }],
  ["tools/call", {}],
  ["tools/call"],
  ["tools/call", { name: "list-records", arguments: {}, requestState: "x" }],
  ["tools/call", { name: "list-records", arguments: {}, inputResponses: {} }],
  ["tools/call", { name: "list-records", arguments: {}, inputResponses: 7 }],
  ["tools/call", { name: "list-records", _meta: { progressToken: 1 } }],
  ["tools/call", { name: "list-records", _meta: { progressToken: {} } }],
  ["tools/call", { name: "list-records", _meta: { [`${META}/clientInfo`]: "me" } }],
  ["tools/call", { name: "list-records", _meta: { [`${META}/clientCapabilities`]: 7 } }],
  ["tools/call", { name: "list-records", _meta: { [`${META}/clientCapabilities`]: undefined } }],
  ["tools/call", { name: "list-records", _meta: { [`${META}/logLevel`]: "loud" } }],
  ["resources/read", { uri: "studio://costs/total" }],
  ["resources/read", { uri: `studio://records/${MISSING}` }],
  ["resources/read", { uri: "studio://nothing" }],
  ["resources/read", { uri: "" }],
  ["resources/read", {}],
  ["prompts/get", { name: "no-such-prompt" }],
  ["prompts/get", { name: "follow-up-list", arguments: { campaign: 7 } }],
  ["completion/complete", { ref: { type: "ref/prompt", name: "x" }, argument: { name: "y" } }],
  ["server/discover", {}],
  ["ping", {}],
  ["ping"],
  ["logging/setLevel", { level: "info" }],
  ["no/such/method", {}],
  ["", {}],
  ["tools/list", [], {}],
  ["tools/list", "all", {}],
  ["tools/list", {}, { id: 0 }],
  ["tools/list", {}, { id: "one" }],
  ["tools/list", {}, { id: 1.5 }],
  ["tools/list", {}, { id: null }],
  ["tools/list", {}, { id: undefined }],
  ["tools/list", {}, { jsonrpc: "1.0" }],
  ["tools/list", {}, { result: {} }],
  ["tools/list", {}, { more: true }],
];

function request(
  era: "modern" | "legacy",
  accept: string,
  [method, params, more]: typeof MESSAGES[0],
) {
  const isObject = typeof params === "object" && !Array.isArray(params);
  const { name, uri, _meta } = (isObject ? params : {}) as Params;
  const sent = era === "modern" && (isObject || params === undefined)
    ? { ...params as Params, _meta: { ...ENVELOPE, ..._meta as Params } }
    : params;
  const named = name ?? uri;
  return new Request(new URL("/mcp", ORIGIN), {
    method: "POST",
    headers: {
      accept,
      authorization: "Bearer admin",
      "content-type": "application/json",
      ...(era === "modern" ? { "mcp-protocol-version": MODERN, "mcp-method": method } : {}),
      ...(era === "modern" && named !== undefined ? { "mcp-name": String(named) } : {}),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: sent, ...more }),
  });
}

async function answer(response: Response) {
  const text = await response.text();
  const data = text.split("\n").findLast((line) => line.startsWith("data: "));
  const json = data?.slice("data: ".length) ?? text;
  return { status: response.status, message: json === "" ? null : JSON.parse(json) };
}

for (const era of ["modern", "legacy"] as const) {
  Deno.test(`${era}: plain requests get the answers that the SDK's HTTP side gives`, async (t) => {
    const { fetch } = await openEndpoint();
    for (const message of MESSAGES) {
      await t.step(JSON.stringify(message), async () => {
        const [plainly, bySdk] = await Promise.all(
          ["application/json", "text/event-stream"].map(async (accept) =>
            await answer(await fetch(request(era, accept, message)))
          ),
        );
        assertEquals(plainly, bySdk);
      });
    }
  });
}

Deno.test("plain requests must name in the header what the body asks for, as the SDK wants it", async () => {
  const { fetch } = await openEndpoint();
  const read = { name: "allowed", uri: "studio://costs/total" };
  const encoded = "=?base64?bGlzdC1yZWNvcmRz?=";
  const cases: [typeof MESSAGES[0], name: string, status: number][] = [
    [["resources/read", read], "allowed", 400],
    [["resources/read", read], read.uri, 200],
    [["tools/call", { name: encoded, arguments: {} }], encoded, 400],
    [["tools/call", { name: "list-records", arguments: {} }], encoded, 200],
    [["tools/call", { name: "list-records", arguments: {} }], "get-record", 400],
  ];
  for (const [message, name, status] of cases) {
    for (const accept of ["application/json", "text/event-stream"]) {
      const sent = request("modern", accept, message);
      sent.headers.set("mcp-name", name);
      assertEquals((await answer(await fetch(sent))).status, status, `${name}, ${accept}`);
    }
  }
});

Deno.test("whoever takes either gets JSON, also of a refusal", async () => {
  const { fetch } = await openEndpoint();
  for (const method of ["tools/list", "no/such/method"]) {
    const response = await fetch(
      request("legacy", "application/json, text/event-stream", [method]),
    );
    assertEquals(response.headers.get("content-type"), "application/json");
    await response.body?.cancel();
  }
});

Deno.test("an answer in JSON is only for whoever reads JSON", async () => {
  const { fetch } = await openEndpoint();
  const types = await Promise.all(["application/json", "text/event-stream"].map(async (accept) => {
    const response = await fetch(request("legacy", accept, ["tools/list", {}]));
    await response.body?.cancel();
    return response.headers.get("content-type");
  }));
  assertNotEquals(types[0], types[1]);
});
