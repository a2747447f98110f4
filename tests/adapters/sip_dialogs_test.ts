/**
 * SIP's books in memory, on the embedded database, and on a server.
 *
 * @module
 */
import { PostgresDialogStore } from "../../adapters/postgres/sip_dialogs.ts";
import { MemoryDialogStore } from "../../adapters/telephony/sip/dialog_store.ts";
import { dialogStoreContract } from "../contracts/dialog_store.ts";
import { embeddedDatabases, serverDatabases, type TestDatabase } from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";

dialogStoreContract("memory", () => Promise.resolve(new MemoryDialogStore()));
onDatabase("embedded PostgreSQL", embeddedDatabases);
whenThere("postgres", "SIP's books, PostgreSQL server", () => {
  onDatabase("PostgreSQL server", async () => {
    const databases = await serverDatabases();
    if (databases === null) throw new Error("the server did not start");
    return databases;
  });
});

function onDatabase(name: string, source: typeof embeddedDatabases): void {
  let opened: Promise<{ db: TestDatabase; stop(): Promise<void> }> | undefined;
  const open = () =>
    opened ??= (async () => {
      const databases = await source();
      return { db: await databases.fresh(), stop: databases.stop };
    })();

  dialogStoreContract(name, async () => new PostgresDialogStore((await open()).db.lanes), {
    sanitize: false,
  });

  Deno.test.afterAll(async () => {
    const { db, stop } = await open();
    await db.close();
    await stop();
  });
}
