import { assert, assertEquals, assertMatch } from "@std/assert";
import { answerOf, ask, MODERN, openEndpoint, ORIGIN, requestOf } from "./harness.ts";

const REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

function initialize(protocolVersion: string) {
  return { protocolVersion, capabilities: {}, clientInfo: { name: "test", version: "1" } };
}

/** Sends a body as it is. */
function post(body: unknown, headers: Record<string, string | undefined> = {}): Request {
  const all = {
    "content-type": "application/json",
    "accept": "application/json, text/event-stream",
    "authorization": "Bearer admin",
    ...headers,
  };
  const given = Object.entries(all).filter((pair): pair is [string, string] =>
    pair[1] !== undefined
  );
  return new Request(new URL("/mcp", ORIGIN), {
    method: "POST",
    headers: given,
    body: JSON.stringify(body),
  });
}

Deno.test("every legacy revision is initialized as asked, an unknown one with the newest legacy", async () => {
  const endpoint = await openEndpoint();
  for (const revision of [...REVISIONS, "1999-01-01"]) {
    const { status, result, headers } = await ask(endpoint, "initialize", initialize(revision), {
      era: "legacy",
    });
    assertEquals(status, 200);
    assertEquals(result.protocolVersion, REVISIONS.includes(revision) ? revision : "2025-11-25");
    assertEquals(result.serverInfo.name, "call-camp-studio");
    assertEquals(result.capabilities, {
      tools: {},
      resources: {},
      prompts: {},
      completions: {},
    });
    assertMatch(result.instructions, /initiate-call/);
    assertEquals(headers.get("mcp-session-id"), null);
  }
});

Deno.test("a legacy client works without a session, whatever revision its header names", async () => {
  const endpoint = await openEndpoint();
  for (const revision of [...REVISIONS, undefined]) {
    const headers: Record<string, string> = revision ? { "mcp-protocol-version": revision } : {};
    const { result } = await ask(endpoint, "tools/list", {}, { era: "legacy", headers });
    assertEquals(result.tools.length, 15);
    assertEquals("ttlMs" in result, false);
  }
});

Deno.test("server/discover names the modern revision, and says who serves", async () => {
  const endpoint = await openEndpoint();
  const { result } = await ask(endpoint, "server/discover");
  assertEquals(result.supportedVersions, [MODERN]);
  assertEquals(result.capabilities, {
    tools: {},
    resources: { subscribe: true },
    prompts: {},
    completions: {},
  });
  assertMatch(result.instructions, /initiate-call/);
  assertEquals(result._meta["io.modelcontextprotocol/serverInfo"].name, "call-camp-studio");
  assertEquals([result.ttlMs, result.cacheScope], [300_000, "private"]);
});

Deno.test("a modern read is not to be kept, for it may be old at once", async () => {
  const endpoint = await openEndpoint();
  const { result } = await ask(endpoint, "resources/read", { uri: "studio://costs/total" });
  assertEquals([result.ttlMs, result.cacheScope, result.resultType], [0, "private", "complete"]);
});

Deno.test("a modern request whose headers and body disagree, or lack something, is refused", async () => {
  const endpoint = await openEndpoint();
  const wrong: Record<string, string>[] = [
    { "mcp-method": "tools/call" },
    { "mcp-protocol-version": "2025-11-25" },
  ];
  for (const headers of wrong) {
    const { status, error } = await ask(endpoint, "tools/list", {}, { headers });
    assertEquals([status, error?.code], [400, -32020], JSON.stringify(headers));
  }
  const name = "list-campaigns";
  const misnamed = { headers: { "mcp-name": "initiate-call" } };
  const { status, error } = await ask(endpoint, "tools/call", { name }, misnamed);
  assertEquals([status, error?.code], [400, -32020]);
  for (const header of ["mcp-method", "mcp-protocol-version", "mcp-name"]) {
    const request = requestOf("tools/call", { name }, {});
    request.headers.delete(header);
    const answer = await answerOf(await endpoint.fetch(request));
    assertEquals([answer.status, answer.error?.code], [400, -32020], header);
  }
});

Deno.test("a modern header without the envelope, and an unknown modern revision, are refused", async () => {
  const endpoint = await openEndpoint();
  const bare = post({ jsonrpc: "2.0", id: 1, method: "tools/list" }, {
    "mcp-protocol-version": MODERN,
    "mcp-method": "tools/list",
  });
  const missing = await answerOf(await endpoint.fetch(bare));
  assertEquals([missing.status, missing.error?.code], [400, -32602]);
  const future = "2031-01-01";
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": future,
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const unknown = await answerOf(
    await endpoint.fetch(
      post({ jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta } }, {
        "mcp-protocol-version": future,
        "mcp-method": "tools/list",
      }),
    ),
  );
  assertEquals([unknown.status, unknown.error?.code], [400, -32022]);
  assertEquals(unknown.error?.data, { supported: [MODERN], requested: future });
});

