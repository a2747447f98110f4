import { assertEquals } from "@std/assert";
import type { Principal } from "../../../src/access/principal.ts";
import type { AuditListing } from "../../../src/access/queries.ts";
import { newId } from "../../../src/kernel/ids.ts";
import { addRecord, NOBODY, openStudio, refused, type Studio } from "../../support/studio.ts";
import { NOON } from "../../support/rows.ts";

/** Two people of a client, one of another, and an update by each of the first two. */
async function ready() {
  const studio = await openStudio();
  const boss: Principal = { ...studio.admin, admin: true };
  const colleague: Principal = { ...studio.admin, userId: newId(NOON), name: "Carl" };
  const record = await addRecord(studio);
  for (const who of [boss, colleague]) {
    await studio.app.records.update(who, { uuid: record.id, name: who.name });
    await studio.clock.advance(1000);
  }
  return { ...studio, boss, colleague, record };
}

async function actors({ app }: Studio, who: Principal, listing: AuditListing = {}) {
  const { items } = await app.access.listAudit(who, listing);
  return items.map(({ entry }) => entry.actor);
}

Deno.test("audit: an admin sees what all of the own client did, newest first, with names", async () => {
  const studio = await ready();
  const { app, boss, company, record } = studio;
  assertEquals(await actors(studio, boss), ["Carl", boss.name]);
  const page = await app.access.listAudit(boss, { page: 2, limit: 1 });
  assertEquals([page.total, page.hasMore], [2, false]);
  const [{ entry, ...names }] = page.items;
  assertEquals([entry.action, entry.subjectId], ["update-record", record.id]);
  assertEquals(names, {
    clientName: company.client.name,
    userName: company.user.name,
    userEmail: company.user.email,
    tokenName: null,
  });
});

Deno.test("audit: anybody else sees what was done in their own name, and nobody else's", async () => {
  const studio = await ready();
  const { app, admin, colleague, boss, stranger } = studio;
  assertEquals(await actors(studio, admin), [boss.name]);
  assertEquals(await actors(studio, colleague), ["Carl"]);
  assertEquals(await actors(studio, colleague, { userUuid: colleague.userId! }), ["Carl"]);
  const text = "Forbidden: Only an admin sees what others did";
  const asked = { userUuid: admin.userId! };
  await refused(() => app.access.listAudit(colleague, asked), "forbidden", text);
  await refused(() => app.access.listAudit({ ...admin, userId: null }, {}), "forbidden", text);
  assertEquals(await actors(studio, { ...stranger, admin: true }), []);
  assertEquals(await actors(studio, { ...stranger, admin: true }, asked), []);
});

Deno.test("audit: a master sees everybody's; filters are user, action and subject", async () => {
  const studio = await ready();
  const { master, boss, colleague, record } = studio;
  assertEquals(await actors(studio, master), ["Carl", boss.name]);
  const userUuid = colleague.userId!.toUpperCase();
  assertEquals(await actors(studio, master, { userUuid }), ["Carl"]);
  assertEquals(await actors(studio, master, { action: "update-record" }), ["Carl", boss.name]);
  assertEquals(await actors(studio, master, { action: "revoke-token" }), []);
  assertEquals(await actors(studio, boss, { subjectUuid: record.id }), ["Carl", boss.name]);
  assertEquals(await actors(studio, boss, { subjectUuid: NOBODY }), []);
});

Deno.test("audit: what is no uuid, and pages out of range, are refused by name", async () => {
  const { app, master } = await ready();
  const list = (listing: AuditListing) => () => app.access.listAudit(master, listing);
  await refused(list({ userUuid: "x" }), "invalid", "userUuid: must be a uuid");
  await refused(list({ subjectUuid: "x" }), "invalid", "subjectUuid: must be a uuid");
  await refused(list({ page: 0 }), "invalid");
  await refused(list({ action: "x".repeat(101) }), "invalid");
});
