/** What the doctor is told of a database and of the login that looks. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { examineDatabase } from "../../adapters/postgres/examine.ts";
import { readMigrations } from "../../adapters/postgres/migrate.ts";
import { ROLES } from "../../adapters/postgres/scope.ts";
import { embeddedDatabases, serverDatabases, type TestDatabases } from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";

const POOLED = { sanitizeOps: false, sanitizeResources: false };

examineOn("PGlite", embeddedDatabases());
whenThere("postgres", "examine, PostgreSQL", () => examineOn("PostgreSQL", serverDatabases()));

function examineOn(name: string, source: Promise<TestDatabases | null>): void {
  Deno.test({
    ...POOLED,
    name:
      `${name}: a login without rights of its own is known as such, and so are rights that it gets`,
    async fn() {
      const databases = (await source)!;
      const db = await databases.fresh();
      const wanted = (await readMigrations()).length;
      const hourAgo = () => new Date(Date.now() - 3_600_000);
      const facts = await examineDatabase(db.target, hourAgo);
      assert(facts.majorVersion >= 15);
      assertEquals([facts.migration, facts.wanted], [wanted, wanted]);
      assertEquals([facts.ownRights, facts.missingRoles], [[], []]);
      assert(Math.abs(facts.aheadBy - 3_600_000) < 60_000, `${facts.aheadBy}`);
      await db.asSuperuser(`grant select on records to ${facts.login}`);
      await db.asSuperuser(`delete from schema_migrations where version = ${wanted}`);
      const { ownRights, migration } = await examineDatabase(db.target);
      assertEquals(ownRights, ["may touch 1 tables without taking a role"]);
      assertEquals(migration, wanted - 1);
      // A server's roles are shared with the tests that run beside this one.
      if (name === "PGlite") {
        await db.asSuperuser(`revoke ${ROLES[2]} from ${facts.login}`);
        assertEquals((await examineDatabase(db.target)).missingRoles, [ROLES[2]]);
      }
      await db.close();
      await databases.stop();
    },
  });
}

Deno.test("a database that is not there is told as such", async () => {
  const error = await assertRejects(
    () => examineDatabase({ url: "postgres://nobody@127.0.0.1:1/studio" }),
    Error,
  );
  assert(error.message.startsWith("cannot connect to the database"), error.message);
});
