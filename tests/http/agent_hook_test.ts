import { assert, assertEquals, assertMatch } from "@std/assert";
import { callNow, NOBODY, orderNow } from "../support/studio.ts";
import { contentsOf } from "../support/watched_store.ts";
import { type Desk, hmac, openDesk, SECRET, type Sent } from "./agent_desk.ts";

const SUMMARY = { eventId: "1", summary: "Wants a quote." };

function report({ call }: Desk, more: Record<string, unknown> = {}) {
  return { callUuid: call.id, ...SUMMARY, ...more };
}

async function summaryOf({ studio, call }: Desk) {
  return (await callNow(studio, call)).summary;
}

Deno.test("agents' webhook: a signed report is stored once it is answered", async () => {
  const desk = await openDesk();
  const { studio, call } = desk;
  const sent = await desk.post(report(desk, {
    transcript: [
      { role: "agent", startSeconds: 0, text: "Hello!" },
      { role: "contact", startSeconds: 1.5, text: "Do not call again." },
    ],
    outcomes: [{ name: "interested", value: false, turn: 1 }],
    optOut: true,
  }));
  assertEquals(sent, {
    status: 200,
    answer: { applied: ["optOut", "transcript", "summary", "outcomes"], notes: [] },
  });
  const { turns } = await studio.app.calls.transcript(studio.admin, call.id);
  assertEquals(turns[1], { role: "contact", startSeconds: 1.5, text: "Do not call again." });
  const { outcomes } = await studio.app.calls.get(studio.admin, call.id);
  assertEquals(outcomes, [{ name: "interested", type: "boolean", value: false, turn: 1 }]);
  assertEquals((await orderNow(studio, { id: call.orderId })).status, "do_not_call");
});

Deno.test("agents' webhook: the same request again is answered well and changes nothing", async () => {
  const desk = await openDesk();
  await desk.post(report(desk));
  const before = await contentsOf(desk.studio.store);
  const { status, answer } = await desk.post(report(desk));
  assertEquals([status, answer.applied], [200, []]);
  assertEquals(await contentsOf(desk.studio.store), before);
});

/** Requests that nobody but a forger sends. */
const FORGED: [string, (desk: Desk) => Sent][] = [
  ["without a signature", () => ({ headers: {} })],
  ["with another secret", () => ({ secret: "another-secret-of-some-length" })],
  ["whose body was altered", (desk) => ({ body: JSON.stringify(report(desk, { optOut: true })) })],
  ["signed more than five minutes ago", () => ({ signedAt: -301 })],
  ["signed more than five minutes ahead", () => ({ signedAt: 301 })],
  ["whose time is not what was signed", (desk) => {
    const time = Math.floor(desk.studio.clock.now().getTime() / 1000);
    const signature = hmac(SECRET, time - 9999, JSON.stringify(report(desk)));
    return { headers: { "studio-signature": `t=${time},v1=${signature}` } };
  }],
  ["with an empty signature", () => ({ headers: { "studio-signature": "t=,v1=" } })],
  ["with the secret itself", () => ({ headers: { "x-vapi-secret": SECRET } })],
  ["for an assistant that there is not", () => ({ assistant: NOBODY })],
  ["for an assistant without a webhook", ({ studio }) => ({
    assistant: studio.other.assistant.id,
  })],
  ["for what is no assistant", () => ({ assistant: "nova" })],
];
for (const [how, sent] of FORGED) {
  Deno.test(`agents' webhook: a request ${how} is refused like any other forgery`, async () => {
    const desk = await openDesk();
    const before = await contentsOf(desk.studio.store);
    const { status, answer } = await desk.post(report(desk), sent(desk));
    assertEquals(status, 401);
    assertMatch(answer.error!.message, /^Unauthorized: this assistant has no webhook, or the sig/);
    assertEquals(await contentsOf(desk.studio.store), before);
  });
}

Deno.test("agents' webhook: a request that was signed within five minutes is taken", async () => {
  const desk = await openDesk();
  for (const signedAt of [-299, 299]) {
    assertEquals((await desk.post(report(desk), { signedAt })).status, 200);
  }
});

Deno.test("agents' webhook: another assistant's call is as absent as one that there is not", async () => {
  const desk = await openDesk();
  const { studio } = desk;
  const { assistant, campaign } = studio.company;
  const colleague = {
    ...assistant,
    id: NOBODY,
    name: "Colleague",
    webhook: { platform: "studio" as const, secret: SECRET },
  };
  await studio.store.run("all", ({ campaigns }) => campaigns.saveAssistant(colleague));
  const theirs = await desk.post(report(desk), { assistant: NOBODY });
  const none = await desk.post({ ...SUMMARY, callUuid: campaign.id }, { assistant: NOBODY });
  assertEquals([theirs.status, theirs.answer], [
    404,
    { error: { message: "Call not found or access denied." } },
  ]);
  assertEquals(none, theirs);
  assertEquals(await summaryOf(desk), null);
});

