/**
 * Statements are prepared by name on the server itself, and only there: behind a pooler the next
 * transaction may come to a server that has not prepared them.
 */
import { assert, assertEquals } from "@std/assert";
import { Lanes, type Sql } from "../../adapters/postgres/lanes.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { startPgbouncer } from "../bench/proxies.ts";
import { newCompany, scopeOf } from "../contracts/suite.ts";
import { serverDatabases, type TestDatabase, type TestDatabases } from "../support/databases.ts";
import { recordRow } from "../support/rows.ts";
import { whenThere } from "../support/skip.ts";

/** Connections outlive a single test. */
const POOLED = { sanitizeOps: false, sanitizeResources: false };
const MASTER = { role: "app_master" } as const;

let databases: TestDatabases | null = null;

async function fresh(): Promise<TestDatabase> {
  databases ??= await serverDatabases();
  assert(databases);
  return await databases.fresh({ size: 1 });
}

/** How many statements the session of the only lane has prepared. */
async function prepared(lanes: Lanes): Promise<number> {
  const [row] = await lanes.flight(
    MASTER,
    (sql) => sql<{ n: number }>`select count(*)::int as n from pg_prepared_statements`,
  );
  return row.n;
}

const clients = (sql: Sql) => sql`select c.id from clients c where c.name <> ${"nobody"}`;

whenThere("pgbouncer", "prepared statements", () => {
  Deno.test({
    ...POOLED,
    name: "on the server itself a statement is prepared once, and used again",
    async fn() {
      const db = await fresh();
      await db.lanes.flight(MASTER, clients);
      const once = await prepared(db.lanes);
      assert(once > 0);
      await db.lanes.flight(MASTER, clients);
      assertEquals(await prepared(db.lanes), once);
      await db.close();
    },
  });

  Deno.test({
    ...POOLED,
    name: "values are written and read by name as they are without",
    async fn() {
      const db = await fresh();
      const values = { text: 'a"b\\', list: ["x", null], at: new Date("2026-01-02T03:04:05.678Z") };
      const read = () =>
        db.lanes.flight(MASTER, (sql) =>
          sql`
            select ${values.text}::text as text, ${JSON.stringify(values.list)}::jsonb as list,
              ${values.at}::timestamptz as at, ${true}::boolean as yes, ${7n}::bigint as big,
              ${null}::text as nothing, ${new Uint8Array([0, 255])}::bytea as bytes,
              ${"2026-01-02"}::date as day, ${["p", "q,"]}::text[] as texts`);
      const [first] = await read();
      for (let again = 0; again < 3; again++) assertEquals((await read())[0], first);
      assertEquals(first, {
        ...values,
        yes: true,
        big: 7n,
        nothing: null,
        bytes: first.bytes,
        day: "2026-01-02",
        texts: ["p", "q,"],
      });
      assertEquals([...first.bytes as Uint8Array], [0, 255]);
      await db.close();
    },
  });

  Deno.test({
    ...POOLED,
    name: "a read goes on when a migration has changed what it had prepared",
    async fn() {
      const db = await fresh();
      await db.asSuperuser("create table changing (a int); grant select on changing to app_master");
      const read = () => db.lanes.flight(MASTER, (sql) => sql`select * from changing`);
      await read();
      await db.asSuperuser("insert into changing values (1); alter table changing add b int");
      assertEquals([...await read()], [{ a: 1, b: null }]);
      await db.close();
    },
  });

  Deno.test({
    ...POOLED,
    name: "through PgBouncer in transaction mode nothing is prepared, and all is answered",
    async fn() {
      const db = await fresh();
      assert("url" in db.target);
      const pooler = await startPgbouncer(db.target.url);
      const lanes = new Lanes({ url: pooler.url }, { size: 30 });
      const uow = new PostgresUnitOfWork(lanes);
      const companies = await Promise.all(Array.from({ length: 5 }, () => newCompany(uow)));
      await Promise.all(Array.from({ length: 150 }, async (_, i) => {
        const company = companies[i % companies.length];
        const name = `Ada ${i}`;
        await uow.run(
          scopeOf(company),
          ({ records }) => records.insert(recordRow(company.type, { name })),
        );
        const { items, total } = await uow.read(
          scopeOf(company),
          ({ records }) => records.list({ search: name }, { page: 1, limit: 5 }),
        );
        assert(total >= 1 && items.every(({ record }) => record.clientId === company.client.id));
      }));
      assertEquals(await prepared(lanes), 0);
      await lanes.close();
      await pooler.stop();
      await db.close();
    },
  });

  Deno.test.afterAll(async () => {
    await databases?.stop();
  });
});
