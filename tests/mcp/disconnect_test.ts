import { assert } from "@std/assert";
import { addCall } from "../support/studio.ts";
import { type Endpoint, openEndpoint, requestOf } from "./harness.ts";

/** Counts how often the store is read. */
function counting({ store }: Endpoint): { reads: number } {
  const count = { reads: 0 };
  const read = store.read.bind(store);
  store.read = (scope, work) => {
    count.reads++;
    return read(scope, work);
  };
  return count;
}

for (const era of ["modern", "legacy"] as const) {
  Deno.test(`over a socket, a ${era} client that hangs up is not waited for any longer`, async () => {
    let answer: Endpoint["fetch"] = () => Promise.reject(new Error("not yet"));
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => answer(request),
    );
    const origin = `http://127.0.0.1:${server.addr.port}`;
    const endpoint = await openEndpoint({ publicUrl: new URL(origin) });
    answer = endpoint.fetch;
    const { id } = await addCall(endpoint);
    const count = counting(endpoint);
    const args = { callUuid: id, waitSeconds: 50 };
    const request = requestOf("tools/call", { name: "get-call-details", arguments: args }, { era });
    const gone = new AbortController();
    const { headers, body, method } = request;
    const asked = fetch(`${origin}/mcp`, { method, headers, body, signal: gone.signal })
      .then((response) => response.text()).catch(() => "gone");
    while (count.reads < 3) await endpoint.clock.advance(500);
    gone.abort();
    await asked;
    // The server hears of it in its own time; the wait itself would go on for forty-odd more looks.
    let quiet = 0;
    for (let looks = 0; looks < 90 && quiet < 3; looks++) {
      const before = count.reads;
      await endpoint.clock.advance(500);
      quiet = count.reads === before ? quiet + 1 : 0;
    }
    assert(quiet === 3, "the server went on looking");
    await server.shutdown();
  });
}
