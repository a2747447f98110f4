import { assert, assertEquals } from "@std/assert";
import { type Deadline, Deadlines } from "../../adapters/postgres/deadlines.ts";

/** What was late, in the order in which it was. */
function due(milliseconds: number, what: string, late: string[]): Deadline {
  return { at: performance.now() + milliseconds, late: () => late.push(what) };
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

Deno.test("each deadline is told once that its time is up, whenever it was added", async () => {
  const deadlines = new Deadlines();
  const late: string[] = [];
  deadlines.add(due(60, "last", late));
  deadlines.add(due(20, "first", late));
  deadlines.add(due(-1, "past", late));
  await after(5);
  assertEquals(late, ["past"]);
  deadlines.add(due(40, "second", late));
  await after(100);
  assertEquals(late, ["past", "first", "second", "last"]);
});

Deno.test("what is done in time hears nothing, and no timer is left", async () => {
  const deadlines = new Deadlines();
  const late: string[] = [];
  const [done, other, lateOne] = [10, 10_000, 30].map((ms) => due(ms, `${ms}`, late));
  for (const each of [done, other, lateOne]) deadlines.add(each);
  deadlines.remove(done);
  await after(60);
  assertEquals(late, ["30"]);
  // The sanitizer of timers would see one that is left.
  deadlines.remove(other);
});

Deno.test("what is late may add and remove others", async () => {
  const deadlines = new Deadlines();
  const late: string[] = [];
  const removed = due(20, "removed", late);
  deadlines.add({
    at: performance.now() + 10,
    late() {
      late.push("first");
      deadlines.remove(removed);
      deadlines.add(due(10, "added", late));
    },
  });
  deadlines.add(removed);
  await after(60);
  assertEquals(late, ["first", "added"]);
});

Deno.test("no timer is left when the late remove the last that is not", async () => {
  const deadlines = new Deadlines();
  const last = due(10_000, "last", []);
  deadlines.add(last);
  deadlines.add({ at: performance.now() + 10, late: () => deadlines.remove(last) });
  // The sanitizer of timers would see one that is left.
  await after(40);
});

Deno.test("ten thousand deadlines cost one timer", () => {
  const set = globalThis.setTimeout;
  let timers = 0;
  globalThis.setTimeout = ((...args: Parameters<typeof set>) => {
    timers++;
    return set(...args);
  }) as typeof set;
  try {
    const deadlines = new Deadlines();
    const all = Array.from({ length: 10_000 }, () => due(4000, "", []));
    for (const each of all) deadlines.add(each);
    for (const each of all) deadlines.remove(each);
  } finally {
    globalThis.setTimeout = set;
  }
  assert(timers === 1, `${timers} timers`);
});
