import { assert, assertEquals } from "@std/assert";
import {
  type Call,
  CALL_STATUSES,
  type CallStatus,
  END_REASONS,
  type EndReason,
  endStatusOf,
  isLive,
  LIVE_STATUSES,
  rankOf,
} from "../../src/calls/call.ts";
import type { CallReport } from "../../src/calls/call_event.ts";
import { progress } from "../../src/calls/call_progress.ts";
import { NOON } from "../support/rows.ts";
import { worldOf } from "../support/world.ts";

const END_STATUS: Record<EndReason, CallStatus> = {
  contact_hangup: "completed",
  agent_hangup: "completed",
  ended_by_client: "completed",
  max_duration: "completed",
  contact_lost: "completed",
  agent_lost: "completed",
  voicemail: "completed",
  busy: "busy",
  no_answer: "no_answer",
  canceled: "canceled",
  invalid_number: "failed",
  forbidden: "failed",
  auth_failed: "failed",
  media_incompatible: "failed",
  provider_balance: "failed",
  provider_unavailable: "failed",
  declined: "failed",
  unwanted: "failed",
  rejected_by_network: "failed",
  agent_unavailable: "failed",
};

Deno.test("every end reason has its status", () => {
  for (const reason of END_REASONS) assertEquals(endStatusOf(reason), END_STATUS[reason], reason);
});

Deno.test("every status that no live call has is the end of some reason", () => {
  const ends = new Set(END_REASONS.map(endStatusOf));
  assertEquals(ends, new Set(CALL_STATUSES.filter((status) => !LIVE_STATUSES.includes(status))));
});

Deno.test("statuses go from dialing over queued, ringing and in progress to any end", () => {
  const order: CallStatus[] = ["dialing", "queued", "ringing", "in_progress"];
  assertEquals(order.map(rankOf), [0, 1, 2, 3]);
  for (const status of CALL_STATUSES) {
    if (!order.includes(status)) assertEquals(rankOf(status), 4, status);
  }
});

Deno.test("a call is live until it has ended", () => {
  const { call } = worldOf();
  for (const status of CALL_STATUSES) {
    assertEquals(isLive({ ...call, status }), rankOf(status) < 4, status);
  }
  assert(isLive(call));
});

Deno.test("a call that a machine answered is voicemail, whoever hung up, when that is known by then", () => {
  const { call: live } = worldOf();
  const tell = (call: Call, report: CallReport) => {
    const ref = { clientId: call.clientId, callId: call.id };
    return progress(call, { ref, eventId: report.type, at: NOON, report }, NOON);
  };
  const machine = { type: "answered_by", by: "machine" } as const;
  const answered = { type: "answered", by: null } as const;
  const end = { type: "ended", reason: "contact_hangup", durationSeconds: 0 } as const;
  for (const order of [[answered, machine, end], [machine, answered, end]]) {
    const call = order.reduce(tell, live);
    assertEquals([call.answeredBy, call.endReason], ["machine", "voicemail"]);
  }
  const late = [answered, end, machine].reduce<Call>(tell, live);
  assertEquals([late.answeredBy, late.endReason], ["machine", "contact_hangup"]);
  const person = tell(tell(live, { type: "answered", by: "person" }), machine);
  assertEquals(person.answeredBy, "person");
});