Deno.test("agents' webhook: what is wrong with a body is said in a sentence", async () => {
  const desk = await openDesk();
  const wrong: [unknown, number, RegExp][] = [
    ["{", 400, /not valid JSON/],
    ["[".repeat(70), 400, /nested more than 64/],
    [{ eventId: "1" }, 422, /^Unprocessable report: callUuid: /],
    [report(desk, { eventId: "" }), 422, /^Unprocessable report: eventId: /],
    [report(desk, { eventId: "a\u0000" }), 422, /^eventId: must be text of 1 to 200 characters/],
  ];
  for (const [payload, expected, sentence] of wrong) {
    const { status, answer } = await desk.post(payload);
    assertEquals(status, expected);
    assertMatch(answer.error!.message, sentence);
  }
});

Deno.test("agents' webhook: a body of more than a mebibyte, or of another type, is refused", async () => {
  const desk = await openDesk();
  const large = await desk.post(report(desk, { padding: "x".repeat(1 << 20) }));
  assertEquals(large.status, 413);
  const text = await desk.post(report(desk), { headers: { "content-type": "text/plain" } });
  assertEquals(text.status, 415);
});

Deno.test("agents' webhook: a store that cannot be reached has the platform try again", async () => {
  const desk = await openDesk();
  desk.studio.store.down = true;
  assertEquals((await desk.post(report(desk))).status, 503);
  desk.studio.store.down = false;
  assertEquals((await desk.post(report(desk))).answer.applied, ["summary"]);
});

Deno.test("agents' webhook: logs tell neither of whom a report is nor what it says", async () => {
  const desk = await openDesk();
  await desk.post(report(desk));
  await desk.post(report(desk), { secret: "another-secret-of-some-length" });
  const logged = JSON.stringify(desk.server.logged);
  assertMatch(logged, /"route":"\/hooks"/);
  for (const hidden of [SECRET, SUMMARY.summary, desk.call.id, desk.call.phoneNumber]) {
    assert(!logged.includes(hidden), hidden);
  }
});

const ELEVENLABS = (desk: Desk) => ({
  type: "post_call_transcription",
  event_timestamp: Math.floor(desk.studio.clock.now().getTime() / 1000),
  data: {
    conversation_id: "conv_1",
    transcript: [],
    analysis: { transcript_summary: SUMMARY.summary },
    conversation_initiation_client_data: { dynamic_variables: { callUuid: desk.call.id } },
  },
});

Deno.test("agents' webhook: ElevenLabs reports in its own words and by its own signature", async () => {
  const desk = await openDesk("elevenlabs");
  const { status, answer } = await desk.post(ELEVENLABS(desk), { signedAt: -1799 });
  assertEquals([status, answer.applied], [200, ["transcript", "summary", "recording"]]);
  assertEquals(await summaryOf(desk), SUMMARY.summary);
  assertEquals((await desk.post(ELEVENLABS(desk), { signedAt: -1801 })).status, 401);
  const body = JSON.stringify(ELEVENLABS(desk));
  const time = Math.floor(desk.studio.clock.now().getTime() / 1000);
  const headers = { "studio-signature": `t=${time},v1=${hmac(SECRET, time, body)}` };
  assertEquals((await desk.post(body, { headers })).status, 401);
  const audio = await desk.post({ ...ELEVENLABS(desk), type: "post_call_audio" });
  assertEquals([audio.status, audio.answer.applied], [200, []]);
});

const VAPI = ({ call }: Desk) => ({
  message: {
    type: "end-of-call-report",
    timestamp: 1,
    endedReason: "customer-ended-call",
    call: { id: "v1", metadata: { callUuid: call.id } },
    analysis: { summary: SUMMARY.summary },
  },
});

Deno.test("agents' webhook: Vapi proves itself by a signature, a secret header or a bearer token", async () => {
  const proofs: Sent[] = [
    {},
    { headers: { "x-vapi-secret": SECRET } },
    { headers: { authorization: `Bearer ${SECRET}` } },
  ];
  for (const proof of proofs) {
    const desk = await openDesk("vapi");
    const { status, answer } = await desk.post(VAPI(desk), proof);
    assertEquals([status, answer.applied], [200, ["summary"]]);
    assertEquals(await summaryOf(desk), SUMMARY.summary);
  }
});

Deno.test("agents' webhook: Vapi's proofs can be forged neither in part nor in whole", async () => {
  const desk = await openDesk("vapi");
  const body = JSON.stringify(VAPI(desk));
  const forgeries: Sent[] = [
    { headers: {} },
    { signedAt: -301 },
    { secret: "another-secret-of-some-length" },
    { headers: { "x-vapi-secret": SECRET.slice(1) } },
    { headers: { authorization: `Bearer ${SECRET}x` } },
    { headers: { authorization: SECRET } },
    // A signature that is wrong is not made good by a secret beside it.
    { headers: { "x-signature": hmac("other", "", body), "x-vapi-secret": SECRET } },
    { headers: { "x-signature": hmac(SECRET, "", body) } },
  ];
  for (const forgery of forgeries) {
    assertEquals((await desk.post(VAPI(desk), forgery)).status, 401, JSON.stringify(forgery));
  }
});

Deno.test("agents' webhook: a signature may carry Vapi's prefix and a time in milliseconds", async () => {
  const desk = await openDesk("vapi");
  const body = JSON.stringify(VAPI(desk));
  const time = desk.studio.clock.now().getTime();
  const headers = {
    "x-timestamp": String(time),
    "x-signature": `sha256=${hmac(SECRET, time, body)}`,
  };
  assertEquals((await desk.post(body, { headers })).status, 200);
});
