/**
 * The migrated schema is the committed one, keeps the rules that isolation and sharding rest on, and
 * serves the queries that must stay quick. One file, because all of it looks at one migrated database.
 *
 * After a new migration: `deno test -A tests/adapters/schema_test.ts -- --update`.
 */
import { assert, assertEquals } from "@std/assert";
import type { Lanes, Sql } from "../../adapters/postgres/lanes.ts";
import { PostgresUnitOfWork, reposOf } from "../../adapters/postgres/unit_of_work.ts";
import {
  CALL_ORDER_STATUSES,
  CALL_TYPES,
  OPEN_STATUSES,
} from "../../src/call_orders/call_order.ts";
import { CALL_STATUSES, END_REASONS, LIVE_STATUSES } from "../../src/calls/call.ts";
import { AGENT_PLATFORMS } from "../../src/campaigns/agent_webhook.ts";
import { OUTCOME_TYPES } from "../../src/campaigns/assistant.ts";
import { CAMPAIGN_STATUSES } from "../../src/campaigns/campaign.ts";
import type { Repos } from "../../src/kernel/unit_of_work.ts";
import { IMPORT_STATUSES } from "../../src/records/contact_import.ts";
import { RECORD_STATUSES } from "../../src/records/record.ts";
import { newWorld } from "../contracts/suite.ts";
import {
  embeddedDatabases,
  serverDatabases,
  type TestDatabase,
  type TestDatabases,
} from "../support/databases.ts";
import { dumpSchema } from "../support/schema_dump.ts";
import { whenThere } from "../support/skip.ts";
import type { World } from "../support/world.ts";

const DUMP = new URL("../../adapters/postgres/schema.sql", import.meta.url);
/** Tables that belong to no client: shared ones, and the server's own. */
const SHARED = [
  "clients",
  "invitations",
  "passwords",
  "rate_limits",
  "roles",
  "schema_migrations",
  "server_keys",
  "sessions",
  "tokens",
  "users",
];
const RECORDS = 16_000;
/** Name of the 123rd: "Ada" and the MD5 of "123". */
const ADA_123 = "ada 202cb962ac59075b964b07152d234b70";

schemaOn("PGlite", embeddedDatabases());
whenThere("postgres", "schema, PostgreSQL", () => schemaOn("PostgreSQL", serverDatabases()));

