/** create-call-order, sentence by sentence: one use case, hence one file. */
import { assertEquals } from "@std/assert";
import type { Principal } from "../../../src/access/principal.ts";
import type { NewCallOrder } from "../../../src/call_orders/create_call_order.ts";
import type { ErrorCode } from "../../../src/kernel/errors.ts";
import type { ContactRecord } from "../../../src/records/record.ts";
import { minutes, NOON } from "../../support/rows.ts";
import {
  addOrder,
  addRecord,
  NOBODY,
  openStudio,
  refused,
  refusedUnwritten,
  statsNow,
  type Studio,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";

function order(
  studio: Studio,
  record: Pick<ContactRecord, "id">,
  fields: Partial<NewCallOrder> = {},
  who: Principal = studio.admin,
) {
  const wish = { recordUuid: record.id, campaignUuid: studio.company.campaign.id, ...fields };
  return studio.app.callOrders.create(who, wish);
}

Deno.test("create-call-order: a planned phone_out order, counted in the campaign's figures", async () => {
  const studio = await openStudio();
  const { company, clock, store } = studio;
  const record = await addRecord(studio);
  const view = await order(studio, { id: record.id.toUpperCase() });
  const { id } = view.order;
  assertEquals(view, {
    order: {
      id,
      clientId: company.client.id,
      recordId: record.id,
      campaignId: company.campaign.id,
      callType: "phone_out",
      status: "planned",
      scheduledTime: null,
      instructions: null,
      attempts: 0,
      nextDialAt: null,
      createdBy: company.user.id,
      createdAt: clock.now(),
      updatedAt: clock.now(),
    },
    recordName: record.name,
    campaignName: company.campaign.name,
    clientName: company.client.name,
    blockedBy: null,
  });
  const { orders, audit } = await contentsOf(store);
  assertEquals(orders.map((each) => each.order), [view.order]);
  assertEquals((await statsNow(studio)).orders, { planned: 1 });
  assertEquals([audit[0].action, audit[0].subjectId], ["create-call-order", id]);
});

Deno.test("create-call-order: scheduled times keep their moment, whatever the offset", async () => {
  const studio = await openStudio();
  for (
    const [text, moment] of [
      ["2026-05-04T15:30:00+02:00", "2026-05-04T13:30:00.000Z"],
      ["2026-05-04T15:30Z", "2026-05-04T15:30:00.000Z"],
      [" 2026-05-04t15:30:00.25z ", "2026-05-04T15:30:00.250Z"],
    ]
  ) {
    const record = await addRecord(studio);
    const made = await order(studio, record, { scheduledTime: text, instructions: "  Be brief. " });
    const { scheduledTime, nextDialAt, instructions } = made.order;
    assertEquals([scheduledTime, nextDialAt, instructions], [
      new Date(moment),
      new Date(moment),
      "Be brief.",
    ]);
  }
});

Deno.test("create-call-order: the server never dials phone_in and web orders by itself", async () => {
  const studio = await openStudio();
  for (const callType of ["phone_in", "web"] as const) {
    const record = await addRecord(studio);
    const scheduledTime = "2026-05-04T15:30:00Z";
    const made = (await order(studio, record, { callType, scheduledTime })).order;
    assertEquals([made.callType, made.nextDialAt], [callType, null]);
    assertEquals(made.scheduledTime, new Date(scheduledTime));
  }
});

const WHEN = "must be an ISO-8601 time with an offset, such as 2026-05-04T15:30:00+02:00, got";
const BAD: [Partial<NewCallOrder>, string][] = [
  ...[
    "tomorrow",
    "",
    "2026-05-04",
    "2026-05-04T15:30:00",
    "2026-02-30T15:30:00Z",
    "2026-05-04T25:30:00Z",
    "2026-13-04T15:30:00Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "2026-05-04T15:30:00+99:99",
    "1777898400",
  ].map((text): [Partial<NewCallOrder>, string] => [
    { scheduledTime: text },
    `scheduledTime: ${WHEN} "${text}"`,
  ]),
  [
    { instructions: "x".repeat(2001) },
    "instructions: must be at most 2000 characters, got 2001",
  ],
  [{ instructions: "a\0" }, "instructions: contains control or broken Unicode characters"],
];
Deno.test("create-call-order: a time a few minutes past is taken, one longer past is not", async () => {
  const studio = await openStudio();
  const [record, other] = [await addRecord(studio), await addRecord(studio)];
  const scheduledTime = minutes(-5).toISOString();
  assertEquals((await order(studio, record, { scheduledTime })).order.nextDialAt, minutes(-5));
  const past = new Date(minutes(-5).getTime() - 1).toISOString();
  await refusedUnwritten(
    studio,
    () => order(studio, other, { scheduledTime: past }),
    "invalid",
    `scheduledTime: is past: the server's time is ${NOON.toISOString()}. Pass a later time, or ` +
      "none and call with initiate-call",
  );
});

for (const [fields, message] of BAD) {
  Deno.test(`create-call-order: ${JSON.stringify(fields).slice(0, 50)} is refused`, async () => {
    const studio = await openStudio();
    const record = await addRecord(studio);
    await refusedUnwritten(studio, () => order(studio, record, fields), "invalid", message);
  });
}

const UNWANTED = "Record is marked do-not-call and takes no new orders";
const REFUSALS: [string, Partial<ContactRecord>, ErrorCode, string][] = [
  [
    "an archived record",
    { status: "archived" },
    "record_not_callable",
    "Record is archived; set its status to active before ordering a call",
  ],
  ["a record that is marked do-not-call", { doNotCallAt: NOON }, "do_not_call", UNWANTED],
];
for (const [what, fields, code, message] of REFUSALS) {
  Deno.test(`create-call-order: ${what} is refused`, async () => {
    const studio = await openStudio();
    const record = await addRecord(studio, fields);
    await refusedUnwritten(studio, () => order(studio, record), code, message);
  });
}

Deno.test("create-call-order: a number on the client's do-not-call list is refused in any record", async () => {
  const studio = await openStudio();
  const record = await addRecord(studio);
  await studio.store.run(
    "all",
    ({ doNotCall }) => doNotCall.add(record.clientId, record.phoneNumber, NOON),
  );
  await refusedUnwritten(studio, () => order(studio, record), "do_not_call", UNWANTED);
});

Deno.test("create-call-order: an inactive record and campaigns yet to run take orders", async () => {
  for (const status of ["draft", "paused", "active"] as const) {
    const studio = await openStudio();
    const { store, company } = studio;
    const record = await addRecord(studio, { status: "inactive" });
    await store.run("all", ({ campaigns }) => campaigns.save({ ...company.campaign, status }));
    assertEquals((await order(studio, record)).order.status, "planned");
  }
});

Deno.test("create-call-order: a finished campaign is refused", async () => {
  const studio = await openStudio();
  const { store, company } = studio;
  const record = await addRecord(studio);
  const finished = { ...company.campaign, status: "finished" as const };
  await store.run("all", ({ campaigns }) => campaigns.save(finished));
  await refusedUnwritten(
    studio,
    () => order(studio, record),
    "campaign_not_active",
    "Campaign is finished and takes no new orders",
  );
});

for (const status of ["planned", "busy", "rescheduled"] as const) {
  Deno.test(`create-call-order: beside a ${status} order of the pair it is refused with its uuid`, async () => {
    const studio = await openStudio();
    const record = await addRecord(studio);
    const { id } = await addOrder(studio, { status }, record);
    const error = await refusedUnwritten(
      studio,
      () => order(studio, record),
      "conflict",
      `Call order ${id} for this record and campaign is still open. Use that one.`,
    );
    assertEquals(error.details.existing, id);
  });
}

Deno.test("create-call-order: beside closed orders of the pair it is made", async () => {
  const studio = await openStudio();
  const record = await addRecord(studio);
  for (const status of ["contacted", "canceled", "failed"] as const) {
    await addOrder(studio, { status }, record);
  }
  assertEquals((await order(studio, record)).order.status, "planned");
});

Deno.test("create-call-order: of twenty at once for one pair, one is made", async () => {
  const studio = await openStudio();
  const record = await addRecord(studio);
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => order(studio, record)));
  assertEquals(tries.filter(({ status }) => status === "fulfilled").length, 1);
  assertEquals((await contentsOf(studio.store)).orders.length, 1);
});

