import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { FileError } from "../../adapters/contacts_file/file_error.ts";
import { parseCsv } from "../../adapters/contacts_file/csv.ts";
import { openShell, type Shell, WHOLE } from "./harness.ts";

const LINE = ["import", "--client", "acme", "--record-type", "lead", "leads.csv"];

async function shellWith(file: string | Uint8Array): Promise<Shell> {
  const shell = openShell();
  const [client] = WHOLE.clients;
  shell.files.set("setup.json", JSON.stringify({ clients: [{ ...client, records: [] }] }));
  await shell.done("apply", "setup.json");
  shell.files.set("leads.csv", file);
  return shell;
}

async function recordsOf({ uow }: Shell) {
  const page = { page: 1, limit: 100_000 };
  return await uow.run("all", async ({ records }) => {
    const { items } = await records.list({}, page);
    const views = await Promise.all(items.map(({ record }) => records.get(record.id)));
    return views.map((view) => view!.record);
  });
}

Deno.test("CSV is read as RFC 4180 says, whatever ends its lines", () => {
  const text = '\uFEFFa,b\r\n"1, ""one""","two\r\nlines"\n\n"",\n3,4\r5,"6"';
  assertEquals(parseCsv(text), [
    { line: 1, cells: ["a", "b"] },
    { line: 2, cells: ['1, "one"', "two\r\nlines"] },
    { line: 5, cells: ["", ""] },
    { line: 6, cells: ["3", "4"] },
    { line: 7, cells: ["5", "6"] },
  ]);
  assertEquals(parseCsv("a,b,\n"), [{ line: 1, cells: ["a", "b", ""] }]);
  assertEquals(parseCsv("a,"), [{ line: 1, cells: ["a", ""] }]);
  assertEquals(parseCsv("a;b,c;d\n1;2,3;4"), [
    { line: 1, cells: ["a", "b,c", "d"] },
    { line: 2, cells: ["1", "2,3", "4"] },
  ]);
  assertEquals(parseCsv("a\tb\n1\t2").at(-1), { line: 2, cells: ["1", "2"] });
  for (const empty of ["", "\n\r\n", "\uFEFF"]) assertEquals(parseCsv(empty), []);
});

Deno.test("CSV that cannot be read says where and why", () => {
  for (
    const [text, message] of [
      ['a\n"b\nc', "line 2: a quote is opened and never closed"],
      ['a\n"b\nc"d', "line 2: there is text after a closing quote"],
      ['a\n\nb"c"', "line 3: a cell without quotes around it has a quote in it"],
    ]
  ) {
    assertStringIncludes(assertThrows(() => parseCsv(text), FileError).message, message);
  }
});

Deno.test("known columns become fields, all others parameters, whatever their spelling", async () => {
  const shell = await shellWith([
    "Full Name,Phone,E-Mail,first_name,Last Name,country,Time Zone,consent-at,consentSource,Do Not Call,Roof type,Age",
    '"Chen, Bo",(415) 555-0132,bo@example.com,Bo,Chen,,America/Denver,2026-01-02T03:04:05Z,Web form,yes,flat,12',
    "Dana Ray,+44 20 7946 0958,,,,,,,,,,",
    "Eve Fox,020 7946 0959,,,,GB,,,,no,steep,",
  ].join("\r\n"));
  const report = await shell.json(...LINE);
  assertEquals(report, { created: 3, duplicates: [], refused: [] });
  const records = await recordsOf(shell);
  const bo = records.find(({ name }) => name === "Chen, Bo")!;
  assertEquals(
    [bo.phoneNumber, bo.email, bo.firstName, bo.lastName, bo.country, bo.timeZone],
    ["+14155550132", "bo@example.com", "Bo", "Chen", "US", "America/Denver"],
  );
  assertEquals(bo.consent, { at: new Date("2026-01-02T03:04:05Z"), source: "Web form" });
  assertEquals([bo.doNotCallAt !== null, bo.parameters], [true, {
    "Roof type": "flat",
    Age: "12",
  }]);
  const dana = records.find(({ name }) => name === "Dana Ray")!;
  assertEquals([dana.country, dana.consent, dana.doNotCallAt], ["GB", null, null]);
  assertEquals(dana.parameters, {});
  const eve = records.find(({ name }) => name === "Eve Fox")!;
  assertEquals([eve.phoneNumber, eve.country], ["+442079460959", "GB"]);
});

