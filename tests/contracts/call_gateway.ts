/**
 * What every `CallGateway` must do, whichever provider stands behind it: one suite, hence one file.
 *
 * The provider decides by the last four digits of the number, as SPEC's magic numbers do; behind a
 * real adapter stands a double of the provider that does the same.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { type Call, type EndReason, endStatusOf } from "../../src/calls/call.ts";
import type { CallEvent, CallRef, CallReport } from "../../src/calls/call_event.ts";
import { progress } from "../../src/calls/call_progress.ts";
import type { CallGateway, DialRequest } from "../../src/calls/call_gateway.ts";
import { newId } from "../../src/kernel/ids.ts";
import { assistantRow, callRow, campaignRow, clientRow, orderRow } from "../support/rows.ts";
import { recordRow, recordTypeRow } from "../support/rows.ts";

/** A gateway, with the provider behind it in the test's hands. */
export interface GatewayHarness extends AsyncDisposable {
  gateway: CallGateway;
  /** Lets that many of the provider's seconds pass, and what is reported meanwhile come in. */
  pass(seconds: number): Promise<void>;
  /** Everything that was reported of a call, in the order in which it came. */
  reported(ref: CallRef): CallEvent[];
  /** How often the provider has dialled a call. */
  dials(ref: CallRef): Promise<number>;
}

/** A request to dial, and the call as the studio knows it. */
export interface Asked {
  request: DialRequest;
  call: Call;
}

/**
 * Registers the suite. A sentence with a known exception is tried nevertheless, and must fail: an
 * exception that is no longer needed has to go.
 */
