/**
 * The platforms' payloads as reports. The fixtures have the fields, types and wrappers of the
 * platforms' published documentation and clients; what they say is made up.
 */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { elevenLabsReport } from "../../adapters/http/agents/elevenlabs.ts";
import { momentOf } from "../../adapters/http/agents/payload.ts";
import { studioReport } from "../../adapters/http/agents/studio.ts";
import { vapiReport } from "../../adapters/http/agents/vapi.ts";
import { HttpProblem } from "../../adapters/http/problem.ts";
import { NOW } from "./harness.ts";

/** A webhook without hosts of its own. */
const NONE = {};
const CALL = "0193b2a4-0000-7000-8000-00000000000b";

/** A fixture, some of whose text is replaced. */
function fixture(name: string, ...changes: [string, string][]): unknown {
  const text = Deno.readTextFileSync(new URL(name, import.meta.url));
  const all: [string, string][] = [...changes, ["CALL-UUID", CALL]];
  return JSON.parse(all.reduce((sum, [from, to]) => sum.replace(from, to), text));
}

const elevenLabs = (...changes: [string, string][]) =>
  fixture("elevenlabs_post_call.json", ...changes);
const vapi = (...changes: [string, string][]) => fixture("vapi_end_of_call.json", ...changes);

/** The problem that a payload is refused with. */
function problemOf(map: () => unknown): string {
  const { status, message } = assertThrows(map, HttpProblem);
  assertEquals(status, 422);
  return message;
}

Deno.test("ElevenLabs: a post-call transcription is a report of everything it tells", () => {
  assertEquals(elevenLabsReport(elevenLabs(), NOW, NONE), {
    callUuid: CALL,
    eventId: "conv_01k0example.1795338060",
    at: new Date(1_795_338_060_000),
    turns: [
      { role: "agent", startSeconds: 0, text: "Hello, this is Nova of Acme Solar." },
      { role: "contact", startSeconds: 4, text: "Hi. I would like a quote." },
      { role: "contact", startSeconds: 11, text: "Please do not call me again." },
    ],
    summary: "The contact wants a quote, and no further calls.",
    outcomes: [
      { name: "interested", value: true, turn: null },
      { name: "seats", value: null, turn: null },
      { name: "do_not_call", value: true, turn: null },
    ],
    optOut: true,
    recording: { url: "https://api.elevenlabs.io/v1/convai/conversations/conv_01k0example/audio" },
    ended: { reason: null },
  });
});

Deno.test("ElevenLabs: the recording is at the account's own host, if there is audio at all", () => {
  const residency = { recordingHosts: ["api.eu.residency.elevenlabs.io"] };
  const told = (...changes: [string, string][]) =>
    elevenLabsReport(elevenLabs(...changes), NOW, residency)?.recording?.url;
  const path = "/v1/convai/conversations";
  const host = "https://api.eu.residency.elevenlabs.io";
  assertEquals(told(), `${host}${path}/conv_01k0example/audio`);
  assertEquals(told(["conv_01k0example", "../x?y"]), `${host}${path}/..%2Fx%3Fy/audio`);
  assertEquals(told(['"has_audio": true', '"has_audio": false']), undefined);
  assertEquals(told(['"has_audio": true,', ""]), `${host}${path}/conv_01k0example/audio`);
});

Deno.test("ElevenLabs: audio and failed starts report nothing", () => {
  for (const type of ["post_call_audio", "call_initiation_failure"]) {
    assertEquals(elevenLabsReport(elevenLabs(["post_call_transcription", type]), NOW, NONE), null);
  }
});

Deno.test("ElevenLabs: a conversation without analysis still has its transcript", () => {
  const payload = elevenLabs(['"analysis": {', '"analysis": null, "other": {']);
  const report = elevenLabsReport(payload, NOW, NONE);
  assertEquals([report?.turns?.length, report?.summary, report?.optOut], [3, undefined, undefined]);
});

Deno.test("ElevenLabs: our callUuid is preferred to other ids among the variables", () => {
  const other = `"callUuid": "${CALL}", "system__call_sid": "${crypto.randomUUID()}"`;
  const payload = elevenLabs(['"system__call_sid": "CALL-UUID"', other]);
  assertEquals(elevenLabsReport(payload, NOW, NONE)?.callUuid, CALL);
});

Deno.test("a conversation that names no call of ours is refused with what to pass on", () => {
  const lost = elevenLabs(["CALL-UUID", "CA0123456789"]);
  assertMatch(
    problemOf(() => elevenLabsReport(lost, NOW, NONE)),
    /dynamic_variables holds no callUuid/,
  );
  const none = vapi(["CALL-UUID", "?"]);
  assertMatch(problemOf(() => vapiReport(none, NOW)), /variableValues\) holds no callUuid/);
});

