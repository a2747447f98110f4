/**
 * Searching more records than are looked at one by one: whatever way a page is found in, it holds
 * what a plain look at the table gives, and the total is right, or a lower bound and says so.
 */
import { assert, assertEquals } from "@std/assert";
import { readChange } from "../../adapters/postgres/change_sender.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import type { RecordFilter } from "../../src/records/record_repo.ts";
import { newWorld, scopeOf } from "../contracts/suite.ts";
import {
  embeddedDatabases,
  serverDatabases,
  type TestDatabase,
  type TestDatabases,
} from "../support/databases.ts";
import { recordRow } from "../support/rows.ts";
import { whenThere } from "../support/skip.ts";
import type { World } from "../support/world.ts";

const ROWS = 4_000;
const LIMIT = 20;

/** Terms, and the condition on i from 0, oldest first, of the names that have them. */
const TERMS: [what: string, term: string, i: string][] = [
  ["in every name", "person", "true"],
  ["in every second name", "even", "i % 2 = 0"],
  ["in one of forty", "fortieth", "i % 40 = 0"],
  ["in one of two hundred", "seldom", "i % 200 = 7"],
  ["in a single one", "unicorn", "i = 11"],
  ["in one, of two letters", "zq", "i = 12"],
  ["in one, of one letter", "é", "i = 13"],
  ["in one, of two letters that fill a name in Chinese", "王伟", "i = 14"],
  ["in one, with a quote and a backslash", "o'\\", "i = 15"],
  ["in none", "nowhere", "false"],
  ["in none, of two letters", "qj", "false"],
  ["in the newest only", "fresh", `i >= ${ROWS - 300}`],
  ["in the oldest only", "ancient", "i < 300"],
  ["in the newest and a few old ones", "mostly", `i >= ${ROWS - 60} or i in (3, 5)`],
];

searchOn("PGlite", embeddedDatabases);
whenThere("postgres", "searching, PostgreSQL", () => searchOn("PostgreSQL", serverDatabases));

function searchOn(name: string, open: () => Promise<TestDatabases | null>): void {
  Deno.test({
    name: `${name}: rare, common and clustered terms are found on every page, and counted`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async () => {
    const databases = await open();
    assert(databases);
    const db = await databases.fresh({ flightMs: 60_000 });
    const world = await newWorld(new PostgresUnitOfWork(db.lanes));
    await db.asSuperuser(recordsText(world));
    const uow = new PostgresUnitOfWork(db.lanes);
    for (const [what, term] of TERMS) {
      await everyPage(uow, world, what, { search: term });
      await everyPage(uow, world, `${what}, archived`, { search: term, status: "archived" });
    }
    await everyPage(uow, world, "a number", { search: "(415) 200-1234", typeId: world.type.id });
    await everyPage(uow, world, "an end of a number", { search: "0777" });
    const other = await newWorld(uow);
    await db.asSuperuser(recordsText(other, 3_000));
    await everyPage(uow, other, "another client's, in every name", { search: "person" });
    await everyPage(uow, world, "in every name, again", { search: "person" });
    await afterChanges(db, world);
    const suggested = await uow.read(
      scopeOf(world),
      ({ records }) => records.suggest("person 12", 3),
    );
    assertEquals(suggested.map((each) => each.name.split(" ", 2).join(" ")), [
      "Person 12",
      "Person 1298",
      "Person 1299",
    ]);
    await db.close();
    await databases.stop();
  });
}

/** Names with the terms, archived every third; mail addresses and numbers that have none of them. */
function recordsText({ client, type }: World, rows = ROWS): string {
  const words = TERMS.map(([, term, condition]) =>
    `case when ${condition} then ' ${term.replaceAll("'", "''")}' else '' end`
  );
  return `
    insert into records (client_id, id, type_id, name, email, phone_number, status, parameters, created_at, updated_at)
    select '${client.id}', gen_random_uuid(), '${type.id}', 'Person ' || i || ${words.join(" || ")},
      i || '@mail.test', '+1415' || 2000000 + i, case i % 3 when 0 then 'archived' else 'active' end, '{}',
      timestamptz '2026-01-01Z' + i / 2 * interval '1 minute', now()
    from generate_series(0, ${rows - 1}) as i;
    update records set name = 'Person 12' where name like 'Person 12 %'`;
}

/** Who has been to a page before finds what is right now, once the change was heard of. */
async function afterChanges(db: TestDatabase, world: World): Promise<void> {
  const uow = new PostgresUnitOfWork(db.lanes);
  const page = { page: 40, limit: LIMIT };
  const look = () =>
    uow.read(scopeOf(world), ({ records }) => records.list({ search: "person" }, page));
  const [before] = [await look(), await look()];
  const record = recordRow(world.type, { name: "Person new" });
  await uow.run(scopeOf(world), async ({ records, changes }) => {
    await records.insert(record);
    await changes.publish(world.client.id, { records: [record.id], recordLists: true });
  });
  const after = await look();
  assertEquals(after.items.slice(1), before.items.slice(0, -1));
  // Another process: nothing is known until it is heard of, but no row is older than it is.
  const other = new PostgresUnitOfWork(db.lanes);
  await other.run(scopeOf(world), ({ records }) => records.update({ ...record, name: "Nobody" }));
  assertEquals(await look(), after);
  // As it comes over the wire, of a call, and of the record.
  const sent = { calls: [], records: [record.id], campaigns: [] };
  for (const touched of [sent, { ...sent, recordLists: true }]) {
    assertEquals(await look(), after);
    uow.heard(readChange(JSON.stringify({ clientId: world.client.id, touched }))!);
  }
  assertEquals(await look(), before);
  await db.asSuperuser(`delete from records where id = '${record.id}'`);
}

async function everyPage(
  uow: UnitOfWork,
  world: World,
  what: string,
  filter: RecordFilter,
): Promise<void> {
  // The operator's search takes no short cuts.
  const expected: string[] = [];
  for (let page = 1, more = true; more; page++) {
    const slice = await uow.read(
      "all",
      ({ records }) => records.list(filter, { page, limit: 100 }),
    );
    const own = slice.items.filter(({ record }) => record.clientId === world.client.id);
    expected.push(...own.map(({ record }) => record.id));
    more = page * 100 < slice.total;
  }
  const last = Math.ceil(expected.length / LIMIT);
  const pages = [1, 2, 10, Math.ceil(last / 2), last - 1, last, last + 1, 1_000_000];
  // Then again, where each begins near a place that the others have left: and one after the other.
  const each = Array.from({ length: last + 1 }, (_, i) => i + 1);
  const whole = [...new Set(pages), ...each, ...pages.toReversed()];
  // Others begin in between: with match 1,001, beside the place that every thousandth is.
  const requests = [
    ...[1, 144, 215].map((page) => ({ page, limit: 7 })),
    ...whole.filter((page) => page > 0).map((page) => ({ page, limit: LIMIT })),
    ...[215, 144, 1].map((page) => ({ page, limit: 7 })),
  ];
  for (const { page, limit } of requests) {
    const { items, total, atLeast = false } = await uow.read(
      scopeOf(world),
      ({ records }) => records.list(filter, { page, limit }),
    );
    const from = (page - 1) * limit;
    const ids = items.map(({ record }) => record.id);
    assertEquals(ids, expected.slice(from, from + limit), `${what}, page ${page}`);
    if (atLeast) assert(total > from + limit && total <= expected.length, `${what}: ${total}`);
    else assertEquals(total, expected.length, `${what}, page ${page}`);
  }
}
