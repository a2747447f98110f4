import { assert, assertEquals } from "@std/assert";
import { Lane } from "../../adapters/postgres/lane.ts";
import { Lanes, type Sql, type TxScope } from "../../adapters/postgres/lanes.ts";
import { StoreError } from "../../adapters/postgres/errors.ts";
import { grantLogin } from "../../adapters/postgres/roles.ts";
import { execute } from "../support/databases.ts";
import { realPostgres } from "../support/real_postgres.ts";
import { whenThere } from "../support/skip.ts";

const CALLERS = 32;
const KILLS = 80;
const RESTARTS = 5;
/** A call that takes longer counts as one that never ends. */
const SETTLED_WITHIN_MS = 8000;
const RECOVERED_WITHIN_MS = 1000;

const SCHEMA = `
  create role app_tenant; create role app_master; create role app_auth; create role phone_network;
  create table rows (client_id uuid not null, id bigserial, body text not null, primary key (client_id, id));
  create table entries (client_id uuid not null, token uuid not null, half int not null,
    primary key (client_id, token, half));
  alter table rows enable row level security; alter table rows force row level security;
  alter table entries enable row level security; alter table entries force row level security;
  create policy tenant on rows to app_tenant using (client_id = current_setting('app.client_id')::uuid);
  create policy tenant on entries to app_tenant using (client_id = current_setting('app.client_id')::uuid);
  create policy master on entries to app_master using (true);
  grant select on rows to app_tenant;
  grant select, insert on entries to app_tenant;
  grant select on entries to app_master;
  insert into rows (client_id, body)
    select ('00000000-0000-7000-8000-' || lpad((i % 100)::text, 12, '0'))::uuid, 'row ' || i
    from generate_series(1, 1000) i`;

const clientOf = (n: number) => `00000000-0000-7000-8000-${String(n % 100).padStart(12, "0")}`;
const tenant = (n: number): TxScope => ({ role: "app_tenant", clientId: clientOf(n) });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Tally {
  answered: number;
  unavailable: number;
  hung: number;
  wrong: string[];
  /** Tokens of transactions that were reported as done, as undone, and as neither. */
  done: string[];
  undone: string[];
  unknown: string[];
}

/** Reads a client's rows, without a filter of its own: only the transaction's scope keeps others out. */
async function read(lanes: Lanes, n: number): Promise<string | undefined> {
  const [all, [who]] = await lanes.flight(tenant(n), (sql) =>
    Promise.all([
      sql<{ client_id: string }>`select client_id from rows where id > ${0} order by id limit ${5}`,
      sql<{ role: string; client: string; timeout: string }>`
        select current_user::text as role, current_setting('app.client_id') as client,
          current_setting('statement_timeout') as timeout`,
    ]));
  const foreign = all.some((row) => row.client_id !== clientOf(n));
  const right = all.length === 5 && who.role === "app_tenant" && who.client === clientOf(n) &&
    who.timeout === "5s";
  return foreign || !right ? `client ${n} got ${JSON.stringify([all, who])}` : undefined;
}

/** Writes two halves in two steps; a transaction that is torn apart leaves one of them. */
async function write(lanes: Lanes, n: number, token: string): Promise<void> {
  const half = (sql: Sql, which: number) =>
    sql`insert into entries (client_id, token, half) values (${clientOf(n)}, ${token}, ${which})`;
  await lanes.transaction(tenant(n), async (sql) => {
    await half(sql, 1);
    await half(sql, 2);
  });
}

/** Calls without pause until told to stop; every fourth call writes. */
async function caller(lanes: Lanes, first: number, stopped: () => boolean, tally: Tally) {
  for (let n = first; !stopped(); n++) {
    const token = crypto.randomUUID();
    const writes = n % 4 === 0;
    const call = (writes ? write(lanes, n, token) : read(lanes, n)).then((wrong) => {
      tally.answered++;
      if (wrong) tally.wrong.push(wrong);
      if (writes) tally.done.push(token);
    }, async (error) => {
      if (!(error instanceof StoreError)) tally.wrong.push(String(error));
      else if (error.kind === "unavailable") tally.unavailable++;
      else if (error.kind !== "unknown_outcome") tally.wrong.push(error.message);
      if (writes) (error.kind === "unknown_outcome" ? tally.unknown : tally.undone).push(token);
      // Whoever is refused waits a moment, as people and models do.
      await sleep(10);
    });
    const watchdog = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      tally.hung++;
      watchdog.resolve();
    }, SETTLED_WITHIN_MS);
    await Promise.race([call, watchdog.promise]);
    clearTimeout(timer);
  }
}