function schemaOn(name: string, source: Promise<TestDatabases | null>): void {
  let opened: Promise<TestDatabase> | undefined;
  let filled: Promise<World> | undefined;

  function test(sentence: string, body: (db: TestDatabase) => Promise<void>): void {
    Deno.test({
      name: `${name}: ${sentence}`,
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => body(await (opened ??= source.then((databases) => databases!.fresh()))),
    });
  }

  test("the migrations make the schema that is committed", async ({ lanes }) => {
    const dump = await dumpSchema(lanes);
    if (Deno.args.includes("--update")) await Deno.writeTextFile(DUMP, dump);
    assertEquals(dump, await Deno.readTextFile(DUMP));
  });

  test("a client's tables begin every key and every reference with the client", async (db) => {
    const keys = await query<{ name: string; first: string }>(db, (sql) =>
      sql`
        select c.relname || ': ' || i.indexrelid::regclass as name, a.attname as first
        from pg_class c join pg_index i on i.indrelid = c.oid and i.indisunique
        join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
        where c.relnamespace = 'public'::regnamespace and c.relname <> all(${SHARED}::text[])`);
    assert(keys.length > 20);
    assertEquals(keys.filter(({ first }) => first !== "client_id"), []);
    const references = await query<{ name: string }>(db, (sql) =>
      sql`
        select k.conname as name from pg_constraint k join pg_class c on c.oid = k.conrelid
        where k.contype = 'f' and c.relnamespace = 'public'::regnamespace
          and c.relname <> all(${SHARED}::text[]) and (
            (select attname from pg_attribute where attrelid = k.conrelid and attnum = k.conkey[1])
              <> 'client_id'
            or (select attname from pg_attribute
                where attrelid = k.confrelid and attnum = k.confkey[1])
              <> (case when k.confrelid = 'clients'::regclass then 'id' else 'client_id' end)
          )`);
    assertEquals([...references], []);
  });

  test("every table with people's data forces row-level security on its owner", async (db) => {
    const open = await query<{ relname: string }>(db, (sql) =>
      sql`
        select relname from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r'
          and not (relrowsecurity and relforcerowsecurity) order by 1`);
    assertEquals(
      open.map(({ relname }) => relname),
      ["rate_limits", "schema_migrations", "server_keys"],
    );
  });

  test("the application's roles cannot log in, own no table, and bypass nothing", async (db) => {
    const roles = await query<{ rolname: string }>(db, (sql) =>
      sql`
        select rolname from pg_roles r where rolname like 'app\_%' and not (
          rolcanlogin or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb
          or exists (select from pg_class where relowner = r.oid)
          or has_schema_privilege(r.oid, 'public', 'create')
        ) order by 1`);
    assertEquals(
      roles.map(({ rolname }) => rolname),
      ["app_auth", "app_functions", "app_master", "app_tenant"],
    );
  });

  test("the closed sets are the domain's", async (db) => {
    assertEquals(await closedSets(db), {
      assistants_webhook_platform_check: sorted(AGENT_PLATFORMS),
      audit_log_refused: ["ok"],
      call_orders_call_type_check: sorted(CALL_TYPES),
      call_orders_due: sorted([...OPEN_STATUSES, "phone_out"]),
      call_orders_open: sorted(OPEN_STATUSES),
      call_orders_status_check: sorted(CALL_ORDER_STATUSES),
      calls_answered_by_check: ["machine", "person"],
      calls_check: sorted(LIVE_STATUSES),
      calls_end_reason_check: sorted(END_REASONS),
      calls_live: sorted(LIVE_STATUSES),
      calls_live_of_campaign: sorted(LIVE_STATUSES),
      calls_silent: sorted(LIVE_STATUSES),
      calls_status_check: sorted(CALL_STATUSES),
      campaign_outcomes_type_check: sorted(OUTCOME_TYPES),
      campaigns_status_check: sorted(CAMPAIGN_STATUSES),
      contact_imports_previewed: ["previewed"],
      contact_imports_running: ["running"],
      contact_imports_status_check: sorted(IMPORT_STATUSES),
      records_status_check: sorted(RECORD_STATUSES),
    });
  });

  async function manyRecords(db: TestDatabase): Promise<World> {
    const world = await newWorld(new PostgresUnitOfWork(db.lanes));
    await db.asSuperuser(recordsText(world));
    return world;
  }

  test("a search under row-level security reads the index, not the records", async (db) => {
    const world = await (filled ??= manyRecords(db));
    const pages = await pagesOf(db, "records");
    const page = { page: 1, limit: 20 };
    const names = [ADA_123, ADA_123.toUpperCase()];
    const numbers = ["(415) 200-0555", "000123", "+1 415 200 0555", "001 415 200 0555"];
    const short = ["zq", "é"];
    for (const search of [...names, ...numbers, ...short]) {
      const plan = await planOf(
        db.lanes,
        world,
        world.client.id,
        ({ records }) => records.list({ search }, page),
      );
      assert(pagesRead(plan) < pages / 2, `${search}: read ${pagesRead(plan)} of ${pages} pages`);
    }
    for (const text of [ADA_123, ...short, "a", ""]) {
      const plan = await planOf(
        db.lanes,
        world,
        world.client.id,
        ({ records }) => records.suggest(text, 20),
      );
      assert(
        pagesRead(plan) < pages / 2,
        `suggesting ${text}: ${pagesRead(plan)} of ${pages} pages`,
      );
    }
    // Without the function that looks into the index, all records are read: the figures mean something.
    const bare = await planOf(
      db.lanes,
      world,
      null,
      ({ records }) => records.list({ search: ADA_123 }, page),
    );
    assert(pagesRead(bare) > pages, `read ${pagesRead(bare)} of ${pages} pages`);
  });

  test("a page of records or of orders is read from an index in its order", async (db) => {
    const world = await (filled ??= manyRecords(db));
    const page = { page: 2, limit: 20 };
    const lists: Record<string, (repos: Repos) => Promise<unknown>> = {
      all: ({ records }) => records.list({}, page),
      "by status": ({ records }) => records.list({ status: "inactive" }, page),
      "by type": ({ records }) => records.list({ typeId: world.type.id }, page),
      orders: ({ callOrders }) => callOrders.list({}, page),
      "orders by campaign": ({ callOrders }) =>
        callOrders.list({ campaignId: world.campaign.id }, page),
      "orders by status": ({ callOrders }) => callOrders.list({ status: "failed" }, page),
    };
    for (const [what, list] of Object.entries(lists)) {
      const plan = await planOf(db.lanes, world, world.client.id, list);
      const limit = nodesOf(plan).find((node) => node["Node Type"] === "Limit");
      assert(limit, what);
      const scans = nodesOf(limit).map((node) => node["Node Type"]);
      assert(
        scans.some((scan) => scan.startsWith("Index")) && !scans.includes("Sort"),
        `${what}: ${scans}`,
      );
    }
  });

  Deno.test.afterAll(async () => {
    await (await opened)?.close();
    await (await source)?.stop();
  });
}