Deno.test("bad lines are told with their number, and the good ones are there", async () => {
  const shell = await shellWith([
    "firstName,lastName,phoneNumber,email,consentAt,doNotCall",
    "Ana,Lima,+14155550101,ana@example.com,,",
    "Bo,Chen,555,,,",
    '"Cy\n Young",,+14155550103,,,',
    "Dee,Ray,+14155550104,not an address,,",
    "Eve,Fox,+14155550105,,,maybe",
    "Fay,Orr,+14155550106,,2026-01-01T00:00:00Z,",
    "Gus,Hill,+14155550107",
    ",,+14155550108,,,",
    "Ana,Again,(415) 555-0101,,,",
  ].join("\n"));
  const ran = await shell.run(...LINE, "--json");
  assertEquals([ran.code, ran.stderr], [1, ""]);
  const { created, duplicates, refused } = JSON.parse(ran.stdout);
  assertEquals(created, 2);
  assertEquals(duplicates.map(({ line }: { line: number }) => line), [11]);
  const problems = new Map<number, string>(
    refused.map(({ line, problem }: { line: number; problem: string }) => [line, problem]),
  );
  assertEquals([...problems.keys()], [3, 6, 7, 8, 9, 10]);
  assertStringIncludes(problems.get(3)!, "phoneNumber");
  assertStringIncludes(problems.get(6)!, "email");
  assertStringIncludes(problems.get(7)!, 'doNotCall: must be yes or no, got "maybe"');
  assertStringIncludes(problems.get(8)!, "consentSource");
  assertStringIncludes(problems.get(9)!, "has 3 cells where the first row has 6");
  assertStringIncludes(problems.get(10)!, "name");
  const again = await shell.run(...LINE);
  assertEquals([again.code, again.stdout], [1, "0 created, 3 there already, 6 refused\n"]);
  assertStringIncludes(again.stderr, "leads.csv, line 3: phoneNumber");
  assertStringIncludes(again.stderr, "import the file again");
});

Deno.test("an import may be run again, and adds nothing twice", async () => {
  const rows = Array.from({ length: 450 }, (_, i) => `N ${i},+1415555${String(2000 + i)}`);
  const shell = await shellWith(["name,phone", ...rows].join("\n"));
  const first = await shell.done(...LINE);
  assertEquals([first.stdout, first.stderr], [
    "450 created, 0 there already, 0 refused\n",
    "",
  ]);
  const again = await shell.json(...LINE);
  assertEquals([again.created, again.duplicates.length], [0, 450]);
  const records = await recordsOf(shell);
  assertEquals(records.length, 450);
  const byId = new Map(records.map((record) => [record.id, record]));
  const [{ line, existing }] = again.duplicates;
  assertEquals([line, byId.get(existing)?.name], [2, "N 0"]);
});

Deno.test("an import goes in batches, and shows on a terminal how far it is", async () => {
  const rows = Array.from({ length: 401 }, (_, i) => `N ${i},+1415555${String(3000 + i)}`);
  const shell = await shellWith(["name,phone", ...rows].join("\n"));
  shell.isTerminal = true;
  const { stdout, stderr } = await shell.done(...LINE);
  for (const done of [0, 200, 400]) assertStringIncludes(stderr, `${done} of 401 contacts`);
  assert(stderr.endsWith("\r\x1b[K"), "the line is wiped in the end");
  assert(!stdout.includes("\x1b"));
  const imports = (await shell.json("audit")).filter(
    ({ action }: { action: string }) => action === "import-records",
  );
  assertEquals(imports.length, 3);
});

Deno.test("a file that holds no contacts is refused as a whole, and says why", async () => {
  const latin1 = Uint8Array.from(
    "name,phone\nBo,+14155550101\nJosé,+14155550102",
    (letter) => letter.charCodeAt(0),
  );
  const utf16 = Uint8Array.of(0xff, 0xfe, 0x6e, 0);
  for (
    const [file, part] of [
      [latin1, "leads.csv is not UTF-8, first in line 3. Save it as UTF-8"],
      [utf16, "leads.csv is UTF-16. Save it as UTF-8"],
      ["", "leads.csv is empty"],
      ["email,age\na@b.co,3", "missing columns name, phoneNumber; the first row names email, age"],
      ["name\nBo", "missing column phoneNumber"],
      ["phone,mobile\n1,2", "missing column name"],
      ["name,phone,Phone Number\n", "two columns are called phoneNumber"],
      ["name,phone,age,age\n", "two columns are called age"],
      ["name,,phone\n", "column 2 has no name"],
      ['name,phone\n"Bo,1', "leads.csv, line 2: a quote is opened and never closed"],
    ] as const
  ) {
    const shell = await shellWith(file);
    const { code, stdout, stderr } = await shell.run(...LINE);
    assertEquals([code, stdout], [1, ""], part);
    assertStringIncludes(stderr, part);
    assertEquals(await recordsOf(shell), []);
  }
});

Deno.test("an import into what is not there names what is", async () => {
  const shell = await shellWith("name,phone\nBo,+14155550101");
  const type = await shell.run("import", "--client", "Acme", "--record-type", "Leed", "leads.csv");
  assertEquals(type.code, 1);
  assertStringIncludes(type.stderr, 'Acme has no record type "Leed"; it has: Lead.');
  const client = await shell.run("import", "--client", "No", "--record-type", "x", "leads.csv");
  assertStringIncludes(client.stderr, 'No client is called "No"');
});
