import { assertEquals } from "@std/assert";
import { addCall, NOBODY, openStudio, refused, talk } from "../../support/studio.ts";
import { PAID_IN } from "../../support/world.ts";

const UNKNOWN = "Client not found or access denied";

Deno.test("a client's people see their own client and its money, a master any", async () => {
  const { app, clerk, stranger, master, company, other } = await openStudio();
  const own = await app.access.getClient(clerk);
  assertEquals([own.client, own.balance?.paidIn], [company.client, PAID_IN]);
  assertEquals(await app.access.getClient(clerk, { clientUuid: company.client.id }), own);
  const clientUuid = company.client.id.toUpperCase();
  assertEquals(await app.access.getClient(master, { clientUuid }), own);
  assertEquals((await app.access.getClient(stranger)).client, other.client);
  for (const uuid of [company.client.id, NOBODY, "x"]) {
    const asked = { clientUuid: uuid };
    await refused(() => app.access.getClient(stranger, asked), "not_found", UNKNOWN);
  }
  await refused(() => app.access.getClient(master, { clientUuid: NOBODY }), "not_found", UNKNOWN);
  await refused(() => app.access.getClient(master), "invalid");
});

Deno.test("a ledger comes in pages, newest first, of the own client or a master's choice", async () => {
  const studio = await openStudio();
  const { app, clerk, stranger, master, company } = studio;
  await studio.clock.advance(1000);
  await talk(studio, await addCall(studio), 60);
  const { items, total } = await app.billing.ledger(clerk, {});
  assertEquals(items.map(({ kind }) => kind), ["settle", "release", "reserve", "top_up"]);
  assertEquals(total, 4);
  const pages = await Promise.all(
    [1, 2, 3, 4].map((page) => app.billing.ledger(clerk, { page, limit: 1 })),
  );
  assertEquals(pages.flatMap((page) => page.items), items);
  assertEquals(pages.map(({ hasMore }) => hasMore), [true, true, true, false]);
  const clientUuid = company.client.id;
  assertEquals((await app.billing.ledger(master, { clientUuid })).items, items);
  assertEquals((await app.billing.ledger(stranger, {})).total, 1);
  await refused(() => app.billing.ledger(stranger, { clientUuid }), "not_found", UNKNOWN);
  await refused(() => app.billing.ledger(master, { clientUuid: NOBODY }), "not_found", UNKNOWN);
  await refused(() => app.billing.ledger(master, {}), "invalid");
  await refused(() => app.billing.ledger(clerk, { page: 0 }), "invalid");
});

Deno.test("a master who looks at one client sees and does what that client's admin may", async () => {
  const studio = await openStudio();
  const { app, master, admin, company, other } = studio;
  const call = await addCall(studio);
  const looked = await app.access.lookAtClient(master, company.client.id);
  assertEquals(looked.view.client, company.client);
  const { principal } = looked;
  assertEquals((await app.calls.list(principal, {})).items.map((item) => item.call.id), [call.id]);
  assertEquals((await app.campaigns.list(principal, {})).total, 1);
  await app.records.update(principal, { uuid: call.recordId, name: "Seen by Olga" });
  const { items } = await app.access.listAudit(principal, { action: "update-record" });
  assertEquals(items.map(({ entry }) => entry.actor), [master.name]);
  const elsewhere = await app.access.lookAtClient(master, other.client.id);
  assertEquals((await app.calls.list(elsewhere.principal, {})).total, 0);
  await refused(() => app.access.listClients(principal), "forbidden");
  await refused(() => app.access.lookAtClient(principal, other.client.id), "forbidden");
  await refused(() => app.access.lookAtClient(admin, company.client.id), "forbidden");
  await refused(() => app.access.lookAtClient(master, NOBODY), "not_found", UNKNOWN);
});
