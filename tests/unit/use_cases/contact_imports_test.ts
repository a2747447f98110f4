import { assert, assertEquals } from "@std/assert";
import { MAX_IMPORT_BYTES, MAX_IMPORT_ROWS } from "../../../src/records/contact_import.ts";
import type { ImportRow } from "../../../src/records/import_records.ts";
import { runImports } from "../../../src/records/run_imports.ts";
import { addRecord, NOBODY, openStudio, refused, type Studio } from "../../support/studio.ts";
import { Killed } from "../../support/watched_store.ts";

const MINUTE = 60_000;

function rowsOf(count: number): ImportRow[] {
  return Array.from({ length: count }, (_, i) => ({
    line: i + 2,
    fields: { name: `Ana ${i}`, phoneNumber: `+1415556${1000 + i}` },
  }));
}

function fileOf(
  studio: Studio,
  rows: ImportRow[],
  problems: { line: number; problem: string }[] = [],
) {
  const { id: recordTypeUuid } = studio.company.type;
  return { recordTypeUuid, fileName: "leads.csv", bytes: 1000, rows, refused: problems };
}

async function preview(studio: Studio, rows: ImportRow[]) {
  const { contactImport } = await studio.app.imports.preview(studio.clerk, fileOf(studio, rows));
  return contactImport;
}

async function progress({ app, clerk }: Studio, id: string) {
  const { contactImport } = await app.imports.get(clerk, id);
  const { status, rows, nextRow, created, duplicates, refused } = contactImport;
  return { status, rows, nextRow, created, duplicates, refused };
}

async function records({ app, clerk }: Studio): Promise<number> {
  return (await app.records.list(clerk, {})).total;
}

Deno.test("a preview says what an import would do, and writes no record", async () => {
  const studio = await openStudio();
  await addRecord(studio, { phoneNumber: "+14155561000" });
  const rows = [
    ...rowsOf(3),
    { line: 5, fields: { name: "Again", phoneNumber: "(415) 556-1002", country: "US" } },
    { line: 6, fields: { name: "Bad", phoneNumber: "12" } },
  ];
  const file = fileOf(studio, rows, [{ line: 4, problem: "has 2 cells" }]);
  const view = await studio.app.imports.preview(studio.clerk, file);
  const { contactImport: job, typeName, clientName } = view;
  assertEquals([typeName, clientName], [studio.company.type.name, studio.company.client.name]);
  assertEquals([job.status, job.rows, job.expected], [
    "previewed",
    4,
    { created: 2, duplicates: 2 },
  ]);
  assertEquals([job.refused, job.problems.map(({ line }) => line)], [2, [4, 6]]);
  assertEquals(await records(studio), 1);
  assertEquals(await studio.app.imports.run(), 0);
  assertEquals(await records(studio), 1);
});

Deno.test("an import that was started makes what the preview said, in batches", async () => {
  const studio = await openStudio();
  const { app, clerk } = studio;
  await addRecord(studio, { phoneNumber: "+14155561000" });
  const job = await preview(studio, rowsOf(250));
  await app.imports.start(clerk, job.id.toUpperCase());
  assertEquals(await app.imports.run(), 3);
  assertEquals(await progress(studio, job.id), {
    status: "done",
    rows: 250,
    nextRow: 250,
    created: 249,
    duplicates: 1,
    refused: 0,
  });
  assertEquals(await records(studio), 250);
  // Once more changes nothing.
  assertEquals((await app.imports.start(clerk, job.id)).contactImport.status, "done");
  assertEquals(await app.imports.run(), 0);
  const ref = { clientId: job.clientId, importId: job.id };
  const left = await studio.store.read("all", ({ imports }) => imports.batch(ref, 0));
  assertEquals(left, []);
});

