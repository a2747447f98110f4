import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inert } from "../../adapters/console/pages/csv_response.ts";
import { parseCsv } from "../../adapters/contacts_file/csv.ts";
import { MAX_IMPORT_BYTES } from "../../src/records/contact_import.ts";
import { addRecord, NOBODY } from "../support/studio.ts";
import { type ConsoleUnderTest, openConsole, type Seen, type Visitor } from "./harness.ts";
import { HOSTILE, isInert } from "./people.ts";

const FILE = `name,phone,email,plan
Bo Larsen,(415) 555-0132,bo@example.com,gold
Cy Archer,+44 20 7946 0958,,
Again,+14155550132,,
Bad,12,,
Short,1
`;

function locationOf({ headers }: Seen): string {
  return headers.get("location") ?? "";
}

function formOf(
  { company }: ConsoleUnderTest,
  content: BlobPart,
  name = "leads.csv",
  type = company.type.id,
): FormData {
  const form = new FormData();
  form.set("type", type);
  form.set("file", new File([content], name, { type: "text/csv" }));
  return form;
}

/** Path of a new import of a file. */
async function uploaded(house: ConsoleUnderTest, person: Visitor, content = FILE, name?: string) {
  const seen = await person.post("/imports/new", formOf(house, content, name));
  assertEquals(seen.status, 303, seen.text);
  return locationOf(seen);
}

Deno.test("a file is looked at, started, and done, and every page tells how it stands", async () => {
  const house = await openConsole();
  const { app, admin } = house;
  const person = await house.signedIn(house.anna);
  assertStringIncludes((await person.get("/imports")).text, "Nothing was imported yet");
  const path = await uploaded(house, person);
  const preview = await person.get(path);
  const shown = [
    "Ready to start",
    "leads.csv",
    "Bo Larsen",
    "+14155550132",
    "parameter plan",
    "plan: gold",
    "Start import",
    "has 2 cells where the first row has 4",
    `href="${path}/refused.csv"`,
  ];
  for (const each of shown) assertStringIncludes(preview.text, each);
  assertEquals(figuresIn(preview.text), ["2 would be added", "1 known already", "2 refused"]);
  assertEquals((await app.records.list(admin, {})).total, 0);

  assertEquals(locationOf(await person.post(`${path}/start`)), path);
  assertEquals(locationOf(await person.post(`${path}/start`)), path);
  const running = await person.get(path);
  assertStringIncludes(running.text, '<progress id="progress" value="0" max="3">');
  assertStringIncludes(running.text, '<meta http-equiv="refresh" content="2">');
  await app.imports.run();
  const done = await person.get(path);
  assertStringIncludes(done.text, "The import is done");
  assert(!done.text.includes("http-equiv"));
  assertEquals(figuresIn(done.text), ["2 added", "1 known already", "2 refused"]);
  assertEquals((await app.records.list(admin, {})).total, 2);
  assertStringIncludes((await person.get("/imports")).text, `href="${path}"`);
  const [{ record }] = (await app.records.list(admin, { search: "Bo" })).items;
  assertEquals([record.email, record.parameters], ["bo@example.com", { plan: "gold" }]);
});

/** Counts with their words. */
function figuresIn(text: string): string[] {
  const pairs = text.matchAll(/<dt>([^<]+)<\/dt><dd>([^<]+)<\/dd>/g);
  return [...pairs].map(([, of, count]) => `${count} ${of}`);
}

Deno.test("an import is given up before or while it runs, and not afterwards", async () => {
  const house = await openConsole();
  const person = await house.signedIn(house.anna);
  const early = await uploaded(house, person);
  assertEquals(locationOf(await person.post(`${early}/discard`)), early);
  assertStringIncludes((await person.get(early)).text, "Nothing was added");
  assertEquals((await person.post(`${early}/start`)).status, 409);
  const under = await uploaded(house, person);
  await person.post(`${under}/start`);
  await person.post(`${under}/discard`);
  assertStringIncludes((await person.get(under)).text, "The import was given up");
  const done = await uploaded(house, person);
  await person.post(`${done}/start`);
  await house.app.imports.run();
  assertEquals((await person.post(`${done}/discard`)).status, 409);
});

Deno.test("a file that is none of contacts is refused with what to do about it", async () => {
  const house = await openConsole();
  const person = await house.signedIn(house.anna);
  const utf16 = Uint8Array.of(0xff, 0xfe, 0x6e, 0x00);
  const latin1 = Uint8Array.of(...new TextEncoder().encode("name,phone\nJos"), 0xe9);
  const cases: [BlobPart, string][] = [
    ["", "Choose a CSV file; one that is empty has no contacts."],
    ["name,phone\n", "has no contacts below its first row"],
    ["name,plan\nBo,gold\n", "missing column phoneNumber"],
    ["name,phone,phone\n", "two columns are called phoneNumber"],
    ['name,phone\n"Bo,1\n', "a quote is opened and never closed"],
    [utf16, "is UTF-16. Save it as UTF-8"],
    [latin1, "is not UTF-8, first in line 2"],
    [crypto.getRandomValues(new Uint8Array(2000)), "is not UTF-8"],
    [`name,phone\n${"Bo,1\n".repeat(20_001)}`, "at most 20000 are allowed"],
    [`${"x".repeat(2000)},phone\n`, "…"],
  ];
  for (const [content, problem] of cases) {
    const seen = await person.post("/imports/new", formOf(house, content));
    assertEquals(seen.status, 422, problem);
    assertStringIncludes(seen.text, 'id="file-error"');
    assertStringIncludes(seen.text, problem);
  }
  const none = await person.post("/imports/new", { type: house.company.type.id });
  assertEquals(none.status, 422);
  assertEquals((await house.app.imports.list(house.admin, {})).total, 0);
});

