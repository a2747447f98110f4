/**
 * Entry point on Deno Deploy, which listens by itself and asks for a `fetch`.
 *
 * @module
 */
import { readConfig } from "./config.ts";
import { serverLog, startServer } from "./server.ts";

const config = readConfig(Deno.env.get);
const server = await startServer(config, serverLog(config));
Deno.addSignalListener("SIGINT", async () => {
  server.studio.stopWaiting();
  await server.stop();
  Deno.exit(0);
});

/** Answers requests. */
export default { fetch: server.studio.http.fetch };
