/**
 * The two databases of the bench, filled once on a throw-away server of their own, or kept on one
 * that is given.
 *
 * @module
 */
import { prepareDatabase } from "../../adapters/compose.ts";
import { Lane } from "../../adapters/postgres/lane.ts";
import { realPostgres } from "../support/real_postgres.ts";
import { fill, type Progress } from "./data/fill.ts";

/** Owner's URLs of the databases. */
export interface BenchDatabases {
  /** A hundredth of the data. */
  small: string;
  large: string;
  stop(): Promise<void>;
}

/** A server for such data: memory for its tables, no wait for its disk. */
const SETTINGS = {
  shared_buffers: "2GB",
  max_wal_size: "16GB",
  wal_level: "minimal",
  max_wal_senders: "0",
};
const FULL = "filled by the bench";

/** @throws Error that says what is missing. */
export async function openDatabases(
  scale: number,
  serverUrl: string | undefined,
  progress: Progress,
): Promise<BenchDatabases> {
  const server = serverUrl === undefined ? await ownServer() : null;
  const url = serverUrl ?? server!.url;
  const stop = async () => void await server?.stop();
  try {
    const small = await filled(url, scale / 100, progress);
    const large = await filled(url, scale, progress);
    return { small, large, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ownServer() {
  const server = await realPostgres();
  if (server === null) throw new Error("needs PostgreSQL: apt-get install postgresql");
  for (const [name, value] of Object.entries(SETTINGS)) {
    await onServer(server.url, `alter system set ${name} = '${value}'`);
  }
  await server.restartImmediate();
  return server;
}

async function filled(serverUrl: string, scale: number, progress: Progress): Promise<string> {
  const name = `bench_${Math.round(1_000_000 * scale)}`;
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const found = await onServer<{ note: string | null }>(
    serverUrl,
    `select shobj_description(oid, 'pg_database') as note from pg_database where datname = '${name}'`,
  );
  if (found[0]?.note === FULL) {
    await prepareDatabase({ url });
    return url;
  }
  await onServer(serverUrl, `drop database if exists ${name} with (force)`);
  await onServer(serverUrl, `create database ${name}`);
  await fill(url, scale, progress);
  await onServer(serverUrl, `comment on database ${name} is '${FULL}'`);
  return url;
}

async function onServer<T>(url: string, text: string): Promise<readonly T[]> {
  const lane = await Lane.open({ url }, 10_000);
  try {
    return await lane.send<T>({ text, parameters: [] });
  } finally {
    await lane.end();
  }
}