Deno.test("create-call-order: foreign, unknown and malformed uuids look alike", async () => {
  const studio = await openStudio();
  const { other } = studio;
  const record = await addRecord(studio);
  const theirs = await addRecord({ ...studio, company: other });
  for (const id of [theirs.id, NOBODY, "x"]) {
    const text = "Record not found or access denied";
    await refusedUnwritten(studio, () => order(studio, { id }), "not_found", text);
  }
  for (const campaignUuid of [other.campaign.id, NOBODY, "x"]) {
    const text = "Campaign not found or access denied";
    await refusedUnwritten(
      studio,
      () => order(studio, record, { campaignUuid }),
      "not_found",
      text,
    );
  }
});

Deno.test("create-call-order: a read-only token is told so before anything else", async () => {
  const studio = await openStudio();
  const attempt = () => order(studio, { id: "x" }, {}, studio.readOnly);
  await refused(attempt, "forbidden", "Forbidden: This token is read-only");
});

Deno.test("create-call-order: a master's order lands in the client of record and campaign", async () => {
  const studio = await openStudio();
  const { master, other, store } = studio;
  const theirs = await addRecord({ ...studio, company: other });
  const wish = { campaignUuid: other.campaign.id };
  const made = await order(studio, theirs, wish, master);
  assertEquals([made.order.clientId, made.clientName], [other.client.id, other.client.name]);
  assertEquals(made.order.createdBy, null);
  assertEquals((await contentsOf(store)).audit[0].clientId, other.client.id);
});

