/**
 * What telling of changes costs who writes: transactions that change a record, alone, told of as the
 * server does it (afterwards, together with others), and told of in the transaction itself, which makes
 * commits take turns. One process listens; commits wait for the disk. Read the ratios, not the times.
 */
import { assertExists } from "@std/assert";
import { PostgresChangeFeed } from "../../adapters/postgres/change_feed.ts";
import { ChangeSender, CHANNEL } from "../../adapters/postgres/change_sender.ts";
import type { Sql } from "../../adapters/postgres/lanes.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { listen } from "../contracts/changes.ts";
import { atOnce, newCompany } from "../contracts/suite.ts";
import { serverDatabases } from "../support/databases.ts";
import { recordRow } from "../support/rows.ts";

const MOST = 32;

const databases = await serverDatabases();
assertExists(databases, "needs a PostgreSQL server");
const { lanes, target, asSuperuser } = await databases.fresh({ size: MOST });
await asSuperuser("alter system set fsync = on");
await asSuperuser("select pg_reload_conf()");
const uow = new PostgresUnitOfWork(lanes);
const feed = new PostgresChangeFeed({ listen: target, notify: target, log: () => {} });
const sender = new ChangeSender(target, () => {});
await listen(feed, "all").nextOf(null);
const company = await newCompany(uow);
const clientId = company.client.id;
const records = Array.from({ length: MOST }, () => recordRow(company.type));
await uow.run("all", (repos) => Promise.all(records.map((each) => repos.records.insert(each))));

const change = async (sql: Sql, i: number) => {
  await sql`select from records where client_id = ${clientId} and id = ${records[i].id} for update`;
  await sql`update records set updated_at = now()
    where client_id = ${clientId} and id = ${records[i].id}`;
};

const MANNERS: Record<string, (i: number) => Promise<void>> = {
  alone: (i) =>
    lanes.transaction({ role: "app_tenant", clientId }, async (sql) => await change(sql, i)),
  "told of afterwards": async (i) => {
    await lanes.transaction({ role: "app_tenant", clientId }, async (sql) => {
      const visible = sql`select from clients where id = ${clientId}`;
      await Promise.all([change(sql, i), visible]);
    });
    sender.tell([{ clientId, touched: { records: [records[i].id] } }]);
  },
  "told of inside": (i) =>
    lanes.transaction({ role: "app_tenant", clientId }, async (sql) => {
      const message = JSON.stringify({ clientId, touched: { records: [records[i].id] } });
      const told =
        sql`select pg_notify(${CHANNEL}, ${message}) from clients where id = ${clientId}`;
      await Promise.all([change(sql, i), told]);
    }),
};

for (const writers of [1, 8, MOST]) {
  for (const [manner, write] of Object.entries(MANNERS)) {
    Deno.bench({
      name: `${writers} at once, ${manner}`,
      group: `${writers}`,
      baseline: manner === "alone",
      n: 300,
      warmup: 30,
      fn: async () => void await atOnce(writers, write),
    });
  }
}
