/** Servers of different versions around one migration: who cannot serve waits and says so, who can serves on. */
import { assert, assertEquals } from "@std/assert";
import { Lanes } from "../../adapters/postgres/lanes.ts";
import { migrate, type Migration, readMigrations } from "../../adapters/postgres/migrate.ts";
import { grantLogin } from "../../adapters/postgres/roles.ts";
import { callsOf, initiate, setUpOrders, sleep, untilAllEnded } from "../support/killed_server.ts";
import { realPostgres } from "../support/real_postgres.ts";
import { callToolAt, startServerProcess } from "../support/server_process.ts";
import { whenThere } from "../support/skip.ts";

const CALLERS = 8;
const READY_WITHIN_MS = 30_000;

/** A later version's migration, which adds and takes nothing away. */
function next(version: number): Migration {
  const text = "alter table records add nickname text; create table later (id uuid primary key);";
  return { version, name: `${String(version).padStart(4, "0")}_later.sql`, text, checksum: "x" };
}

async function readiness(url: string): Promise<[number, unknown]> {
  const response = await fetch(`${url}/readyz`);
  return [response.status, await response.json()];
}

const title = "a server ahead of its database waits for the migration, and one behind serves on";
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const postgres = (await realPostgres())!;
    const owner = { url: postgres.url };
    const ours = await readMigrations();
    await migrate(owner, ours.slice(0, -1));
    await grantLogin(owner, "studio");
    const login = Object.assign(new URL(postgres.url), { username: "studio" }).href;
    const lanes = new Lanes({ url: login });
    try {
      const env = {
        DATABASE_URL: login,
        SIMULATED_PHONE_SPEED: "100",
        // Eight callers that do not pause share one token.
        LIMIT_REQUESTS_PER_MINUTE: "0",
        LIMIT_CLIENT_REQUESTS_PER_MINUTE: "0",
        LIMIT_ADDRESS_REQUESTS_PER_MINUTE: "0",
      };
      const server = await startServerProcess(env, "/healthz");
      // Long enough for it to have found that it may not migrate.
      await sleep(2000);
      assertEquals(await readiness(server.url), [503, {
        ok: false,
        checks: { process: "starting" },
      }]);
      await migrate(owner, ours);
      for (const until = Date.now() + READY_WITHIN_MS; (await readiness(server.url))[0] !== 200;) {
        assert(Date.now() < until, "it never became ready");
        await sleep(50);
      }

      // From here on it is the older one.
      const numbers = Array.from({ length: 8 }, (_, i) => `+1415${200 + i}0009`);
      const { token, orders } = await setUpOrders(lanes, numbers, { kind: "simulated" });
      let over = false;
      let answered = 0;
      const callers = Array.from({ length: CALLERS }, async (_, i) => {
        for (let n = i; !over; n += CALLERS) {
          const args = n % 4 === 3 ? { uuid: crypto.randomUUID() } : { limit: 1 + n % 20 };
          const name = n % 4 === 3 ? "get-record" : "list-records";
          const { isError, content: [{ text }] } = await callToolAt(server.url, token, name, args);
          assertEquals(isError ?? false, n % 4 === 3, text);
          answered++;
        }
      });
      const working = Promise.all(callers);
      const applied = await migrate(owner, [...ours, next(ours.length + 1)]);
      assertEquals(applied.length, 1);
      const before = answered;
      for (const order of orders.values()) {
        assertEquals((await initiate(server, token, order))?.isError ?? false, false);
      }
      assertEquals(await readiness(server.url), [200, {
        ok: true,
        checks: { database: "ok", migrations: "ok" },
      }]);
      await untilAllEnded(lanes);
      over = true;
      await working;
      assert(answered > before, "it serves on");
      assertEquals((await callsOf(lanes)).length, orders.size);
      assertEquals(await server.stop(), 0);
    } finally {
      await lanes.close();
      await postgres.stop();
    }
  });
});
