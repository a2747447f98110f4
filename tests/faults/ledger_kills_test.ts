/**
 * The ledger adds up whatever is done and wherever the process dies, on the store in memory and on
 * PostgreSQL: after each sequence of commands every call comes to its end, some prices come late,
 * some in another currency, some never, and then the books must balance to the millionth.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import type { CallReport } from "../../src/calls/call_event.ts";
import type { DialRequest } from "../../src/calls/call_gateway.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import {
  type Command,
  command as anyCommand,
  play,
  setStage,
  type Stage,
} from "../support/random_work.ts";
import { embeddedDatabases, type TestDatabase } from "../support/databases.ts";
import { assertSumsHold } from "../support/recount.ts";
import { addOrder, type Studio } from "../support/studio.ts";
import { contentsOf, Killed } from "../support/watched_store.ts";

/** A command, and the step at which the process dies while it is carried out. */
const anyStep = fc.record({
  command: anyCommand,
  dieAfter: fc.option(fc.nat({ max: 30 }), { freq: 2 }),
});
/** What the provider tells of a call once all is over, if anything. */
const anyLateNews = fc.record({
  seconds: fc.option(fc.nat({ max: 5000 })),
  cost: fc.option(fc.bigInt({ min: 0n, max: 10n ** 12n })),
  currency: fc.constantFrom("USD", "EUR"),
});
const BEGINNING: Command[] = [
  { do: "record", who: 0 },
  { do: "record", who: 2 },
  { do: "order", record: 1, campaign: 0, due: true },
  { do: "order", record: 0, campaign: 2, due: false },
];

/** Carries a command out, or dies trying. */
async function tryPlay(stage: Stage, command: Command, dieAfter: number | null) {
  const { store } = stage.studio;
  store.dieAfter = dieAfter;
  try {
    await play(stage, command);
    return "done";
  } catch (error) {
    if (isKill(error)) return "killed";
    if (error instanceof DomainError) return "refused";
    throw error;
  } finally {
    store.dieAfter = null;
  }
}

/** Workers tell of several failures at once. */
function isKill(error: unknown): boolean {
  return error instanceof Killed ||
    (error instanceof AggregateError && error.errors.every(isKill));
}

/** Lets the reconciler bring every call to its end: the provider knows of none. */
async function endAllCalls({ app, clock, gateway }: Studio): Promise<void> {
  gateway.lookupResult = () => ({ kind: "not_found" });
  for (let tries = 0;; tries++) {
    assert(tries < 20, "calls do not end");
    await clock.advance(3 * 3_600_000);
    if (await app.calls.reconcile(0) === 0) return;
  }
}

async function assertBalanced({ store, gateway }: Studio): Promise<void> {
  const contents = await contentsOf(store);
  assertSumsHold(contents);
  for (const balance of contents.balances) {
    assertEquals(balance?.reserved ?? 0n, 0n, "nothing is reserved once every call has ended");
  }
  const calls = new Set(contents.calls.map(({ id }) => id));
  const dialled = gateway.dialled.map(({ ref }) => ref.callId);
  assertEquals(new Set(dialled).size, dialled.length, "no call is dialled twice");
  assert(dialled.every((id) => calls.has(id)), "no call is dialled that was not reserved");
}

