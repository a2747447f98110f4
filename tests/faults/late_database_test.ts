import { assertEquals } from "@std/assert";
import { startServerProcess } from "../support/server_process.ts";

Deno.test("a server that is there before its database lives, says that it cannot serve, and stops", async () => {
  const nobodyThere = "postgres://studio@127.0.0.1:9/studio";
  const server = await startServerProcess({ DATABASE_URL: nobodyThere }, "/healthz");
  for (const path of ["/readyz", "/mcp"]) {
    const response = await fetch(server.url + path);
    assertEquals(response.status, 503, path);
    await response.body?.cancel();
  }
  assertEquals(await server.stop(), 0);
});
