/**
 * Rate limits in memory, on the embedded database, and on a server.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { MemoryRateLimits } from "../../adapters/memory/rate_limits.ts";
import { StoreError } from "../../adapters/postgres/errors.ts";
import { Lanes } from "../../adapters/postgres/lanes.ts";
import { PostgresRateLimits } from "../../adapters/postgres/rate_limits.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { newId } from "../../src/kernel/ids.ts";
import { type LimitsUnderTest, rateLimitsContract } from "../contracts/rate_limits.ts";
import { embeddedDatabases, serverDatabases, type TestDatabase } from "../support/databases.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { whenThere } from "../support/skip.ts";

rateLimitsContract("memory", () => {
  const clock = new FakeClock();
  return Promise.resolve({
    limits: new MemoryRateLimits(clock),
    pass: (seconds) => clock.advance(seconds * 1000),
    sweep: () => Promise.resolve(),
    kept: () => Promise.resolve(null),
  });
});
onDatabase("embedded PostgreSQL", embeddedDatabases);
whenThere("postgres", "rate limits, PostgreSQL server", () => {
  onDatabase("PostgreSQL server", async () => {
    const databases = await serverDatabases();
    if (databases === null) throw new Error("the server did not start");
    return databases;
  });
});

Deno.test("memory forgets full buckets when there are many", async () => {
  const clock = new FakeClock();
  const limits = new MemoryRateLimits(clock);
  const rule = { burst: 1, perMinute: 1 };
  await limits.take("empty", rule);
  await clock.advance(30_000);
  for (let i = 0; i < 20_000; i++) await limits.take(`key ${i}`, rule);
  await clock.advance(30_000);
  assertEquals((await limits.take("key 19999", rule)).allowed, false);
  assertEquals((await limits.take("empty", rule)).allowed, true);
});

function onDatabase(name: string, source: typeof embeddedDatabases): void {
  let opened: Promise<{ db: TestDatabase; stop(): Promise<void> }> | undefined;
  const open = () =>
    opened ??= (async () => {
      const databases = await source();
      return { db: await databases.fresh(), stop: databases.stop };
    })();
  const count = async (lanes: Lanes) => {
    const [row] = await lanes.flight(
      { role: "app_auth" },
      (sql) => sql<{ count: bigint }>`select count(*) from rate_limits`,
    );
    return Number(row.count);
  };
  const underTest = async (): Promise<LimitsUnderTest> => {
    const { db } = await open();
    const limits = new PostgresRateLimits(db.lanes);
    await db.asSuperuser("truncate rate_limits");
    return {
      limits,
      // The clock is the database's: the past is moved instead.
      pass: (seconds) =>
        db.asSuperuser(`update rate_limits set full_at = full_at - interval '${seconds} seconds'`),
      sweep: () => limits.sweep(),
      kept: () => count(db.lanes),
    };
  };
  rateLimitsContract(name, underTest, { sanitize: false });

  const test = (sentence: string, fn: (db: TestDatabase) => Promise<void>) =>
    Deno.test({
      name: `rate limits, ${name}: ${sentence}`,
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => await fn((await open()).db),
    });

  test("taking is one round trip, and so is being refused", async ({ target }) => {
    let roundTrips = 0;
    const lanes = new Lanes(target, { size: 1, onRoundTrip: () => roundTrips++ });
    const limits = new PostgresRateLimits(lanes);
    for (const allowed of [true, false]) {
      assertEquals((await limits.take("one way", { burst: 1, perMinute: 1 })).allowed, allowed);
    }
    assertEquals(roundTrips, 2);
    await lanes.close();
  });

  test("nobody but who identifies callers touches the buckets", async ({ lanes }) => {
    const client = { role: "app_tenant", clientId: newId(new Date()) } as const;
    for (const scope of [client, { role: "app_master" }, { role: "phone_network" }] as const) {
      const peek = lanes.flight(scope, (sql) => sql`select 1 from rate_limits`);
      assertEquals((await assertRejects(() => peek, StoreError)).code, "42501");
    }
  });

  test("a database that cannot be reached is told as such", async () => {
    const lanes = new Lanes({ url: "postgres://studio@127.0.0.1:1/none" }, { connectMs: 200 });
    const taking = new PostgresRateLimits(lanes).take("key", { burst: 1, perMinute: 1 });
    assertEquals((await assertRejects(() => taking, DomainError)).code, "unavailable");
    await lanes.close();
  });

  Deno.test.afterAll(async () => {
    const { db, stop } = await open();
    await db.close();
    await stop();
  });
}
