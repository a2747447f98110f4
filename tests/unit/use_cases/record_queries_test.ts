import { assertEquals } from "@std/assert";
import type { RecordListing } from "../../../src/records/queries.ts";
import { minutes, noteRow } from "../../support/rows.ts";
import {
  addCall,
  addOrder,
  addRecord,
  NOBODY,
  openStudio,
  refused,
  report,
  talk,
} from "../../support/studio.ts";

Deno.test("list-records: newest first, twenty to a page unless told otherwise", async () => {
  const studio = await openStudio();
  for (let i = 0; i < 45; i++) await addRecord(studio, { name: `R${i}`, createdAt: minutes(i) });
  const page = async (paging: RecordListing) => {
    const { items, ...rest } = await studio.app.records.list(studio.clerk, paging);
    return { first: items.at(0)?.record.name, count: items.length, ...rest };
  };
  const total = 45;
  assertEquals(await page({}), {
    first: "R44",
    count: 20,
    page: 1,
    limit: 20,
    total,
    hasMore: true,
  });
  assertEquals(await page({ page: 3 }), {
    first: "R4",
    count: 5,
    page: 3,
    limit: 20,
    total,
    hasMore: false,
  });
  assertEquals(await page({ limit: 45 }), {
    first: "R44",
    count: 45,
    page: 1,
    limit: 45,
    total,
    hasMore: false,
  });
  assertEquals(await page({ page: 1_000_000, limit: 100 }), {
    first: undefined,
    count: 0,
    page: 1_000_000,
    limit: 100,
    total,
    hasMore: false,
  });
});

const BAD: [RecordListing, string][] = [
  [{ page: 0 }, "page: must be a whole number from 1 to 1000000"],
  [{ page: 1.5 }, "page: must be a whole number from 1 to 1000000"],
  [{ page: 1e9 }, "page: must be a whole number from 1 to 1000000"],
  [{ limit: 0 }, "limit: must be a whole number from 1 to 100"],
  [{ limit: 101 }, "limit: must be a whole number from 1 to 100"],
  [{ limit: NaN }, "limit: must be a whole number from 1 to 100"],
  [{ search: "a\0" }, "search: contains control or broken Unicode characters"],
  [{ search: "\ud800" }, "search: contains control or broken Unicode characters"],
  [{ search: "x".repeat(255) }, "search: must be at most 254 characters, got 255"],
];
for (const [listing, message] of BAD) {
  Deno.test(`list-records: ${JSON.stringify(listing).slice(0, 40)} is refused`, async () => {
    const { app, admin } = await openStudio();
    await refused(() => app.records.list(admin, listing), "invalid", message);
  });
}

Deno.test("list-records: filters narrow each other, and blank search is none", async () => {
  const studio = await openStudio();
  const { app, admin, company, store } = studio;
  const patient = { ...company.type, id: NOBODY, name: "Patient" };
  await store.run("all", ({ records }) => records.saveType(patient));
  await addRecord(studio, { name: "Ana", email: "ana@example.com" });
  await addRecord(studio, { name: "Bo", status: "archived", phoneNumber: "+14155550132" });
  await addRecord(studio, { name: "Ana", status: "archived", typeId: patient.id });
  const found = async (listing: RecordListing) =>
    (await app.records.list(admin, listing)).items.map(({ record }) => record.name).toSorted();
  assertEquals(await found({}), ["Ana", "Ana", "Bo"]);
  assertEquals(await found({ search: "  " }), ["Ana", "Ana", "Bo"]);
  assertEquals(await found({ search: " aNA " }), ["Ana", "Ana"]);
  assertEquals(await found({ search: "(415) 555-0132" }), ["Bo"]);
  assertEquals(await found({ status: "archived" }), ["Ana", "Bo"]);
  assertEquals(await found({ status: "archived", search: "an", recordTypeUuid: patient.id }), [
    "Ana",
  ]);
  assertEquals(await found({ status: "inactive" }), []);
});

Deno.test("list-records: a foreign, unknown or malformed type is not found", async () => {
  const { app, admin, other } = await openStudio();
  for (const recordTypeUuid of [other.type.id, NOBODY, "x"]) {
    const text = "Record type not found or access denied";
    await refused(() => app.records.list(admin, { recordTypeUuid }), "not_found", text);
  }
});