export function callGatewayContract(
  name: string,
  make: () => Promise<GatewayHarness>,
  { exceptions = {} }: { exceptions?: Record<string, string> } = {},
): void {
  const unused = new Set(Object.keys(exceptions));
  const tell = (sentence: string, body: (harness: GatewayHarness) => Promise<void>) => {
    unused.delete(sentence);
    const exception: string | undefined = exceptions[sentence];
    const suffix = exception === undefined ? "" : ` (known exception: ${exception})`;
    Deno.test(`call gateway, ${name}: ${sentence}${suffix}`, async () => {
      await using harness = await make();
      if (exception === undefined) await body(harness);
      else await assertRejects(() => body(harness));
    });
  };

  tell("a call that is accepted was dialled once", async (harness) => {
    const { request, call } = aDial("0001");
    const result = await dial(harness, request);
    assert(result.kind === "accepted" && result.providerCallId !== "");
    assertEquals(await harness.dials(request.ref), 1);
    const found = await harness.gateway.lookup({ ...call, providerCallId: result.providerCallId });
    assert(found.kind === "found");
    assertEquals(found.providerCallId, result.providerCallId);
  });

  tell("a call that is refused for sure is never dialled, and not known", async (harness) => {
    const { request, call } = aDial("0007");
    assertEquals(await dial(harness, request), {
      kind: "refused",
      reason: "provider_unavailable",
    });
    await harness.pass(120);
    assertEquals(await harness.dials(request.ref), 0);
    assertEquals(await harness.gateway.lookup(call), { kind: "not_found" });
    assertEquals(harness.reported(request.ref), []);
  });

  tell(
    "a call whose dialling is in doubt was dialled, and is found by looking",
    async (harness) => {
      const { request, call } = aDial("0008");
      const result = await dial(harness, request);
      assert(result.kind === "unknown" && result.why !== "");
      assertEquals(await harness.dials(request.ref), 1);
      assertEquals(harness.reported(request.ref), []);
      const found = await harness.gateway.lookup(call);
      assert(found.kind === "found");
      await harness.pass(600);
      assert(ended(harness.reported(request.ref)), "its events come once somebody has looked");
      assertEquals(await harness.dials(request.ref), 1);
    },
  );

  tell("dialling the same call again does not dial again", async (harness) => {
    const { request } = aDial("0001");
    const first = await dial(harness, request);
    const again = await Promise.all([dial(harness, request), dial(harness, request)]);
    assertEquals(again, [first, first]);
    await harness.pass(600);
    assertEquals(await dial(harness, request), first);
    assertEquals(await harness.dials(request.ref), 1);
  });

  tell("a call that was never dialled is not found, and has no recording", async (harness) => {
    const { call } = aDial("0001");
    assertEquals(await harness.gateway.lookup(call), { kind: "not_found" });
    assertEquals(await harness.gateway.recording(call, null), null);
  });

  tell("two calls to one number are two calls", async (harness) => {
    const [one, two] = [aDial("0001"), aDial("0001")];
    await dial(harness, one.request);
    await dial(harness, two.request);
    await harness.pass(600);
    for (const { request } of [one, two]) {
      assertEquals(await harness.dials(request.ref), 1);
      assert(ended(harness.reported(request.ref)));
    }
  });

  const unanswered: [string, EndReason, string[]][] = [
    ["0002", "busy", ["queued", "ended"]],
    ["0003", "no_answer", ["queued", "ringing", "ended"]],
    ["0004", "invalid_number", ["queued", "ended"]],
  ];
  for (const [digits, reason, life] of unanswered) {
    tell(`a call that ends with ${reason} was not answered, and costs nothing`, async (harness) => {
      const { request, call } = aDial(digits);
      const events = await live(harness, request);
      assertEquals(stages(events).filter((type) => life.includes(type)), life);
      assert(!stages(events).includes("answered"));
      assertEquals(ended(events), { type: "ended", reason, durationSeconds: null });
      const cost = reportOf(events, "phone_cost");
      assert(cost === undefined || cost.cost.amount === 0n);
      assertEquals(reportOf(events, "transcript"), undefined);
      assertEquals(await harness.gateway.recording(call, null), null);
    });
  }

  tell("an unanswered phone rings as long as it was asked to", async (harness) => {
    const rung = [];
    for (const ringSeconds of [15, 45]) {
      const { request } = aDial("0003", { ringSeconds });
      const events = await live(harness, request);
      rung.push(Number(eventOf(events, "ended").at) - Number(eventOf(events, "ringing").at));
    }
    assert(rung[0] > 0 && rung[1] > 2 * rung[0], `rang for ${rung} ms`);
  });

  tell("an answered call goes through every stage in order", async (harness) => {
    const { request, call } = aDial("0001");
    const events = await live(harness, request);
    assertEquals(stages(events), ["queued", "ringing", "answered", "ended"]);
    const times = ["queued", "ringing", "answered", "ended"] as const;
    const at = times.map((type) => eventOf(events, type).at.getTime());
    assertEquals(at, at.toSorted((a, b) => a - b));
    // Not every network can tell a person from a machine; none may take one for the other.
    assertNotEquals(after(call, events).answeredBy, "machine");
    const end = ended(events);
    assert(end?.reason === "contact_hangup" || end?.reason === "agent_hangup");
    assertEquals(endStatusOf(end.reason), "completed");
    assert(Number.isInteger(end.durationSeconds) && end.durationSeconds! > 0);
    assert(events.every(({ ref }) => ref.callId === request.ref.callId));
  });

  tell("an answered call costs something", async (harness) => {
    const { request } = aDial("0001");
    const cost = reportOf(await live(harness, request), "phone_cost")?.cost;
    assert(cost && cost.amount > 0n && /^[A-Z]{3}$/.test(cost.currency));
  });

  tell(
    "an answered call has a transcript, a summary, and the outcomes asked for",
    async (harness) => {
      const { request } = aDial("0001");
      const events = await live(harness, request);
      const said = reportOf(events, "transcript");
      assert(said && said.turns.length > 2 && said.summary);
      assertEquals(new Set(said.turns.map(({ role }) => role)), new Set(["agent", "contact"]));
      const starts = said.turns.map(({ startSeconds }) => startSeconds);
      assertEquals(starts, starts.toSorted((a, b) => a - b));
      assert(starts.at(-1)! < ended(events)!.durationSeconds!);
      const outcomes = reportOf(events, "outcomes")?.outcomes ?? [];
      assertEquals(outcomes.find(({ name }) => name === "interested")?.value, true);
      for (const { name, type, turn } of outcomes) {
        const definition = request.agent.outcomes.find((known) => known.name === name);
        assertEquals(definition?.type, type);
        assert(turn === null || turn < said.turns.length);
      }
    },
  );

  tell("a voicemail is a call that a machine answered", async (harness) => {
    const { request, call } = aDial("0005");
    const { answeredBy, endReason } = after(call, await live(harness, request));
    assertEquals([answeredBy, endReason], ["machine", "voicemail"]);
  });

  tell("a contact that wants no more calls opts out", async (harness) => {
    const { request } = aDial("0006");
    const events = await live(harness, request);
    assert(reportOf(events, "opted_out"));
    assertEquals(endStatusOf(ended(events)!.reason), "completed");
  });

  tell("a contact may hang up after two seconds", async (harness) => {
    const { request } = aDial("0009");
    assertEquals(ended(await live(harness, request)), {
      type: "ended",
      reason: "contact_hangup",
      durationSeconds: 2,
    });
  });

  tell("a call is ended at the longest that it may take", async (harness) => {
    const { request } = aDial("0010", { maxSeconds: 120 });
    assertEquals(ended(await live(harness, request)), {
      type: "ended",
      reason: "max_duration",
      durationSeconds: 120,
    });
  });

  tell(
    "a call that is hung up has ended, and hanging up again changes nothing",
    async (harness) => {
      const { request, call } = aDial("0010", { maxSeconds: 7200 });
      const result = await dial(harness, request);
      assert(result.kind === "accepted");
      const known = { ...call, providerCallId: result.providerCallId };
      await harness.pass(60);
      assert(stages(harness.reported(request.ref)).includes("answered"));
      await harness.gateway.hangUp(known);
      await harness.pass(60);
      await harness.gateway.hangUp(known);
      await harness.pass(60);
      const events = harness.reported(request.ref);
      assertEquals(stages(events).filter((type) => type === "ended"), ["ended"]);
      const end = ended(events);
      assert(end && endStatusOf(end.reason) === "completed" && end.reason !== "max_duration");
      assert(end.durationSeconds !== null && end.durationSeconds > 0 && end.durationSeconds <= 61);
    },
  );

  tell("a call that is hung up while it rings was never answered", async (harness) => {
    const { request, call } = aDial("0003", { ringSeconds: 45 });
    const result = await dial(harness, request);
    assert(result.kind === "accepted");
    await harness.pass(6);
    await harness.gateway.hangUp({ ...call, providerCallId: result.providerCallId });
    await harness.pass(60);
    const end = ended(harness.reported(request.ref));
    assertEquals(end, { type: "ended", reason: "canceled", durationSeconds: null });
  });

  tell("a call of an hour may take its hour", async (harness) => {
    const { request } = aDial("0010", { maxSeconds: 7200 });
    assertEquals(ended(await live(harness, request, 4000))?.durationSeconds, 3600);
  });

  tell("looking tells what was reported, with the same ids, at every moment", async (harness) => {
    for (const digits of ["0001", "0002", "0003", "0004", "0005", "0006", "0009"]) {
      const { request, call } = aDial(digits);
      await dial(harness, request);
      for (const seconds of [0, 2, 5, 10, 20, 60, 600]) {
        await harness.pass(seconds);
        const found = await harness.gateway.lookup(call);
        assert(found.kind === "found");
        assertEquals(byId(found.events), byId(harness.reported(request.ref)), `${digits}`);
      }
    }
  });

  tell("event ids are unique within a call", async (harness) => {
    const { request } = aDial("0006");
    const ids = (await live(harness, request)).map(({ eventId }) => eventId);
    assertEquals(ids.length, new Set(ids).size);
  });

  tell("a call that is under way has no recording yet", async (harness) => {
    const { request, call } = aDial("0010");
    await dial(harness, request);
    await harness.pass(60);
    assertEquals(await harness.gateway.recording(call, null), null);
  });

  tell("a recording is an MP3 of which any part can be had", async (harness) => {
    const { request, call } = aDial("0001");
    const report = reportOf(await live(harness, request), "recording");
    const { reference = "", durationSeconds = null } = report ?? {};
    const over: Call = { ...call, recording: { reference, durationSeconds } };
    const part = async (start: number, end: number | null) => {
      const stream = await harness.gateway.recording(over, { start, end });
      assert(stream);
      return { ...stream, bytes: await bytesOf(stream.body) };
    };
    const whole = await harness.gateway.recording(over, null);
    assert(whole);
    const bytes = await bytesOf(whole.body);
    const total = bytes.length;
    assertEquals(whole.contentType, "audio/mpeg");
    assertEquals([whole.start, whole.end, whole.totalBytes], [0, total - 1, total]);
    assert(isMp3(bytes), "begins with a frame of MPEG audio, or with an ID3 tag");
    for (const [start, end] of [[0, 0], [0, 99], [71, 145], [100, null], [total - 1, total + 9]]) {
      const got = await part(start!, end);
      const last = Math.min(end ?? Infinity, total - 1);
      assertEquals([got.start, got.end, got.totalBytes], [start, last, total]);
      assertEquals(got.bytes, bytes.slice(start!, last + 1));
    }
    const beyond = await part(total + 5, null);
    assertEquals([beyond.bytes.length, beyond.totalBytes], [0, total]);
  });

  if (unused.size) throw new Error(`call gateway: no such sentences: ${[...unused].join("; ")}`);
}

