/**
 * HAProxy in front of the servers, PgBouncer between them and PostgreSQL: both from Debian, both
 * for the length of a measurement.
 *
 * @module
 */
import { freePort, listening } from "../support/free_port.ts";

/** A program that stands between. */
export interface Proxy {
  port: number;
  stop(): Promise<void>;
}

/** Spreads requests over servers in turn, connections kept alive on both sides. */
export async function startHaproxy(ports: number[]): Promise<Proxy> {
  const port = freePort();
  const servers = ports.map((each, i) => `  server replica${i} 127.0.0.1:${each}`);
  return await startWith("haproxy", port, ["-db", "-f"], (_) => `
global
  maxconn 4096
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend studio
  bind 127.0.0.1:${port}
  default_backend replicas
backend replicas
  balance roundrobin
${servers.join("\n")}
`);
}

/** Pools connections to a database, a transaction at a time. */
export async function startPgbouncer(databaseUrl: string): Promise<Proxy & { url: string }> {
  const { hostname, port: serverPort, pathname, username } = new URL(databaseUrl);
  const port = freePort();
  const proxy = await startWith("pgbouncer", port, [], (users) => `
[databases]
${pathname.slice(1)} = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
`, `"${username}" ""\n`);
  return { ...proxy, url: `postgres://${username}@127.0.0.1:${port}${pathname}` };
}

async function startWith(
  program: string,
  port: number,
  args: string[],
  configOf: (users: string) => string,
  users = "",
): Promise<Proxy> {
  const folder = await Deno.makeTempDir({ prefix: `bench-${program}-` });
  const config = `${folder}/config`;
  await Deno.writeTextFile(`${folder}/users`, users);
  await Deno.writeTextFile(config, configOf(`${folder}/users`));
  // PgBouncer does not run as root.
  const asOther = Deno.uid() === 0 && program === "pgbouncer";
  if (asOther) {
    for (const path of [folder, config, `${folder}/users`]) await Deno.chmod(path, 0o755);
  }
  const child = new Deno.Command(program, {
    args: [...(asOther ? ["-u", "nobody"] : []), ...args, config],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    child.kill("SIGTERM");
    await child.status;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await listening(port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}
