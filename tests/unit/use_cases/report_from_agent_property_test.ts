import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { AgentReport } from "../../../src/calls/agent_report.ts";
import { minutes } from "../../support/rows.ts";
import { addCall, openStudio, orderNow, statsNow } from "../../support/studio.ts";

/** What an agent tells at some moment: any part may be missing. */
const PARTS = fc.record({
  turns: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  summary: fc.option(fc.constantFrom("Short.", "Longer."), { nil: undefined }),
  interested: fc.option(fc.boolean(), { nil: undefined }),
  optOut: fc.boolean(),
});

/** Reports of different moments, and an order in which all of them come, some more than once. */
const DELIVERIES = fc.array(PARTS, { minLength: 1, maxLength: 6 }).chain((parts) =>
  fc.record({
    parts: fc.constant(parts),
    first: fc.shuffledSubarray(parts.map((_, i) => i), { minLength: parts.length }),
    again: fc.array(fc.nat(parts.length - 1), { maxLength: 6 }),
  })
);

Deno.test("agent report: in whatever order and however often reports come, the newest of each part stays", async () => {
  await fc.assert(
    fc.asyncProperty(DELIVERIES, async ({ parts, first, again }) => {
      const studio = await openStudio();
      const { app, admin, clock, company } = studio;
      const call = await addCall(studio);
      await clock.advance(60 * 60_000);
      const agent = { clientId: company.client.id, assistantId: company.assistant.id };
      const reports = parts.map(({ turns, interested, ...rest }, i): AgentReport => ({
        callUuid: call.id,
        eventId: String(i),
        at: minutes(i),
        turns: turns === undefined ? undefined : turnsOf(turns, i),
        outcomes: interested === undefined
          ? undefined
          : [{ name: "interested", value: interested, turn: null }],
        ...rest,
      }));
      for (const i of [...first, ...again]) await app.calls.reportFromAgent(agent, reports[i]);

      const newest = <K extends keyof AgentReport>(key: K) =>
        reports.findLast((report) => report[key] !== undefined)?.[key];
      const transcript = await studio.store.read("all", ({ calls }) => calls.transcript(call.id));
      assertEquals(transcript?.turns, newest("turns"));
      const found = await app.calls.get(admin, call.id);
      assertEquals(found.call.summary ?? undefined, newest("summary"));
      const value = newest("outcomes")?.[0].value;
      assertEquals(
        found.outcomes.map((outcome) => outcome.value),
        [value].filter((v) => v !== undefined),
      );
      const { outcomes } = await app.campaigns.outcomes(admin, call.campaignId);
      assertEquals(outcomes.map(({ count }) => count), value === undefined ? [] : [1]);
      const unwanted = parts.some(({ optOut }) => optOut);
      const order = await orderNow(studio, { id: call.orderId });
      assertEquals(order.status === "do_not_call", unwanted);
      assertEquals((await statsNow(studio)).orders, { [order.status]: 1 });
    }),
    { numRuns: 150 },
  );
});

/** Turns that tell of which report they are. */
function turnsOf(count: number, report: number): AgentReport["turns"] {
  return Array.from({ length: count }, (_, i) => ({
    role: "agent",
    startSeconds: i,
    text: `${report}.${i}`,
  }));
}
