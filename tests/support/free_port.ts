/**
 * Ports for programs that cannot choose one themselves.
 *
 * @module
 */

/** Below the ports that the system hands to outgoing connections, which could take one meanwhile. */
const [FIRST, LAST] = [6_000, 9_999];

/** A port that nobody listens at now. */
export function freePort(): number {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
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