Deno.test("Vapi: an end-of-call report is a report of everything it tells", () => {
  assertEquals(vapiReport(vapi(), NOW), {
    callUuid: CALL,
    eventId: "7420f27a-30fd-4f49-a995-5549ae7cc00d.1795338060123",
    at: new Date(1_795_338_060_123),
    turns: [
      { role: "agent", startSeconds: 1.36, text: "Hello, this is Nova of Acme Solar." },
      { role: "contact", startSeconds: 5, text: "Hi. I would like a quote." },
    ],
    summary: "The contact wants a quote, and no further calls.",
    outcomes: [
      { name: "interested", value: true, turn: null },
      { name: "seats", value: 4, turn: null },
      { name: "size", value: "large", turn: null },
      { name: "do_not_call", value: true, turn: null },
      { name: "wish", value: "A quote", turn: null },
    ],
    optOut: true,
    recording: { url: "https://storage.vapi.ai/recording.wav" },
    ended: { reason: "agent_hangup" },
  });
});

Deno.test("Vapi: the uuid may come in the call's metadata as well", () => {
  const payload = vapi(
    ['"call-uuid": "CALL-UUID", ', ""],
    ['"status": "ended",', `"status": "ended", "metadata": { "callUuid": "${CALL}" },`],
  );
  assertEquals(vapiReport(payload, NOW)?.callUuid, CALL);
});

const REASONS: [string, string | null][] = [
  ["customer-ended-call", "contact_hangup"],
  ["customer-ended-call-during-transfer", "contact_hangup"],
  ["assistant-said-end-call-phrase", "agent_hangup"],
  ["voicemail", "voicemail"],
  ["silence-timed-out", null],
  ["exceeded-max-duration", null],
];
for (const [theirs, ours] of REASONS) {
  Deno.test(`Vapi: ${theirs} is ${ours ?? "an end of unknown reason"}`, () => {
    const report = vapiReport(vapi(["assistant-ended-call", theirs]), NOW);
    assertEquals(report?.ended, { reason: ours });
  });
}

Deno.test("Vapi: a call with a stereo recording alone, and one without", () => {
  const told = (key: string) => vapiReport(vapi(['"recordingUrl"', key]), NOW)?.recording;
  assertEquals(told('"stereoRecordingUrl"'), { url: "https://storage.vapi.ai/recording.wav" });
  assertEquals(told('"other"'), undefined);
});

Deno.test("Vapi: other messages report nothing", () => {
  for (const type of ["status-update", "hang", "transcript"]) {
    assertEquals(vapiReport({ message: { type } }, NOW), null);
  }
});

Deno.test("Vapi: structured data in another shape is passed over, and the rest kept", () => {
  const payload = vapi(
    ['"structuredData": {', '"structuredData": "none", "other": {'],
    ['{ "name": "size", "result": "large" }', '"large"'],
  );
  const names = vapiReport(payload, NOW)?.outcomes?.map(({ name }) => name);
  assertEquals(names, ["do_not_call", "wish"]);
});

Deno.test("our own words: every field is optional but the call and the event", () => {
  assertEquals(studioReport({ callUuid: CALL, eventId: "1" }, NOW), {
    callUuid: CALL,
    eventId: "1",
    at: NOW,
    turns: undefined,
    outcomes: undefined,
    ended: undefined,
  });
});

Deno.test("our own words: unknown fields are ignored, and wrong ones named without their values", () => {
  const whole = { callUuid: CALL, eventId: "1", recordingUrl: "https://x.test/a.mp3" };
  assertEquals("recordingUrl" in studioReport(whole, NOW), false);
  const wrong = {
    callUuid: "hush",
    eventId: "1",
    transcript: [{ role: "hush", startSeconds: 1, text: "hush" }],
    outcomes: [{ name: "x", value: ["hush"] }],
  };
  const message = problemOf(() => studioReport(wrong, NOW));
  assertMatch(message, /^Unprocessable report: callUuid: .*transcript\[0\]\.role: .*outcomes\[0\]/);
  assertEquals(message.includes("hush"), false);
});

Deno.test("moments come in seconds, milliseconds or ISO-8601, and what is none is now", () => {
  const moments: [number | string | undefined, string][] = [
    [1_795_338_060, "2026-11-22T09:01:00.000Z"],
    ["1795338060", "2026-11-22T09:01:00.000Z"],
    [1_795_338_060_123, "2026-11-22T09:01:00.123Z"],
    ["2026-11-22T09:01:00Z", "2026-11-22T09:01:00.000Z"],
    ["soon", NOW.toISOString()],
    [undefined, NOW.toISOString()],
  ];
  for (const [value, expected] of moments) {
    const at = momentOf(value, NOW);
    assertEquals(at.toISOString(), expected, String(value));
  }
});
