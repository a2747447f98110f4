/**
 * Entry point of the container: listens on `PORT`, and lets running requests finish when told to
 * stop. Deno Deploy enters at `deploy.ts`.
 *
 * @module
 */
import { ConfigError, readConfig } from "./config.ts";
import { gathered, print } from "./log.ts";
import { MigrationError } from "./postgres/migrate.ts";
import { type Server, serverLog, startServer } from "./server.ts";

/** Milliseconds for running requests after the signal; orchestrators kill after ten seconds. */
const GRACE = 8_000;

async function main(): Promise<void> {
  const config = readConfig(Deno.env.get);
  const together = gathered(print, globalThis);
  // What is exported goes line by line, each with its trace.
  const log = serverLog(config, config.exportsTelemetry ? undefined : together);
  let server: Server | null = null;
  // Listens before the database is there, so that `/healthz` tells that the process lives.
  const listener = Deno.serve({
    port: config.port,
    hostname: "0.0.0.0",
    onListen: ({ port }) => log("info", "listening", { port, publicUrl: config.publicUrl.href }),
  }, (request, info) => server?.studio.http.fetch(request, info) ?? starting(request));
  const stop = async () => {
    log("info", "stopping");
    server?.studio.stopWaiting();
    setTimeout(() => Deno.exit(0), GRACE);
    await listener.shutdown();
    await server?.stop();
    Deno.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, stop);
  server = await startServer(config, log);
}

/** Answers while there is no studio yet. */
function starting(request: Request): Response {
  if (new URL(request.url).pathname === "/healthz") return Response.json({ ok: true });
  return Response.json({ ok: false, checks: { process: "starting" } }, {
    status: 503,
    headers: { "Retry-After": "2" },
  });
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof MigrationError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
