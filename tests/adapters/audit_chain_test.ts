/**
 * The audit trail in the hands of somebody who may write to the database but has no key: whatever
 * they do to what was sealed is found, and where.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { ROLES } from "../../adapters/postgres/scope.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import type { ChainHead } from "../../src/access/audit_chain.ts";
import type { AuditEntry } from "../../src/access/audit_log.ts";
import { fingerprint } from "../../src/access/fingerprint.ts";
import { operator } from "../../src/access/principal.ts";
import { sealAudit } from "../../src/access/seal_audit.ts";
import { verifyAudit } from "../../src/access/verify_audit.ts";
import { newCompany, scopeOf } from "../contracts/suite.ts";
import {
  embeddedDatabases,
  serverDatabases,
  type TestDatabase,
  type TestDatabases,
} from "../support/databases.ts";
import { auditRow } from "../support/rows.ts";
import { whenThere } from "../support/skip.ts";

const KEY = "a key that the database does not hold";
const OPERATOR = operator("test");

chainsOn("PGlite", embeddedDatabases());
whenThere("postgres", "audit chain, PostgreSQL", () => chainsOn("PostgreSQL", serverDatabases()));

/** A trail of one client, sealed, on a database of its own. */
interface Trail {
  db: TestDatabase;
  uow: PostgresUnitOfWork;
  clientId: string;
  /** In the order of the chain, places 1 to 5. */
  entries: AuditEntry[];
  heads: ChainHead[];
  add(): Promise<AuditEntry>;
  seal(): Promise<ChainHead[]>;
  /** What is found, in short. */
  found(earlier?: ChainHead[], key?: string): Promise<string[]>;
}

function chainsOn(name: string, source: Promise<TestDatabases | null>): void {
  function test(sentence: string, body: (trail: Trail) => Promise<void>): void {
    Deno.test({
      name: `audit chain, ${name}: ${sentence}`,
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        const db = await (await source)!.fresh();
        try {
          await body(await trailOn(db));
        } finally {
          await db.close();
        }
      },
    });
  }

  test("what nobody touched is sound", async ({ uow, found, heads, clientId }) => {
    assertEquals(await found(), []);
    const report = await verifyAudit({ uow, auditKey: KEY }, OPERATOR);
    assertEquals([report.sound, report.waiting], [5, 0]);
    assertEquals(heads.map((head) => [head.clientId, head.seq]), [[clientId, 5]]);
    assertEquals(report.heads, heads);
  });

  test("what is sealed later continues the chain", async ({ add, seal, found, heads }) => {
    await add();
    const [head] = await seal();
    assertEquals(head.seq, 6);
    assertEquals(await seal(), []);
    assertEquals(await found(heads), []);
  });

  const columns = {
    at: "at + interval '1 hour'",
    user_id: "gen_random_uuid()",
    token_id: "gen_random_uuid()",
    actor: "'Somebody else'",
    action: "'get-record'",
    subject_id: "gen_random_uuid()",
    application: "'other/1'",
    arguments_hash: "repeat('0', 64)",
    outcome: "'forbidden'",
    times: "times + 1",
  };
  for (const [column, value] of Object.entries(columns)) {
    test(`a changed ${column} is found`, async ({ db, entries, found }) => {
      await db.asSuperuser(
        `update audit_log set ${column} = ${value} where id = '${entries[2].id}'`,
      );
      assertEquals(await found(), ["changed at 3"]);
    });
  }

  test("a removed entry is found", async ({ db, entries, found }) => {
    await db.asSuperuser(`delete from audit_log where id = '${entries[1].id}'`);
    assertEquals(await found(), ["removed at 2"]);
  });

  test("an entry removed together with its link is found", async ({ db, entries, found }) => {
    await db.asSuperuser(`delete from audit_log where id = '${entries[1].id}';
      delete from audit_chain where entry_id = '${entries[1].id}'`);
    assertEquals(await found(), ["removed at 2"]);
  });

  test("links moved up over a removed one are found", async ({ db, entries, found }) => {
    await db.asSuperuser(`delete from audit_log where id = '${entries[1].id}';
      delete from audit_chain where entry_id = '${entries[1].id}';
      update audit_chain set seq = seq - 1 where seq = 3;
      update audit_chain set seq = seq - 1 where seq = 4;
      update audit_chain set seq = seq - 1 where seq = 5`);
    assertEquals(await found(), ["changed at 2", "changed at 3", "changed at 4"]);
  });

  test("an inserted entry is found", async ({ db, clientId, found }) => {
    await db.asSuperuser(`insert into audit_log (client_id, id, at, actor, action)
      values ('${clientId}', gen_random_uuid(), now(), 'Nobody', 'create-record')`);
    assertEquals(await found(), ["inserted"]);
  });

  test("an inserted link is found", async ({ db, clientId, found }) => {
    await db.asSuperuser(`
      insert into audit_log (client_id, id, at, actor, action)
      values ('${clientId}', '01900000-0000-7000-8000-000000000001', now(), 'Nobody', 'x');
      insert into audit_chain select client_id, 6, '01900000-0000-7000-8000-000000000001', hash,
        key_id from audit_chain where seq = 5`);
    assertEquals(await found(), ["changed at 6"]);
  });

  test("exchanged places are found", async ({ db, entries, found }) => {
    const [, second, third] = entries;
    await db.asSuperuser(`
      update audit_chain set entry_id = gen_random_uuid() where seq = 2;
      update audit_chain set entry_id = '${second.id}' where seq = 3;
      update audit_chain set entry_id = '${third.id}' where seq = 2`);
    assertEquals(await found(), ["changed at 2", "changed at 3"]);
  });

  test("an entry moved to another client is found", async ({ db, uow, entries, found }) => {
    const other = await newCompany(uow);
    await db.asSuperuser(
      `update audit_log set client_id = '${other.client.id}' where id = '${entries[4].id}'`,
    );
    assertEquals(await found(), ["removed at 5", "inserted"]);
  });

  test("an end that was cut off is found by an earlier report", async (trail) => {
    const { db, entries, heads, found } = trail;
    await db.asSuperuser(`delete from audit_log where id = '${entries[4].id}';
      delete from audit_chain where seq = 5`);
    assertEquals(await found(), [], "the database alone cannot tell");
    assertEquals(await found(heads), ["cut_off at 5"]);
    await db.asSuperuser("delete from audit_chain; delete from audit_log");
    assertEquals(await found(heads), ["cut_off at 5"]);
  });

  test("a piece of an end that was cut off does not fit what followed", async (trail) => {
    const { db, entries, add, seal, found } = trail;
    const cut = `'${entries[3].id}', '${entries[4].id}'`;
    await db.asSuperuser(`
      create table kept_log as select * from audit_log where id = '${entries[3].id}';
      create table kept_chain as select * from audit_chain where seq = 4;
      delete from audit_log where id in (${cut});
      delete from audit_chain where seq > 3`);
    const later = [await add(), await add()].map(({ id }) => id).sort();
    await seal();
    await db.asSuperuser(`
      delete from audit_log where id = '${later[0]}';
      delete from audit_chain where seq = 4;
      insert into audit_log select * from kept_log;
      insert into audit_chain select * from kept_chain`);
    assertEquals(await found(), ["changed at 5"]);
  });

  test("an entry removed before it was sealed is found", async ({ db, add, seal, found }) => {
    const entry = await add();
    await db.asSuperuser(`delete from audit_log where id = '${entry.id}'`);
    await seal();
    assertEquals(await found(), ["removed"]);
  });

  test("links made with another key are told apart", async ({ uow, add, found }) => {
    await add();
    await sealAudit({ uow, auditKey: "the attacker's own key" });
    assertEquals(await found(), ["other_key at 6"]);
    assertEquals((await found([], "another key")).length, 6);
  });

  test("any number of workers seal an entry once", async ({ uow, add, found, db }) => {
    for (let i = 0; i < 40; i++) await add();
    const workers = Array.from({ length: 6 }, () => sealAudit({ uow, auditKey: KEY }));
    await Promise.all([...workers, add(), add(), add()]);
    await sealAudit({ uow, auditKey: KEY });
    assertEquals(await found(), []);
    const report = await verifyAudit({ uow, auditKey: KEY }, OPERATOR);
    assertEquals([report.sound, report.heads[0].seq], [48, 48]);
    assertEquals(await pending(db), 0);
  });

  test("no role changes, removes or truncates what is in the trail or the ledger", async (trail) => {
    const rows = await trail.db.lanes.flight(
      { role: "app_master" },
      (sql) =>
        sql<{ role: string; what: string; privilege: string }>`
        select role, what, privilege from unnest(${[...ROLES, "app_functions"]}::text[]) role,
          unnest('{audit_log,audit_chain,ledger}'::text[]) what,
          unnest('{UPDATE,DELETE,TRUNCATE,TRIGGER}'::text[]) privilege
        where has_table_privilege(role, what, privilege)
          or (privilege = 'UPDATE' and has_any_column_privilege(role, what, privilege))`,
    );
    assertEquals([...rows], []);
    for (const scope of [{ role: "app_master" }, { role: "app_auth" }] as const) {
      await assertRejects(() =>
        trail.db.lanes.transaction(scope, (sql) => {
          return sql`update audit_log set actor = 'x'`;
        })
      );
    }
  });

  Deno.test.afterAll(async () => {
    await (await source)?.stop();
  });
}

