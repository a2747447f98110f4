/**
 * Two fences keep clients apart, the queries' own filter and row-level security. Each is taken away
 * in turn, for every method of every repository, and the other must hold alone; with both gone the
 * same probes must get through, or they would prove nothing.
 */
import { assert, assertEquals, equal } from "@std/assert";
import type { ClientFilter } from "../../adapters/postgres/client_filter.ts";
import type { TxScope } from "../../adapters/postgres/lanes.ts";
import { PostgresUnitOfWork, reposOf } from "../../adapters/postgres/unit_of_work.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { Repos, UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { everyProbe, type Probe, REFUSED } from "../contracts/every_method.ts";
import { isolationContract } from "../contracts/isolation.ts";
import { newWorld, withoutTrace } from "../contracts/suite.ts";
import {
  embeddedDatabases,
  serverDatabases,
  type TestDatabase,
  type TestDatabases,
} from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";
import type { World } from "../support/world.ts";

/** Connections outlive a single test. */
const POOLED = { sanitizeOps: false, sanitizeResources: false };

fencesOn("PGlite", await embeddedDatabases());
whenThere("postgres", "fences, PostgreSQL", () => {
  fencesOn("PostgreSQL", serverDatabases());
});

function fencesOn(name: string, source: TestDatabases | Promise<TestDatabases | null>): void {
  let opened: Promise<TestDatabase> | undefined;
  let worlds: Promise<[World, World]> | undefined;
  let guarded = true;

  async function database(rowSecurity: boolean): Promise<TestDatabase> {
    opened ??= Promise.resolve(source).then((databases) => databases!.fresh());
    const db = await opened;
    if (guarded !== rowSecurity) await db.asSuperuser(rowSecurityText(rowSecurity));
    guarded = rowSecurity;
    return db;
  }

  const closed = () => Promise.resolve();

  isolationContract(
    `${name}, by the queries' own filter alone`,
    async () => ({ uow: new PostgresUnitOfWork((await database(false)).lanes), close: closed }),
    {},
    { sanitize: false },
  );
  isolationContract(
    `${name}, by row-level security alone`,
    async () => ({ uow: filteredBy(null, await database(true)), close: closed }),
    {},
    { sanitize: false },
  );

  for (const probe of everyProbe()) {
    Deno.test({
      ...POOLED,
      name: `${name}: ${probe.name} fed another client's filter is stopped by row-level security`,
      async fn() {
        const db = await database(true);
        const [own, foreign] = await (worlds ??= twoWorlds(db));
        const before = await everythingOf(db, foreign);
        const got = await outcomeIn(filteredBy(foreign.client.id, db), own, foreign, probe);
        assert(isNothing(probe, got), Deno.inspect(got, { depth: 6 }));
        assertEquals(await everythingOf(db, foreign), before);
      },
    });

    if (probe.for) continue;
    Deno.test({
      ...POOLED,
      name: `${name}: ${probe.name} gets through to another client when both fences are down`,
      async fn() {
        const db = await database(false);
        const [own, foreign] = await (worlds ??= twoWorlds(db));
        const got = await outcomeIn(filteredBy(null, db), own, foreign, probe);
        assert(!isNothing(probe, got), Deno.inspect(got, { depth: 6 }));
      },
    });
  }

  Deno.test({
    ...POOLED,
    name: `${name}: no method of a repository is without a probe`,
    fn() {
      const repos = reposOf(() => Promise.reject(new Error("not to be asked")), null);
      const methods = Object.entries(repos).flatMap(([repo, methods]) =>
        Object.keys(methods).map((method) => `${repo}.${method}`)
      );
      assertEquals(methods.toSorted(), everyProbe().map((probe) => probe.name).toSorted());
    },
  });

  Deno.test.afterAll(async () => {
    await (await opened)?.close();
    await (await source)?.stop();
  });
}

/** Work whose queries filter by that client, whatever the transaction's own one is. */
function filteredBy(filter: ClientFilter, { lanes }: TestDatabase): UnitOfWork {
  const bound =
    (work: (repos: Repos) => Promise<unknown>) => (sql: Parameters<typeof reposOf>[0]) =>
      work(reposOf(sql, filter)) as Promise<never>;
  return {
    read: (scope, work) => lanes.flight(roleOf(scope), bound(work)),
    run: (scope, work) => lanes.transaction(roleOf(scope), bound(work)),
  };
}

function roleOf(scope: Scope): TxScope {
  if (typeof scope !== "string") return { role: "app_tenant", clientId: scope.clientId };
  return { role: scope === "all" ? "app_master" : "app_auth" };
}

/** Turns the policies of every table off or on, for whoever is not the superuser. */
function rowSecurityText(on: boolean): string {
  return `do $$
    declare
      name text;
    begin
      for name in select polrelid::regclass::text from pg_policy group by 1 loop
        execute format('alter table %s ${on ? "enable" : "disable"} row level security', name);
      end loop;
    end $$`;
}

async function twoWorlds({ lanes }: TestDatabase): Promise<[World, World]> {
  const uow = new PostgresUnitOfWork(lanes);
  return [await newWorld(uow), await newWorld(uow)];
}

/** What a client's probe comes to for the rows of another; nothing is kept of it. */
async function outcomeIn(
  uow: UnitOfWork,
  own: World,
  foreign: World,
  probe: Probe,
): Promise<unknown> {
  const scope = { clientId: own.client.id };
  try {
    return await withoutTrace(uow, scope, (repos) => probe.call(repos, foreign));
  } catch {
    return REFUSED;
  }
}

/** A rejection, what the probe calls hidden, or a list without anything in it. */
function isNothing({ hidden }: Probe, got: unknown): boolean {
  const nothings = typeof hidden === "function" ? [] : hidden;
  return got === REFUSED || equal(got, []) || nothings.some((nothing) => equal(nothing, got));
}

/** Every row of a client, as the operator sees it. */
async function everythingOf({ lanes }: TestDatabase, { client }: World): Promise<unknown> {
  return await lanes.flight({ role: "app_master" }, async (sql) => {
    const tables = await sql<{ rows: string }>`
      select query_to_xml(
        format('select * from %I where client_id = %L order by 1, 2', table_name, ${client.id}::text),
        true, false, ''
      )::text as rows
      from information_schema.columns
      where table_schema = 'public' and column_name = 'client_id' order by table_name`;
    return tables.map(({ rows }) => rows);
  });
}