Deno.test("subscriptions/listen for lists, which do not change, is acknowledged with nothing and ended", async () => {
  const endpoint = await openEndpoint();
  const { status, before, result } = await ask(endpoint, "subscriptions/listen", {
    notifications: { toolsListChanged: true },
  });
  assertEquals(status, 200);
  assertEquals(before[0].method, "notifications/subscriptions/acknowledged");
  assertEquals(before[0].params.notifications, {});
  assertEquals(result.resultType, "complete");
});

Deno.test("ping is answered to legacy clients; the modern revision has none", async () => {
  const endpoint = await openEndpoint();
  assertEquals((await ask(endpoint, "ping", {}, { era: "legacy" })).result, {});
  assertEquals((await ask(endpoint, "ping")).error?.code, -32601);
});

Deno.test("a method that there is not is -32601 in both eras", async () => {
  const endpoint = await openEndpoint();
  for (const era of ["modern", "legacy"] as const) {
    const { error } = await ask(endpoint, "tools/destroy", {}, { era });
    assertEquals(error?.code, -32601);
  }
});

Deno.test("notifications are accepted without a body, known or not, of requests long finished too", async () => {
  const endpoint = await openEndpoint();
  const notifications = [
    { method: "notifications/initialized" },
    { method: "notifications/cancelled", params: { requestId: 99, reason: "gone" } },
    { method: "notifications/roots/list_changed" },
    { method: "notifications/made_up", params: {} },
  ];
  for (const notification of notifications) {
    const response = await endpoint.fetch(post({ jsonrpc: "2.0", ...notification }));
    assertEquals([response.status, await response.text()], [202, ""], notification.method);
  }
});

Deno.test("ids of 0, text, and repeated ones come back as they were sent", async () => {
  const endpoint = await openEndpoint();
  for (const era of ["modern", "legacy"] as const) {
    for (const id of [0, 0, "a", "", 1e15, -1]) {
      const answer = await ask(endpoint, "prompts/list", {}, { era, id });
      assertEquals(answer.id, id);
      assert(answer.result);
    }
  }
});

Deno.test("the same id at the same time is two requests", async () => {
  const endpoint = await openEndpoint();
  const answers = await Promise.all([
    ask(endpoint, "tools/call", { name: "list-campaigns", arguments: {} }, { id: 7 }),
    ask(endpoint, "tools/call", { name: "list-record-types", arguments: {} }, { id: 7 }),
  ]);
  const keys = answers.map(({ result }) => Object.keys(result.structuredContent)[0]);
  assertEquals(keys, ["campaigns", "recordTypes"]);
});

Deno.test("what is no JSON-RPC message is refused with 400", async () => {
  const endpoint = await openEndpoint();
  const refused = [
    null,
    1,
    "ping",
    {},
    { id: 1, method: "ping" },
    { jsonrpc: "1.0", id: 1, method: "ping" },
    { jsonrpc: "2.0", id: null, method: "ping" },
    { jsonrpc: "2.0", id: {}, method: "ping" },
    { jsonrpc: "2.0", id: 1, method: 5 },
    { jsonrpc: "2.0", id: 1, method: "ping", params: [] },
  ];
  for (const body of refused) {
    const { status, error } = await answerOf(await endpoint.fetch(post(body)));
    assertEquals(status, 400, JSON.stringify(body));
    assertEquals(typeof error?.code, "number");
  }
});

Deno.test("a response that was posted is accepted: nobody waits for it", async () => {
  const endpoint = await openEndpoint();
  const response = await endpoint.fetch(post({ jsonrpc: "2.0", id: 1, result: {} }));
  assertEquals([response.status, await response.text()], [202, ""]);
});

Deno.test("an Accept header in any order, with any parameters, or none, gets an answer it can read", async () => {
  const endpoint = await openEndpoint();
  const accepts: [string | undefined, string][] = [
    ["application/json, text/event-stream", "application/json"],
    ["text/event-stream, application/json", "application/json"],
    ["text/event-stream;q=0.9,application/json;q=0.8", "application/json"],
    ["*/*", "application/json"],
    [undefined, "application/json"],
    ["text/event-stream", "text/event-stream"],
    ["application/json", "application/json"],
  ];
  for (const [accept, type] of accepts) {
    const response = await endpoint.fetch(
      post({ jsonrpc: "2.0", id: 5, method: "tools/list" }, { accept }),
    );
    assertEquals(response.headers.get("content-type"), type, accept);
    const { result, id } = await answerOf(response);
    assertEquals([result.tools.length, id], [15, 5], accept);
  }
});

Deno.test("templates are listed, for clients that ask whenever there are resources", async () => {
  const endpoint = await openEndpoint();
  for (const era of ["modern", "legacy"] as const) {
    const { result } = await ask(endpoint, "resources/templates/list", {}, { era });
    assertEquals(result.resourceTemplates.length, 5);
  }
});

Deno.test("with server and tool name joined, names stay short enough for every client", async () => {
  const endpoint = await openEndpoint();
  const { result } = await ask(endpoint, "tools/list");
  for (const { name } of result.tools) {
    assert(`mcp__call-camp-studio__${name}`.length <= 60, name);
  }
});
