import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Lane, type Target } from "../../adapters/postgres/lane.ts";
import { Lanes } from "../../adapters/postgres/lanes.ts";
import {
  currentVersion,
  migrate,
  MigrationError,
  readMigrations,
} from "../../adapters/postgres/migrate.ts";
import { openEmbedded } from "../../adapters/postgres/pglite.ts";
import { grantLogin } from "../../adapters/postgres/roles.ts";
import { execute } from "../support/databases.ts";
import { realPostgres } from "../support/real_postgres.ts";
import { whenThere } from "../support/skip.ts";

const ROLES = `
do $$
declare
  name text;
begin
  foreach name in array array['app_tenant', 'app_master', 'app_auth', 'phone_network'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I nologin', name);
    end if;
    execute format('grant %I to current_user', name);
  end loop;
end $$;
create table things (id integer primary key);
grant select on things to app_tenant;
`;

/** Migrations from files of these texts, numbered in order. */
async function specimen(...texts: string[]) {
  const folder = await Deno.makeTempDir();
  for (const [i, text] of texts.entries()) {
    await Deno.writeTextFile(`${folder}/000${i + 1}_step.sql`, text);
  }
  try {
    return await readMigrations(new URL(`file://${folder}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function rows(target: Target, text: string): Promise<unknown[]> {
  const lane = await Lane.open(target, 5000);
  try {
    return [...await lane.send({ text, parameters: [] })];
  } finally {
    await lane.end();
  }
}

async function withEmbedded(test: (target: Target) => Promise<void>): Promise<void> {
  const db = await openEmbedded({});
  try {
    await test(db.target);
  } finally {
    await db.close();
  }
}

Deno.test("each migration runs once, in order, and the version is told to any login", () =>
  withEmbedded(async (target) => {
    const first = await specimen(ROLES);
    assertEquals(await migrate(target, first), ["0001_step.sql"]);
    assertEquals(await migrate(target, first), []);
    const both = await specimen(
      ROLES,
      "alter table things add body text; insert into things values (1, 'a')",
    );
    assertEquals(await migrate(target, both), ["0002_step.sql"]);
    assertEquals(await rows(target, "select * from things"), [{ id: 1, body: "a" }]);
    const lanes = new Lanes(target);
    assertEquals(await currentVersion(lanes), 2);
    await lanes.close();
  }));

Deno.test("a migration that was edited after it ran is refused, line ends aside", () =>
  withEmbedded(async (target) => {
    await migrate(target, await specimen(ROLES));
    assertEquals(await migrate(target, await specimen(ROLES.replaceAll("\n", "\r\n"))), []);
    const edited = await specimen(ROLES + "-- edited");
    const error = await assertRejects(() => migrate(target, edited), MigrationError);
    assertStringIncludes(error.message, "0001_step.sql was changed after it had been applied");
  }));

Deno.test("a database that is newer than the build is refused", () =>
  withEmbedded(async (target) => {
    await migrate(target, await specimen(ROLES, "create table newer ()"));
    const older = await specimen(ROLES);
    const error = await assertRejects(() => migrate(target, older), MigrationError);
    assertStringIncludes(error.message, "0002_step.sql, which this build does not know");
  }));

Deno.test("nothing remains of a migration that fails, and those before it stay", () =>
  withEmbedded(async (target) => {
    const broken = await specimen(ROLES, "create table half (); select 1 / 0");
    const error = await assertRejects(() => migrate(target, broken), MigrationError);
    assertStringIncludes(error.message, "0002_step.sql failed: division by zero");
    assertEquals(await rows(target, "select to_regclass('half') as half"), [{ half: null }]);
    assertEquals(await migrate(target, await specimen(ROLES, "create table whole ()")), [
      "0002_step.sql",
    ]);
  }));

Deno.test("files must be numbered from 1 without gaps", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/0001_a.sql`, "");
  await Deno.writeTextFile(`${folder}/0003_c.sql`, "");
  await assertRejects(
    () => readMigrations(new URL(`file://${folder}/`)),
    MigrationError,
    "0002_x.sql",
  );
  await Deno.remove(folder, { recursive: true });
});

whenThere("postgres", "migrating a server", () => {
  async function withServer(test: (url: string) => Promise<void>): Promise<void> {
    const server = (await realPostgres())!;
    try {
      await test(server.url);
    } finally {
      await server.stop();
    }
  }

  const database = (url: string, name: string) =>
    Object.assign(new URL(url), { pathname: name }).href;

  Deno.test("twenty replicas that start at once migrate once", () =>
    withServer(async (url) => {
      const migrations = await specimen(
        ROLES,
        "select pg_sleep(0.1); insert into things values (1)",
      );
      const applied = await Promise.all(
        Array.from({ length: 20 }, () => migrate({ url }, migrations)),
      );
      assertEquals(applied.flat().sort(), ["0001_step.sql", "0002_step.sql"]);
      assertEquals(await rows({ url }, "select count(*)::int as n from things"), [{ n: 1 }]);
    }));

  Deno.test("several databases of one cluster may set up the same roles at once", () =>
    withServer(async (url) => {
      const migrations = await specimen(ROLES);
      const names = ["one", "two", "three", "four", "five", "six"];
      for (const name of names) await execute(url, `create database ${name}`);
      await Promise.all(names.map(async (name) => {
        const target = { url: database(url, name) };
        assertEquals(await migrate(target, migrations), ["0001_step.sql"]);
        await grantLogin(target, "shared_login");
      }));
    }));

  Deno.test("a login that owns nothing may start on a migrated database, but not migrate it", () =>
    withServer(async (url) => {
      const migrations = await specimen(ROLES);
      await migrate({ url }, migrations);
      await grantLogin({ url }, "studio");
      const login = { url: Object.assign(new URL(url), { username: "studio" }).href };
      assertEquals(await migrate(login, migrations), []);
      const more = await specimen(ROLES, "create table more ()");
      const error = await assertRejects(() => migrate(login, more), MigrationError);
      assertStringIncludes(error.message, "deno task migrate");
      const lanes = new Lanes(login);
      assertEquals(await currentVersion(lanes), 1);
      await lanes.flight(
        { role: "app_tenant", clientId: crypto.randomUUID() },
        (sql) => sql`select * from things`,
      );
      await lanes.close();
      await assertRejects(() => rows(login, "select * from things"), Error, "permission denied");
    }));

  Deno.test("an owner who is no superuser can migrate", () =>
    withServer(async (url) => {
      await execute(url, "create role owner login createrole");
      await execute(url, "create database owned owner owner");
      const owner = {
        url: Object.assign(new URL(database(url, "owned")), { username: "owner" }).href,
      };
      assertEquals(
        await migrate(owner, await readMigrations()),
        (await readMigrations()).map((m) => m.name),
      );
    }));
});
