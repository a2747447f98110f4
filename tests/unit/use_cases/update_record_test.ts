import { assertEquals } from "@std/assert";
import type { RecordChanges } from "../../../src/records/update_record.ts";
import { addRecord, NOBODY, openStudio, refused, refusedUnwritten } from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";

type Changes = Omit<RecordChanges, "uuid">;

const FULL = {
  firstName: "Bo",
  lastName: "Chen",
  email: "bo@example.com",
  phoneNumber: "+14155550132",
  parameters: { plan: "gold", seats: 3, tags: ["a"], address: { city: "Oslo", zip: "1" } },
};

const CHANGES: [
  string,
  Changes,
  Partial<typeof FULL & { name: string; status: string; country: string }>,
][] = [
  ["name", { name: " Li " }, { name: "Li" }],
  ["email", { email: " li@example.com " }, { email: "li@example.com" }],
  ["status", { status: "archived" }, { status: "archived" }],
  ["firstName", { firstName: "Li" }, { firstName: "Li" }],
  ["lastName", { lastName: "Wu" }, { lastName: "Wu" }],
  ["phoneNumber", { phoneNumber: "+49 30 901820" }, {
    phoneNumber: "+4930901820",
    country: "DE",
  }],
  [
    "phoneNumber, national by the record's country",
    { phoneNumber: "(415) 555-0199" },
    { phoneNumber: "+14155550199" },
  ],
];
for (const [what, changes, expected] of CHANGES) {
  Deno.test(`update-record: only what is passed changes: ${what}`, async () => {
    const studio = await openStudio();
    const { app, admin, clock } = studio;
    const before = await addRecord(studio, FULL);
    await clock.advance(60_000);
    const { record } = await app.records.update(admin, { uuid: before.id, ...changes });
    assertEquals<unknown>(record, { ...before, ...expected, updatedAt: clock.now() });
    assertEquals((await app.records.get(admin, before.id)).record, record);
  });
}

Deno.test("update-record: the same number again leaves the country", async () => {
  const studio = await openStudio();
  const { app, admin } = studio;
  const { id: uuid, phoneNumber } = await addRecord(studio, { ...FULL, country: "CA" });
  const same = await app.records.update(admin, { uuid, phoneNumber });
  assertEquals(same.record.country, "CA");
});

Deno.test("update-record: empty text clears what may be absent", async () => {
  const studio = await openStudio();
  const { id } = await addRecord(studio, FULL);
  const changes = { email: "", firstName: " ", lastName: "" };
  const { record } = await studio.app.records.update(studio.admin, { uuid: id, ...changes });
  assertEquals([record.email, record.firstName, record.lastName], [null, null, null]);
});

const SAME: [string, Changes][] = [
  ["nothing", {}],
  ["the number that it has", { phoneNumber: "415 555 0132" }],
  ["no parameters", { parameters: {} }],
];
for (const [what, changes] of SAME) {
  Deno.test(`update-record: ${what} changes nothing, and is not written`, async () => {
    const studio = await openStudio();
    const before = await addRecord(studio, FULL);
    await studio.clock.advance(60_000);
    const { record } = await studio.app.records.update(studio.admin, {
      uuid: before.id,
      ...changes,
    });
    assertEquals<unknown>(record, before);
    assertEquals((await studio.app.records.get(studio.admin, before.id)).record, before);
  });
}

const MERGES: [string, Changes["parameters"], Record<string, unknown>][] = [
  ["a new key is added", { since: 2020 }, { ...FULL.parameters, since: 2020 }],
  ["a key that is there is replaced", { seats: 4 }, { ...FULL.parameters, seats: 4 }],
  ["an object is replaced as a whole", { address: { city: "Rome" } }, {
    ...FULL.parameters,
    address: { city: "Rome" },
  }],
  ["null removes a key", { plan: null, nothing: null }, {
    seats: 3,
    tags: ["a"],
    address: FULL.parameters.address,
  }],
  ["no keys change nothing", {}, FULL.parameters],
  ["null inside a value stays", { address: { city: null } }, {
    ...FULL.parameters,
    address: { city: null },
  }],
];
for (const [what, parameters, expected] of MERGES) {
  Deno.test(`update-record: parameters are merged by top-level key: ${what}`, async () => {
    const studio = await openStudio();
    const { id } = await addRecord(studio, FULL);
    const { record } = await studio.app.records.update(studio.admin, { uuid: id, parameters });
    assertEquals<unknown>(record.parameters, expected);
  });
}

