/** However many calls are started at once, caps and balance hold to the last. */
import { assert, assertEquals } from "@std/assert";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { embeddedDatabases, serverDatabases, type TestDatabases } from "../support/databases.ts";
import { whenThere } from "../support/skip.ts";
import { addOrder, balanceNow, openStudio } from "../support/studio.ts";

const CALLS = 24;
/** A busy machine may take its time; who waits too long would be refused for that. */
const PATIENT = { waitMs: 60_000, flightMs: 60_000, transactionMs: 60_000 };
/** Of one call at most. */
const PRICE = 1_810_000n;

race("PGlite", embeddedDatabases());
whenThere("postgres", "call caps at once, PostgreSQL", () => race("PostgreSQL", serverDatabases()));

function race(name: string, source: Promise<TestDatabases | null>): void {
  Deno.test({
    name: `${name}: of ${CALLS} calls started at once as many are dialled as the cap allows`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async () => {
    const databases = await source;
    const { lanes, close } = await databases!.fresh(PATIENT);
    const caps = [
      [{ maxCallsPerDay: 7 }, "client_calls_per_day"],
      [{ maxCallsPerMinute: 7 }, "client_calls_per_minute"],
      [{ maxSpendPerDay: "12.67" }, "client_spend_per_day"],
    ] as const;
    for (const [cap, code] of caps) {
      const studio = await openStudio({ maxConcurrentCalls: 100 }, new PostgresUnitOfWork(lanes));
      const { app, admin, store, gateway, company: { client } } = studio;
      const rules = { ...client.rules, maxConcurrentCalls: 100, ...cap };
      await store.run("all", ({ access }) => access.saveClient({ ...client, rules }));
      const orders = [];
      for (let i = 0; i < CALLS; i++) orders.push(await addOrder(studio));
      const told = await Promise.all(
        orders.map(({ id }) =>
          app.calls.initiate(admin, { callOrderUuid: id }).then(() => "dialled", (error) => {
            assert(error instanceof DomainError, String(error));
            return error.code;
          })
        ),
      );
      assertEquals(told.filter((each) => each === "dialled").length, 7);
      assertEquals(told.filter((each) => each === code).length, CALLS - 7);
      assertEquals(gateway.dialled.length, 7);
      assertEquals((await balanceNow(studio)).reserved, 7n * PRICE);
    }
    await close();
    await databases!.stop();
  });
}
