import { assertEquals, assertRejects } from "@std/assert";
import type { Duplex } from "node:stream";
import postgres from "postgres";
import { openEmbedded } from "../../adapters/postgres/pglite.ts";
import { type Backend, pgliteSockets } from "../../adapters/postgres/pglite_socket.ts";

const db = await openEmbedded({});
await db.asSuperuser("create table steps (id serial, who text)");

function client(socket = (db.target as { socket: () => Duplex }).socket) {
  const options = { socket, host: "embedded", user: "postgres", database: "postgres" };
  const noTimers = { max_lifetime: null, connect_timeout: 0, backoff: () => 0 };
  return postgres({ ...options, ...noTimers, max: 1, fetch_types: false });
}

Deno.test("transactions of several sockets never interleave on the one session", async () => {
  const clients = ["a", "b", "c"].map((who) => ({ who, sql: client() }));
  await Promise.all(clients.map(async ({ who, sql }) => {
    await sql.unsafe("begin");
    for (let i = 0; i < 5; i++) await sql`insert into steps (who) values (${who})`;
    await sql.unsafe("commit");
  }));
  const [{ order }] = await clients[0]
    .sql`select string_agg(who, '' order by id) as order from steps`;
  const turns = (order as string).match(/(.)\1*/g);
  assertEquals(turns?.map((turn) => turn.length), [5, 5, 5]);
  await Promise.all(clients.map(({ sql }) => sql.end()));
});

Deno.test("a socket that dies in a transaction is rolled back, and blocks nobody", async () => {
  const opened: Duplex[] = [];
  const dying = client(() => {
    opened.push((db.target as { socket: () => Duplex }).socket());
    return opened[0];
  });
  const other = client();
  await dying.unsafe("begin");
  await dying`insert into steps (who) values ('dying')`;
  const count = other`select count(*)::int as count from steps where who = 'dying'`.execute();
  opened[0].destroy();
  assertEquals((await count)[0].count, 0);
  await Promise.all([dying.end({ timeout: 0 }), other.end()]);
});

Deno.test("a large value passes in both directions", async () => {
  const sql = client();
  const text = "é".repeat(2_000_000);
  assertEquals((await sql`select ${text}::text as text`)[0].text === text, true);
  await sql.end();
});

Deno.test("once the backend has failed, every connection fails instead of waiting", async () => {
  const broken: Backend = {
    runExclusive: (work) => work(),
    execProtocolRawStream: () => Promise.reject(new Error("out of memory")),
  };
  const socket = pgliteSockets(broken);
  for (let i = 0; i < 2; i++) {
    const sql = client(socket);
    await assertRejects(() => sql`select 1`, Error, "the embedded database has stopped");
    await sql.end({ timeout: 0 });
  }
});

Deno.test("the superuser's rights are given up with the fence, and lent for a moment", async () => {
  const sql = client();
  await db.asSuperuser("create role app_tenant; grant select on steps to app_tenant");
  await db.fence();
  await assertRejects(() => sql`select * from steps`, postgres.PostgresError, "permission denied");
  await db.asSuperuser("insert into steps (who) values ('kept')");
  await assertRejects(() => sql`select * from steps`, postgres.PostgresError, "permission denied");
  await assertRejects(() => sql`set role postgres`, postgres.PostgresError, "permission denied");
  await sql.unsafe("begin; set local role app_tenant");
  assertEquals((await sql`select * from steps where who = 'kept'`).length, 1);
  await sql.unsafe("commit");
  await sql.end();
});

Deno.test("a directory keeps its data, and belongs to one process at a time", async () => {
  const parent = await Deno.makeTempDir();
  const directory = `${parent}/made/database`;
  const first = await openEmbedded({ directory });
  await first.asSuperuser("create table kept as select 7 as seven");
  await assertRejects(() => openEmbedded({ directory }), Error, "in use by another process");
  await first.close();
  const second = await openEmbedded({ directory });
  const sql = client((second.target as { socket: () => Duplex }).socket);
  assertEquals([...await sql`select seven from kept`], [{ seven: 7 }]);
  await sql.end();
  await second.close();
  await Deno.remove(parent, { recursive: true });
});

Deno.test("a dump starts another database in memory with the same data", async () => {
  await db.asSuperuser("create table copied as select 'same' as data");
  const copy = await openEmbedded({ dump: await db.dump() });
  const sql = client((copy.target as { socket: () => Duplex }).socket);
  assertEquals([...await sql`select data from copied`], [{ data: "same" }]);
  await sql.end();
  await copy.close();
});

Deno.test.afterAll(() => db.close());
