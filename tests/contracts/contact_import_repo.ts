/** What the store owes imports of contacts. */
import { assertEquals, assertRejects } from "@std/assert";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { IMPORT_STATUSES } from "../../src/records/contact_import.ts";
import { importRow, minutes, NOON, recordRow, unique, uniquePhone } from "../support/rows.ts";
import type { Company } from "../support/world.ts";
import { walk } from "./paging.ts";
import { atOnce, contract, newCompany, scopeOf } from "./suite.ts";

/** The contract of `ContactImportRepo`. */
export const contactImportRepoContract = contract("ContactImportRepo", (tell) => {
  tell("gives back an import as it was written, and its rows by batches", async (uow) => {
    const company = await newCompany(uow);
    const full = importRow(company.type, {
      userId: company.user.id,
      actor: 'Ana "the boss" 🦊',
      fileName: unique("leads") + ".csv",
      rows: 3,
      nextRow: 2,
      expected: { created: 2, duplicates: 1 },
      created: 1,
      duplicates: 1,
      refused: 2,
      problems: [{ line: 7, problem: 'name: "quoted"\nand 50%' }],
      leaseUntil: minutes(1),
      endedAt: minutes(2),
    });
    const batches = [[row(2, "Ana"), row(3, "Bo")], [row(4, "Cy")]];
    await insert(uow, company, full, batches);
    assertEquals(await get(uow, company, full.id), {
      contactImport: full,
      typeName: company.type.name,
      clientName: company.client.name,
    });
    const ref = { clientId: full.clientId, importId: full.id };
    const found = await uow.read(
      scopeOf(company),
      ({ imports }) => Promise.all([0, 1, 2].map((position) => imports.batch(ref, position))),
    );
    assertEquals(found, [...batches, []]);
    const drop = () => uow.run(scopeOf(company), ({ imports }) => imports.dropRows(ref));
    assertEquals([await drop(), await drop()], [2, 0]);
    assertEquals(await uow.read(scopeOf(company), ({ imports }) => imports.batch(ref, 0)), []);
  });

  tell("changes how far an import is, in every status, and no other import", async (uow) => {
    const company = await newCompany(uow);
    const [before, other] = [importRow(company.type), importRow(company.type)];
    for (const each of [before, other]) await insert(uow, company, each);
    for (const status of IMPORT_STATUSES) {
      const after = {
        ...before,
        status,
        nextRow: 1,
        created: 1,
        duplicates: 2,
        refused: 3,
        problems: [{ line: 1, problem: status }],
        leaseUntil: minutes(3),
        startedAt: minutes(4),
        endedAt: minutes(5),
      };
      await uow.run(scopeOf(company), async ({ imports }) => {
        await imports.lock(before.id);
        await imports.update(after);
      });
      assertEquals((await get(uow, company, before.id))?.contactImport, after);
    }
    assertEquals((await get(uow, company, other.id))?.contactImport, other);
    const missing = importRow(company.type);
    await assertRejects(() => uow.run(scopeOf(company), ({ imports }) => imports.update(missing)));
    assertEquals(await uow.run(scopeOf(company), ({ imports }) => imports.lock(missing.id)), null);
  });

  tell("lists imports in stable pages, newest first", async (uow) => {
    const company = await newCompany(uow);
    const rows = Array.from(
      { length: 12 },
      (_, i) => importRow(company.type, { createdAt: minutes(Math.floor(i / 4)) }),
    );
    for (const each of rows) await insert(uow, company, each);
    await walk(rows, ({ createdAt }) => createdAt, async (page) => {
      const slice = await uow.read(scopeOf(company), ({ imports }) => imports.list(page));
      return { items: slice.items.map(({ contactImport }) => contactImport), total: slice.total };
    });
  });

  tell("lets one of many workers take a running import, first started first", async (uow) => {
    const company = await newCompany(uow);
    const late = importRow(company.type, { startedAt: minutes(-1) });
    const early = importRow(company.type, { startedAt: minutes(-2), leaseUntil: NOON });
    const held = importRow(company.type, { startedAt: minutes(-3), leaseUntil: minutes(0.001) });
    const idle = IMPORT_STATUSES.filter((status) => status !== "running").map((status) =>
      importRow(company.type, { status })
    );
    for (const each of [late, early, held, ...idle]) await insert(uow, company, each);
    const claim = () => uow.run(scopeOf(company), ({ imports }) => imports.claim(NOON, minutes(1)));
    assertEquals(await claim(), { ...early, leaseUntil: minutes(1) });
    const claims = await atOnce(10, claim);
    const taken = claims.filter((each) => each !== null);
    assertEquals(taken, [{ ...late, leaseUntil: minutes(1) }]);
    assertEquals((await get(uow, company, late.id))?.contactImport.leaseUntil, minutes(1));
  });

  tell("discards what was looked at and never started, with its rows", async (uow) => {
    const company = await newCompany(uow);
    // Long ago, because the store may hold previews of others.
    const at = (second: number) => new Date(Date.UTC(2001, 0, 1, 0, 0, second));
    const old = importRow(company.type, { status: "previewed", createdAt: at(1) });
    const running = importRow(company.type, { createdAt: at(1) });
    const young = importRow(company.type, { status: "previewed", createdAt: at(2) });
    for (const each of [old, running, young]) await insert(uow, company, each, [[row(2, "Ana")]]);
    const drop = () => uow.run("all", ({ imports }) => imports.dropPreviews(at(2), NOON));
    assertEquals([await drop(), await drop()], [1, 0]);
    const kept = await Promise.all([old, running, young].map(async ({ id, clientId }) => {
      const ref = { clientId, importId: id };
      const rows = await uow.read(scopeOf(company), ({ imports }) => imports.batch(ref, 0));
      return [(await get(uow, company, id))?.contactImport.status, rows.length];
    }));
    assertEquals(kept, [["discarded", 0], ["running", 1], ["previewed", 1]]);
    assertEquals((await get(uow, company, old.id))?.contactImport.endedAt, NOON);
  });

  tell("tells which numbers of a type are taken", async (uow) => {
    const company = await newCompany(uow);
    const numbers = [uniquePhone(), uniquePhone()];
    const { client, type } = company;
    const taken = (phones: string[]) =>
      uow.read(scopeOf(company), ({ records }) => records.takenPhones(client.id, type.id, phones));
    assertEquals(await taken(numbers), []);
    assertEquals(await taken([]), []);
    const record = recordRow(type, { phoneNumber: numbers[1] });
    await uow.run(scopeOf(company), ({ records }) => records.insert(record));
    assertEquals(await taken(numbers), [numbers[1]]);
  });
});

function row(line: number, name: string) {
  return { line, fields: { name, phoneNumber: uniquePhone(), parameters: { plan: name } } };
}

function insert(
  uow: UnitOfWork,
  company: Company,
  each: ReturnType<typeof importRow>,
  batches: ReturnType<typeof row>[][] = [],
) {
  return uow.run(scopeOf(company), ({ imports }) => imports.insert(each, batches));
}

function get(uow: UnitOfWork, company: Company, id: string) {
  return uow.read(scopeOf(company), ({ imports }) => imports.get(id));
}
