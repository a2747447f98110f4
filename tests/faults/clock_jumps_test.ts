/** A clock that jumps a day ahead or an hour back: nothing dials twice, and nothing waits for ever. */
import { assert, assertEquals } from "@std/assert";
import { LeasedRateLimits } from "../../adapters/leased_rate_limits.ts";
import { MemoryRateLimits } from "../../adapters/memory/rate_limits.ts";
import { BATCH_ROWS } from "../../src/records/contact_import.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { assertSumsHold } from "../support/recount.ts";
import { importRow } from "../support/rows.ts";
import { addCall, addOrder, callNow, openStudio, orderNow, report } from "../support/studio.ts";
import { contentsOf } from "../support/watched_store.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const JUMPS = { "a day ahead": 24 * HOUR, "an hour back": -HOUR };

for (const [jump, by] of Object.entries(JUMPS)) {
  Deno.test(`${jump}: a live call goes on, ends, is settled, and was dialled once`, async () => {
    const studio = await openStudio({ autoDial: true });
    const { app, clock, gateway, store } = studio;
    const due = await addOrder(studio, { nextDialAt: clock.now() });
    assertEquals(await app.calls.dialDue(), 1);
    const [{ ref }] = gateway.dialled;
    const call = { clientId: ref.clientId, id: ref.callId };
    await report(studio, await callNow(studio, call), { type: "answered", by: "person" });
    await clock.advance(by);
    const known = `line-${ref.callId}`;
    gateway.lookupResult = () => ({ kind: "found", providerCallId: known, events: [] });
    for (let i = 0; i < 5; i++) {
      await app.calls.reconcile(60);
      await app.calls.dialDue();
      await clock.advance(MINUTE);
    }
    await report(studio, await callNow(studio, call), {
      type: "ended",
      reason: "contact_hangup",
      durationSeconds: 30,
    });
    const ended = await callNow(studio, call);
    assertEquals([ended.endReason, ended.durationSeconds], ["contact_hangup", 30]);
    const steps = ended.timeline.map(({ at }) => at.getTime());
    assertEquals(steps, steps.toSorted((a, b) => a - b), "no step stands before an earlier one");
    // By the studio's clock it has gone on for a day: to cut it off is the lesser evil.
    assertEquals(gateway.hungUp.length > 0, by > 0, "hung up when overlong, and only then");
    await app.calls.dialDue();
    assertEquals(gateway.dialled.length, 1);
    assertEquals((await orderNow(studio, due)).status, "contacted");
    assertSumsHold(await contentsOf(store));
  });

  Deno.test(`${jump}: a dial in doubt is looked up, never repeated, and over in the end`, async () => {
    const studio = await openStudio({ autoDial: true });
    const { app, clock, gateway, store } = studio;
    gateway.dialResult = () => ({ kind: "unknown", why: "timeout" });
    const call = await addCall(studio, await addOrder(studio, { nextDialAt: clock.now() }));
    gateway.lookupResult = () => ({ kind: "unknown", why: "timeout" });
    await clock.advance(by);
    // As long as the provider may have put it through, and as the clock was wrong.
    let minutes = 0;
    for (; minutes < 300; minutes++) {
      await app.calls.reconcile(60);
      if ((await callNow(studio, call)).endedAt !== null) break;
      assertEquals(await app.calls.dialDue(), 0);
      await clock.advance(MINUTE);
    }
    const possible = gateway.quietSeconds / 60 + 2 * call.maxSeconds / 60 - by / MINUTE;
    assert(minutes >= possible, `given up after ${minutes} min, might ring for ${possible}`);
    assert(gateway.lookedUp.length > 0, "it was looked up");
    assertEquals((await callNow(studio, call)).endReason, "provider_unavailable");
    assertEquals(gateway.dialled.length, 1);
    assertSumsHold(await contentsOf(store));
  });

  Deno.test(`${jump}: an import whose worker is gone is taken up again, and adds nobody twice`, async () => {
    const studio = await openStudio();
    const { app, clock, store, company, admin } = studio;
    // Its first batch is done.
    const rows = Array.from({ length: BATCH_ROWS + 50 }, (_, i) => ({
      line: i + 2,
      fields: { name: `Row ${i}`, phoneNumber: `+1415555${2000 + i}` },
    }));
    const batches = [rows.slice(0, BATCH_ROWS), rows.slice(BATCH_ROWS)];
    const leaseUntil = new Date(clock.now().getTime() + MINUTE);
    const before = { rows: rows.length, nextRow: BATCH_ROWS, created: BATCH_ROWS };
    const running = importRow(company.type, { ...before, leaseUntil });
    await store.run("all", ({ imports }) => imports.insert(running, batches));
    await clock.advance(by);
    for (let minutes = 0; minutes < 90; minutes++) {
      await Promise.all([app.imports.run(), app.imports.run()]);
      await clock.advance(MINUTE);
    }
    const { total } = await app.records.list(admin, { limit: 1 });
    assertEquals(total, 50, "of what was done already, nothing is done again");
    const after = await app.imports.get(admin, running.id);
    const { status, created, duplicates } = after.contactImport;
    assertEquals([status, created, duplicates], ["done", rows.length, 0]);
  });

  Deno.test(`${jump}: the same key still gives the same call, and dials nobody`, async () => {
    const studio = await openStudio();
    const { app, admin, clock, gateway } = studio;
    const wish = { callOrderUuid: (await addOrder(studio)).id, idempotencyKey: "one" };
    const { call } = await app.calls.initiate(admin, wish);
    await report(studio, call, { type: "ended", reason: "busy", durationSeconds: null });
    await clock.advance(by);
    await clock.advance(HOUR);
    await app.calls.forgetKeys();
    const again = await app.calls.initiate(admin, wish);
    assertEquals([again.call.id, again.repeated], [call.id, true]);
    assertEquals(gateway.dialled.length, 1);
  });
}

Deno.test("set back by an hour, rate limits keep nobody out for longer than they would have", async () => {
  const clock = new FakeClock();
  const rule = { burst: 2, perMinute: 2 };
  const limits = new LeasedRateLimits(new MemoryRateLimits(clock), clock);
  const take = async () => (await limits.take("token", rule)).allowed;
  assertEquals([await take(), await take(), await take()], [true, true, false]);
  await clock.advance(-HOUR);
  await clock.advance(MINUTE);
  assertEquals(await take(), true);
});

Deno.test("set ahead by a day and back, a token is good again, and was never good beyond its time", async () => {
  const { app, master, clock, company } = await openStudio();
  const expiresAt = new Date(clock.now().getTime() + HOUR);
  const { secret } = await app.access.issueToken(master, {
    user: company.user.email,
    name: "short",
    expiresAt,
  });
  const works = () => app.access.authenticate(secret).then(() => true, () => false);
  assertEquals(await works(), true);
  await clock.advance(24 * HOUR);
  assertEquals(await works(), false);
  await clock.advance(-24 * HOUR);
  assertEquals(await works(), true);
  await clock.advance(-HOUR);
  assertEquals(await works(), true);
});