Deno.test("a key that differs in one letter gives other hashes", async () => {
  const [phoneNumber, at] = ["+14155550132", new Date(0)];
  const number = { phoneNumber, at, amount: 1n };
  const hash = await fingerprint("key a", number);
  assert(/^[0-9a-f]{64}$/.test(hash));
  assertEquals(hash, await fingerprint("key a", { amount: 1n, at, phoneNumber }));
  assertNotEquals(hash, await fingerprint("key b", number));
  assertNotEquals(hash, await fingerprint("key a", { ...number, amount: 2n }));
});

async function trailOn(db: TestDatabase): Promise<Trail> {
  const uow = new PostgresUnitOfWork(db.lanes);
  const company = await newCompany(uow);
  const add = async () => {
    const entry = auditRow(company.user, { application: "test/1", subjectId: company.type.id });
    await uow.run(scopeOf(company), ({ audit }) => audit.add(entry));
    return entry;
  };
  const seal = () => sealAudit({ uow, auditKey: KEY });
  const entries: AuditEntry[] = [];
  for (let i = 0; i < 5; i++) entries.push(await add());
  const heads = await seal();
  const [first] = await uow.read("all", ({ audit }) => audit.links(company.client.id, 0, 1));
  entries.sort((a, b) => a.id < b.id ? -1 : 1);
  assertEquals(first.entry, entries[0]);
  return {
    db,
    uow,
    clientId: company.client.id,
    entries,
    heads,
    add,
    seal,
    async found(earlier = [], key = KEY) {
      const { problems } = await verifyAudit({ uow, auditKey: key }, OPERATOR, earlier);
      return problems.map(({ kind, seq }) => seq === null ? kind : `${kind} at ${seq}`);
    },
  };
}

async function pending({ lanes }: TestDatabase): Promise<number> {
  const [row] = await lanes.flight(
    { role: "app_master" },
    (sql) => sql<{ count: bigint }>`select count(*) from audit_pending`,
  );
  return Number(row.count);
}
