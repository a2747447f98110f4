import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Call, END_REASONS, type EndReason, isLive, rankOf } from "../../../src/calls/call.ts";
import type { CallReport } from "../../../src/calls/call_event.ts";
import type { Turn } from "../../../src/calls/transcript.ts";
import { assertSumsHold } from "../../support/recount.ts";
import {
  addCall,
  addOrder,
  balanceNow,
  callNow,
  openStudio,
  orderNow,
  report,
  statsNow,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";

const seconds = fc.integer({ min: 0, max: 4000 });
const money = fc.record({
  amount: fc.bigInt({ min: 0n, max: 900_000n }),
  currency: fc.constantFrom("USD", "EUR"),
});
const outcome = fc.constantFrom(
  { name: "interested", type: "boolean" as const, value: true, turn: null },
  { name: "interested", type: "boolean" as const, value: false, turn: 0 },
  { name: "budget", type: "number" as const, value: 100, turn: null },
);
const anyReport: fc.Arbitrary<CallReport> = fc.oneof(
  fc.constantFrom<CallReport>({ type: "queued" }, { type: "ringing" }, { type: "opted_out" }),
  fc.record({
    type: fc.constant("answered" as const),
    by: fc.constantFrom("person" as const, "machine" as const, null),
  }),
  fc.record({
    type: fc.constant("ended" as const),
    reason: fc.constantFrom(...END_REASONS),
    durationSeconds: fc.option(seconds),
  }),
  fc.record({ type: fc.constant("phone_cost" as const), cost: money }),
  fc.record({
    type: fc.constant("recording" as const),
    reference: fc.constantFrom("RE1", "RE2"),
    durationSeconds: fc.option(seconds),
  }),
  fc.record({
    type: fc.constant("transcript" as const),
    turns: fc.constant<Turn[]>([]),
    summary: fc.option(fc.constantFrom("Fine.", "Hung up.")),
  }),
  fc.record({
    type: fc.constant("outcomes" as const),
    outcomes: fc.array(outcome, { maxLength: 2 }),
  }),
);

/** Reports of one call by index, each delivered three times in any order. */
function deliveries<R>(
  reports: fc.Arbitrary<R[]>,
): fc.Arbitrary<{ reports: R[]; order: number[] }> {
  return reports.chain((all) => {
    const thrice = [...all.keys(), ...all.keys(), ...all.keys()];
    const order = fc.shuffledSubarray(thrice, { minLength: thrice.length });
    return order.map((each) => ({ reports: all, order: each }));
  });
}

/** A new call that got the reports, and everything that came of it but identities. */
async function outcomeOf(
  reports: CallReport[],
  order: number[],
  each: (before: Call, after: Call) => void = () => {},
) {
  const studio = await openStudio();
  const planned = await addOrder(studio);
  const call = await addCall(studio, planned);
  await studio.clock.advance(5_000_000);
  let before = await callNow(studio, call);
  for (const i of order) {
    await report(studio, call, reports[i], `e${i}`);
    const after = await callNow(studio, call);
    each(before, after);
    before = after;
  }
  const contents = await contentsOf(studio.store);
  assertSumsHold(contents);
  const { campaignId: _, campaignName: __, clientId: ___, clientName: ____, ...figures } =
    await statsNow(studio);
  const { status, attempts, nextDialAt } = await orderNow(studio, planned);
  return {
    call: { ...before, ...NAMELESS },
    order: { status, attempts, nextDialAt },
    balance: await balanceNow(studio),
    figures,
    outcomes: contents.outcomeCounts.flat(),
    transcripts: contents.transcripts,
    notes: contents.notes.flat().length,
    wanted: contents.records.map(({ record }) => record.doNotCallAt),
  };
}

const NAMELESS = Object.fromEntries(
  ["id", "clientId", "orderId", "recordId", "campaignId", "assistantId", "initiatedBy"]
    .concat("phoneNumber", "providerCallId").map((key) => [key, null]),
);

Deno.test("call events: whatever comes, a call only moves forward and its end is final", async () => {
  await fc.assert(
    fc.asyncProperty(
      deliveries(fc.array(anyReport, { maxLength: 8 })),
      async ({ reports, order }) => {
        await outcomeOf(reports, order, (before, after) => {
          assert(rankOf(after.status) >= rankOf(before.status));
          assertEquals(after.timeline.slice(0, before.timeline.length), before.timeline);
          assertEquals(isLive(after), after.endedAt === null);
          assertEquals(isLive(after), after.price === null);
          if (isLive(before)) return;
          const fixed = (
            { status, endReason, endedAt, answeredAt, answeredBy, timeline }: Call,
          ) => ({
            status,
            endReason,
            endedAt,
            answeredAt,
            answeredBy,
            timeline,
          });
          assertEquals(fixed(after), fixed(before));
          if (before.durationSeconds !== null) assertEquals(after.price, before.price);
        });
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("call events: repeats change nothing of what comes out", async () => {
  await fc.assert(
    fc.asyncProperty(
      deliveries(fc.array(anyReport, { maxLength: 8 })),
      async ({ reports, order }) => {
        const once = [...new Set(order)];
        assertEquals(await outcomeOf(reports, order), await outcomeOf(reports, once));
      },
    ),
    { numRuns: 60 },
  );
});

/** What a provider and an agent's platform report of one call that really took place. */
const story: fc.Arbitrary<CallReport[]> = fc.record({
  answered: fc.boolean(),
  reason: fc.constantFrom<EndReason>(
    "contact_hangup",
    "voicemail",
    "agent_unavailable",
    "agent_lost",
  ),
  missed: fc.constantFrom<EndReason>("busy", "no_answer", "invalid_number", "declined"),
  duration: fc.integer({ min: 1, max: 4000 }),
  cost: money,
  optedOut: fc.boolean(),
  outcomes: fc.array(outcome, { maxLength: 2 }),
}).map(({ answered, reason, missed, duration, cost, optedOut, outcomes }) => {
  const before: CallReport[] = [{ type: "queued" }, { type: "ringing" }];
  if (!answered) {
    return [...before, { type: "ended", reason: missed, durationSeconds: null }];
  }
  const told: CallReport[] = optedOut ? [{ type: "opted_out" }] : [];
  return [
    ...before,
    { type: "answered", by: "person" },
    ...told,
    { type: "ended", reason, durationSeconds: duration },
    { type: "transcript", turns: [], summary: "Fine." },
    { type: "outcomes", outcomes },
    { type: "recording", reference: "RE1", durationSeconds: duration },
    { type: "phone_cost", cost },
  ];
});

Deno.test("call events: the true story of a call comes out the same in any order", async () => {
  await fc.assert(
    fc.asyncProperty(deliveries(story), async ({ reports, order }) => {
      const told = async (each: number[]) => {
        const { call, ...rest } = await outcomeOf(reports, each);
        // When it was answered and by whom may stay unknown, once it has ended.
        const { answeredAt, answeredBy: _, timeline: __, ...known } = call;
        return { ...rest, call: { ...known, wasAnswered: answeredAt !== null } };
      };
      assertEquals(await told(order), await told([...reports.keys()]));
    }),
    { numRuns: 60 },
  );
});
