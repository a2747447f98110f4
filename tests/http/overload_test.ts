import { assertEquals } from "@std/assert";
import { harness, mcpRequest, PUBLIC_URL } from "./harness.ts";

const methodOf = (message: unknown) => (message as { method: string }).method;

/** A server that works on three requests at a time, and answers none until told to. */
function busy() {
  const done = Promise.withResolvers<void>();
  let read = 0;
  const server = harness({
    requestsInFlight: 3,
    mayWait: (message) => {
      read++;
      return methodOf(message).startsWith("wait");
    },
    mcp: async (_request, { body }) => {
      if (methodOf(body) === "waited") return Response.json({ served: true });
      await done.promise;
      return Response.json({ served: true });
    },
  });
  const send = (method = "ping") =>
    server.fetch(mcpRequest({ body: JSON.stringify({ jsonrpc: "2.0", id: 1, method }) }));
  /** Waits until so many requests were read. */
  const under = async (requests: number) => {
    while (read < requests) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { ...server, send, under, finish: done.resolve };
}

async function statusOf(response: Response | Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

Deno.test("more requests than there are places for are sent away at once, probes are not", async () => {
  const { fetch, send, under, finish } = busy();
  const served = [send(), send(), send()];
  await under(3);
  const refused = await send();
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  assertEquals((await refused.json()).error.message, "Overloaded: try again in a second.");
  for (const probe of ["/healthz", "/readyz"]) {
    assertEquals(await statusOf(fetch(new Request(new URL(probe, PUBLIC_URL)))), 200, probe);
  }
  finish();
  assertEquals(await Promise.all(served.map(statusOf)), [200, 200, 200]);
  assertEquals(await Promise.all([send(), send(), send()].map(statusOf)), [200, 200, 200]);
});

Deno.test("who waits for a call takes no place away", async () => {
  const { send, under, finish } = busy();
  const waiting: Promise<Response>[] = [];
  for (let i = 0; i < 20; i++) {
    waiting.push(send("wait"));
    await under(i + 1);
  }
  const served = [send(), send(), send()];
  await under(23);
  assertEquals(await statusOf(send()), 503);
  finish();
  const answers = await Promise.all([...waiting, ...served].map(statusOf));
  assertEquals(new Set(answers), new Set([200]));
  // Nobody has given back more than one place.
  const again = busy();
  for (let i = 0; i < 3; i++) assertEquals(await statusOf(again.send("waited")), 200);
  const three = [again.send(), again.send(), again.send()];
  await again.under(6);
  assertEquals(await statusOf(again.send()), 503);
  again.finish();
  await Promise.all(three.map(statusOf));
});

Deno.test("a request that fails gives its place back", async () => {
  const server = harness({ requestsInFlight: 1, mcp: () => Promise.reject(new Error("no")) });
  for (let i = 0; i < 3; i++) assertEquals(await statusOf(server.fetch(mcpRequest())), 500);
});
