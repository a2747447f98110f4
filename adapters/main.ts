/**
 * Entry point of the container: listens on `PORT`, and lets running requests finish when told to
 * stop. Deno Deploy enters at `deploy.ts`.
 *
 * @module
 */
import { ConfigError, readConfig } from "./config.ts";
import { MigrationError } from "./postgres/migrate.ts";
import { startServer } from "./server.ts";

/** Milliseconds for running requests after the signal; orchestrators kill after ten seconds. */
const GRACE = 8_000;

async function main(): Promise<void> {
  const config = readConfig(Deno.env.get);
  const server = await startServer(config);
  const { studio, log } = server;
  const listener = Deno.serve({
    port: config.port,
    hostname: "0.0.0.0",
    onListen: ({ port }) => log("info", "listening", { port, publicUrl: config.publicUrl.href }),
  }, studio.http.fetch);
  const stop = async () => {
    log("info", "stopping");
    studio.stopWaiting();
    const late = setTimeout(() => Deno.exit(0), GRACE);
    await listener.shutdown();
    await server.stop();
    clearTimeout(late);
    Deno.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, stop);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof MigrationError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
