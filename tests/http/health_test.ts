import { assertEquals, assertMatch } from "@std/assert";
import { harness, PUBLIC_URL } from "./harness.ts";

const get = (path: string, method = "GET") => new Request(new URL(path, PUBLIC_URL), { method });

Deno.test("/healthz tells that the process lives, whatever it depends on", async () => {
  const server = harness({ ready: () => Promise.reject(new Error("database is gone")) });
  const response = await server.fetch(get("/healthz"));
  assertEquals(response.status, 200);
  assertEquals(await response.json(), { ok: true });
});

Deno.test("/readyz tells whether all that serving depends on is there", async () => {
  const up = await harness().fetch(get("/readyz"));
  assertEquals([up.status, await up.json()], [200, { ok: true, checks: { database: "ok" } }]);
  const down = { ok: false, checks: { database: "cannot be reached" } };
  const response = await harness({ ready: () => Promise.resolve(down) }).fetch(get("/readyz"));
  assertEquals([response.status, await response.json()], [503, down]);
});

Deno.test("/readyz is 503 without details when the check itself fails", async () => {
  const server = harness({ ready: () => Promise.reject(new Error("host=10.0.0.5")) });
  const response = await server.fetch(get("/readyz"));
  assertEquals(response.status, 503);
  assertEquals((await response.text()).includes("10.0.0.5"), false);
});

Deno.test("/readyz says no from the moment the server is told to stop, requests are still served", async () => {
  const server = harness();
  server.stopAcceptingTraffic();
  const ready = await server.fetch(get("/readyz"));
  assertEquals(ready.status, 503);
  await ready.body?.cancel();
  assertEquals((await server.fetch(get("/healthz"))).status, 200);
});

Deno.test("probes may use HEAD", async () => {
  for (const path of ["/healthz", "/readyz"]) {
    const response = await harness().fetch(get(path, "HEAD"));
    assertEquals([response.status, response.body], [200, null]);
  }
});

Deno.test("OAuth discovery and registration are plainly absent, so clients use the token they have", async () => {
  const absent = [
    get("/.well-known/oauth-protected-resource"),
    get("/.well-known/oauth-protected-resource/mcp"),
    get("/.well-known/oauth-authorization-server"),
    get("/.well-known/openid-configuration"),
    get("/register", "POST"),
    get("/authorize"),
    get("/token", "POST"),
    get("/mcp/"),
  ];
  for (const request of absent) {
    const response = await harness().fetch(request);
    assertEquals(response.status, 404, request.url);
    assertEquals(response.headers.get("www-authenticate"), null);
    await response.body?.cancel();
  }
});

Deno.test("whoever tries to register is told that tokens are sent instead", async () => {
  const response = await harness().fetch(get("/register", "POST"));
  assertEquals(response.status, 404);
  const { error: { message } } = await response.json();
  assertMatch(message, /clients are not registered.* API tokens in the Authorization header/);
});

Deno.test("every answer carries security headers and a request id, and is not cached", async () => {
  for (const path of ["/healthz", "/mcp", "/nothing"]) {
    const response = await harness().fetch(get(path));
    await response.body?.cancel();
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    assertEquals(response.headers.get("referrer-policy"), "no-referrer");
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(response.headers.get("strict-transport-security"), "max-age=31536000");
    assertEquals(response.headers.get("x-request-id")?.length, 36);
  }
});

Deno.test("whoever opens the address in a browser is told where the endpoint is", async () => {
  const response = await harness().fetch(get("/"));
  assertEquals(response.status, 200);
  assertEquals((await response.text()).includes(new URL("/mcp", PUBLIC_URL).href), true);
});