Deno.test("update-record: the limits hold for what comes out of a merge", async () => {
  const studio = await openStudio();
  const keys = (from: number, to: number, value: number | null) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`k${from + i}`, value]));
  const { id } = await addRecord(studio, { parameters: keys(0, 50, 1) as Record<string, number> });
  const update = (parameters: Changes["parameters"]) => () =>
    studio.app.records.update(studio.admin, { uuid: id, parameters });
  const text = "parameters: at most 50 keys, got 51";
  await refusedUnwritten(studio, update({ more: 1 }), "invalid", text);
  await update({ ...keys(0, 1, null), more: 1 })();
});

const BAD: [string, Changes, string][] = [
  ["an empty name", { name: "" }, "name: must not be empty"],
  [
    "no e-mail address",
    { email: "bo" },
    'email: must be an e-mail address such as ana@example.com, got "bo"',
  ],
  [
    "a number of nowhere",
    { phoneNumber: "123" },
    'phoneNumber: "123" is too short for a phone number; emergency and service numbers cannot ' +
    "be called. Give it in international form such as +14155550132, or national with a country",
  ],
];
for (const [what, changes, message] of BAD) {
  Deno.test(`update-record: ${what} is refused, and nothing is written`, async () => {
    const studio = await openStudio();
    const { id } = await addRecord(studio, FULL);
    // A good change beside a bad one is not made either.
    const all = { uuid: id, firstName: "Li", ...changes };
    const attempt = () => studio.app.records.update(studio.admin, all);
    await refusedUnwritten(studio, attempt, "invalid", message);
  });
}

Deno.test("update-record: another record's number is refused with its uuid", async () => {
  const studio = await openStudio();
  const [one, two] = [await addRecord(studio), await addRecord(studio)];
  const changes = { uuid: one.id, name: "Li", phoneNumber: two.phoneNumber };
  const error = await refusedUnwritten(
    studio,
    () => studio.app.records.update(studio.admin, changes),
    "conflict",
    `phoneNumber: record ${two.id} of this type already has ${two.phoneNumber}. ` +
      "Use or update that record instead.",
  );
  assertEquals(error.details.existing, two.id);
});

Deno.test("update-record: foreign, unknown and malformed uuids look alike, also with bad fields", async () => {
  const studio = await openStudio();
  const { app, stranger } = studio;
  const { id } = await addRecord(studio);
  for (const uuid of [id, NOBODY, "x"]) {
    await refusedUnwritten(
      studio,
      () => app.records.update(stranger, { uuid, name: "" }),
      "not_found",
      "Record not found or access denied",
    );
  }
});

Deno.test("update-record: a read-only token is told so before anything else", async () => {
  const studio = await openStudio();
  const text = "Forbidden: This token is read-only";
  const attempt = () => studio.app.records.update(studio.readOnly, { uuid: "x" });
  await refused(attempt, "forbidden", text);
});

Deno.test("update-record: a master's change lands in the record's client", async () => {
  const studio = await openStudio();
  const { id, clientId } = await addRecord(studio);
  const change = { uuid: id.toUpperCase(), name: "Li" };
  const { record } = await studio.app.records.update(studio.master, change);
  const [entry] = (await contentsOf(studio.store)).audit;
  assertEquals([record.clientId, entry.clientId, entry.action, entry.actor], [
    clientId,
    clientId,
    "update-record",
    "Olga",
  ]);
});
