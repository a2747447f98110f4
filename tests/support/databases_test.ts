import { assertEquals, assertRejects } from "@std/assert";
import { currentVersion, readMigrations } from "../../adapters/postgres/migrate.ts";
import { embeddedDatabases, serverDatabases, type TestDatabases } from "./databases.ts";
import { whenThere } from "./skip.ts";

async function twoAreApart(databases: TestDatabases): Promise<void> {
  const [one, other] = [await databases.fresh(), await databases.fresh()];
  try {
    assertEquals(await currentVersion(one.lanes), (await readMigrations()).length);
    await one.asSuperuser("create table mine as select 1 as x; grant select on mine to app_auth");
    for (const [database, n] of [[one, 1], [other, 0]] as const) {
      const rows = await database.lanes.flight(
        { role: "app_auth" },
        (sql) => sql<{ n: number }>`select count(*)::int as n from pg_class where relname = 'mine'`,
      );
      assertEquals(rows[0].n, n);
    }
    await assertRejects(
      () => one.lanes.transaction({ role: "app_auth" }, (sql) => sql`delete from mine`),
      Error,
      "permission denied",
    );
  } finally {
    await one.close();
    await other.close();
    await databases.stop();
  }
}

Deno.test("embedded test databases are migrated, fenced, and apart from each other", async () => {
  await twoAreApart(await embeddedDatabases());
});

whenThere("postgres", "a server's test databases", () => {
  Deno.test("a server's test databases are migrated, fenced, and apart from each other", async () => {
    await twoAreApart((await serverDatabases())!);
  });
});
