/** The sums that PostgreSQL keeps equal a recount, after any work, also when much is done at once. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { embeddedDatabases, serverDatabases, type TestDatabases } from "../support/databases.ts";
import { type Command, command, play, setStage } from "../support/random_work.ts";
import { assertSumsHold } from "../support/recount.ts";
import { whenThere } from "../support/skip.ts";
import { contentsOf } from "../support/watched_store.ts";

/** Does `atOnce` commands at a time on a fresh database, and recounts when all is done. */
async function work(databases: TestDatabases, commands: Command[], atOnce: number): Promise<void> {
  const { lanes, close, asSuperuser } = await databases.fresh();
  try {
    const stage = await setStage(new PostgresUnitOfWork(lanes));
    for (let from = 0; from < commands.length; from += atOnce) {
      await Promise.all(
        commands.slice(from, from + atOnce).map(async (each) => {
          try {
            await play(stage, each);
          } catch (error) {
            if (!(error instanceof DomainError) || error.code === "unavailable") throw error;
          }
        }),
      );
    }
    assertSumsHold(await contentsOf(stage.studio.store));
    await asSuperuser(await countOfDays());
    assertSumsHold(await contentsOf(stage.studio.store));
    const dialled = stage.studio.gateway.dialled.map(({ ref }) => ref.callId);
    assertEquals(new Set(dialled).size, dialled.length, "no call is dialled twice");
  } finally {
    await close();
  }
}

/** What the migration does for calls that there were before it. */
async function countOfDays(): Promise<string> {
  const file = "../../adapters/postgres/migrations/0012_campaign_days.sql";
  const text = await Deno.readTextFile(new URL(file, import.meta.url));
  const count = text.slice(text.indexOf("lock table calls"));
  return `truncate campaign_days, campaign_day_costs; begin; ${count}; commit`;
}

function tell(name: string, open: () => Promise<TestDatabases | null>, atOnce: number): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = await open();
    if (databases === null) throw new Error("the server did not start");
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(command, { minLength: 400, maxLength: 400, size: "max" }),
          (commands) => work(databases, commands, atOnce),
        ),
        { numRuns: 2, endOnFailure: true },
      );
    } finally {
      await databases.stop();
    }
  });
}

tell("PGlite: after hundreds of commands the sums equal a recount", embeddedDatabases, 1);
whenThere("postgres", "PostgreSQL: the sums equal a recount", () => {
  const name = "PostgreSQL: after hundreds of commands, eight at once, the sums equal a recount";
  tell(name, serverDatabases, 8);
});