Deno.test("records: everybody sees their client's, a master everybody's", async () => {
  const studio = await openStudio();
  const { app, admin, stranger, master, other } = studio;
  const own = await addRecord(studio);
  const theirs = await addRecord({ ...studio, company: other });
  const seen = async (who: typeof admin) =>
    (await app.records.list(who, {})).items.map(({ record }) => record.id).toSorted();
  assertEquals(await seen(admin), [own.id]);
  assertEquals(await seen(stranger), [theirs.id]);
  assertEquals(await seen(master), [own.id, theirs.id].toSorted());
  const types = async (who: typeof admin) =>
    (await app.records.listTypes(who, {})).items.map(({ clientName, records }) => ({
      clientName,
      records,
    }));
  assertEquals(await types(admin), [{ clientName: studio.company.client.name, records: 1 }]);
  assertEquals((await types(master)).length, 2);
  assertEquals((await app.records.suggest(stranger, "bo")).map(({ id }) => id), [theirs.id]);
  assertEquals(await app.records.suggest(admin, "a\0"), []);
});

Deno.test("get-record, its profile and outcomes: missing and foreign records look alike", async () => {
  const studio = await openStudio();
  const { app, stranger } = studio;
  const { id } = await addRecord(studio);
  for (const read of [app.records.get, app.records.profile, app.records.outcomes]) {
    for (const uuid of [id, NOBODY, "x", ""]) {
      const text = "Record not found or access denied";
      await refused(() => read(stranger, uuid), "not_found", text);
    }
  }
});

Deno.test("get-record: counts all that there is about a record, of every status", async () => {
  const studio = await openStudio();
  const { app, clerk, store } = studio;
  const record = await addRecord(studio);
  const [first] = [await addOrder(studio, {}, record)];
  const call = await addCall(studio, first);
  await talk(studio, call, 30);
  const outcomes = [
    { name: "interested", type: "boolean" as const, value: true, turn: null },
    { name: "plan", type: "text" as const, value: "gold", turn: 0 },
  ];
  await report(studio, call, { type: "outcomes", outcomes });
  await addOrder(studio, { status: "canceled" }, record);
  await addOrder(studio, {}, record);
  await store.run("all", ({ records }) => records.addNote(noteRow(record)));
  await addCall(studio);
  const { counts } = await app.records.get(clerk, record.id.toUpperCase());
  assertEquals(counts, {
    ordersByStatus: { contacted: 1, canceled: 1, planned: 1 },
    calls: 1,
    outcomes: 2,
    notes: 1,
  });
  const profile = await app.records.profile(clerk, record.id);
  assertEquals(profile.counts, counts);
  assertEquals(profile.orders.length, 3);
  assertEquals(profile.calls.map(({ id, durationSeconds }) => [id, durationSeconds]), [
    [call.id, 30],
  ]);
  assertEquals(profile.outcomes.map(({ outcome }) => outcome), outcomes);
  assertEquals(profile.notes.length, 1);
  const summary = await app.records.outcomes(clerk, record.id);
  assertEquals(summary.outcomes.map((each) => [each.campaignName, each.callId]), [
    [studio.company.campaign.name, call.id],
    [studio.company.campaign.name, call.id],
  ]);
});

Deno.test("a record's profile holds the latest twenty notes and fifty orders", async () => {
  const studio = await openStudio();
  const record = await addRecord(studio);
  await studio.store.run("all", async ({ records }) => {
    for (let i = 0; i < 25; i++) {
      await records.addNote(noteRow(record, { text: `${i}`, at: minutes(i) }));
    }
  });
  for (let i = 0; i < 55; i++) {
    await addOrder(studio, { status: "canceled", createdAt: minutes(i) }, record);
  }
  const { notes, orders, counts } = await studio.app.records.profile(studio.admin, record.id);
  assertEquals([notes.length, notes[0].text, notes[19].text], [20, "24", "5"]);
  assertEquals([orders.length, orders[0].order.createdAt], [50, minutes(54)]);
  assertEquals([counts.notes, counts.ordersByStatus], [25, { canceled: 55 }]);
});