Deno.test("a file of five million bytes is let in, and a larger one is refused unread", async () => {
  const house = await openConsole();
  const person = await house.signedIn(house.anna);
  const start = `name,phone,note\nBo,+14155550132,`;
  const full = start + "x".repeat(MAX_IMPORT_BYTES - start.length);
  const seen = await person.post("/imports/new", formOf(house, full));
  assertEquals(seen.status, 303);
  const over = await person.post("/imports/new", formOf(house, full + "x"));
  assertEquals(over.status, 422);
  assertStringIncludes(over.text, "at most 5 MB are allowed");
  const huge = await person.post("/imports/new", formOf(house, "x".repeat(6_000_000)));
  assertEquals(huge.status, 413);
  assertStringIncludes(huge.text, "What you sent may have at most 5 MB");
});

Deno.test("names and cells are text on the page, and no formula in the report", async () => {
  const house = await openConsole();
  const person = await house.signedIn(house.anna);
  const cell = `"${HOSTILE.replaceAll('"', '""')}"`;
  const file = `name,phone,email,${
    cell.replace("=x", "")
  }\n${cell},+14155550132,,${cell}\n${cell},12,,\n`;
  const path = await uploaded(house, person, file, HOSTILE.replaceAll('"', ""));
  isInert((await person.get(path)).text);
  isInert((await person.get("/imports")).text);
  const bad = await person.post("/imports/new", formOf(house, `${cell}\n`, "<script>.csv"));
  assert(!bad.text.includes("<script>"));

  const formulas = await uploaded(
    house,
    person,
    "name,phone,country\nBo,=1+1,US\nBo,+1415,\"=cmd|'/C'!A0\"\n",
  );
  const { text, headers } = await person.get(`${formulas}/refused.csv`);
  assertStringIncludes(
    headers.get("content-disposition")!,
    'attachment; filename="refused-lines.csv"',
  );
  assertEquals(headers.get("content-type"), "text/csv; charset=utf-8");
  assertStringIncludes(text, "line,problem\r\n2,");
  const cells = parseCsv(text).flatMap((row) => row.cells);
  assertEquals([cells.length, cells.filter((each) => /^[=+@-]/.test(each))], [6, []]);
  for (const formula of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]) {
    assertEquals(inert(formula), `'${formula}`);
  }
  assertEquals(inert("phoneNumber: bad"), "phoneNumber: bad");
});

Deno.test("the template is a file that imports, and names every column", async () => {
  const house = await openConsole();
  const person = await house.signedIn(house.anna);
  const { text, headers } = await person.get("/imports/template.csv");
  assertStringIncludes(headers.get("content-disposition")!, "contacts.csv");
  const preview = await person.get(await uploaded(house, person, text));
  assertEquals(figuresIn(preview.text), ["1 would be added", "0 known already", "0 refused"]);
  assertStringIncludes(preview.text, "parameter plan");
  const form = await person.get("/imports/new");
  for (const column of text.replace("\uFEFF", "").split("\r\n")[0].split(",").slice(0, -1)) {
    assertStringIncludes(form.text, `>${column}</code>`);
  }
});

Deno.test("another client's import reads like one that does not exist, and other sites start none", async () => {
  const house = await openConsole();
  const otto = await house.signedIn(house.otto);
  const foreign = await otto.post(
    "/imports/new",
    formOf(house, FILE, "a.csv", house.other.type.id),
  );
  const path = locationOf(foreign);
  const person = await house.signedIn(house.anna);
  const missing = (await person.get("/no/such/page")).text;
  for (const each of [path, `/imports/${NOBODY}`, "/imports/nonsense"]) {
    const seen = [await person.get(each), await person.get(`${each}/refused.csv`)];
    assertEquals(seen.map(({ status, text }) => [status, text]), [[404, missing], [404, missing]]);
    for (const action of ["start", "discard"]) {
      assertEquals((await person.post(`${each}/${action}`)).status, 404);
    }
  }
  const into = await person.post("/imports/new", formOf(house, FILE, "a.csv", house.other.type.id));
  assertEquals(into.status, 404);
  const own = await uploaded(house, person);
  const evil = { origin: "https://evil.example" };
  for (const each of ["/imports/new", `${own}/start`, `${own}/discard`]) {
    assertEquals((await person.post(each, formOf(house, FILE), evil)).status, 403);
  }
  assertStringIncludes((await person.get(own)).text, "Ready to start");
});

Deno.test("numbers that the type has already are counted, and their records stay", async () => {
  const house = await openConsole();
  const record = await addRecord(house, { name: "Old", phoneNumber: "+14155550132" });
  const person = await house.signedIn(house.anna);
  const path = await uploaded(house, person);
  await person.post(`${path}/start`);
  await house.app.imports.run();
  assertEquals(figuresIn((await person.get(path)).text), [
    "1 added",
    "2 known already",
    "2 refused",
  ]);
  assertEquals((await house.app.records.get(house.admin, record.id)).record.name, "Old");
});
