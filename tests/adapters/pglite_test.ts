/** PostgreSQL embedded in the process keeps every contract of the store's ports. */
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { STORE_CONTRACTS } from "../contracts/store.ts";
import { embeddedDatabases, type TestDatabase } from "../support/databases.ts";

let opened: Promise<TestDatabase> | undefined;

async function make() {
  opened ??= embeddedDatabases().then((databases) => databases.fresh());
  const { lanes } = await opened;
  return { uow: new PostgresUnitOfWork(lanes), close: () => Promise.resolve() };
}

for (const contract of STORE_CONTRACTS) contract("PGlite", make, {}, { sanitize: false });

Deno.test.afterAll(async () => {
  await (await opened)?.close();
});