Deno.test("what an import writes is all that its rows said", async () => {
  const studio = await openStudio();
  const fields = {
    name: " Ana ",
    phoneNumber: "020 7946 0958",
    country: "gb",
    email: "ana@example.com",
    firstName: "Ana",
    lastName: "Lima",
    parameters: { plan: "gold" },
    timeZone: "Europe/London",
    consent: { at: "2026-01-02T03:04:05+02:00", source: "fair" },
    doNotCall: true,
  };
  const job = await preview(studio, [{ line: 2, fields }]);
  await studio.app.imports.start(studio.clerk, job.id);
  await studio.app.imports.run();
  const [{ record: { id } }] = (await studio.app.records.list(studio.clerk, {})).items;
  const { record } = await studio.app.records.get(studio.clerk, id);
  const { name, phoneNumber, country, email, firstName, lastName, parameters, timeZone } = record;
  assertEquals({ name, phoneNumber, country, email, firstName, lastName, parameters, timeZone }, {
    ...{ name: "Ana", phoneNumber: "+442079460958", country: "GB", email: fields.email },
    ...{ firstName: "Ana", lastName: "Lima", parameters: { plan: "gold" } },
    timeZone: "Europe/London",
  });
  assertEquals(record.consent, { at: new Date("2026-01-02T01:04:05Z"), source: "fair" });
  assert(record.doNotCallAt !== null);
});

Deno.test("a worker that dies at any step loses no row, and nobody repeats one", async () => {
  let deaths = 0;
  for (let steps = 0;; steps += 37) {
    const studio = await openStudio();
    const job = await preview(studio, rowsOf(250));
    await studio.app.imports.start(studio.clerk, job.id);
    studio.store.dieAfter = steps;
    try {
      await studio.app.imports.run();
      assert(studio.store.dieAfter !== null);
      break;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      deaths++;
    }
    // The dead worker's lease keeps others away, and runs out.
    await studio.clock.advance(MINUTE);
    await studio.app.imports.run();
    const done = {
      status: "done",
      rows: 250,
      nextRow: 250,
      created: 250,
      duplicates: 0,
      refused: 0,
    };
    assertEquals(await progress(studio, job.id), done, `died after ${steps} steps`);
    assertEquals(await records(studio), 250);
  }
  assert(deaths > 5, `died ${deaths} times`);
});

Deno.test("two workers share imports, and no row is gone through twice", async () => {
  const studio = await openStudio();
  const [first, second] = [
    await preview(studio, rowsOf(450)),
    await preview(studio, rowsOf(450).slice(200)),
  ];
  for (const { id } of [first, second]) await studio.app.imports.start(studio.clerk, id);
  const ran = await Promise.all([1, 2].map(() => runImports(studio.ports)));
  assertEquals(ran[0] + ran[1], 5 + 3);
  assert(ran[0] > 0 && ran[1] > 0, `${ran}`);
  const [a, b] = [await progress(studio, first.id), await progress(studio, second.id)];
  assertEquals([a.status, a.nextRow, b.status, b.nextRow], ["done", 450, "done", 250]);
  assertEquals(a.created + b.created, 450);
  assertEquals(a.duplicates + b.duplicates, 250);
  assertEquals(await records(studio), 450);
});

Deno.test("an import whose lease another worker took is left to it", async () => {
  const studio = await openStudio();
  const job = await preview(studio, rowsOf(250));
  await studio.app.imports.start(studio.clerk, job.id);
  studio.store.dieAfter = 130;
  const dead = await runImports(studio.ports).catch((error) => error);
  assert(dead instanceof Killed);
  assertEquals(await studio.app.imports.run(), 0);
  assertEquals((await progress(studio, job.id)).nextRow, 100);
});

Deno.test("a discarded import stops where it is; what it made stays", async () => {
  const studio = await openStudio();
  const { app, clerk } = studio;
  const job = await preview(studio, rowsOf(250));
  await app.imports.start(clerk, job.id);
  studio.store.dieAfter = 130;
  await studio.app.imports.run().catch(() => {});
  const { contactImport } = await app.imports.discard(clerk, job.id);
  assertEquals([contactImport.status, contactImport.nextRow], ["discarded", 100]);
  await studio.clock.advance(MINUTE);
  assertEquals(await app.imports.run(), 0);
  assertEquals(await records(studio), 100);
  assertEquals((await app.imports.discard(clerk, job.id)).contactImport.status, "discarded");
  const text = "This import was discarded. Upload the file again.";
  await refused(() => app.imports.start(clerk, job.id), "conflict", text);
  const done = await preview(studio, rowsOf(1));
  await app.imports.start(clerk, done.id);
  await app.imports.run();
  await refused(() => app.imports.discard(clerk, done.id), "conflict");
});

