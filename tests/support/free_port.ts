/**
 * Ports for programs that cannot choose one themselves.
 *
 * @module
 */

/** Below the ports that the system hands to outgoing connections, which could take one meanwhile. */
const [FIRST, LAST] = [6_000, 31_999];

// One after the other from anywhere: test files that run side by side stay out of each other's way.
let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));

/** A port that nobody listens at now, and that this test file has not had before. */
export function freePort(): number {
  for (;;) {
    const port = next;
    next = next === LAST ? FIRST : next + 1;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** Waits until somebody listens at a port, for TCP; rejects after twenty seconds. */
export async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`nobody listens at port ${port}`);
}
