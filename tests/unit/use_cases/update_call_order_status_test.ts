import { assertEquals } from "@std/assert";
import { CALL_ORDER_STATUSES, type CallOrderStatus } from "../../../src/call_orders/call_order.ts";
import { minutes, NOON } from "../../support/rows.ts";
import {
  addCall,
  addOrder,
  addRecord,
  NOBODY,
  openStudio,
  orderNow,
  refused,
  refusedUnwritten,
  report,
  statsNow,
  type Studio,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";

const ALL = "planned busy contacted canceled do_not_call rescheduled failed";
/** What each status may change to, beside itself. */
const ALLOWED: Record<CallOrderStatus, string> = {
  planned: ALL,
  busy: ALL,
  rescheduled: ALL,
  failed: "planned rescheduled canceled do_not_call",
  contacted: "rescheduled do_not_call",
  canceled: "planned do_not_call",
  do_not_call: "",
};

function set(studio: Studio, uuid: string, status: CallOrderStatus, who = studio.admin) {
  return studio.app.callOrders.updateStatus(who, { uuid, status });
}

for (const from of CALL_ORDER_STATUSES) {
  for (const to of CALL_ORDER_STATUSES) {
    const allowed = ALLOWED[from].split(" ").filter((status) => status && status !== from);
    const fate = from === to
      ? "changes nothing"
      : allowed.includes(to)
      ? "is allowed"
      : "is refused";
    Deno.test(`update-call-order-status: ${from} to ${to} ${fate}`, async () => {
      const studio = await openStudio();
      const { store, clock } = studio;
      const order = await addOrder(studio, { status: from });
      await clock.advance(60_000);
      if (fate === "is refused") {
        const error = await refusedUnwritten(studio, () => set(studio, order.id, to), "invalid");
        const [said, listed] = error.message.split("; allowed: ");
        assertEquals(said, `status: cannot change from ${from} to ${to}`);
        const expected = allowed.length ? allowed : ["nothing else"];
        assertEquals(listed.split(", ").toSorted(), expected.toSorted());
        return;
      }
      const before = await contentsOf(store);
      const view = await set(studio, order.id, to);
      const after = await contentsOf(store);
      assertEquals(view.order, after.orders[0].order);
      if (from === to) assertEquals(after, before);
      else {
        assertEquals(view.order, { ...order, status: to, updatedAt: minutes(1) });
        assertEquals((await statsNow(studio)).orders, { [to]: 1 });
        assertEquals(after.audit[0].action, "update-call-order-status");
      }
    });
  }
}

Deno.test("update-call-order-status: do_not_call marks the record and its number", async () => {
  const studio = await openStudio();
  const { app, admin, store, company } = studio;
  const record = await addRecord(studio);
  const order = await addOrder(studio, {}, record);
  const second = { ...company.campaign, id: NOBODY, name: "Autumn" };
  await store.run("all", ({ campaigns }) => campaigns.save(second));
  const wish = { recordUuid: record.id, campaignUuid: second.id };
  const open = (await app.callOrders.create(admin, wish)).order;
  await set(studio, order.id, "do_not_call");
  assertEquals((await app.records.get(admin, record.id)).record.doNotCallAt, NOON);
  // Later orders are refused, in any campaign and for any record with the number.
  const unwanted = "Record is marked do-not-call and takes no new orders";
  await refused(() => app.callOrders.create(admin, wish), "do_not_call", unwanted);
  const patient = { ...company.type, id: NOBODY, name: "Patient" };
  await store.run("all", ({ records }) => records.saveType(patient));
  const twin = await addRecord(studio, {
    typeId: patient.id,
    phoneNumber: record.phoneNumber,
  });
  const again = { recordUuid: twin.id, campaignUuid: company.campaign.id };
  await refused(() => app.callOrders.create(admin, again), "do_not_call", unwanted);
  // Open ones are never dialled.
  assertEquals((await orderNow(studio, open)).status, "planned");
  await refused(
    () => app.calls.initiate(admin, { callOrderUuid: open.id }),
    "do_not_call",
    "Record is marked do-not-call and must not be called",
  );
  assertEquals(studio.gateway.dialled, []);
});

Deno.test("update-call-order-status: the first wish not to be called is the one that is kept", async () => {
  const studio = await openStudio();
  const record = await addRecord(studio, { doNotCallAt: minutes(-60) });
  const order = await addOrder(studio, {}, record);
  await set(studio, order.id, "do_not_call");
  const stored = (await studio.app.records.get(studio.admin, record.id)).record;
  assertEquals([stored.doNotCallAt, stored.updatedAt], [minutes(-60), NOON]);
});

Deno.test("update-call-order-status: while a call is live only do_not_call is accepted", async () => {
  const studio = await openStudio();
  const order = await addOrder(studio);
  const call = await addCall(studio, order);
  const text = `Call ${call.id} of this order is live; until it ends only do_not_call is accepted`;
  for (const status of CALL_ORDER_STATUSES.filter((each) => each !== "do_not_call")) {
    const attempt = () => set(studio, order.id, status);
    const error = await refusedUnwritten(studio, attempt, "conflict", text);
    assertEquals(error.details.existing, call.id);
  }
  await set(studio, order.id, "do_not_call");
  await report(studio, call, { type: "ended", reason: "busy", durationSeconds: null });
  const after = await orderNow(studio, order);
  assertEquals([after.status, after.attempts, after.nextDialAt], ["do_not_call", 1, null]);
});

Deno.test("update-call-order-status: once the call has ended, the status may change again", async () => {
  const studio = await openStudio();
  const order = await addOrder(studio);
  const call = await addCall(studio, order);
  await report(studio, call, { type: "ended", reason: "busy", durationSeconds: null });
  assertEquals((await set(studio, order.id, "canceled")).order.status, "canceled");
});

Deno.test("update-call-order-status: no order is opened beside an open one of the pair", async () => {
  const studio = await openStudio();
  const record = await addRecord(studio);
  const closed = await addOrder(studio, { status: "failed" }, record);
  const open = await addOrder(studio, {}, record);
  const text = `Call order ${open.id} for this record and campaign is still open. Use that one.`;
  for (const status of ["planned", "rescheduled"] as const) {
    await refusedUnwritten(studio, () => set(studio, closed.id, status), "conflict", text);
  }
  assertEquals((await set(studio, closed.id, "canceled")).order.status, "canceled");
  assertEquals((await set(studio, open.id, "busy")).order.status, "busy");
});

Deno.test("update-call-order-status: an order is due when it is opened, and never when closed", async () => {
  const studio = await openStudio();
  const due = { scheduledTime: minutes(30), nextDialAt: minutes(90) };
  const order = await addOrder(studio, due);
  assertEquals((await set(studio, order.id, "canceled")).order.nextDialAt, null);
  assertEquals((await set(studio, order.id, "planned")).order.nextDialAt, minutes(30));
  const web = await addOrder(studio, { ...due, callType: "web", nextDialAt: null });
  await set(studio, web.id, "canceled");
  assertEquals((await set(studio, web.id, "planned")).order.nextDialAt, null);
});

Deno.test("update-call-order-status: foreign, unknown and malformed uuids look alike", async () => {
  const studio = await openStudio();
  const { id } = await addOrder(studio, { status: "do_not_call" });
  for (const uuid of [id, NOBODY, "x"]) {
    const text = "Call order not found or access denied";
    const attempt = () => set(studio, uuid, "planned", studio.stranger);
    await refusedUnwritten(studio, attempt, "not_found", text);
  }
});

Deno.test("update-call-order-status: a read-only token is told so before anything else", async () => {
  const studio = await openStudio();
  const attempt = () => set(studio, "x", "planned", studio.readOnly);
  await refused(attempt, "forbidden", "Forbidden: This token is read-only");
});

Deno.test("update-call-order-status: a clerk may; a master's change lands in the order's client", async () => {
  const studio = await openStudio();
  const { store, other, clerk, master } = studio;
  const order = await addOrder(studio);
  assertEquals((await set(studio, order.id, "busy", clerk)).order.status, "busy");
  const theirs = await addOrder({ ...studio, company: other });
  await studio.clock.advance(1);
  const view = await set(studio, theirs.id.toUpperCase(), "do_not_call", master);
  const { audit, listed, records } = await contentsOf(store);
  assertEquals([view.clientName, audit[0].clientId], [other.client.name, other.client.id]);
  const i = records.findIndex(({ record }) => record.clientId === other.client.id);
  assertEquals([listed[i], listed[1 - i]], [true, false]);
});
