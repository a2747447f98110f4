import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { auditEntry } from "../../src/access/audit_log.ts";
import { newId } from "../../src/kernel/ids.ts";
import { addRecord, NOBODY } from "../support/studio.ts";
import { NOON, tokenRow } from "../support/rows.ts";
import { openConsole, OPERATOR } from "./harness.ts";
import { HOSTILE, isInert, personWith } from "./people.ts";

/** What the table says, a line per row. */
function linesOf(text: string): string[] {
  const body = /<tbody>(.*?)<\/tbody>/s.exec(text)?.[1] ?? "";
  return body.split("</tr>").map((row) =>
    row.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ").trim()
  )
    .filter(Boolean);
}

Deno.test("an admin reads who did what, by hand or through which token, with links to the rows", async () => {
  const house = await openConsole();
  const { app, admin, anna, store, company, clock } = house;
  const token = tokenRow(anna, { name: "Assistant on my laptop" });
  await store.run("all", ({ access }) => access.insertToken(token));
  const fields = { recordTypeUuid: company.type.id, name: "Bo", phoneNumber: "+14155550132" };
  const { record } = await app.records.create(
    { ...admin, userId: anna.id, tokenId: token.id },
    fields,
  );
  await clock.advance(1000);
  await app.records.update(
    { ...OPERATOR, clientId: company.client.id },
    { uuid: record.id, name: "Bo Larsen" },
  );
  const person = await house.signedIn(anna);
  const { text } = await person.get("/audit");
  const lines = linesOf(text);
  assertEquals(lines.length, 3);
  assert(lines.some((line) => /Anna anna@acme.example Sign in Console$/.test(line)));
  assert(lines.some((line) => /Anna .* Create record Assistant on my laptop Token$/.test(line)));
  assert(lines.some((line) => /test Update record Command line$/.test(line)));
  assertStringIncludes(text, `href="/records/${record.id}">Create record</a>`);
  const found = async (query: string) => linesOf((await person.get(`/audit?${query}`)).text).length;
  assertEquals(await found("action=create-record"), 1);
  assertEquals(await found(`user=${anna.id}`), 2);
  assertEquals(await found(`user=${anna.id}&action=update-record`), 0);
  assertEquals(await found(`subject=${record.id}`), 2);
  assertEquals(await found(`user=${NOBODY}`), 0);
  assertEquals(await found("user=nonsense&subject=nonsense"), 3);
});

Deno.test("whoever is no admin sees what was done in their own name alone", async () => {
  const house = await openConsole();
  const clerk = await personWith(house, []);
  await house.signedIn(house.anna);
  const person = await house.signedIn(clerk);
  const { text } = await person.get("/audit");
  assertEquals(linesOf(text).length, 1);
  assertStringIncludes(text, "What was done in your name");
  assert(!text.includes('name="user"'));
  assertEquals((await person.get(`/audit?user=${house.anna.id}`)).status, 403);
});

Deno.test("another client's trail is out of sight, and the operator's people see all of it", async () => {
  const house = await openConsole();
  const { other, company } = house;
  await house.signedIn(house.otto);
  const person = await house.signedIn(house.anna);
  assertEquals(linesOf((await person.get("/audit")).text).length, 1);
  assertEquals(linesOf((await person.get(`/audit?user=${house.otto.id}`)).text).length, 0);
  for (const path of ["/operator/audit", `/clients/${other.client.id}/audit`]) {
    assertEquals((await person.get(path)).status, 404);
  }
  const master = await house.signedIn(house.olga);
  const { text } = await master.get("/operator/audit");
  assertStringIncludes(text, company.client.name);
  assertStringIncludes(text, other.client.name);
  assertStringIncludes(text, "The operator&#39;s own");
  const narrowed = linesOf((await master.get(`/clients/${other.client.id}/audit`)).text);
  assertEquals(narrowed.length, 1);
});

Deno.test("names of people and tokens are text, and the trail has pages", async () => {
  const house = await openConsole();
  const { store, anna, admin, company } = house;
  const token = tokenRow(anna, { name: HOSTILE });
  await store.run("all", async ({ access, audit }) => {
    await access.insertToken(token);
    const who = { ...admin, userId: null, tokenId: token.id, name: HOSTILE };
    for (let i = 0; i < 25; i++) {
      const what = { id: newId(NOON), at: NOON, clientId: company.client.id, subjectId: null };
      await audit.add(auditEntry(who, { ...what, action: HOSTILE.slice(0, 90) }));
    }
  });
  await addRecord(house);
  const person = await house.signedIn(anna);
  isInert((await person.get("/audit")).text);
  const second = await person.get("/audit?page=2&action=");
  isInert(second.text);
  assertStringIncludes(second.text, "Page 2 of 2, 26 in all");
});