function ledgerHolds(
  open: () => Promise<UnitOfWork | undefined>,
  { runs, commands }: { runs: number; commands: number },
) {
  return async () => {
    const seen = { done: 0, refused: 0, killed: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep, { minLength: commands, maxLength: commands, size: "max" }),
        fc.array(anyLateNews, { minLength: 5, maxLength: 5 }),
        async (steps, lateNews) => {
          const stage = await setStage(await open());
          const { studio } = stage;
          for (const command of BEGINNING) await play(stage, command);
          for (const { command, dieAfter } of steps) {
            seen[await tryPlay(stage, command, dieAfter)]++;
          }
          await endAllCalls(studio);
          for (const [i, { ref }] of studio.gateway.dialled.entries()) {
            const { seconds, cost, currency } = lateNews[i % lateNews.length];
            const news: CallReport[] = [];
            if (seconds !== null) {
              news.push({ type: "ended", reason: "contact_hangup", durationSeconds: seconds });
            }
            if (cost !== null) news.push({ type: "phone_cost", cost: { amount: cost, currency } });
            for (const report of news) {
              const eventId = `late ${report.type}`;
              await studio.app.calls.applyEvent({ ref, eventId, at: studio.clock.now(), report });
            }
          }
          await assertBalanced(studio);
        },
      ),
      // A shrunk sequence of a database's would take minutes to find.
      { numRuns: runs, endOnFailure: runs < 100 },
    );
    assert(Object.values(seen).every((count) => count > runs), JSON.stringify(seen));
  };
}

/** A call from its order to its last news; each step is what somebody does, and does again. */
const STORY: ((studio: Studio, order: string, dialled: DialRequest[]) => Promise<unknown>)[] = [
  ({ app, admin }, callOrderUuid) =>
    app.calls.initiate(admin, { callOrderUuid, idempotencyKey: callOrderUuid }),
  tell({ type: "answered", by: "person" }),
  tell({ type: "ended", reason: "contact_hangup", durationSeconds: null }),
  tell({ type: "ended", reason: "contact_hangup", durationSeconds: 61 }),
  tell({ type: "phone_cost", cost: { amount: 12_345n, currency: "EUR" } }),
];

function tell(report: CallReport) {
  return async ({ app, clock }: Studio, _order: string, dialled: DialRequest[]) => {
    for (const { ref } of dialled) {
      const seconds = "durationSeconds" in report ? report.durationSeconds : null;
      const eventId = `${report.type} ${seconds}`;
      await app.calls.applyEvent({ ref, eventId, at: clock.now(), report });
    }
  };
}

function everyKill(open: () => Promise<UnitOfWork | undefined>) {
  return async () => {
    const { studio } = await setStage(await open());
    const { gateway } = studio;
    let died = true;
    let kills = 0;
    for (let step = 0; died; step++) {
      died = false;
      const before = gateway.dialled.length;
      const order = await addOrder(studio);
      studio.store.dieAfter = step;
      for (const act of STORY) {
        try {
          await act(studio, order.id, gateway.dialled.slice(before));
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          died = true;
          kills++;
          // Whoever heard nothing asks again.
          await act(studio, order.id, gateway.dialled.slice(before));
        }
      }
      studio.store.dieAfter = null;
      await endAllCalls(studio);
      assert(gateway.dialled.length - before <= 1);
      // All calls are one company's: what does not balance would not later on either.
      if (step % 10 === 9 || !died) await assertBalanced(studio);
    }
    assert(kills > 40, `${kills} kills`);
  };
}

const sequences =
  "random sequences of commands and kills, late and missing prices: the ledger adds up";
const everywhere = "a call's story with a kill at every step: the ledger adds up";

const inMemory = () => Promise.resolve(undefined);

Deno.test(
  `memory: a thousand ${sequences}`,
  ledgerHolds(inMemory, {
    runs: 1000,
    commands: 30,
  }),
);
Deno.test(`memory: ${everywhere}`, everyKill(inMemory));

let embedded: Promise<TestDatabase> | undefined;
async function onPglite(): Promise<UnitOfWork> {
  embedded ??= embeddedDatabases().then((databases) => databases.fresh());
  return new PostgresUnitOfWork((await embedded).lanes);
}
const unsanitized = { sanitizeOps: false, sanitizeResources: false };
Deno.test({
  name: `PGlite: twenty ${sequences}`,
  ...unsanitized,
  fn: ledgerHolds(onPglite, { runs: 20, commands: 40 }),
});
Deno.test({ name: `PGlite: ${everywhere}`, ...unsanitized, fn: everyKill(onPglite) });
Deno.test.afterAll(async () => await (await embedded)?.close());
