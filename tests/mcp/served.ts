/** The endpoint on a socket, in real time, with phones twenty times faster than life: for clients that are programs. */
import { SystemClock } from "../../adapters/clock.ts";
import { MemoryPhoneBooks } from "../../adapters/telephony/simulated/memory_books.ts";
import { SimulatedPhoneNetwork } from "../../adapters/telephony/simulated/network.ts";
import { type Endpoint, openEndpoint } from "./harness.ts";

/** Where it is served, and what is behind it. */
export interface Served {
  url: string;
  endpoint: Endpoint;
}

/**
 * Serves while the work is done. `nobody` is who a request without a token comes from, for programs that
 * cannot send one.
 */
export async function serving(
  work: (served: Served) => Promise<void>,
  nobody: string | null = null,
): Promise<void> {
  const ready = Promise.withResolvers<Endpoint>();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { fetch } = await ready.promise;
      if (nobody === null || request.headers.has("authorization")) return await fetch(request);
      const headers = new Headers(request.headers);
      headers.set("authorization", `Bearer ${nobody}`);
      return await fetch(new Request(request, { headers }));
    },
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const clock = new SystemClock();
  const network = new SimulatedPhoneNetwork({ books: new MemoryPhoneBooks(), clock, speed: 20 });
  const endpoint = await openEndpoint({
    clock,
    gatewayOn: () => network,
    publicUrl: new URL(origin),
  });
  ready.resolve(endpoint);
  const stop = new AbortController();
  const running = network.run(endpoint.app.calls.applyEvent, stop.signal);
  try {
    await work({ url: `${origin}/mcp`, endpoint });
  } finally {
    endpoint.stopWaiting();
    stop.abort();
    await running;
    await server.shutdown();
  }
}
