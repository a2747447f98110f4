/**
 * The use cases on the simulated network: where each magic number leads.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { MemoryPhoneBooks } from "../../adapters/telephony/simulated/memory_books.ts";
import { SimulatedPhoneNetwork } from "../../adapters/telephony/simulated/network.ts";
import { createApp } from "../../src/app.ts";
import type { CallOrder } from "../../src/call_orders/call_order.ts";
import type { Call } from "../../src/calls/call.ts";
import {
  addOrder,
  addRecord,
  balanceNow,
  callNow,
  openStudio,
  orderNow,
} from "../support/studio.ts";

/** A studio on a simulated network, and one call in it, to a number that ends so. */
async function callTo(digits: string) {
  const studio = await openStudio();
  const { clock, ports, admin } = studio;
  const books = new MemoryPhoneBooks();
  const network = new SimulatedPhoneNetwork({ books, clock, speed: 20 });
  const app = createApp({ ...ports, gateway: network });
  const record = await addRecord(studio, { phoneNumber: `+1415555${digits}` });
  const order = await addOrder(studio, {}, record);
  let told = false;
  const dialing = app.calls.initiate(admin, { callOrderUuid: order.id })
    .finally(() => told = true);
  // Longer than the network takes to not answer, from whenever it is asked.
  for (let passed = 0; !told || passed < 1500; passed += 500) await clock.advance(500);
  const { call } = await dialing;
  const pass = async (seconds: number) => {
    await clock.advance((seconds * 1000) / 20);
    while (await network.pump(app.calls.applyEvent) > 0);
  };
  return { studio, app, books, call, order, record, pass };
}

type End = [
  digits: string,
  status: Call["status"],
  reasons: Call["endReason"][],
  order: CallOrder["status"],
];

const ENDS: End[] = [
  ["0001", "completed", ["contact_hangup", "agent_hangup"], "contacted"],
  ["0002", "busy", ["busy"], "rescheduled"],
  ["0003", "no_answer", ["no_answer"], "rescheduled"],
  ["0004", "failed", ["invalid_number"], "failed"],
  ["0005", "completed", ["voicemail"], "rescheduled"],
  ["0006", "completed", ["contact_hangup"], "do_not_call"],
  ["0007", "failed", ["provider_unavailable"], "planned"],
  ["0009", "completed", ["contact_hangup"], "contacted"],
  ["0010", "completed", ["max_duration"], "contacted"],
];

for (const [digits, status, reasons, orderStatus] of ENDS) {
  Deno.test(`a call to a number ending in ${digits} is ${status}, its order ${orderStatus}`, async () => {
    const { studio, call, order, pass } = await callTo(digits);
    await pass(1500);
    const after = await callNow(studio, call);
    assertEquals(after.status, status);
    assert(reasons.includes(after.endReason), `${after.endReason}`);
    assertEquals((await orderNow(studio, order)).status, orderStatus);
    const { paidIn, available, reserved, spent } = await balanceNow(studio);
    assertEquals([reserved, available + spent], [0n, paidIn]);
    assertEquals(spent, after.price);
  });
}

Deno.test("whoever waits for the end of a call then finds what was said, recorded and charged", async () => {
  const { studio, app, call, pass } = await callTo("0001");
  const { admin } = studio;
  for (let after = await callNow(studio, call); after.endedAt === null;) {
    await pass(1);
    after = await callNow(studio, call);
  }
  const { turns } = await app.calls.transcript(admin, call.id);
  assert(turns.length > 2);
  const ref = { clientId: call.clientId, callId: call.id };
  assert(await app.calls.openRecording(ref, null));
  assertEquals((await callNow(studio, call)).phoneCurrency, "USD");
});

Deno.test("a call whose dialling timed out stays dialing until the reconciler finds it", async () => {
  const { studio, app, books, call, pass } = await callTo("0008");
  await pass(600);
  assertEquals((await callNow(studio, call)).status, "dialing");
  await app.calls.reconcile(3);
  await pass(600);
  assertEquals((await callNow(studio, call)).status, "completed");
  const [line] = await books.list(9);
  assertEquals([line.requests, line.refused], [1, null]);
  assertEquals((await balanceNow(studio)).reserved, 0n);
});

Deno.test("a contact that opted out is marked, and not called again", async () => {
  const { studio, app, books, record, pass } = await callTo("0006");
  await pass(600);
  const marked = await app.records.get(studio.admin, record.id);
  assert(marked.record.doNotCallAt !== null);
  const again = await addOrder(studio, {}, record);
  let code = "dialled";
  await app.calls.initiate(studio.admin, { callOrderUuid: again.id }).catch((e) => code = e.code);
  assertEquals(code, "do_not_call");
  assertEquals((await books.list(9)).length, 1);
});
