/** What the unit of work on PostgreSQL adds to its contract: failures of the database, and collisions. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../adapters/postgres/errors.ts";
import { Lanes } from "../../adapters/postgres/lanes.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { newCompany, scopeOf } from "../contracts/suite.ts";
import { embeddedDatabases } from "../support/databases.ts";
import { recordRow, recordTypeRow } from "../support/rows.ts";

const db = await (await embeddedDatabases()).fresh();
const uow = new PostgresUnitOfWork(db.lanes);

/** Connections outlive a single test. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

test("work that meets a value which another row has just got runs again", async () => {
  const company = await newCompany(uow);
  const type = recordTypeRow(company.client, { name: company.type.name });
  let tries = 0;
  await uow.run(scopeOf(company), async ({ records }) => {
    tries++;
    await records.saveType(tries === 1 ? type : { ...type, name: `${type.name} too` });
  });
  assertEquals(tries, 2);
});

test("work that meets it every time fails, and says which constraint", async () => {
  const company = await newCompany(uow);
  const type = recordTypeRow(company.client, { name: company.type.name });
  const failure = await assertRejects(
    () => uow.run(scopeOf(company), ({ records }) => records.saveType(type)),
    StoreError,
  );
  assertEquals([failure.kind, failure.constraint], ["conflict", "record_types_name"]);
});

test("a write that finds no row fails the work that never waited for it", async () => {
  const company = await newCompany(uow);
  const kept = recordRow(company.type);
  await assertRejects(() =>
    uow.run(scopeOf(company), async ({ records }) => {
      await records.insert(kept);
      void records.update(recordRow(company.type));
    })
  );
  const found = await uow.read(scopeOf(company), ({ records }) => records.get(kept.id));
  assertEquals(found, null);
});

test("a failed write that was swallowed keeps nothing of the work", async () => {
  const company = await newCompany(uow);
  const kept = recordRow(company.type);
  await assertRejects(() =>
    uow.run(scopeOf(company), async ({ records }) => {
      await records.insert(kept);
      await records.update(recordRow(company.type)).catch(() => {});
    })
  );
  const found = await uow.read(scopeOf(company), ({ records }) => records.get(kept.id));
  assertEquals(found, null);
});

test("a database that cannot be reached is unavailable, with the reason for the log alone", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const lanes = new Lanes({ url: `postgres://nobody@127.0.0.1:${port}/none` });
  const away: UnitOfWork = new PostgresUnitOfWork(lanes);
  for (const method of ["read", "run"] as const) {
    const failure = await assertRejects(
      () => away[method]("all", ({ access }) => access.listClients()),
      DomainError,
    );
    assertEquals(failure.code, "unavailable");
    assert(!/127\.0\.0\.1|ECONN|postgres/.test(failure.message), failure.message);
    assert(failure.cause instanceof StoreError);
  }
  await lanes.close();
});

Deno.test.afterAll(() => db.close());
