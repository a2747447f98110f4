/** Imports on real databases: workers that run at once share them, and none goes through a row twice. */
import { assertEquals } from "@std/assert";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { runImports } from "../../src/records/run_imports.ts";
import { embeddedDatabases, serverDatabases, type TestDatabases } from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";
import { openStudio } from "../support/studio.ts";

const WORKERS = 4;

function tell(name: string, open: () => Promise<TestDatabases | null>): void {
  Deno.test({
    name: `${name}: four workers at once run five imports of the same contacts once each`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const databases = await open();
      if (databases === null) throw new Error("the server did not start");
      const { lanes, close } = await databases.fresh();
      try {
        const studio = await openStudio({}, new PostgresUnitOfWork(lanes));
        const { app, clerk, company } = studio;
        const rows = Array.from({ length: 250 }, (_, i) => ({
          line: i + 2,
          fields: { name: `Ana ${i}`, phoneNumber: `+1415556${1000 + i}` },
        }));
        for (let i = 0; i < 5; i++) {
          const { contactImport } = await app.imports.preview(clerk, {
            recordTypeUuid: company.type.id,
            fileName: `leads ${i}.csv`,
            bytes: 1000,
            rows,
          });
          await app.imports.start(clerk, contactImport.id);
        }
        const ran = await Promise.all(
          Array.from({ length: WORKERS }, () => runImports(studio.ports)),
        );
        assertEquals(ran.reduce((sum, batches) => sum + batches), 5 * 3);
        const { items } = await app.imports.list(clerk, {});
        const done = items.map(({ contactImport: { status, nextRow, created, duplicates } }) => [
          status,
          nextRow,
          created + duplicates,
        ]);
        assertEquals(done, Array(5).fill(["done", 250, 250]));
        const created = items.reduce((sum, { contactImport }) => sum + contactImport.created, 0);
        assertEquals([created, (await app.records.list(clerk, {})).total], [250, 250]);
      } finally {
        await close();
        await databases.stop();
      }
    },
  });
}

tell("PGlite", embeddedDatabases);
whenThere("postgres", "PostgreSQL: imports by workers at once", () => {
  tell("PostgreSQL", serverDatabases);
});
