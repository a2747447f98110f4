import { assert, assertEquals } from "@std/assert";
import type { NewRecord } from "../../../src/records/create_record.ts";
import { uniquePhone } from "../../support/rows.ts";
import {
  addRecord,
  NOBODY,
  openStudio,
  refused,
  refusedUnwritten,
  type Studio,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";

const PHONE = "+14155550132";

function lead({ company }: Studio, fields: Partial<NewRecord> = {}): NewRecord {
  return { name: "Ana Lima", phoneNumber: PHONE, recordTypeUuid: company.type.id, ...fields };
}

Deno.test("create-record: an active record with all that was passed, in the client of its type", async () => {
  const studio = await openStudio();
  const { app, admin, company, clock, store } = studio;
  const { record, typeName, clientName } = await app.records.create(
    admin,
    lead(studio, {
      name: "  Ana Lima ",
      recordTypeUuid: company.type.id.toUpperCase(),
      email: " ana@example.com ",
      firstName: "Ana",
      lastName: " ",
      country: "us",
      parameters: { plan: "gold", seats: 3, old: null },
    }),
  );
  assertEquals([typeName, clientName], [company.type.name, company.client.name]);
  assertEquals(record, {
    id: record.id,
    clientId: company.client.id,
    typeId: company.type.id,
    name: "Ana Lima",
    phoneNumber: PHONE,
    email: "ana@example.com",
    firstName: "Ana",
    lastName: null,
    country: "US",
    status: "active",
    timeZone: null,
    consent: null,
    doNotCallAt: null,
    parameters: { plan: "gold", seats: 3 },
    createdAt: clock.now(),
    updatedAt: clock.now(),
  });
  const { records, audit } = await contentsOf(store);
  assertEquals(records.map((view) => view.record), [record]);
  assertEquals([audit[0].action, audit[0].subjectId, audit[0].userId], [
    "create-record",
    record.id,
    company.user.id,
  ]);
});

const WRITINGS: [string, string | undefined, string, string][] = [
  ["(415) 555-0132", "US", PHONE, "US"],
  ["415.555.0132", "us", PHONE, "US"],
  ["+49 (30) 901820", undefined, "+4930901820", "DE"],
  ["030 901820", "DE", "+4930901820", "DE"],
  ["050 123 4567", "AE", "+971501234567", "AE"],
  ["tel:+971501234567", undefined, "+971501234567", "AE"],
];
for (const [written, country, e164, home] of WRITINGS) {
  Deno.test(`create-record: ${written}${country ? ` of ${country}` : ""} is stored as ${e164}`, async () => {
    const studio = await openStudio();
    const wish = lead(studio, { phoneNumber: written, country });
    const { record } = await studio.app.records.create(studio.admin, wish);
    assertEquals([record.phoneNumber, record.country], [e164, home]);
  });
}

const LONG = "x".repeat(201);
const DEEP = { a: { b: { c: { d: { e: 1 } } } } };
const BAD: [string, Partial<NewRecord>, string][] = [
  ["an empty name", { name: " " }, "name: must not be empty"],
  ["a long name", { name: LONG }, "name: must be at most 200 characters, got 201"],
  ["a NUL in the name", { name: "a\0b" }, "name: contains control or broken Unicode characters"],
  [
    "a broken surrogate",
    { name: "a\ud800" },
    "name: contains control or broken Unicode characters",
  ],
  ["a long first name", { firstName: LONG }, "firstName: must be at most 200 characters, got 201"],
  ["a long last name", { lastName: LONG }, "lastName: must be at most 200 characters, got 201"],
  [
    "no e-mail address",
    { email: "ana@example" },
    'email: must be an e-mail address such as ana@example.com, got "ana@example"',
  ],
  [
    "no country",
    { country: "USA" },
    'country: must be a two-letter country code such as US or AE, got "USA"',
  ],
  ["a number without a country", { phoneNumber: "4155550132" }, "phoneNumber: "],
  ["an impossible number", { phoneNumber: "+14155550" }, "phoneNumber: "],
  ["an emergency number", { phoneNumber: "911", country: "US" }, "phoneNumber: "],
  ["an extension", { phoneNumber: `${PHONE} ext. 5` }, "phoneNumber: "],
  ["a satellite phone", { phoneNumber: "+881612345678" }, "phoneNumber: "],
  [
    "too many parameters",
    { parameters: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, i])) },
    "parameters: at most 50 keys, got 51",
  ],
  ["a blank key", { parameters: { " ": 1 } }, "parameters: keys must have 1 to 64 characters"],
  [
    "a long key",
    { parameters: { ["k".repeat(65)]: 1 } },
    "parameters: keys must have 1 to 64 characters",
  ],
  ["deep parameters", { parameters: DEEP }, "parameters: at most 4 levels deep"],
  [
    "large parameters",
    { parameters: { text: "x".repeat(9000) } },
    "parameters: at most 8192 bytes of JSON, got 9011",
  ],
  [
    "a list of half a million",
    { parameters: { list: Array(500_000).fill(0) } },
    "parameters: at most 8192 bytes of JSON, got 1000010",
  ],
  [
    "NUL in parameters",
    { parameters: { a: ["b", { c: "\0" }] } },
    "parameters: contain control or broken Unicode characters",
  ],
];
for (const [what, fields, message] of BAD) {
  Deno.test(`create-record: ${what} is refused with the field, and nothing is written`, async () => {
    const studio = await openStudio();
    const attempt = () => studio.app.records.create(studio.admin, lead(studio, fields));
    const error = await refusedUnwritten(studio, attempt, "invalid");
    if (message.endsWith(": ")) assert(error.message.startsWith(message), error.message);
    else assertEquals(error.message, message);
    assertEquals(error.details.field, message.slice(0, message.indexOf(":")));
  });
}

