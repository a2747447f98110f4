import { assertEquals } from "@std/assert";
import type { CallListing } from "../../../src/calls/queries.ts";
import {
  addCall,
  addOrder,
  addRecord,
  NOBODY,
  openStudio,
  refused,
  talk,
} from "../../support/studio.ts";

Deno.test("calls are listed newest first, with their names and a total", async () => {
  const studio = await openStudio();
  const first = await addCall(studio);
  await talk(studio, first, 30);
  const second = await addCall(studio);
  const page = await studio.app.calls.list(studio.viewer, { limit: 1 });
  assertEquals(page.items.map(({ call }) => call.id), [second.id]);
  assertEquals([page.page, page.limit, page.total, page.hasMore], [1, 1, 2, true]);
  const next = await studio.app.calls.list(studio.viewer, { page: 2, limit: 1 });
  assertEquals(next.items.map(({ call }) => call.id), [first.id]);
  assertEquals(next.items[0].campaignName, studio.company.campaign.name);
  assertEquals(next.hasMore, false);
});

Deno.test("calls are listed by campaign, record, status and end reason", async () => {
  const studio = await openStudio();
  const record = await addRecord(studio);
  const ended = await addCall(studio, await addOrder(studio, {}, record));
  await talk(studio, ended, 30);
  const live = await addCall(studio);
  const listed = async (listing: CallListing) =>
    (await studio.app.calls.list(studio.master, listing)).items.map(({ call }) => call.id);
  const campaignUuid = studio.company.campaign.id.toUpperCase();
  assertEquals(await listed({ campaignUuid }), [live.id, ended.id]);
  assertEquals(await listed({ campaignUuid: studio.other.campaign.id }), []);
  assertEquals(await listed({ recordUuid: record.id }), [ended.id]);
  assertEquals(await listed({ status: "live" }), [live.id]);
  assertEquals(await listed({ status: "ended" }), [ended.id]);
  assertEquals(await listed({ endReason: "contact_hangup" }), [ended.id]);
  assertEquals(await listed({ endReason: "busy" }), []);
});

Deno.test("a list of calls shows nobody else's, and tells unknown filters from nothing found", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  const { app, stranger, viewer, clerk, company } = studio;
  assertEquals((await app.calls.list(stranger, {})).total, 0);
  for (const uuid of [company.campaign.id, NOBODY, "x", ""]) {
    const text = "Campaign not found or access denied";
    await refused(() => app.calls.list(stranger, { campaignUuid: uuid }), "not_found", text);
  }
  for (const uuid of [call.recordId, NOBODY, "x"]) {
    const text = "Record not found or access denied";
    await refused(() => app.calls.list(stranger, { recordUuid: uuid }), "not_found", text);
  }
  const missing = "Forbidden: Missing required permission [calls.view]";
  await refused(() => app.calls.list(clerk, {}), "forbidden", missing);
  await refused(() => app.calls.list(viewer, { page: 0 }), "invalid");
  await refused(() => app.calls.list(viewer, { limit: 101 }), "invalid");
  const bad = { status: "dialing", endReason: "tired" } as unknown as CallListing;
  await refused(() => app.calls.list(viewer, { status: bad.status }), "invalid");
  await refused(() => app.calls.list(viewer, { endReason: bad.endReason }), "invalid");
});
