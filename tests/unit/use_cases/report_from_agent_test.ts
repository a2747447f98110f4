import { assertEquals, assertRejects } from "@std/assert";
import type { AgentReport } from "../../../src/calls/agent_report.ts";
import type { Call, EndReason } from "../../../src/calls/call.ts";
import type { CallEvent } from "../../../src/calls/call_event.ts";
import { reportFromAgent } from "../../../src/calls/report_from_agent.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import type { UnitOfWork } from "../../../src/kernel/unit_of_work.ts";
import { minutes, unique } from "../../support/rows.ts";
import {
  addCall,
  addOrder,
  balanceNow,
  callNow,
  NOBODY,
  openStudio,
  orderNow,
  refused,
  refusedUnwritten,
  report,
  type Studio,
  talk,
} from "../../support/studio.ts";
import { contentsOf } from "../../support/watched_store.ts";

const TURNS: AgentReport["turns"] = [
  { role: "agent", startSeconds: 0.5, text: "Hello!" },
  { role: "contact", startSeconds: 2, text: "Tell me more." },
];

function agentOf({ company }: Studio) {
  return { clientId: company.client.id, assistantId: company.assistant.id };
}

/** A report of a call, by its assistant. */
function tell(studio: Studio, call: Pick<Call, "id">, what: Partial<AgentReport>) {
  const whole = { callUuid: call.id, eventId: unique("e"), at: studio.clock.now(), ...what };
  return studio.app.calls.reportFromAgent(agentOf(studio), whole);
}

async function foundOn({ app, admin }: Studio, call: Call) {
  const { turns } = await app.calls.transcript(admin, call.id);
  const { outcomes, call: { summary } } = await app.calls.get(admin, call.id);
  return { turns, summary, outcomes };
}

Deno.test("agent report: transcript, summary and outcomes are kept, with the turns they rest on", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  await talk(studio, call, 30);
  const answer = await tell(studio, call, {
    turns: TURNS,
    summary: "Wants to hear more.",
    outcomes: [{ name: "interested", value: true, turn: 1 }, {
      name: "mood",
      value: "up",
      turn: 0,
    }],
  });
  assertEquals(answer, {
    applied: ["transcript", "summary", "outcomes"],
    notes: ['outcome "mood": the assistant has none of that name; left out'],
  });
  assertEquals(await foundOn(studio, call), {
    turns: TURNS,
    summary: "Wants to hear more.",
    outcomes: [{ name: "interested", type: "boolean", value: true, turn: 1 }],
  });
  const { outcomes } = await studio.app.campaigns.outcomes(studio.admin, call.campaignId);
  assertEquals(outcomes.map(({ name, count }) => [name, count]), [["interested", 1]]);
});

Deno.test("agent report: the same report again changes nothing", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  const same: Partial<AgentReport> = {
    eventId: "one",
    turns: TURNS,
    summary: "Short.",
    outcomes: [{ name: "interested", value: true, turn: null }],
    optOut: true,
  };
  await tell(studio, call, same);
  const before = await contentsOf(studio.store);
  await studio.clock.advance(60_000);
  const { applied, notes } = await tell(studio, call, same);
  assertEquals([applied, notes.length], [[], 4]);
  assertEquals(await contentsOf(studio.store), before);
});

Deno.test("agent report: an older report that comes later replaces nothing", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  await studio.clock.advance(120_000);
  const part = (at: Date, summary: string, count: number): Partial<AgentReport> => ({
    at,
    summary,
    turns: TURNS!.slice(0, count),
  });
  await tell(studio, call, part(minutes(2), "All of it.", 2));
  const late = await tell(studio, call, part(minutes(1), "Half of it.", 1));
  assertEquals(late.applied, []);
  const { turns, summary } = await foundOn(studio, call);
  assertEquals([turns.length, summary], [2, "All of it."]);
  // A part that the newer report did not have is news all the same.
  const outcomes = [{ name: "interested", value: false, turn: null }];
  assertEquals((await tell(studio, call, { at: minutes(1), outcomes })).applied, ["outcomes"]);
});

Deno.test("agent report: a time in the future counts as now, so that it does not block later reports", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  await tell(studio, call, { at: minutes(600), summary: "First." });
  await studio.clock.advance(1000);
  await tell(studio, call, { summary: "Second." });
  assertEquals((await callNow(studio, call)).summary, "Second.");
});

Deno.test("agent report: findings may come before the call is known to have been answered", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  await tell(studio, call, { turns: TURNS, summary: "Early." });
  await talk(studio, call, 30);
  const after = await callNow(studio, call);
  assertEquals([after.status, after.summary, after.durationSeconds], ["completed", "Early.", 30]);
});

Deno.test("agent report: who wishes not to be called again is not, and that is noted once", async () => {
  const studio = await openStudio();
  const order = await addOrder(studio);
  const call = await addCall(studio, order);
  assertEquals((await tell(studio, call, { optOut: true })).applied, ["optOut"]);
  assertEquals((await tell(studio, call, { optOut: true })).applied, []);
  await tell(studio, call, { optOut: false });
  assertEquals((await orderNow(studio, order)).status, "do_not_call");
  const profile = await studio.app.records.profile(studio.admin, order.recordId);
  assertEquals(profile.record.doNotCallAt !== null, true);
  assertEquals(profile.notes.length, 1);
});

