import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NOBODY } from "../support/studio.ts";
import { ask, openEndpoint, refusal } from "./harness.ts";

Deno.test("a store that cannot be reached is told honestly, in a result that a model may act on", async () => {
  const endpoint = await openEndpoint();
  endpoint.store.down = true;
  for (const era of ["modern", "legacy"] as const) {
    const text = await refusal(endpoint, "get-record", { uuid: NOBODY }, { era });
    assertEquals(text, "The store cannot be reached");
  }
  assertEquals(endpoint.reported.length, 2);
});

Deno.test("a store that cannot be reached while a resource is read is an internal error", async () => {
  const endpoint = await openEndpoint();
  endpoint.store.down = true;
  for (const era of ["modern", "legacy"] as const) {
    const uri = "studio://costs/total";
    const { error } = await ask(endpoint, "resources/read", { uri }, { era });
    assertEquals(error?.code, -32603);
    assertEquals(error?.message, "The store cannot be reached");
  }
});

Deno.test("an error that nobody foresaw is logged, and tells a model nothing of itself", async () => {
  const endpoint = await openEndpoint();
  endpoint.store.read = () =>
    Promise.reject(new TypeError("connect ECONNREFUSED postgres://admin:hunter2@10.0.0.5"));
  const text = await refusal(endpoint, "list-records");
  assertStringIncludes(text, "Try again");
  const uri = "studio://campaigns/stats";
  const { error } = await ask(endpoint, "resources/read", { uri });
  assertEquals(error?.code, -32603);
  for (const shown of [text, error?.message ?? ""]) assert(!shown.includes("hunter2"));
  assertEquals(endpoint.reported.map(({ event }) => event), ["tool failed", "request failed"]);
});

Deno.test("a refusal is not logged as an error: it is the caller's to mend", async () => {
  const endpoint = await openEndpoint();
  await refusal(endpoint, "get-record", { uuid: NOBODY });
  await refusal(endpoint, "initiate-call", { callOrderUuid: NOBODY }, { who: "viewer" });
  assertEquals(endpoint.reported, []);
});
