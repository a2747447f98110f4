import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PAGES } from "../../adapters/console/pages/mod.ts";
import { addRecord, NOBODY } from "../support/studio.ts";
import { openConsole } from "./harness.ts";

/** Addresses of whole sections: pages of a client's that name nothing further. */
const SECTIONS = PAGES.filter(({ path, ofClient, get }) => ofClient && get && !path.includes(":"))
  .map(({ path }) => path);

Deno.test("a master chooses a client before its pages, and is led back to the page", async () => {
  const { signedIn, olga, company, other } = await openConsole();
  const master = await signedIn(olga);
  assert(SECTIONS.length > 3, SECTIONS.join());
  for (const path of SECTIONS) {
    const { status, text } = await master.get(path);
    assertEquals(status, 200, path);
    assertStringIncludes(text, "Choose a client", path);
    const section = path.split("/")[1];
    for (const { client } of [company, other]) {
      assertStringIncludes(text, `href="/clients/${client.id}/${section}"`);
    }
  }
});

Deno.test("nothing is written for no client in particular", async () => {
  const { signedIn, olga } = await openConsole();
  const master = await signedIn(olga);
  const fields = { name: "Bo", phoneNumber: "+14155550111" };
  assertEquals((await master.post("/records/new", fields)).status, 404);
});

Deno.test("whom a master looks at is in sight on every page, and every link stays there", async () => {
  const house = await openConsole();
  const { company, other } = house;
  const record = await addRecord(house, { name: "Bo Larsen" });
  const master = await house.signedIn(house.olga);
  const prefix = `/clients/${company.client.id}`;
  for (const path of [...SECTIONS, `/records/${record.id}`, `/campaigns/${company.campaign.id}`]) {
    const { status, text, headers } = await master.get(prefix + path);
    assertEquals(status, 200, path);
    if (!headers.get("content-type")?.startsWith("text/html")) continue;
    assertStringIncludes(text, `Looking at ${company.client.name}`, path);
    assertStringIncludes(text, `href="/clients/${other.client.id}"`, path);
    const astray = [...text.matchAll(/(?:href|action)="(\/[^"]*)"/g)].map(([, to]) => to)
      .filter((to) => !/^\/(clients|profile|connect|operator|assets|sign-out|$)/.test(to));
    assertEquals(astray, [], path);
    for (const text_ of [other.campaign.name, other.client.id]) {
      const elsewhere = text.replaceAll(/<details class="switch">.*?<\/details>/gs, "");
      assert(!elsewhere.includes(text_), path);
    }
  }
});

Deno.test("what a master does there lands in that client, in the master's own name", async () => {
  const { signedIn, olga, company, other, store, app, master } = await openConsole();
  const person = await signedIn(olga);
  const made = await person.post(`/clients/${company.client.id}/records/new`, {
    name: "Bo Larsen",
    phoneNumber: "+1 415 555 0111",
    recordTypeUuid: company.type.id,
  });
  assertEquals(made.status, 303, made.text.slice(-2000));
  assert(made.headers.get("location")!.startsWith(`/clients/${company.client.id}/records/`));
  const { items } = await app.records.list(master, { search: "Bo Larsen" });
  assertEquals(items.map(({ record }) => record.clientId), [company.client.id]);
  const trail = await store.read("all", ({ audit }) => audit.latest(10));
  const entry = trail.find(({ action }) => action === "create-record")!;
  assertEquals([entry.actor, entry.userId, entry.clientId], [
    "Olga",
    olga.id,
    company.client.id,
  ]);
  const there = await person.get(`/clients/${company.client.id}/audit`);
  const { id } = items[0].record;
  assertStringIncludes(there.text, id);
  assert(!(await person.get(`/clients/${other.client.id}/audit`)).text.includes(id));
});

Deno.test("the way through a client is the operator's alone, and only to clients that exist", async () => {
  const { signedIn, olga, anna, company } = await openConsole();
  const [master, member] = [await signedIn(olga), await signedIn(anna)];
  for (const path of SECTIONS) {
    for (const uuid of [NOBODY, "nonsense", "%00", company.client.name]) {
      const address = `/clients/${encodeURIComponent(uuid)}${path}`;
      assertEquals((await master.get(address)).status, 404, address);
    }
    assertEquals((await member.get(`/clients/${company.client.id}${path}`)).status, 404, path);
  }
});
