import { assertEquals, assertStringIncludes } from "@std/assert";
import { harness } from "./harness.ts";

Deno.test("whoever opens the address in a browser is told where the endpoint is", async () => {
  const response = await harness().fetch(new Request("https://studio.example.com/"));
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), "https://studio.example.com/mcp");
});
