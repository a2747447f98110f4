/** What stands before the MCP endpoint. One file, because each test is a few lines at the same route. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DomainError } from "../../src/kernel/errors.ts";
import { harness, mcpRequest, somebody } from "./harness.ts";

async function rpcError(response: Response): Promise<{ code: number; message: string }> {
  const body = await response.json();
  assertEquals(body.jsonrpc, "2.0");
  return body.error;
}

Deno.test("a good request reaches the MCP endpoint with its body parsed", async () => {
  const server = harness();
  const response = await server.fetch(mcpRequest());
  assertEquals(response.status, 200);
  await response.body?.cancel();
  assertEquals(server.reached, [{ jsonrpc: "2.0", id: 1, method: "ping" }]);
});

Deno.test("a request without a token is challenged without an error code", async () => {
  const server = harness();
  const response = await server.fetch(mcpRequest({ headers: { authorization: null } }));
  assertEquals(response.status, 401);
  assertEquals(response.headers.get("www-authenticate"), 'Bearer realm="Call Camp Studio"');
  assertStringIncludes((await rpcError(response)).message, "Authorization: Bearer <token>");
  assertEquals(server.reached, []);
});

Deno.test("whoever sends no token is told so first, whatever else is wrong with the request", async () => {
  const wrong: Record<string, string>[] = [
    { "content-type": "text/plain" },
    { "content-encoding": "gzip" },
    { "content-length": "99999999" },
  ];
  for (const headers of wrong) {
    const response = await harness().fetch(
      mcpRequest({ headers: { ...headers, authorization: null } }),
    );
    assertEquals(response.status, 401, JSON.stringify(headers));
    await response.body?.cancel();
  }
});

Deno.test("credentials of another scheme are no token", async () => {
  for (const authorization of ["Basic dXNlcjpwYXNz", "Bearer", "Bearer  ", "good", "Bearer a b"]) {
    const response = await harness().fetch(mcpRequest({ headers: { authorization } }));
    assertEquals(response.status, 401, authorization);
    assertEquals(response.headers.get("www-authenticate"), 'Bearer realm="Call Camp Studio"');
    await response.body?.cancel();
  }
});

Deno.test("a token in the query does not count", async () => {
  const url = "https://studio.example.com/mcp?access_token=good";
  const response = await harness().fetch(mcpRequest({ url, headers: { authorization: null } }));
  assertEquals(response.status, 401);
  await response.body?.cancel();
});

Deno.test("a token that is not accepted is challenged as invalid_token", async () => {
  const response = await harness().fetch(mcpRequest({ headers: { authorization: "Bearer x" } }));
  assertEquals(response.status, 401);
  assertMatch(
    response.headers.get("www-authenticate") ?? "",
    /^Bearer realm="Call Camp Studio", error="invalid_token", error_description="[^"]+"$/,
  );
  await response.body?.cancel();
});

Deno.test("the scheme may be written in any case", async () => {
  for (const authorization of ["bearer good", "BEARER good", "Bearer   good"]) {
    const response = await harness().fetch(mcpRequest({ headers: { authorization } }));
    assertEquals(response.status, 200, authorization);
    await response.body?.cancel();
  }
});

Deno.test("a user without a client is forbidden, in our words", async () => {
  const server = harness({
    authenticate: () => Promise.reject(new DomainError("no_client", "Forbidden: no client")),
  });
  const response = await server.fetch(mcpRequest());
  assertEquals(response.status, 403);
  assertEquals((await rpcError(response)).message, "Forbidden: no client");
});

Deno.test("a store that cannot be reached while authenticating is a 503, not a 401", async () => {
  const server = harness({
    authenticate: () => Promise.reject(new DomainError("unavailable", "secret host is down")),
  });
  const response = await server.fetch(mcpRequest());
  assertEquals(response.status, 503);
  assertEquals(response.headers.get("retry-after"), "2");
  assert(!(await response.text()).includes("secret"));
});

Deno.test("an error that nobody foresaw tells the client nothing of itself", async () => {
  const server = harness({ mcp: () => Promise.reject(new Error("password=hunter2")) });
  const response = await server.fetch(mcpRequest());
  assertEquals(response.status, 500);
  const text = await response.text();
  assert(!text.includes("hunter2"));
  assertStringIncludes(text, response.headers.get("x-request-id") ?? "no id");
  assertEquals(server.logged.filter((entry) => entry.level === "error").length, 1);
});

Deno.test("the token is judged before a byte of the body is read", async () => {
  let pulled = false;
  const body = new ReadableStream({
    pull() {
      pulled = true;
      return new Promise(() => {});
    },
  }, { highWaterMark: 0 });
  const response = await harness().fetch(mcpRequest({ body, headers: { authorization: null } }));
  assertEquals(response.status, 401);
  assertEquals(pulled, false);
  await response.body?.cancel();
});

Deno.test("only POST is served, and a good token is needed to learn that", async () => {
  const noClient = () => Promise.reject(new DomainError("no_client", "Forbidden: no client"));
  for (const method of ["GET", "DELETE", "PUT", "PATCH", "HEAD"]) {
    const allowed = await harness().fetch(mcpRequest({ method }));
    assertEquals([allowed.status, allowed.headers.get("allow")], [405, "POST, OPTIONS"], method);
    await allowed.body?.cancel();
    for (const authorization of ["Bearer x", null]) {
      const response = await harness().fetch(mcpRequest({ method, headers: { authorization } }));
      assertEquals(response.status, 401, method);
      assertStringIncludes(response.headers.get("www-authenticate") ?? "", "Bearer realm=");
      await response.body?.cancel();
    }
    const outsider = await harness({ authenticate: noClient }).fetch(mcpRequest({ method }));
    assertEquals(outsider.status, 403, method);
    await outsider.body?.cancel();
  }
});

Deno.test("OPTIONS says what is allowed", async () => {
  const response = await harness().fetch(mcpRequest({ method: "OPTIONS" }));
  assertEquals(response.status, 204);
  assertEquals(response.headers.get("allow"), "POST, OPTIONS");
  assertEquals(response.headers.get("access-control-allow-origin"), null);
});

Deno.test("a body of another media type or encoding is refused", async () => {
  const refused: Record<string, string | null>[] = [
    { "content-type": "text/plain" },
    { "content-type": "application/x-www-form-urlencoded" },
    { "content-type": "application/jsonx" },
    { "content-type": null },
    { "content-encoding": "gzip" },
  ];
  for (const headers of refused) {
    const response = await harness().fetch(mcpRequest({ headers }));
    assertEquals(response.status, 415, JSON.stringify(headers));
    await response.body?.cancel();
  }
});

Deno.test("parameters of the media type do not matter", async () => {
  for (const type of ["application/json; charset=utf-8", "Application/JSON", "application/json;"]) {
    const response = await harness().fetch(mcpRequest({ headers: { "content-type": type } }));
    assertEquals(response.status, 200, type);
    await response.body?.cancel();
  }
});

Deno.test("the Accept header may be anything", async () => {
  for (const accept of ["text/event-stream, application/json", "*/*", "application/json", null]) {
    const response = await harness().fetch(mcpRequest({ headers: { accept } }));
    assertEquals(response.status, 200, String(accept));
    await response.body?.cancel();
  }
});

