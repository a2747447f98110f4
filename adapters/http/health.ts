/**
 * What load balancers and orchestrators ask. `/healthz`: the process lives, whatever its database
 * does (restarting us would not help). `/readyz`: it can serve, and is not about to stop.
 *
 * @module
 */

/** The state of each thing that serving depends on. */
export interface Readiness {
  ok: boolean;
  /** By name, such as `database`: `ok`, or in words what is wrong. */
  checks: Record<string, string>;
}

/** Answers `/readyz`: 200 when ready, else 503. */
export async function readiness(
  ready: () => Promise<Readiness>,
  stopping: boolean,
): Promise<Response> {
  const state = stopping
    ? { ok: false, checks: { process: "stopping" } }
    : await ready().catch(() => ({ ok: false, checks: { process: "check failed" } }));
  return Response.json(state, { status: state.ok ? 200 : 503 });
}
