/**
 * Opting out races with dialling: what was committed first decides, by the database's own account.
 * The two are about one record, or about two with the same number, which nothing but the client's
 * list connects.
 */
import { assert, assertEquals } from "@std/assert";
import { Lanes, type Sql } from "../../adapters/postgres/lanes.ts";
import { migrate, readMigrations } from "../../adapters/postgres/migrate.ts";
import { grantLogin } from "../../adapters/postgres/roles.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import type { CallOrder } from "../../src/call_orders/call_order.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { orderRow, recordRow, recordTypeRow } from "../support/rows.ts";
import { embeddedDatabases, execute } from "../support/databases.ts";
import { realPostgres } from "../support/real_postgres.ts";
import { whenThere } from "../support/skip.ts";
import { openStudio, type Studio } from "../support/studio.ts";

const RACES = 1000;

/** An order that somebody opts out of, and one that somebody dials. */
type Race = { wish: CallOrder; dial: CallOrder };

async function prepareRaces({ store, company }: Studio): Promise<Race[]> {
  const { client, campaign, type } = company;
  const second = recordTypeRow(client);
  const races = Array.from({ length: RACES }, (_, i) => {
    // Each race has a number of its own: see uniquePhone, which has too few for so many.
    const phoneNumber = `+1${["212", "415"][i % 2]}5${String(100_000 + i)}`;
    const record = recordRow(type, { phoneNumber });
    const twin = i % 2 ? recordRow(second, { phoneNumber }) : record;
    const order = orderRow(record, campaign);
    return { record, twin, wish: order, dial: i % 2 ? orderRow(twin, campaign) : order };
  });
  await store.run("all", ({ records }) => records.saveType(second));
  for (let from = 0; from < RACES; from += 100) {
    await store.run("all", async ({ records, callOrders }) => {
      for (const { record, twin, wish, dial } of races.slice(from, from + 100)) {
        await records.insert(record);
        if (twin !== record) await records.insert(twin);
        await callOrders.insert(wish);
        if (dial !== wish) await callOrders.insert(dial);
      }
    });
  }
  return races;
}

async function runRaces(lanes: Lanes, committedBefore: (sql: Sql) => Promise<number>) {
  const rules = { maxConcurrentCalls: 10_000 };
  const studio = await openStudio(rules, new PostgresUnitOfWork(lanes));
  const { app, admin, gateway, store, company: { client } } = studio;
  await store.run("all", ({ access, balance }) => {
    const id = crypto.randomUUID();
    const paid = { id, clientId: client.id, at: new Date(), amount: 10_000_000_000n };
    return Promise.all([
      access.saveClient({ ...client, rules: { ...client.rules, ...rules } }),
      balance.topUp({ ...paid, reference: "races" }),
    ]);
  });
  const races = await prepareRaces(studio);
  let refused = 0;
  for (const { wish, dial } of races) {
    const tries = [
      () => app.callOrders.updateStatus(admin, { uuid: wish.id, status: "do_not_call" }),
      () =>
        app.calls.initiate(admin, { callOrderUuid: dial.id }).catch((error) => {
          if (!(error instanceof DomainError && error.code === "do_not_call")) throw error;
          refused++;
        }),
    ];
    if (Math.random() < 0.5) tries.reverse();
    await Promise.all(tries.map(async (attempt, i) => {
      for (let turns = Math.random() * 8 * i; turns > 0; turns--) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      await attempt();
    }));
  }
  const dialled = gateway.dialled.length;
  assertEquals(refused + dialled, RACES);
  assert(Math.min(refused, dialled) > RACES / 50, `${refused} refused, ${dialled} dialled`);
  const wrong = await lanes.flight({ role: "app_master" }, committedBefore);
  assertEquals(wrong, 0, "calls were reserved after an opt-out of the number was committed");
}

async function count(rows: Promise<Iterable<{ count: number }>>): Promise<number> {
  const [row] = await rows;
  return row.count;
}

const sentence = `${RACES} races of opting out with dialling: who commits first wins`;

Deno.test({
  name: `PGlite: ${sentence}`,
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const databases = await embeddedDatabases();
  const { lanes, close } = await databases.fresh();
  // Its transactions take turns, so that they are numbered in the order of their commits.
  await runRaces(lanes, (sql) =>
    count(sql<{ count: number }>`
      select count(*)::int as count from ledger e
      join calls l on l.client_id = e.client_id and l.id = e.call_id
      join do_not_call d on d.client_id = l.client_id and d.phone_number = l.phone_number
      where e.kind = 'reserve' and d.xmin::text::bigint < e.xmin::text::bigint`));
  await close();
  await databases.stop();
});

whenThere("postgres", `PostgreSQL: ${sentence}`, () => {
  Deno.test({
    name: `PostgreSQL: ${sentence}`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async () => {
    const server = await realPostgres();
    assert(server);
    await execute(server.url, "alter system set track_commit_timestamp = on");
    await server.restartImmediate();
    const owner = { url: server.url };
    await migrate(owner, await readMigrations());
    await grantLogin(owner, "studio");
    const login = new URL(server.url);
    login.username = "studio";
    const lanes = new Lanes({ url: login.href });
    await runRaces(lanes, (sql) =>
      count(sql<{ count: number }>`
        select count(*)::int as count from ledger e
        join calls l on l.client_id = e.client_id and l.id = e.call_id
        join do_not_call d on d.client_id = l.client_id and d.phone_number = l.phone_number
        where e.kind = 'reserve'
          and pg_xact_commit_timestamp(d.xmin) < pg_xact_commit_timestamp(e.xmin)`));
    await lanes.close();
    await server.stop();
  });
});
