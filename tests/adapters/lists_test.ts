/**
 * Lists that are long enough to be cut into blocks: every page, however late, is what a plain offset
 * gives, and every sum what a count gives, after rows came, went, and changed their status and time.
 * So it is with lists that nothing counts, whose totals may be lower bounds.
 */
import { assert, assertEquals } from "@std/assert";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { CALL_ORDER_STATUSES } from "../../src/call_orders/call_order.ts";
import type { PageRequest, Slice } from "../../src/kernel/page.ts";
import type { Repos } from "../../src/kernel/unit_of_work.ts";
import { newWorld, scopeOf } from "../contracts/suite.ts";
import {
  embeddedDatabases,
  serverDatabases,
  type TestDatabase,
  type TestDatabases,
} from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";
import type { World } from "../support/world.ts";

const ROWS = 6_000;

listsOn("PGlite", embeddedDatabases);
whenThere("postgres", "lists, PostgreSQL", () => listsOn("PostgreSQL", serverDatabases));

function listsOn(name: string, open: () => Promise<TestDatabases | null>): void {
  Deno.test({
    name: `${name}: long lists are paged through and counted as short ones are`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async () => {
    const databases = await open();
    assert(databases);
    // Counting everything anew takes its time.
    const db = await databases.fresh({ flightMs: 60_000 });
    const world = await newWorld(new PostgresUnitOfWork(db.lanes));
    for (const change of changesOf(world)) {
      await db.asSuperuser(change);
      assertEquals(await miscounted(db), []);
    }
    assert(await blocksOf(db) > 20, "there are blocks to speak of");
    await everyPage(db, world, "records", ({ records }, page) => records.list({}, page));
    for (const status of ["active", "archived"] as const) {
      await everyPage(
        db,
        world,
        `records where status = '${status}'`,
        ({ records }, page) => records.list({ status, typeId: world.type.id }, page),
      );
    }
    await everyPage(db, world, "call_orders", ({ callOrders }, page) => callOrders.list({}, page));
    for (const status of CALL_ORDER_STATUSES) {
      await everyPage(
        db,
        world,
        `call_orders where status = '${status}'`,
        ({ callOrders }, page) => callOrders.list({ status, campaignId: world.campaign.id }, page),
      );
    }
    for (const change of uncountedOf(world)) await db.asSuperuser(change);
    await everyPage(db, world, "calls", ({ calls }, page) => calls.list({}, page));
    await everyPage(
      db,
      world,
      "calls where end_reason = 'busy'",
      ({ calls }, page) =>
        calls.list({ campaignId: world.campaign.id, endReason: "busy", live: false }, page),
    );
    await everyPage(
      db,
      world,
      "(select *, at as created_at from audit_log) as a",
      ({ audit }, page) => audit.page({}, page),
    );
    await everyPage(
      db,
      world,
      "(select *, at as created_at from audit_log) as a where outcome <> 'ok'",
      ({ audit }, page) => audit.page({ refused: true }, page),
    );
    // The operator's lists are those of every client, one among the other.
    const other = await newWorld(new PostgresUnitOfWork(db.lanes));
    await db.asSuperuser(changesOf(other)[0]);
    const lists = {
      records: ({ records }, page) => records.list({}, page),
      "records where status = 'archived'": ({ records }, page) =>
        records.list({ status: "archived" }, page),
      call_orders: ({ callOrders }, page) => callOrders.list({}, page),
      calls: ({ calls }, page) => calls.list({}, page),
      "calls where end_reason is not null": ({ calls }, page) => calls.list({ live: false }, page),
      "(select *, at as created_at from audit_log) as a": ({ audit }, page) => audit.page({}, page),
    } satisfies Record<string, Parameters<typeof everyPage>[3]>;
    for (const [rows, list] of Object.entries(lists)) await everyPage(db, null, rows, list);
    await db.close();
    await databases.stop();
  });
}

/** Long lists that nothing counts: a call of each order, and what was done about it. */
function uncountedOf({ client, assistant }: World): string[] {
  return [
    `insert into calls (client_id, id, order_id, record_id, campaign_id, assistant_id, phone_number, status,
       end_reason, created_at, ended_at, timeline, provider, currency, setup, per_minute, increment_seconds,
       operational_per_minute, reserved, max_seconds, updated_at)
     select client_id, gen_random_uuid(), id, record_id, campaign_id, '${assistant.id}', '+14155550132',
       ended.reason, ended.reason, created_at, created_at, '[]', 'simulated', 'USD', 0, 0, 1, 0, 0, 60, created_at
     from call_orders o cross join lateral (
       select case when abs(hashtext(o.id::text)) % 3 = 0 then 'busy' else 'no_answer' end as reason
     ) as ended where client_id = '${client.id}'`,
    `insert into audit_log (client_id, id, at, actor, action, outcome, times)
     select client_id, gen_random_uuid(), created_at, 'Ana', 'initiate-call',
       case status when 'busy' then 'forbidden' else 'ok' end, 1
     from calls where client_id = '${client.id}'`,
  ];
}

/** In bulk and one by one, in order and into the middle, thousands at the same moment. */
function changesOf({ client, type, campaign }: World): string[] {
  const record = (number: string, at: string) => `
    insert into records (client_id, id, type_id, name, phone_number, status, parameters, created_at, updated_at)
    select '${client.id}', gen_random_uuid(), '${type.id}', 'Ada', '+1' || (${number} + i),
      case i % 7 when 0 then 'archived' else 'active' end, '{}', ${at}, now()
    from generate_series(1, ${ROWS}) as i`;
  const statuses = CALL_ORDER_STATUSES.filter((status) => !/planned|busy|rescheduled/.test(status));
  return [
    record("2000000", "now() - i * interval '1 minute'"),
    record("3000000", "date_trunc('day', now()) - (i % 3) * interval '1 day'"),
    `do $$ begin for i in 1..300 loop
       insert into records (client_id, id, type_id, name, phone_number, status, parameters, created_at, updated_at)
       values ('${client.id}', gen_random_uuid(), '${type.id}', 'Bo', '+4' || i, 'inactive', '{}',
         now() - (i * 37 % 300) * interval '1 hour', now());
     end loop; end $$`,
    `insert into call_orders (client_id, id, record_id, campaign_id, call_type, status, attempts, created_at, updated_at)
     select client_id, gen_random_uuid(), id, '${campaign.id}', 'phone_out', 'planned', 0, created_at, now()
     from records where client_id = '${client.id}' and name = 'Ada'`,
    `update call_orders set status = (array['${
      statuses.join("','")
    }'])[1 + abs(hashtext(id::text)) % ${statuses.length}]
     where client_id = '${client.id}' and abs(hashtext(id::text)) % 3 > 0`,
    `update records set status = 'archived' where phone_number like '+12%5'`,
    `update records set created_at = created_at - interval '90 days' where phone_number like '+13%1'`,
    `delete from records where name = 'Bo' and phone_number like '%3'`,
  ];
}

/** Lists whose sum, or whose blocks, are not what their rows are. */
async function miscounted({ lanes }: TestDatabase): Promise<object[]> {
  const nil = "00000000-0000-0000-0000-000000000000";
  const rows = await lanes.flight({ role: "app_master" }, (sql) =>
    sql`
      with present as (
        select client_id, 'records' as relation, type_id as parent_id, status, created_at, id
        from records
        union all
        select client_id, 'call_orders', campaign_id, status, created_at, id from call_orders
      ), of_list as (
        select client_id, relation, created_at, id,
          case grouping(parent_id) when 1 then ${nil}::uuid else parent_id end as parent_id,
          case grouping(status) when 1 then '' else status end as status
        from present group by client_id, relation, created_at, id, cube (parent_id, status)
      ), blocks as (
        select *, lead(from_at) over later as to_at, lead(from_id) over later as to_id
        from list_blocks
        window later as (
          partition by client_id, relation, parent_id, status order by from_at, from_id
        )
      )
      select relation, parent_id, status, l.rows, count(o.id) as real
      from lists l left join of_list o using (client_id, relation, parent_id, status)
      group by client_id, relation, parent_id, status, l.rows having l.rows <> count(o.id)
      union all
      select b.relation, b.parent_id, b.status, b.rows, count(o.id)
      from blocks b left join of_list o on (o.client_id, o.relation, o.parent_id, o.status)
        = (b.client_id, b.relation, b.parent_id, b.status)
        and (o.created_at, o.id) >= (b.from_at, b.from_id)
        and (b.to_at is null or (o.created_at, o.id) < (b.to_at, b.to_id))
      group by b.client_id, b.relation, b.parent_id, b.status, b.from_at, b.from_id, b.rows
      having b.rows <> count(o.id)`);
  return [...rows];
}

async function blocksOf({ lanes }: TestDatabase): Promise<number> {
  const [row] = await lanes.flight(
    { role: "app_master" },
    (sql) => sql<{ n: number }>`select count(*)::int as n from list_blocks`,
  );
  return row.n;
}

/** Compares pages all over a list, and past its end, with what a plain look at the table gives. */
async function everyPage(
  db: TestDatabase,
  /** Null for the operator. */
  world: World | null,
  rows: string,
  list: (repos: Repos, page: PageRequest) => Promise<Slice<object>>,
): Promise<void> {
  const and = rows.includes("where") ? "and" : "where";
  await db.asSuperuser(`
    drop view if exists expected;
    create view expected as select created_at, id from ${rows} ${and} ${
    world ? `client_id = '${world.client.id}'` : "true"
  };
    grant select on expected to app_master`);
  const uow = new PostgresUnitOfWork(db.lanes);
  const expected = (await db.lanes.flight(
    { role: "app_master" },
    (sql) => sql<{ id: string }>`select id from expected order by created_at desc, id desc`,
  )).map(({ id }) => id);
  const limit = 97;
  const last = Math.ceil(expected.length / limit);
  for (const page of [1, 2, 11, 12, Math.ceil(last / 2), last - 1, last, last + 1, 1_000_000]) {
    if (page < 1) continue;
    const { items, total, atLeast } = await uow.read(
      world ? scopeOf(world) : "all",
      (repos) => list(repos, { page, limit }),
    );
    const from = (page - 1) * limit;
    if (atLeast) assert(total > from + limit && total < expected.length, rows);
    else assertEquals(total, expected.length, rows);
    assertEquals(items.map(idOf), expected.slice(from, from + limit), `${rows}, page ${page}`);
  }
}

function idOf(item: object): string {
  const { record, order, call, entry } = item as Record<string, { id: string } | undefined>;
  return (record ?? order ?? call ?? entry)?.id ?? "";
}
