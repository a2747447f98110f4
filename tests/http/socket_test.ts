import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Harness, harness } from "./harness.ts";

/** Serves on a free port of this machine, runs the test, and stops. */
async function serving(
  test: (server: { port: number; origin: string; harness: Harness }) => Promise<void>,
): Promise<void> {
  const http = harness({ publicUrl: new URL("http://127.0.0.1") });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, http.fetch);
  const { port } = server.addr;
  try {
    await test({ port, origin: `http://127.0.0.1:${port}`, harness: http });
  } finally {
    await server.shutdown();
  }
}

/** Sends bytes as they are; the answer's beginning. */
async function raw(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
  const buffer = new Uint8Array(4096);
  const read = await connection.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, read ?? 0));
}

const HEAD = "Content-Type: application/json\r\nAuthorization: Bearer good\r\n";

Deno.test("a foreign Host is refused however the request came here", async () => {
  await serving(async ({ port }) => {
    const request =
      `POST /mcp HTTP/1.1\r\nHost: evil.example.com\r\n${HEAD}Content-Length: 2\r\n\r\n{}`;
    assertStringIncludes(await raw(port, request), "HTTP/1.1 403");
  });
});

Deno.test("a chunked body is refused as soon as it has grown too long", async () => {
  await serving(async ({ port, harness }) => {
    const head =
      `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
    const chunk = `10000\r\n${" ".repeat(65_536)}\r\n`;
    // Seventeen chunks and no last one: more is announced than ever comes.
    assertStringIncludes(await raw(port, head + chunk.repeat(17)), "HTTP/1.1 413");
    assertEquals(harness.reached, []);
  });
});

Deno.test("a body that stops arriving is answered when its time is up", async () => {
  await serving(async ({ port, harness }) => {
    const started = Promise.withResolvers<void>();
    const sleep = harness.clock.sleep.bind(harness.clock);
    harness.clock.sleep = (milliseconds, signal) => {
      started.resolve();
      return sleep(milliseconds, signal);
    };
    const request =
      `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n${HEAD}Content-Length: 50\r\n\r\n{"js`;
    const answer = raw(port, request);
    await started.promise;
    await harness.clock.advance(10_000);
    assertStringIncludes(await answer, "HTTP/1.1 408");
  });
});
