/**
 * What a process that starts anew makes of calls of the HTTP provider that an earlier one left: prices that
 * were not told yet, and calls of which nobody knows whether they were dialled.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { createApp } from "../../src/app.ts";
import type { Call } from "../../src/calls/call.ts";
import type { CallGateway, DialResult } from "../../src/calls/call_gateway.ts";
import { assertSumsHold } from "../support/recount.ts";
import { recordTypeRow } from "../support/rows.ts";
import {
  addCall,
  addOrder,
  addRecord,
  balanceNow,
  callNow,
  openStudio,
  type Studio,
} from "../support/studio.ts";
import { openTwilio, type Otherwise, reachable } from "../support/twilio_phone.ts";
import { contentsOf } from "../support/watched_store.ts";

/** A process with an adapter that remembers nothing, on the store, the time and the provider that there are. */
function start(studio: Studio, otherwise: Otherwise = {}) {
  const { store } = studio;
  const applied: string[] = [];
  const world = openTwilio({
    calls: {
      toNumber: (...args) => store.read("all", ({ calls }) => calls.toNumber(...args)),
      unpriced: (...args) => store.read("all", ({ calls }) => calls.unpriced(...args)),
    },
    deliver: async (event) => {
      const became = await app.calls.applyEvent(event);
      if (became === "applied") applied.push(event.eventId);
    },
    ...otherwise,
  });
  const real = world.phone.gateway;
  /** What becomes of a dial, once the provider has had it or not. */
  let fate: "told" | "untold" | "lost" = "told";
  const gateway: CallGateway = {
    provider: real.provider,
    quietSeconds: real.quietSeconds,
    async dial(request): Promise<DialResult> {
      const result = fate === "lost" ? null : await real.dial(reachable(request));
      return result && fate === "told" ? result : { kind: "unknown", why: "killed" };
    },
    lookup: (call) => real.lookup(call),
    hangUp: (call) => real.hangUp(call),
    recording: (call, range) => real.recording(call, range),
  };
  const ports = { ...studio.ports, clock: world.clock, gateway };
  const app = createApp(ports);
  const call = (what: typeof fate, who: Studio, phoneNumber = "+14155550001") => {
    fate = what;
    return addRecord(who, { phoneNumber }).then((record) => addOrder(who, {}, record))
      .then((order) => addCall({ ...who, app }, order));
  };
  return { world, app, applied, call, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

for (const publicUrl of [undefined, new URL("http://127.0.0.1:8787")]) {
  const how = publicUrl === undefined ? "by webhooks" : "by looking";
  Deno.test(`a price that comes after a restart is asked for and applied once, ${how}`, async () => {
    const studio = await openStudio();
    await using before = start(studio, { publicUrl });
    before.world.fake.habits.priceAfter = 300;
    const { id } = await before.call("told", studio);
    await before.world.pass(120);
    const over = await callNow(studio, { id });
    assertEquals([over.status, over.phoneCost], ["completed", null]);
    const balance = await balanceNow(studio);

    await using after = start(studio, { publicUrl, earlier: before.world });
    await after.world.pass(1000);
    const priced = await callNow(studio, { id });
    assertEquals([priced.phoneCost, priced.phoneCurrency], [14_000n, "USD"]);
    assertEquals(after.applied.filter((eventId) => eventId === "price"), ["price"]);
    assertEquals([priced.price, await balanceNow(studio)], [over.price, balance]);
    assertSumsHold(await contentsOf(studio.store));

    await using third = start(studio, { publicUrl, earlier: after.world });
    const { requests } = third.world.fake;
    const asked = requests.length;
    await third.world.pass(10_000);
    assertEquals([requests.length, third.applied], [asked, []], "there is nothing left to ask");
    assertEquals(third.world.fake.creates.length, 1);
  });
}

Deno.test("a price that never comes is asked for less and less often, and for a day", async () => {
  const studio = await openStudio();
  await using before = start(studio);
  before.world.fake.habits.priceAfter = null;
  await before.call("told", studio);
  await before.world.pass(120);
  await using after = start(studio, { earlier: before.world });
  const { requests } = after.world.fake;
  const asked = () => requests.filter((each) => /^GET .*\/CA[0-9a-f]{32}\.json$/.test(each)).length;
  let last = asked();
  const perHours: number[] = [];
  for (const hours of [3, 10, 12, 10]) {
    for (let hour = 0; hour < hours; hour++) await after.world.pass(3600);
    perHours.push(asked() - last);
    last = asked();
  }
  assert(perHours[0] > 3 && perHours[0] <= 12, `${perHours}`);
  assert(perHours[1] > 5 && perHours[1] <= 11, `${perHours}`);
  assertEquals(perHours[3], 0);
});

/** Two of the studio's own clients, or one client's two kinds of records: who may call the same number. */
async function twoCallers(studio: Studio, same: boolean): Promise<[Studio, Studio]> {
  if (!same) return [studio, { ...studio, company: studio.other, admin: studio.stranger }];
  const type = recordTypeRow(studio.company.client);
  await studio.store.run("all", ({ records }) => records.saveType(type));
  return [studio, { ...studio, company: { ...studio.company, type } }];
}

for (const same of [true, false]) {
  for (const order of [["dialled", "lost"], ["lost", "dialled"]]) {
    const who = same ? "of the same client" : "of another client";
    Deno.test(`a call that was never dialled does not take one ${who} that was, ${order.join(" before ")}`, async () => {
      const studio = await openStudio();
      const [first, second] = await twoCallers(studio, same);
      await using before = start(studio);
      const calls: Record<string, Call> = {};
      for (const each of order) {
        calls[each] = each === "lost"
          ? await before.call("lost", second)
          : await before.call("untold", first);
      }
      await using after = start(studio, { earlier: before.world });
      const [sid] = after.world.fake.calls.keys();
      await after.world.clock.advance(70_000);
      await after.app.calls.reconcile(60);
      for (const call of Object.values(calls)) {
        assertEquals((await callNow(studio, call)).providerCallId, null, "either may be it");
      }
      // The provider's own report says whose it is.
      await after.world.pass(80);
      assertEquals((await callNow(studio, calls.dialled)).providerCallId, sid);
      await after.app.calls.reconcile(60);
      const lost = await callNow(studio, calls.lost);
      assertEquals([lost.endReason, lost.providerCallId], ["provider_unavailable", null]);
      assertEquals((await callNow(studio, calls.dialled)).endReason, "contact_hangup");
      assertEquals((await balanceNow(studio)).reserved, 0n);
    });
  }
}

Deno.test("a call in doubt is found beside one that is known", async () => {
  const studio = await openStudio();
  const [first, second] = await twoCallers(studio, true);
  await using before = start(studio);
  const known = await before.call("told", first);
  const doubtful = await before.call("untold", second);
  await using after = start(studio, { earlier: before.world });
  await after.world.clock.advance(70_000);
  await after.app.calls.reconcile(60);
  const found = await Promise.all([known, doubtful].map((call) => callNow(studio, call)));
  assertEquals(found.map((call) => call.providerCallId), [...after.world.fake.calls.keys()]);
});
