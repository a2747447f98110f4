import { assertEquals } from "@std/assert";
import type { ImportedFields } from "../../../src/records/import_records.ts";
import { NOON } from "../../support/rows.ts";
import {
  addRecord,
  NOBODY,
  openStudio,
  refusedUnwritten,
  type Studio,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";

function imported({ app, admin, company }: Studio, ...fields: ImportedFields[]) {
  const rows = fields.map((each, i) => ({ line: i + 2, fields: each }));
  return app.records.import(admin, { recordTypeUuid: company.type.id, rows });
}

const ANA = { name: "Ana", phoneNumber: "+14155550132" };
const BO = { name: "Bo", phoneNumber: "030 901820", country: "DE" };

Deno.test("import: good rows are added, bad ones told by line, known numbers left", async () => {
  const studio = await openStudio();
  const known = await addRecord(studio, { name: "Old Bo", phoneNumber: "+4930901820" });
  const report = await imported(
    studio,
    ANA,
    { name: "", phoneNumber: "+14155550133" },
    BO,
    { ...ANA, name: "Ana again" },
    { name: "Cy", phoneNumber: "12" },
    { name: "Di", phoneNumber: "+14155550134" },
  );
  const { records } = await contentsOf(studio.store);
  const ana = records.find(({ record }) => record.name === "Ana")!.record;
  assertEquals(report.created, 2);
  assertEquals(report.duplicates, [{ line: 4, existing: known.id }, { line: 5, existing: ana.id }]);
  assertEquals(report.refused.map(({ line, problem }) => [line, problem.split(":")[0]]), [
    [3, "name"],
    [6, "phoneNumber"],
  ]);
  assertEquals(records.map(({ record }) => record.name).toSorted(), ["Ana", "Di", "Old Bo"]);
});

Deno.test("import: a second time adds nothing", async () => {
  const studio = await openStudio();
  await imported(studio, ANA, BO);
  const before = (await contentsOf(studio.store)).records;
  const report = await imported(studio, ANA, BO);
  assertEquals([report.created, report.duplicates.length], [0, 2]);
  assertEquals((await contentsOf(studio.store)).records, before);
});

Deno.test("import: an operator's fields are kept, and unwanted numbers listed", async () => {
  const studio = await openStudio();
  const report = await imported(
    studio,
    {
      ...ANA,
      timeZone: "America/New_York",
      consent: { at: "2026-01-05T10:00:00+01:00", source: " web form " },
      doNotCall: true,
    },
    BO,
  );
  assertEquals([report.created, report.refused], [2, []]);
  const { records, listed } = await contentsOf(studio.store);
  const i = records.findIndex(({ record }) => record.name === "Ana");
  const { timeZone, consent, doNotCallAt } = records[i].record;
  assertEquals([timeZone, consent, doNotCallAt], [
    "America/New_York",
    { at: new Date("2026-01-05T09:00:00Z"), source: "web form" },
    NOON,
  ]);
  assertEquals([listed[i], listed[1 - i]], [true, false]);
});

Deno.test("import: a known number that must not be called is marked, and nothing else of it changed", async () => {
  const studio = await openStudio();
  const bo = await addRecord(studio, { name: "Old Bo", phoneNumber: "+4930901820" });
  const cy = await addRecord(studio, { name: "Cy", phoneNumber: "+14155550134" });
  const unwanted = { ...BO, doNotCall: true };
  await studio.clock.advance(60_000);
  const report = await imported(studio, ANA, unwanted, { ...ANA, doNotCall: true }, {
    name: "Cy",
    phoneNumber: cy.phoneNumber,
  });
  const before = await contentsOf(studio.store);
  const found = (name: string) => before.records.findIndex(({ record }) => record.name === name);
  const [ana, oldBo, oldCy] = ["Ana", "Old Bo", "Cy"].map(found);
  assertEquals([report.created, report.duplicates.map(({ line }) => line)], [1, [3, 4, 5]]);
  const now = studio.clock.now();
  assertEquals(before.records[oldBo].record, { ...bo, doNotCallAt: now, updatedAt: now });
  assertEquals(before.records[ana].record.doNotCallAt, now);
  assertEquals(before.records[oldCy].record, cy);
  assertEquals([ana, oldBo, oldCy].map((i) => before.listed[i]), [true, true, false]);
  await studio.clock.advance(60_000);
  await imported(studio, unwanted, { ...BO, doNotCall: false });
  assertEquals((await contentsOf(studio.store)).records, before.records);
});

const BAD: [string, Partial<ImportedFields>, string][] = [
  [
    "an unknown zone",
    { timeZone: "Mars/Base" },
    'timeZone: must be an IANA zone such as Europe/Berlin, got "Mars/Base"',
  ],
  [
    "a consent without an offset",
    { consent: { at: "2026-01-05T10:00:00", source: "form" } },
    "consentAt: must be an ISO-8601 time with an offset, such as 2026-05-04T15:30:00+02:00, " +
    'got "2026-01-05T10:00:00"',
  ],
  [
    "a consent from nowhere",
    { consent: { at: "2026-01-05T10:00:00Z", source: " " } },
    "consentSource: must not be empty",
  ],
];
for (const [what, fields, problem] of BAD) {
  Deno.test(`import: ${what} is told`, async () => {
    const studio = await openStudio();
    const report = await imported(studio, { ...ANA, ...fields });
    assertEquals(report, { created: 0, duplicates: [], refused: [{ line: 2, problem }] });
    assertEquals((await contentsOf(studio.store)).records, []);
  });
}

Deno.test("import: who may not write, or to a type that is not there, writes nothing", async () => {
  const studio = await openStudio();
  const { app, readOnly, admin, other, company } = studio;
  const rows = [{ line: 1, fields: ANA }];
  const into = (who: typeof admin, recordTypeUuid: string) => () =>
    app.records.import(who, { recordTypeUuid, rows });
  const text = "Forbidden: This token is read-only";
  await refusedUnwritten(studio, into(readOnly, company.type.id), "forbidden", text);
  for (const uuid of [other.type.id, NOBODY, "x"]) {
    const missing = "Record type not found or access denied";
    await refusedUnwritten(studio, into(admin, uuid), "not_found", missing);
  }
});

Deno.test("import: an operator's import lands in the client of the type", async () => {
  const studio = await openStudio();
  const { app, master, other, store } = studio;
  const rows = [{ line: 1, fields: ANA }];
  await app.records.import(master, { recordTypeUuid: other.type.id, rows });
  const { records, audit } = await contentsOf(store);
  assertEquals([records[0].record.clientId, audit[0].clientId], [other.client.id, other.client.id]);
});