/** A request to dial a number that ends so, from a client of its own, and the call that it is for. */
export function aDial(digits: string, overrides: Partial<DialRequest> = {}): Asked {
  const client = clientRow();
  const assistant = assistantRow(client);
  const record = recordRow(recordTypeRow(client));
  const order = orderRow(record, campaignRow(assistant));
  const call = callRow(order, assistant, {
    id: newId(new Date()),
    phoneNumber: `+1415555${digits}`,
  });
  const request: DialRequest = {
    ref: { clientId: call.clientId, callId: call.id },
    to: call.phoneNumber,
    ringSeconds: 30,
    maxSeconds: call.maxSeconds,
    agent: {
      connection: assistant.connection,
      outcomes: [
        { name: "interested", type: "boolean", description: "Whether the contact is interested" },
        { name: "budget", type: "number", description: "The monthly budget in USD" },
        { name: "callback_date", type: "date", description: "When the contact wants to be called" },
      ],
      context: { contact: record.name, campaign: "Spring offer" },
    },
    ...overrides,
  };
  return { request, call: { ...call, maxSeconds: request.maxSeconds } };
}

/** Dials, while time passes in case the gateway waits for it. */
async function dial({ gateway, pass }: GatewayHarness, request: DialRequest) {
  let settled = false;
  const result = gateway.dial(request).finally(() => settled = true);
  for (let tried = 0; !settled && tried < 100; tried++) await pass(1);
  return await result;
}

