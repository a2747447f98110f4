import { assertEquals, assertStringIncludes } from "@std/assert";
import { harness, mcpRequest } from "./harness.ts";

async function statusOf(publicUrl: string, url: string, headers: Record<string, string>) {
  const server = harness({ publicUrl: new URL(publicUrl) });
  const response = await server.fetch(mcpRequest({ url, headers }));
  await response.body?.cancel();
  return response.status;
}

Deno.test("a public server answers under its own name only", async () => {
  const own = "https://studio.example.com";
  assertEquals(await statusOf(own, `${own}/mcp`, {}), 200);
  assertEquals(await statusOf(own, `${own}/mcp`, { host: "studio.example.com" }), 200);
  assertEquals(await statusOf(own, `${own}/mcp`, { host: "STUDIO.example.com:443" }), 200);
  const others = ["evil.example.com", "localhost:8787", "studio.example.com:8443", "[", "a b"];
  for (const host of others) assertEquals(await statusOf(own, `${own}/mcp`, { host }), 403, host);
  assertEquals(await statusOf(own, "http://127.0.0.1:8787/mcp", {}), 403);
});

Deno.test("what one request was allowed or refused, no other is by that", async () => {
  const server = harness({ publicUrl: new URL("https://studio.example.com") });
  const url = "https://studio.example.com/mcp";
  const hosts = [
    "",
    "evil.example.com",
    "evil.example.com",
    "studio.example.com",
    "",
    "evil.example.com",
  ];
  const statuses: number[] = [];
  for (const host of [...hosts, "studio.example.com"]) {
    const response = await server.fetch(mcpRequest({ url, headers: { host } }));
    await response.body?.cancel();
    statuses.push(response.status);
  }
  assertEquals(statuses, [403, 403, 403, 200, 403, 403, 200]);
});

Deno.test("a public server takes requests from its own pages and from what is no page", async () => {
  const own = "https://studio.example.com";
  assertEquals(await statusOf(own, `${own}/mcp`, { origin: own }), 200);
  const others = ["https://evil.example.com", "http://studio.example.com", "null", "garbage"];
  for (const origin of others) {
    assertEquals(await statusOf(own, `${own}/mcp`, { origin }), 403, origin);
  }
});

Deno.test("a server on loopback answers under every loopback name and port, and no other", async () => {
  const own = "http://127.0.0.1:8787";
  for (const host of ["localhost:8787", "127.0.0.1:1", "[::1]:8787"]) {
    assertEquals(await statusOf(own, `${own}/mcp`, { host }), 200, host);
    assertEquals(await statusOf(own, `${own}/mcp`, { origin: `http://${host}` }), 200, host);
  }
  for (const host of ["evil.example.com", "localhost.evil.example.com", "127.0.0.1.nip.io"]) {
    assertEquals(await statusOf(own, `${own}/mcp`, { host }), 403, host);
    assertEquals(await statusOf(own, `${own}/mcp`, { origin: `http://${host}` }), 403, host);
  }
});

Deno.test("probes are answered under any name", async () => {
  for (const path of ["/healthz", "/readyz"]) {
    const response = await harness().fetch(new Request(`http://10.0.0.7:8787${path}`));
    assertEquals(response.status, 200);
    await response.body?.cancel();
  }
});

Deno.test("a page of an allowed origin may read answers and refusals", async () => {
  const server = harness({ publicUrl: new URL("http://localhost:8787") });
  const origin = "http://localhost:6274";
  const url = "http://localhost:8787/mcp";
  const preflight = await server.fetch(mcpRequest({ url, method: "OPTIONS", headers: { origin } }));
  assertEquals(preflight.status, 204);
  assertEquals(preflight.headers.get("access-control-allow-origin"), origin);
  assertEquals(preflight.headers.get("access-control-allow-methods"), "POST");
  const allowed = preflight.headers.get("access-control-allow-headers") ?? "";
  for (const name of ["Authorization", "Content-Type", "MCP-Protocol-Version", "Mcp-Method"]) {
    assertStringIncludes(allowed, name);
  }
  for (const authorization of ["Bearer good", "Bearer bad"]) {
    const response = await server.fetch(mcpRequest({ url, headers: { origin, authorization } }));
    assertEquals(response.headers.get("access-control-allow-origin"), origin);
    assertEquals(response.headers.get("vary"), "Origin");
    await response.body?.cancel();
  }
});
