/** A PostgreSQL server keeps every contract of the store's ports. */
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { STORE_CONTRACTS } from "../contracts/store.ts";
import { serverDatabases, type TestDatabase } from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";

let opened: Promise<{ database: TestDatabase; stop(): Promise<void> }> | undefined;

async function open() {
  const databases = await serverDatabases();
  if (databases === null) throw new Error("the server did not start");
  return { database: await databases.fresh(), stop: databases.stop };
}

async function make() {
  opened ??= open();
  const { lanes } = (await opened).database;
  return { uow: new PostgresUnitOfWork(lanes), close: () => Promise.resolve() };
}

whenThere("postgres", "every contract of the store, PostgreSQL", () => {
  for (const contract of STORE_CONTRACTS) contract("PostgreSQL", make, {}, { sanitize: false });

  Deno.test.afterAll(async () => {
    if (!opened) return;
    const { database, stop } = await opened;
    await database.close();
    await stop();
  });
});
