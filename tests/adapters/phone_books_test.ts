/**
 * The simulated network's books in memory, on the embedded database, and on a server.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../adapters/postgres/errors.ts";
import { Lanes } from "../../adapters/postgres/lanes.ts";
import { PostgresPhoneBooks } from "../../adapters/postgres/phone_books.ts";
import { MemoryPhoneBooks } from "../../adapters/telephony/simulated/memory_books.ts";
import { newId } from "../../src/kernel/ids.ts";
import { bookEntry, phoneBooksContract } from "../contracts/phone_books.ts";
import { embeddedDatabases, serverDatabases, type TestDatabase } from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";

const memory = new MemoryPhoneBooks();
phoneBooksContract("memory", () => Promise.resolve(memory));
onDatabase("embedded PostgreSQL", embeddedDatabases);
whenThere("postgres", "phone books, PostgreSQL server", () => {
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

  phoneBooksContract(name, async () => new PostgresPhoneBooks((await open()).db.lanes), {
    sanitize: false,
  });

  Deno.test({
    name: `phone books, ${name}: the network and the studio cannot reach each other's tables`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const { lanes } = (await open()).db;
      const denied = async (promise: Promise<unknown>) => {
        assertEquals((await assertRejects(() => promise, StoreError)).code, "42501");
      };
      const network = { role: "phone_network" } as const;
      const client = { role: "app_tenant", clientId: newId(new Date()) } as const;
      await denied(lanes.flight(network, (sql) => sql`select 1 from public.clients`));
      await denied(lanes.flight(network, (sql) => sql`select 1 from public.calls`));
      for (const scope of [client, { role: "app_master" }, { role: "app_auth" }] as const) {
        await denied(lanes.flight(scope, (sql) => sql`select 1 from phone_network.calls`));
      }
    },
  });

  Deno.test({
    name: `phone books, ${name}: a request that waited too long for a connection is not written`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const { target } = (await open()).db;
      const lanes = new Lanes(target, { size: 1 });
      const books = new PostgresPhoneBooks(lanes, { askMs: 1 });
      const late = bookEntry();
      const held = lanes.transaction(
        { role: "phone_network" },
        () => new Promise((resolve) => setTimeout(resolve, 20)),
      );
      assertEquals((await assertRejects(() => books.ask(late), StoreError)).kind, "unavailable");
      await held;
      assertEquals(await books.get(late.ref), null);
      await lanes.close();
    },
  });

  Deno.test.afterAll(async () => {
    const { db, stop } = await open();
    await db.close();
    await stop();
  });
}
