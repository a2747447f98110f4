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
  assert(lines.some((line) => /Anna anna@acme.example Sign in Done Console$/.test(line)));
  assert(
    lines.some((line) => /Anna .* Create record Done Assistant on my laptop Token$/.test(line)),
  );
  assert(lines.some((line) => /test Update record Done Command line$/.test(line)));
  assertStringIncludes(text, `href="/records/${record.id}">Create record</a>`);
  const found = async (query: string) => linesOf((await person.get(`/audit?${query}`)).text).length;
  assertEquals(await found("action=create-record"), 1);
  assertEquals(await found(`user=${anna.id}`), 2);
  assertEquals(await found(`user=${anna.id}&action=update-record`), 0);
  assertEquals(await found(`subject=${record.id}`), 2);
  assertEquals(await found(`user=${NOBODY}`), 0);
  assertEquals(await found("user=nonsense&subject=nonsense"), 3);
});

Deno.test("refusals say why, how often and by which program, and can be looked at alone", async () => {
  const house = await openConsole();
  const { app, admin, anna } = house;
  const via = { application: "assistant/2.1", argumentsHash: null };
  const principal = { ...admin, userId: anna.id, via };
  await app.access.recordDenials([
    { principal, action: "initiate-call", code: "outside_calling_window", times: 1200 },
    { principal, action: "get-call-details", code: "forbidden", times: 1 },
  ]);
  const person = await house.signedIn(anna);
  assertEquals(linesOf((await person.get("/audit")).text).length, 3);
  const { text } = await person.get("/audit?outcome=refused");
  const lines = linesOf(text);
  assertEquals(lines.length, 2);
  const said = /Initiate call Refused Outside calling window, 1,200 times .*assistant\/2.1$/;
  assert(lines.some((line) => said.test(line)), text);
  assert(lines.some((line) => /Get call details Refused Forbidden /.test(line)));
  assertStringIncludes(text, '<option value="get-call-details"');
});

Deno.test("the operator has the trail verified, and is told what was changed", async () => {
  const house = await openConsole();
  const { app, store, company } = house;
  const path = "/operator/audit";
  await app.records.create(house.admin, {
    recordTypeUuid: company.type.id,
    name: "Bo",
    phoneNumber: "+14155550132",
  });
  await app.access.sealAudit();
  const master = await house.signedIn(house.olga);
  const sound = await master.post(path, {});
  assertEquals(sound.status, 200);
  assertStringIncludes(sound.text, "Nothing was tampered with");
  assertStringIncludes(sound.text, "1 line is as sealed, and 1 new one waits to be sealed.");
  const forged = {
    ...(await store.read("all", ({ audit }) => audit.latest(1)))[0],
    id: newId(NOON),
  };
  await store.run("all", async ({ audit }) => {
    await audit.add(forged);
    await audit.takeUnsealed(100);
  });
  const broken = await master.post(path, {});
  assertStringIncludes(broken.text, "an entry is there that was never sealed");
  const anna = await house.signedIn(house.anna);
  assertEquals((await anna.post(path, {})).status, 404);
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