/** Kills one of the login's backends each time, until so many are dead. */
async function killBackends(url: string, kills: number): Promise<void> {
  const lane = await Lane.open({ url }, 5000);
  for (let killed = 0; killed < kills;) {
    await sleep(40);
    const victims = await lane.send({
      text: `select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'studio' and datname = current_database() order by random() limit 1`,
      parameters: [],
    });
    killed += victims.length;
  }
  await lane.end();
}

async function restart(server: { restartImmediate(): Promise<void> }): Promise<void> {
  for (let i = 0; i < RESTARTS; i++) {
    await sleep(700);
    await server.restartImmediate();
  }
}

async function everyoneIsAnswered(lanes: Lanes): Promise<void> {
  const answers = Promise.all(Array.from({ length: 64 }, (_, n) => read(lanes, n)));
  const { promise: late, resolve } = Promise.withResolvers<"not recovered">();
  const timer = setTimeout(() => resolve("not recovered"), RECOVERED_WITHIN_MS);
  const result = await Promise.race([answers, late]);
  clearTimeout(timer);
  assert(result !== "not recovered", "everyone is answered soon after the last fault");
  assertEquals(result.filter((wrong) => wrong !== undefined), []);
}

whenThere("postgres", "lanes under dying backends", () => {
  Deno.test({
    name:
      `${CALLERS} callers survive ${KILLS} killed backends and ${RESTARTS} crashes of the server`,
    async fn() {
      const server = (await realPostgres())!;
      await execute(server.url, SCHEMA);
      await grantLogin({ url: server.url }, "studio");
      const login = Object.assign(new URL(server.url), { username: "studio" }).href;
      const lanes = new Lanes({ url: login }, { size: 8 });

      const uncaught: unknown[] = [];
      const note = (event: ErrorEvent | PromiseRejectionEvent) => {
        event.preventDefault();
        uncaught.push("reason" in event ? event.reason : event.error);
      };
      globalThis.addEventListener("error", note);
      globalThis.addEventListener("unhandledrejection", note);

      const lists = { wrong: [], done: [], undone: [], unknown: [] };
      const tally: Tally = { answered: 0, unavailable: 0, hung: 0, ...lists };
      let stopped = false;
      const callers = Array.from(
        { length: CALLERS },
        (_, n) => caller(lanes, n * 3, () => stopped, tally),
      );
      try {
        await killBackends(server.url, KILLS);
        await everyoneIsAnswered(lanes);
        await restart(server);
        await everyoneIsAnswered(lanes);
        stopped = true;
        await Promise.all(callers);
        assertEquals({ hung: tally.hung, wrong: tally.wrong, uncaught }, {
          hung: 0,
          wrong: [],
          uncaught: [],
        });
        assert(tally.answered > 1000, `only ${tally.answered} answered`);

        const halves = await lanes.flight(
          { role: "app_master" },
          (sql) =>
            sql<{ token: string; count: number }>`
            select token::text, count(*)::int as count from entries group by token`,
        );
        const written = new Set(halves.map(({ token }) => token));
        assertEquals(halves.filter(({ count }) => count !== 2), [], "no transaction is torn");
        assertEquals(tally.done.filter((token) => !written.has(token)), [], "done is done");
        assertEquals(tally.undone.filter((token) => written.has(token)), [], "undone is undone");
        console.log(
          `${tally.answered} answered, ${tally.unavailable} refused, ${tally.unknown.length} unknown`,
        );
      } finally {
        stopped = true;
        globalThis.removeEventListener("error", note);
        globalThis.removeEventListener("unhandledrejection", note);
        await lanes.close();
        await server.stop();
      }
    },
  });
});