Deno.test("a body over 1 MiB is refused by its declared length", async () => {
  const server = harness();
  const headers = { "content-length": String(1_048_577) };
  const response = await server.fetch(mcpRequest({ headers }));
  assertEquals(response.status, 413);
  await response.body?.cancel();
  assertEquals(server.reached, []);
});

Deno.test("a body over 1 MiB is refused without a declared length, before all of it came", async () => {
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536).fill(0x20));
    },
  }, { highWaterMark: 0 });
  const response = await harness().fetch(mcpRequest({ body }));
  assertEquals(response.status, 413);
  assert(sent < 1_310_720, `${sent} bytes were read`);
  await response.body?.cancel();
});

Deno.test("what has come of a long body is let go of when the rest is too slow", async () => {
  for (const length of ["1000000", null]) {
    let letGo = false;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(900_000)),
      cancel: () => void (letGo = true),
    });
    const server = harness();
    const pending = server.fetch(mcpRequest({ body, headers: { "content-length": length } }));
    let answered = false;
    void pending.then(() => answered = true);
    while (!answered) await server.clock.advance(1000);
    const response = await pending;
    assertEquals([response.status, letGo], [408, true]);
    await response.body?.cancel();
  }
});

Deno.test("a body of exactly 1 MiB is served", async () => {
  const start = '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"';
  const body = start + "x".repeat(1_048_576 - start.length - 3) + '"}}';
  assertEquals(body.length, 1_048_576);
  const response = await harness().fetch(mcpRequest({ body }));
  assertEquals(response.status, 200);
  await response.body?.cancel();
});

Deno.test("what is not UTF-8, not JSON, or a batch is refused", async () => {
  const refused: [BodyInit, number][] = [
    [new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), -32700],
    ["{", -32700],
    ["", -32700],
    ["[]", -32600],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
  ];
  for (const [body, code] of refused) {
    const server = harness();
    const response = await server.fetch(mcpRequest({ body }));
    assertEquals(response.status, 400, String(body));
    assertEquals((await rpcError(response)).code, code);
    assertEquals(server.reached, []);
  }
});

Deno.test("JSON that is nested too deeply is refused, brackets in strings do not count", async () => {
  const nested = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
  const refused = [nested(65), "[".repeat(1_000_000)];
  for (const body of refused) {
    const response = await harness().fetch(mcpRequest({ body }));
    assertEquals(response.status, 400);
    assertStringIncludes((await rpcError(response)).message, "64 levels");
  }
  const served = [nested(64), JSON.stringify({ a: "[".repeat(1000) + '\\"{' })];
  for (const body of served) {
    const response = await harness().fetch(mcpRequest({ body }));
    assertEquals(response.status, 200);
    await response.body?.cancel();
  }
});

Deno.test("a body that dawdles is given up", async () => {
  const server = harness();
  const body = new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode("{")) });
  const answer = server.fetch(mcpRequest({ body }));
  await server.clock.advance(10_000);
  const response = await answer;
  assertEquals(response.status, 408);
  assertStringIncludes((await rpcError(response)).message, "10 s");
});

Deno.test("a body that breaks off is a bad request, not an error of ours", async () => {
  const server = harness();
  const body = new ReadableStream({ start: (c) => c.error(new Error("connection reset")) });
  const response = await server.fetch(mcpRequest({ body }));
  assertEquals(response.status, 400);
  await response.body?.cancel();
  assertEquals(server.logged.filter((entry) => entry.level === "error"), []);
});

Deno.test("the log says who called what, and holds neither token nor arguments", async () => {
  const server = harness();
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "create-record", arguments: { phoneNumber: "+14155550132" } },
  });
  const response = await server.fetch(mcpRequest({ body, headers: { "x-request-id": "abc-1" } }));
  await response.body?.cancel();
  assertEquals(response.headers.get("x-request-id"), "abc-1");
  assertEquals(server.logged, [{
    level: "info",
    event: "request",
    fields: {
      requestId: "abc-1",
      method: "POST",
      route: "/mcp",
      status: 200,
      milliseconds: 0,
      userUuid: somebody.userId,
      clientUuid: somebody.clientId,
      rpc: "tools/call",
      tool: "create-record",
    },
  }]);
});
