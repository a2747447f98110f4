/** The bench measures what the server would have written: its made rows pass the server's own recount. */
import { assert, assertEquals } from "@std/assert";
import { Lanes } from "../../../adapters/postgres/lanes.ts";
import { PostgresUnitOfWork } from "../../../adapters/postgres/unit_of_work.ts";
import { operator } from "../../../src/access/principal.ts";
import { execute } from "../../support/databases.ts";
import { realPostgres } from "../../support/real_postgres.ts";
import { assertSumsHold } from "../../support/recount.ts";
import { whenThere } from "../../support/skip.ts";
import { contentsOf } from "../../support/watched_store.ts";
import { asLogin, fill, withApp } from "./fill.ts";
import { CALLS_PER_RECORD, planOf } from "./plan.ts";

Deno.test("clients are unevenly large, and their records add up", () => {
  for (const scale of [0.01, 1]) {
    const records = planOf(scale).map((share) => share.records);
    assertEquals(records.length, 100);
    assertEquals(records.reduce((a, b) => a + b), 1_000_000 * scale);
    assertEquals(records, records.toSorted((a, b) => b - a));
    assert(records[0] > 200 * records[99]);
  }
});

whenThere("postgres", "the data of the bench", () => {
  Deno.test({
    name: "made data hold what the server's sums, ledger, lists and search say of them",
    sanitizeOps: false,
    sanitizeResources: false,
  }, async () => {
    const server = await realPostgres();
    assert(server);
    await execute(server.url, "create database made");
    const url = Object.assign(new URL(server.url), { pathname: "/made" }).href;
    const parts: number[] = [];
    await fill(url, 0.0003, (done) => parts.push(done));
    assertEquals([parts[0], parts.at(-1)], [0, 1]);

    const lanes = new Lanes({ url: asLogin(url) }, { size: 2, transactionMs: 60_000 });
    const contents = await contentsOf(new PostgresUnitOfWork(lanes));
    assertSumsHold(contents);
    const { records, calls } = contents;
    assertEquals(calls.length, CALLS_PER_RECORD * records.length);
    await withApp(url, async (app) => {
      const user = planOf(1)[0].email;
      const { secret } = await app.access.issueToken(operator("test"), { user, name: "test" });
      const admin = await app.access.authenticate(secret);
      const own = records.filter(({ record }) => record.clientId === admin.clientId);
      const page = await app.records.list(admin, { limit: 100 });
      assertEquals(page.total, own.length);
      const [{ record }] = own;
      const found = await app.records.list(admin, { search: record.phoneNumber });
      assertEquals(found.items.map((each) => each.record.id), [record.id]);
      const orders = await app.callOrders.list(admin, {});
      assertEquals(orders.total, 2 * own.length);
      const types = await app.records.listTypes(admin, {});
      assertEquals(types.items.reduce((sum, type) => sum + type.records, 0), own.length);
    });
    await lanes.close();
    await server.stop();
  });
});