function sorted(values: readonly string[]): string[] {
  return values.toSorted();
}

/** A look at the catalogue, which everybody may read. */
function query<T extends object>(
  { lanes }: TestDatabase,
  work: (sql: Sql) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  return lanes.flight({ role: "app_master" }, work);
}

/** The words in each CHECK, and in each index's predicate, that lists any. */
async function closedSets(db: TestDatabase): Promise<Record<string, string[]>> {
  const sets = await query<{ name: string; words: string[] }>(db, (sql) =>
    sql`
      select name, array_agg(distinct word[1] order by word[1]) as words
      from (
        select conname as name, pg_get_constraintdef(oid) as text from pg_constraint
        where contype = 'c' and connamespace = 'public'::regnamespace
        union all
        select indexrelid::regclass::text, pg_get_expr(indpred, indrelid) from pg_index
        where indpred is not null
      ) as definition cross join regexp_matches(text, '''([a-z_]+)''::text', 'g') as word
      where name not like 'ledger%' and name <> 'records_parameters_check'
        and name <> 'call_outcomes_outcomes_check' and name <> 'campaign_outcome_values_type_check'
      group by name order by name`);
  return Object.fromEntries(sets.map(({ name, words }) => [name, words]));
}

/** Records with names, addresses and numbers that differ, and an order for each. */
function recordsText({ client, type, campaign }: World): string {
  return `
    insert into records (client_id, id, type_id, name, email, phone_number, status, parameters, created_at, updated_at)
    select '${client.id}', gen_random_uuid(), '${type.id}', 'Ada ' || md5(i::text), format('%s@example.com', md5((-i)::text)),
      '+1415' || 2000000 + i, case i % 10 when 0 then 'inactive' else 'active' end,
      jsonb_build_object('note', repeat('x', 100)), now() - i * interval '1 s', now()
    from generate_series(1, ${RECORDS}) as i;
    insert into call_orders (client_id, id, record_id, campaign_id, call_type, status, attempts, created_at, updated_at)
    select client_id, gen_random_uuid(), id, '${campaign.id}', 'phone_out',
      case status when 'inactive' then 'failed' else 'planned' end, 0, created_at, now()
    from records where client_id = '${client.id}' and name like 'Ada%';
    analyze records, call_orders;
    select gin_clean_pending_list('records_search')`;
}

async function pagesOf(db: TestDatabase, table: string): Promise<number> {
  const [{ pages }] = await query<{ pages: number }>(
    db,
    (sql) => sql`select relpages as pages from pg_class where relname = ${table}`,
  );
  return pages;
}

/** A node of a plan, as EXPLAIN's JSON has it. */
interface PlanNode {
  "Node Type": string;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  Plans?: PlanNode[];
}

/** How the one statement of a repository's method is carried out, as the world's client. */
async function planOf(
  lanes: Lanes,
  { client }: World,
  filter: string | null,
  ask: (repos: Repos) => Promise<unknown>,
): Promise<PlanNode> {
  return await lanes.transaction({ role: "app_tenant", clientId: client.id }, async (sql) => {
    const explained = Promise.withResolvers<PlanNode>();
    const explain = async (strings: TemplateStringsArray, ...values: Parameters<Sql>[1][]) => {
      const [first, ...rest] = strings;
      const text = [`explain (analyze, buffers, timing off, format json) ${first}`, ...rest];
      const [row] = await sql<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
        Object.assign(text, { raw: text }),
        ...values,
      );
      explained.resolve(row["QUERY PLAN"][0].Plan);
      return Object.assign([], { count: 0 });
    };
    // The method gets no rows to make anything of.
    await ask(reposOf(explain, filter)).catch(() => {});
    return await explained.promise;
  });
}

/** A node and all below it. */
function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** Pages of tables and indexes that it looked at, those of the functions that it called included. */
function pagesRead(plan: PlanNode): number {
  return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
}
