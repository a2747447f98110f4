import { assertEquals } from "@std/assert";
import postgres from "postgres";
import { realPostgres } from "./real_postgres.ts";
import { whenThere } from "./skip.ts";

async function query(url: string, text: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1, fetch_types: false });
  try {
    return [...await sql.unsafe(text)];
  } finally {
    await sql.end();
  }
}

whenThere("postgres", "a throw-away PostgreSQL server", () => {
  Deno.test("committed rows outlive an immediate restart of the throw-away server", async () => {
    const server = (await realPostgres())!;
    try {
      await query(server.url, "create table kept as select 1 as x");
      await server.restartImmediate();
      assertEquals(await query(server.url, "select x from kept"), [{ x: 1 }]);
    } finally {
      await server.stop();
    }
  });

  Deno.test("two throw-away servers share nothing, and stopping one twice does no harm", async () => {
    const [one, other] = [(await realPostgres())!, (await realPostgres())!];
    try {
      await query(one.url, "create table mine ()");
      await one.stop();
      await one.stop();
      assertEquals(await query(other.url, "select to_regclass('mine') as found"), [
        { found: null },
      ]);
    } finally {
      await one.stop();
      await other.stop();
    }
  });
});