Deno.test("create-record: parameters as large, deep and many as allowed are kept", async () => {
  const studio = await openStudio();
  const parameters = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, i]));
  const allowed = { ...parameters, ["k".repeat(64)]: { b: { c: { d: "\t\n😀" } } } };
  const { record } = await studio.app.records.create(
    studio.admin,
    lead(studio, { parameters: { ...allowed, dropped: null } }),
  );
  assertEquals(record.parameters, allowed);
});

Deno.test("create-record: names that JavaScript knows are ordinary keys", async () => {
  const studio = await openStudio();
  const parameters = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":2}');
  const { record } = await studio.app.records.create(studio.admin, lead(studio, { parameters }));
  assertEquals(JSON.stringify(record.parameters), JSON.stringify(parameters));
  assertEquals(Object.hasOwn(Object.prototype, "polluted"), false);
});

Deno.test("create-record: the same number in the same type is refused with the existing uuid", async () => {
  const studio = await openStudio();
  const { app, admin } = studio;
  const { record } = await app.records.create(admin, lead(studio));
  const again = () =>
    app.records.create(admin, lead(studio, { phoneNumber: "415 555 0132", country: "US" }));
  const error = await refusedUnwritten(
    studio,
    again,
    "conflict",
    `phoneNumber: record ${record.id} of this type already has ${PHONE}. ` +
      "Use or update that record instead.",
  );
  assertEquals(error.details, { field: "phoneNumber", existing: record.id });
});

Deno.test("create-record: another type or another client may have the same number", async () => {
  const studio = await openStudio();
  const { app, admin, stranger, company, other, store } = studio;
  const second = { ...company.type, id: NOBODY, name: "Patient" };
  await store.run("all", ({ records }) => records.saveType(second));
  for (
    const [who, type] of [
      [admin, company.type],
      [admin, second],
      [stranger, other.type],
    ] as const
  ) {
    const { record } = await app.records.create(who, lead(studio, { recordTypeUuid: type.id }));
    assertEquals(record.clientId, type.clientId);
  }
});

Deno.test("create-record: of twenty at once with one number, one is created", async () => {
  const studio = await openStudio();
  const tries = Array.from(
    { length: 20 },
    () => studio.app.records.create(studio.admin, lead(studio)),
  );
  const results = await Promise.allSettled(tries);
  assertEquals(results.filter(({ status }) => status === "fulfilled").length, 1);
  assertEquals((await contentsOf(studio.store)).records.length, 1);
});

Deno.test("create-record: foreign, unknown and malformed types look alike", async () => {
  const studio = await openStudio();
  for (const recordTypeUuid of [studio.other.type.id, NOBODY, "lead", ""]) {
    await refusedUnwritten(
      studio,
      () => studio.app.records.create(studio.admin, lead(studio, { recordTypeUuid })),
      "not_found",
      "Record type not found or access denied",
    );
  }
});

Deno.test("create-record: a read-only token is told so before anything else", async () => {
  const studio = await openStudio();
  await refusedUnwritten(
    studio,
    () => studio.app.records.create(studio.readOnly, lead(studio, { name: "" })),
    "forbidden",
    "Forbidden: This token is read-only",
  );
});

Deno.test("create-record: needs no permission beyond a token", async () => {
  const studio = await openStudio();
  const { record } = await studio.app.records.create(studio.clerk, lead(studio));
  assertEquals(record.clientId, studio.company.client.id);
});

Deno.test("create-record: a master's record lands in the client that owns the type", async () => {
  const studio = await openStudio();
  const { app, master, other, store } = studio;
  const wish = lead(studio, { recordTypeUuid: other.type.id, phoneNumber: uniquePhone() });
  const { record, clientName } = await app.records.create(master, wish);
  assertEquals([record.clientId, clientName], [other.client.id, other.client.name]);
  assertEquals((await contentsOf(store)).audit[0].clientId, other.client.id);
  await refused(() => app.records.get(studio.admin, record.id), "not_found");
});

Deno.test("create-record: an unreachable store is told as unavailable", async () => {
  const studio = await openStudio();
  await addRecord(studio);
  studio.store.down = true;
  await refused(() => studio.app.records.create(studio.admin, lead(studio)), "unavailable");
});