/** Dials, and lets the call live until nothing more can come. */
async function live(
  harness: GatewayHarness,
  request: DialRequest,
  seconds = 600,
): Promise<CallEvent[]> {
  await dial(harness, request);
  await harness.pass(seconds);
  return harness.reported(request.ref);
}

/** The call once it has been told all that. */
function after(call: Call, events: CallEvent[]): Call {
  return events.reduce((before, event) => progress(before, event, event.at), call);
}

type ReportOf<T extends CallReport["type"]> = Extract<CallReport, { type: T }>;

function eventOf(events: CallEvent[], type: CallReport["type"]): CallEvent {
  const event = events.find(({ report }) => report.type === type);
  assert(event, `no event of type ${type}`);
  return event;
}

function reportOf<T extends CallReport["type"]>(events: CallEvent[], type: T) {
  const report = events.find((event) => event.report.type === type)?.report;
  return report as ReportOf<T> | undefined;
}

function ended(events: CallEvent[]): ReportOf<"ended"> | undefined {
  return reportOf(events, "ended");
}

function stages(events: CallEvent[]): string[] {
  const known = ["queued", "ringing", "answered", "ended"];
  return events.map(({ report }) => report.type).filter((type) => known.includes(type));
}

function byId(events: CallEvent[]): CallEvent[] {
  return events.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1));
}

function isMp3(bytes: Uint8Array): boolean {
  const tagged = new TextDecoder().decode(bytes.slice(0, 3)) === "ID3";
  // Frame sync, and the two bits that say Layer III.
  return tagged || (bytes[0] === 0xff && (bytes[1] & 0xe6) === 0xe2);
}

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body).arrayBuffer());
}