Deno.test("a preview that nobody starts for a day is discarded with its rows", async () => {
  const studio = await openStudio();
  const { app, clerk } = studio;
  const forgotten = await preview(studio, rowsOf(1));
  await studio.clock.advance(2 * MINUTE);
  const young = await preview(studio, rowsOf(1));
  await studio.clock.advance(24 * 60 * MINUTE - MINUTE);
  assertEquals(await app.imports.forgetPreviews(), 1);
  const { items } = await app.imports.list(clerk, {});
  assertEquals(items.map(({ contactImport: { id, status } }) => [id, status]), [
    [young.id, "previewed"],
    [forgotten.id, "discarded"],
  ]);
});

Deno.test("imports are refused that are too long, empty, foreign or by whom may not write", async () => {
  const studio = await openStudio();
  const { app, clerk, stranger, readOnly } = studio;
  const file = fileOf(studio, rowsOf(1));
  const tried = (who: typeof clerk, input: Partial<typeof file>) => () =>
    app.imports.preview(who, { ...file, ...input });
  const many = Array(MAX_IMPORT_ROWS + 1).fill(rowsOf(1)[0]);
  const rows = "file: has 20001 contacts, at most 20000 are allowed; split it";
  await refused(tried(clerk, { rows: many }), "invalid", rows);
  const size = `file: has ${MAX_IMPORT_BYTES + 1} bytes, at most 5 MB are allowed; split it`;
  await refused(tried(clerk, { bytes: MAX_IMPORT_BYTES + 1 }), "invalid", size);
  await refused(tried(clerk, { rows: [] }), "invalid");
  await refused(tried(clerk, { fileName: " " }), "invalid");
  await refused(tried(stranger, {}), "not_found", "Record type not found or access denied");
  await refused(tried(readOnly, {}), "forbidden", "Forbidden: This token is read-only");
  const { id } = await preview(studio, rowsOf(1));
  for (const uuid of [id, NOBODY, "x"]) {
    const text = "Import not found or access denied";
    await refused(() => app.imports.get(stranger, uuid), "not_found", text);
    await refused(() => app.imports.start(stranger, uuid), "not_found", text);
    await refused(() => app.imports.discard(stranger, uuid), "not_found", text);
  }
  for (const act of [app.imports.start, app.imports.discard]) {
    await refused(() => act(readOnly, id), "forbidden");
  }
  assertEquals((await app.imports.list(stranger, {})).total, 0);
});

Deno.test("the audit trail says who looked at, started and discarded an import", async () => {
  const studio = await openStudio();
  const { app, clerk, master } = studio;
  const job = await preview(studio, rowsOf(1));
  await app.imports.start(clerk, job.id);
  await app.imports.discard(clerk, job.id);
  const { items } = await app.access.listAudit(master, { subjectUuid: job.id });
  assertEquals(items.map(({ entry }) => entry.action).toSorted(), [
    "discard-import",
    "preview-import",
    "start-import",
  ]);
});

Deno.test("a preview shows its first rows as they will be stored, until it is over, to its own client", async () => {
  const studio = await openStudio();
  const { app, clerk, stranger } = studio;
  const row = { name: "Ana", phoneNumber: "(415) 556-1002", country: "US", parameters: { a: "b" } };
  const job = await preview(studio, [{ line: 3, fields: row }, ...rowsOf(120)]);
  const { sample, typeName } = await app.imports.sample(clerk, job.id.toUpperCase());
  assertEquals([sample.length, typeName], [100, studio.company.type.name]);
  assertEquals(sample[0].line, 3);
  assertEquals(sample[0].fields.phoneNumber, "+14155561002");
  assertEquals(sample[0].fields.parameters, { a: "b" });
  const missing = "Import not found or access denied";
  await refused(() => app.imports.sample(stranger, job.id), "not_found", missing);
  await refused(() => app.imports.sample(clerk, NOBODY), "not_found", missing);
  await app.imports.discard(clerk, job.id);
  assertEquals((await app.imports.sample(clerk, job.id)).sample, []);
});