Deno.test("agent report: text that cannot be stored is cleaned, and the turns keep their numbers", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  await tell(studio, call, {
    turns: [
      { role: "contact", startSeconds: 0, text: "\u0000" },
      { role: "agent", startSeconds: 1, text: "a\u0007b \ud800" },
    ],
    summary: "\u0000 fine\ttoo",
  });
  const { turns, summary } = await foundOn(studio, call);
  assertEquals(turns.map(({ text }) => text), ["", "a b \ufffd"]);
  assertEquals(summary, "fine\ttoo");
});

Deno.test("agent report: a call of another assistant is as absent as one that there is not", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  const what = { eventId: "e", at: studio.clock.now(), summary: "Stolen." };
  const { client, assistant } = studio.other;
  const stranger = { clientId: client.id, assistantId: assistant.id };
  const colleague = { clientId: call.clientId, assistantId: NOBODY };
  const text = "Call not found or access denied";
  for (
    const [agent, callUuid] of [
      [stranger, call.id],
      [colleague, call.id],
      [agentOf(studio), NOBODY],
      [agentOf(studio), "call-1"],
    ] as const
  ) {
    await refusedUnwritten(
      studio,
      () => studio.app.calls.reportFromAgent(agent, { ...what, callUuid }),
      "not_found",
      text,
    );
  }
});

Deno.test("agent report: what a failure cut off is applied when the report comes again, and nothing twice", async () => {
  const studio = await openStudio();
  const { ports, store } = studio;
  const call = await addCall(studio);
  const what = {
    callUuid: call.id,
    eventId: "one",
    at: studio.clock.now(),
    optOut: true,
    turns: TURNS,
    summary: "Short.",
  };
  for (let survived = 0; survived < 3; survived++) {
    let left = 1;
    const uow: UnitOfWork = {
      read: (scope, work) => store.read(scope, work),
      run: async (scope, work) => {
        if (left === 0) throw new DomainError("unavailable", "The store cannot be reached");
        const result = await store.run(scope, work);
        // What was applied before takes a transaction too.
        if (result === "applied") left--;
        return result;
      },
    };
    const attempt = reportFromAgent({ ...ports, uow }, agentOf(studio), what);
    if (survived < 2) await assertRejects(() => attempt, DomainError);
    else assertEquals((await attempt).applied, ["summary"]);
  }
  const { turns, summary } = await foundOn(studio, call);
  assertEquals([turns, summary], [TURNS, "Short."]);
});

Deno.test("agent report: an event's id is text of a limited length", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  for (const eventId of ["", "x".repeat(201), "a\u0000"]) {
    await refused(
      () => tell(studio, call, { eventId }),
      "invalid",
      "eventId: must be text of 1 to 200 characters",
    );
  }
});

/** What the provider knows of a call that both hung up after half a minute. */
function over(call: Call, reason: EndReason): CallEvent[] {
  const ref = { clientId: call.clientId, callId: call.id };
  return [
    { ref, eventId: "p1", at: minutes(0), report: { type: "answered", by: "person" } },
    {
      ref,
      eventId: "p2",
      at: minutes(0.5),
      report: { type: "ended", reason, durationSeconds: 30 },
    },
  ];
}

Deno.test("agent report: the end of a conversation has the provider asked, whose duration is paid", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  const { gateway } = studio;
  gateway.lookupResult = () => ({
    kind: "found",
    providerCallId: "line",
    events: over(call, "contact_hangup"),
  });
  await tell(studio, call, { ended: { reason: "voicemail" } });
  const after = await callNow(studio, call);
  assertEquals([after.status, after.endReason, after.price], ["completed", "voicemail", 70_000n]);
  // It is over: nobody need be asked again.
  await tell(studio, call, { ended: { reason: "agent_hangup" } });
  assertEquals(gateway.lookedUp.length, 1);
});

Deno.test("agent report: who ended it, by the agent's word, gives way to a provider that knows better", async () => {
  for (const reason of ["max_duration", "agent_hangup", "busy"] as const) {
    const studio = await openStudio();
    const call = await addCall(studio);
    const events = over(call, reason);
    studio.gateway.lookupResult = () => ({ kind: "found", providerCallId: "line", events });
    await tell(studio, call, { ended: { reason: "voicemail" } });
    assertEquals((await callNow(studio, call)).endReason, reason);
  }
});

Deno.test("agent report: an agent's word alone neither ends a call nor moves money", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  await report(studio, call, { type: "answered", by: "person" });
  const before = await balanceNow(studio);
  for (const lookup of ["unknown", "not_found"] as const) {
    studio.gateway.lookupResult = () => ({ kind: lookup, why: "no answer" });
    await tell(studio, call, { ended: { reason: null } });
    assertEquals((await callNow(studio, call)).status, "in_progress");
  }
  assertEquals(await balanceNow(studio), before);
});
