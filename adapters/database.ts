/**
 * Which database the operator's command line works on: the server at `DATABASE_URL`, or without that
 * the embedded one that `deno task dev` keeps in `STUDIO_DATA`.
 *
 * @module
 */
import { ConfigError, readDatabaseUrl } from "./config.ts";
import type { Target } from "./postgres/lanes.ts";

/** A database that answers. */
export interface OpenDatabase {
  target: Target;
  /** Where `deno task dev` serves the embedded one; null of a server, and before dev has ever run. */
  devUrl: URL | null;
  /** Call it once the migrations are done: from then on, rights are as on a server. */
  fence(): Promise<void>;
  /** Call it once nobody uses the database any more. */
  close(): Promise<void>;
}

type Env = (name: string) => string | undefined;

/** @throws ConfigError that says what to set, or that another process has the embedded one open. */
export async function openDatabase(env: Env): Promise<OpenDatabase> {
  const url = readDatabaseUrl(env);
  if (url !== null) {
    const nothing = () => Promise.resolve();
    return { target: { url }, devUrl: null, fence: nothing, close: nothing };
  }
  const data = dataDirectory(env);
  await Deno.mkdir(data, { recursive: true });
  const devUrl = await readDevUrl(`${data}/dev.json`);
  // Only where it is used: it is as large as all the rest.
  const { openEmbedded } = await import("./postgres/pglite.ts");
  try {
    const embedded = await openEmbedded({ directory: `${data}/postgres`, fresh: false });
    return { ...embedded, devUrl };
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("in use"))) throw error;
    throw new ConfigError(error.message, { cause: error });
  }
}

/** `consoleUrl` of what `deno task dev` wrote when it ran last. */
async function readDevUrl(file: string): Promise<URL | null> {
  try {
    return new URL(JSON.parse(await Deno.readTextFile(file)).consoleUrl);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** `deno task migrate` may not look, because it is for servers alone. */
function dataDirectory(env: Env): string {
  try {
    return env("STUDIO_DATA") || ".studio";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new ConfigError("DATABASE_URL: is required, such as postgres://user@host:5432/studio");
  }
}
