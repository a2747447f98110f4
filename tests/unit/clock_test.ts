import { assert, assertEquals } from "@std/assert";
import { SystemClock } from "../../adapters/clock.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** Each clock, and what makes its time pass. */
const clocks: [string, () => { clock: Clock; pass(milliseconds: number): Promise<unknown> }][] = [
  ["system", () => ({ clock: new SystemClock(), pass: () => Promise.resolve() })],
  ["fake", () => {
    const clock = new FakeClock();
    return { clock, pass: (milliseconds) => clock.advance(milliseconds) };
  }],
];

for (const [name, make] of clocks) {
  Deno.test(`the ${name} clock moves on by what was slept`, async () => {
    const { clock, pass } = make();
    const before = clock.now().getTime();
    await Promise.all([clock.sleep(20), pass(20)]);
    // Timers of the runtime may fire a fraction of a millisecond early.
    assert(clock.now().getTime() - before >= 19);
  });

  Deno.test(`the ${name} clock wakes a sleeper whose signal is aborted, and leaves nothing behind`, async () => {
    const { clock } = make();
    const stop = new AbortController();
    const sleeping = clock.sleep(60_000, stop.signal);
    stop.abort();
    await sleeping;
    await clock.sleep(60_000, AbortSignal.abort());
  });

  Deno.test(`the ${name} clock sleeps to the end under a signal that is not aborted`, async () => {
    const { clock, pass } = make();
    const stop = new AbortController();
    const before = clock.now().getTime();
    await Promise.all([clock.sleep(20, stop.signal), pass(20)]);
    assert(clock.now().getTime() - before >= 19);
    stop.abort();
  });
}

Deno.test("the fake clock wakes sleepers in order, each at its own time", async () => {
  const clock = new FakeClock(new Date(0));
  const woken: string[] = [];
  const sleep = async (name: string, milliseconds: number) => {
    await clock.sleep(milliseconds);
    woken.push(`${name} at ${clock.now().getTime()}`);
  };
  const late = sleep("late", 300);
  const chain = sleep("first", 100).then(() => sleep("second", 150));
  await clock.advance(260);
  assertEquals(woken, ["first at 100", "second at 250"]);
  assertEquals(clock.now().getTime(), 260);
  await clock.advance(40);
  assertEquals(woken.at(-1), "late at 300");
  await Promise.all([late, chain]);
});
