/** Changes are told on every store; on a server also across processes, and after a lost connection. */
import type { Duplex } from "node:stream";
import { assert, assertEquals } from "@std/assert";
import { memoryStore } from "../../adapters/memory/store.ts";
import { PostgresChangeFeed } from "../../adapters/postgres/change_feed.ts";
import { ChangeSender } from "../../adapters/postgres/change_sender.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { newId } from "../../src/kernel/ids.ts";
import { changesContract, listen, type TellingStore } from "../contracts/changes.ts";
import { newCompany, scopeOf } from "../contracts/suite.ts";
import {
  embeddedDatabases,
  serverDatabases,
  type TestDatabase,
  type TestDatabases,
} from "../support/databases.ts";
import { NOON } from "../support/rows.ts";
import { whenThere } from "../support/skip.ts";

const shared = { sanitizeOps: false, sanitizeResources: false };

/** A database that several tests share, with a store on it that listens by now. */
function telling(make: () => Promise<TestDatabases>) {
  let opened: Promise<TellingStore & { database: TestDatabase; stop(): Promise<void> }> | undefined;
  const open = async () => {
    const databases = await make();
    const database = await databases.fresh();
    const feed = await listeningFeed(database);
    const sender = new ChangeSender(database.target, () => {});
    const stop = async () => {
      await sender.close();
      await feed.close();
      await database.close();
      await databases.stop();
    };
    return {
      uow: new PostgresUnitOfWork(database.lanes, sender.tell),
      changes: feed,
      database,
      stop,
    };
  };
  return {
    make: () => opened ??= open(),
    stop: async () => await (await opened)?.stop(),
  };
}

async function listeningFeed(
  { target }: Pick<TestDatabase, "target">,
  listenOn = target,
): Promise<PostgresChangeFeed> {
  const feed = new PostgresChangeFeed({
    listen: listenOn,
    notify: target,
    log: () => {},
    checkMs: 200,
    maxPauseMs: 100,
  });
  using first = listen(feed, "all");
  await first.nextOf(null);
  return feed;
}

changesContract("memory", () => Promise.resolve(memoryStore()));

const embedded = telling(embeddedDatabases);
changesContract("PGlite", embedded.make);
Deno.test({
  ...shared,
  name: "changes, PGlite: what comes up while a message is on its way goes into the next one",
  async fn() {
    const { uow, changes, database } = await embedded.make();
    const company = await newCompany(uow);
    const clientId = company.client.id;
    using heard = listen(changes, scopeOf(company));
    const sender = new ChangeSender(database.target, () => {});
    const ids = Array.from({ length: 5 }, () => newId(NOON));
    for (const id of ids) sender.tell([{ clientId, touched: { calls: [id], records: [ids[0]] } }]);
    sender.tell([{ clientId, touched: { records: [ids[0]], recordLists: true } }]);
    await sender.close();
    const [first, second] = [await heard.next(), await heard.next()];
    assertEquals(first.touched?.calls, [ids[0]]);
    assertEquals(second.touched, {
      calls: ids.slice(1),
      records: [ids[0]],
      campaigns: [],
      recordLists: true,
    });
    assertEquals(heard.heard, 2);
  },
});

Deno.test({
  ...shared,
  name: "changes, PGlite: what could not be told of is made up for, and the trouble logged once",
  async fn() {
    const { uow, changes, database } = await embedded.make();
    const company = await newCompany(uow);
    using heard = listen(changes, scopeOf(company));
    const { socket } = database.target as { socket: () => Duplex };
    let tries = 0;
    const flaky = () => {
      if (++tries <= 4) throw new Error("out of reach");
      return socket();
    };
    const warnings: string[] = [];
    const sender = new ChangeSender({ socket: flaky }, (_level, event) => warnings.push(event));
    sender.tell([{ clientId: company.client.id, touched: { calls: [newId(NOON)] } }]);
    assertEquals(await heard.next(), { clientId: null, touched: null });
    assertEquals(warnings, ["changes cannot be told of"]);
    await sender.close();
  },
});

Deno.test.afterAll(embedded.stop);

whenThere("postgres", "changes, PostgreSQL", () => {
  const server = telling(async () => {
    const databases = await serverDatabases();
    if (databases === null) throw new Error("the server did not start");
    return databases;
  });
  changesContract("PostgreSQL", server.make);
  Deno.test.afterAll(server.stop);

  Deno.test({
    ...shared,
    name: "changes, PostgreSQL: what one process changes, another hears",
    async fn() {
      const { uow, database } = await server.make();
      const company = await newCompany(uow);
      const other = await listeningFeed(database);
      using heard = listen(other, scopeOf(company));
      const calls = [newId(NOON)];
      await uow.run("all", (repos) => repos.changes.publish(company.client.id, { calls }));
      assertEquals((await heard.nextOf(company.client.id)).touched?.calls, calls);
      await other.close();
    },
  });

  Deno.test({
    ...shared,
    name: "changes, PostgreSQL: a lost connection is made anew, and everybody told to look again",
    async fn() {
      const { uow, changes, database } = await server.make();
      const company = await newCompany(uow);
      using heard = listen(changes, scopeOf(company));
      for (let kill = 0; kill < 3; kill++) {
        await database.asSuperuser(
          "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' or " +
            "query = 'select 1' and pid <> pg_backend_pid()",
        );
        // Once when it is lost, once when it is back.
        await heard.nextOf(null);
        await heard.nextOf(null);
        const records = [newId(NOON)];
        await uow.run("all", (repos) => repos.changes.publish(company.client.id, { records }));
        assertEquals((await heard.nextOf(company.client.id)).touched?.records, records);
      }
    },
  });

  Deno.test({
    ...shared,
    name: "changes, PostgreSQL: who cannot listen looks again and again, and says so once",
    async fn() {
      const databases = await serverDatabases();
      if (databases === null) throw new Error("the server did not start");
      // Two databases: a NOTIFY in one is never heard in the other, as through a pooler.
      const [deaf, database] = [await databases.fresh(), await databases.fresh()];
      const warnings: unknown[] = [];
      const feed = new PostgresChangeFeed({
        listen: deaf.target,
        notify: database.target,
        log: (_level, _event, fields) => void warnings.push(fields?.hint),
        patienceMs: 300,
        maxPauseMs: 50,
      });
      using heard = listen(feed, { clientId: newId(NOON) });
      for (let told = 0; told < 3; told++) await heard.nextOf(null);
      assertEquals(warnings.length, 1);
      assert(String(warnings[0]).includes("DATABASE_LISTEN_URL"));
      await feed.close();
      await deaf.close();
      await database.close();
      await databases.stop();
    },
  });
});