Deno.test("create-call-order: record and campaign of different clients are refused, for masters too", async () => {
  const studio = await openStudio();
  const record = await addRecord(studio);
  await refusedUnwritten(
    studio,
    () => order(studio, record, { campaignUuid: studio.other.campaign.id }, studio.master),
    "invalid",
    "campaignUuid: belongs to another client than the record",
  );
});

Deno.test("list-call-orders: filters by campaign, record and status, newest first", async () => {
  const studio = await openStudio();
  const { app, clerk, company } = studio;
  const record = await addRecord(studio);
  const early = await addOrder(studio, { status: "canceled" }, record);
  await studio.clock.advance(1000);
  const { order: late } = await order(studio, record);
  const another = await addOrder(studio);
  const found = async (listing: Parameters<typeof app.callOrders.list>[1]) =>
    (await app.callOrders.list(clerk, listing)).items.map((view) => view.order.id);
  assertEquals(await found({ recordUuid: record.id }), [late.id, early.id]);
  assertEquals(await found({ recordUuid: record.id, status: "canceled" }), [early.id]);
  assertEquals((await found({ campaignUuid: company.campaign.id })).length, 3);
  assertEquals((await found({ status: "planned" })).toSorted(), [late.id, another.id].toSorted());
  const page = await app.callOrders.list(clerk, { limit: 2 });
  assertEquals([page.items.length, page.total, page.hasMore], [2, 3, true]);
  await refused(() => app.callOrders.list(clerk, { limit: 0 }), "invalid");
});

Deno.test("list-call-orders: a foreign, unknown or malformed filter is not found", async () => {
  const studio = await openStudio();
  const { app, admin, stranger, company } = studio;
  const { id } = await addRecord(studio);
  for (const recordUuid of [id, NOBODY, "x"]) {
    const text = "Record not found or access denied";
    await refused(() => app.callOrders.list(stranger, { recordUuid }), "not_found", text);
  }
  for (const campaignUuid of [company.campaign.id, NOBODY, "x"]) {
    const text = "Campaign not found or access denied";
    await refused(() => app.callOrders.list(stranger, { campaignUuid }), "not_found", text);
  }
  assertEquals((await app.callOrders.list(admin, { recordUuid: id })).items, []);
  const both = { recordUuid: NOBODY, campaignUuid: NOBODY };
  await refused(
    () => app.callOrders.list(admin, both),
    "not_found",
    "Campaign not found or access denied",
  );
});
