/** A recording's way from the agent's platform, through our own links, to whoever listens: one way, hence one file. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { AgentWebhook } from "../../src/campaigns/agent_webhook.ts";
import { MP3, mp3 } from "../support/recording_platform.ts";
import { refused, report } from "../support/studio.ts";
import { type Desk, openDesk, SECRET } from "./agent_desk.ts";

const HOST = "audio.example.com";
const URL_THERE = `https://${HOST}/files/1.mp3?key=hush`;
const API_KEY = "sk_very_secret";

/** A desk whose call has the recording reported. */
async function recorded(url = URL_THERE, recordingHosts = [HOST]): Promise<Desk> {
  const desk = await openDesk("studio", { recordingHosts });
  const { status } = await desk.post({
    callUuid: desk.call.id,
    eventId: "1",
    recording: { url },
  });
  assertEquals(status, 200);
  return desk;
}

const told = ({ studio, call }: Desk) => studio.app.calls.recording(studio.viewer, call.id);

Deno.test("a reported recording is heard through our own link, which tells nothing of the platform", async () => {
  const desk = await recorded();
  const link = await told(desk);
  assert(!JSON.stringify(link.url).includes(HOST));
  const response = await desk.listen();
  assertEquals([response.status, response.headers.get("content-type")], [200, "audio/mpeg"]);
  assertEquals(response.headers.get("content-length"), "1000");
  assertEquals(await response.bytes(), MP3);
  const text = JSON.stringify([...response.headers]);
  assert(!text.includes(HOST) && !text.includes("hush"));
});

const RANGES: [string, number, string][] = [
  ["bytes=0-99", 206, "bytes 0-99/1000"],
  ["bytes=990-", 206, "bytes 990-999/1000"],
  ["bytes=-10", 206, "bytes 990-999/1000"],
  ["bytes=500-5000", 206, "bytes 500-999/1000"],
  ["bytes=1000-", 416, "bytes */1000"],
];
for (const [range, status, contentRange] of RANGES) {
  for (const how of ["serves ranges", "serves the whole", "tells no length"]) {
    Deno.test(`range ${range} of a platform that ${how} is ${contentRange}`, async () => {
      const desk = await recorded();
      if (how === "serves the whole") desk.studio.platform.answer = () => mp3();
      if (how === "tells no length") {
        desk.studio.platform.answer = () =>
          new Response(MP3, { headers: { "content-type": "audio/mpeg; x=y" } });
      }
      const response = await desk.listen({ range });
      assertEquals([response.status, response.headers.get("content-range")], [
        status,
        contentRange,
      ]);
      const bytes = await response.bytes();
      const [, from, to] = /(\d+)-(\d+)/.exec(contentRange) ?? [];
      if (status === 206) assertEquals(bytes, MP3.slice(Number(from), Number(to) + 1));
    });
  }
}

const FAILURES: [string, () => Response, RegExp, number][] = [
  ["has no such file", () => new Response("gone", { status: 404 }), /has no such recording/, 404],
  ["wants another key", () => new Response("no", { status: 401 }), /does not let the studio/, 404],
  [
    "keeps WAV",
    () => new Response(MP3, { headers: { "content-type": "audio/wav" } }),
    /^The recording is not MP3: .*recordingFormat/,
    404,
  ],
  [
    "tells no type",
    () => new Response(new Blob([MP3])),
    /^The recording is not MP3/,
    404,
  ],
  [
    "points elsewhere",
    () => new Response(null, { status: 302, headers: { location: "http://169.254.169.254/" } }),
    /refers to another place/,
    404,
  ],
  ["is down", () => new Response("no", { status: 503 }), /try again in a minute/, 503],
  [
    "cannot be reached",
    () => {
      throw new Error(`connect to ${HOST} failed`);
    },
    /try again in a minute/,
    503,
  ],
  [
    "has too much",
    () =>
      new Response(MP3, {
        headers: { "content-type": "audio/mpeg", "content-length": "67108865" },
      }),
    /larger than what is passed on/,
    404,
  ],
];
for (const [what, answer, why, status] of FAILURES) {
  Deno.test(`a platform that ${what}: the tool says why, the link is ${status}`, async () => {
    const desk = await recorded();
    desk.studio.platform.answer = answer;
    const { message } = await refused(() => told(desk), "absent");
    assertMatch(message, why);
    const response = await desk.listen();
    assertEquals(response.status, status);
    const text = await response.text();
    for (const secret of [HOST, "hush", "169.254"]) {
      assert(!`${message}${text}${JSON.stringify(desk.studio.logged)}`.includes(secret));
    }
  });
}

Deno.test("a platform that does not answer is given up after ten seconds", async () => {
  const desk = await recorded();
  desk.studio.platform.answer = (_, signal) =>
    new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  const asked = refused(() => told(desk), "absent");
  await desk.studio.clock.advance(10_000);
  assertMatch((await asked).message, /try again in a minute/);
});

/** The recording, of which so many bytes come; then it ends, or stands still. */
function broken(bytes: number, ends: boolean): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(MP3.slice(0, bytes));
      if (ends) controller.close();
    },
  });
  const headers = { "content-type": "audio/mpeg", "content-length": "1000" };
  return new Response(body, { headers });
}

Deno.test("a download that is cut fails, and never passes for the whole", async () => {
  const desk = await recorded();
  desk.studio.platform.answer = () => broken(400, true);
  const response = await desk.listen();
  await assertRejects(() => response.bytes(), Error, "broke off after 400 of 1000 bytes");
});

Deno.test("a download that stands still for half a minute fails", async () => {
  const desk = await recorded();
  desk.studio.platform.answer = () => broken(400, false);
  const response = await desk.listen();
  const failed = assertRejects(() => response.bytes(), Error, "stopped sending");
  await desk.studio.clock.advance(30_000);
  await failed;
});

Deno.test("a platform that never stops sending is cut off", async () => {
  const desk = await recorded();
  const chunk = new Uint8Array(1024 * 1024);
  let sent = 0;
  desk.studio.platform.answer = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          sent += chunk.length;
          controller.enqueue(chunk);
        },
      }),
      { headers: { "content-type": "audio/mpeg" } },
    );
  assertEquals((await desk.listen()).status, 404);
  assert(sent <= 67 * chunk.length, `${sent} bytes were read`);
});

const UNWANTED: [string, string][] = [
  ["another host", "https://elsewhere.example.com/1.mp3"],
  ["a host below an allowed one", `https://x.${HOST}/1.mp3`],
  ["a host that begins like an allowed one", `https://${HOST}.example.org/1.mp3`],
  ["another port", `https://${HOST}:8443/1.mp3`],
  ["the cloud's metadata", "https://169.254.169.254/latest/meta-data"],
  ["this machine", "http://127.0.0.1:5432/"],
  ["this machine by name", "http://localhost/"],
];
for (const [what, url] of UNWANTED) {
  Deno.test(`nothing is fetched from ${what}`, async () => {
    const desk = await recorded(url, [HOST, "127.0.0.1", "localhost"]);
    await refused(() => told(desk), "absent");
    assertEquals((await desk.listen()).status, 404);
    assertEquals(desk.studio.platform.asked, []);
  });
}

Deno.test("a host that the settings do not name yet: the platform and the reader learn what to do", async () => {
  const desk = await openDesk();
  const { studio, call } = desk;
  const recording = { url: URL_THERE };
  const { answer } = await desk.post({ callUuid: call.id, eventId: "1", recording });
  assertEquals(answer.applied, ["recording"]);
  assertMatch(answer.notes?.[0] ?? "", /recordingHosts/);
  assertMatch((await refused(() => told(desk), "absent")).message, /--recording-host/);
  const webhook = { platform: "studio" as const, secret: SECRET, recordingHosts: [HOST] };
  await studio.store.run(
    "all",
    ({ campaigns }) => campaigns.saveAssistant({ ...studio.company.assistant, webhook }),
  );
  assertEquals((await desk.listen()).status, 200, "it was kept");
});

for (
  const url of ["http://audio.example.com/1.mp3", "ftp://x/1", "1.mp3", `https://u:p@${HOST}/`]
) {
  Deno.test(`${url} is no recording's URL`, async () => {
    const desk = await openDesk("studio", { recordingHosts: [HOST] });
    const { answer } = await desk.post({
      callUuid: desk.call.id,
      eventId: "1",
      recording: { url },
    });
    assertEquals(answer, {
      applied: [],
      notes: ["recording: its url must be an https:// URL; left out"],
    });
    assertMatch((await refused(() => told(desk), "absent")).message, /Call has no recording/);
  });
}

Deno.test("a later report of a recording replaces an earlier one, and never the other way round", async () => {
  const desk = await recorded();
  const later = { callUuid: desk.call.id, eventId: "0", at: "2026-01-01T00:00:00Z" };
  await desk.post({ ...later, recording: { url: `https://${HOST}/old.mp3` } });
  await desk.listen();
  assertEquals(desk.studio.platform.asked.at(-1)?.url, URL_THERE);
  await desk.studio.clock.advance(1000);
  const newer = { callUuid: desk.call.id, eventId: "2", recording: { url: `https://${HOST}/2` } };
  await desk.post(newer);
  await desk.listen();
  assertEquals(desk.studio.platform.asked.at(-1)?.url, `https://${HOST}/2`);
});

Deno.test("the telephony provider's own recording wins, until it is gone", async () => {
  const desk = await recorded();
  const { studio, call } = desk;
  await report(studio, call, { type: "recording", reference: "RE1", durationSeconds: 29 });
  assertEquals((await told(desk)).durationSeconds, 29);
  await (await desk.listen()).body?.cancel();
  assertEquals([studio.gateway.opened.length, studio.platform.asked.length], [1, 0]);
  studio.gateway.recording = () => Promise.resolve(null);
  assertEquals(await (await desk.listen()).bytes(), MP3);
});

/** A desk whose call ElevenLabs reports. */
async function elevenLabs(more: Omit<AgentWebhook, "platform" | "secret">): Promise<Desk> {
  const desk = await openDesk("elevenlabs", more);
  const { status } = await desk.post({
    type: "post_call_transcription",
    data: {
      conversation_id: "conv_1",
      has_audio: true,
      conversation_initiation_client_data: { dynamic_variables: { callUuid: desk.call.id } },
    },
  });
  assertEquals(status, 200);
  return desk;
}

Deno.test("ElevenLabs' recording is asked for with its key, which nobody else ever sees", async () => {
  const desk = await elevenLabs({ apiKey: API_KEY });
  const link = await told(desk);
  const response = await desk.listen({ range: "bytes=10-19" });
  assertEquals(await response.bytes(), MP3.slice(10, 20));
  const { platform, app, viewer, logged } = desk.studio;
  const { url, headers } = platform.asked[1];
  assertEquals(url, "https://api.elevenlabs.io/v1/convai/conversations/conv_1/audio");
  assertEquals([headers["xi-api-key"], headers.range], [API_KEY, "bytes=10-19"]);
  const seen = [link.url, [...response.headers], logged, desk.server.logged];
  const details = await app.calls.get(viewer, desk.call.id);
  assert(!JSON.stringify(seen).includes(API_KEY));
  assert(!JSON.stringify(details.outcomes).includes(API_KEY));
  assert(!JSON.stringify(await app.campaigns.assistants(desk.studio.master)).includes(API_KEY));
});

Deno.test("without a key nothing is asked of ElevenLabs, and the reader learns what is missing", async () => {
  const desk = await elevenLabs({});
  const { message } = await refused(() => told(desk), "absent");
  assertMatch(message, /API key .* none is set.*--recording-key-file/);
  assertEquals(desk.studio.platform.asked, []);
});

Deno.test("a platform without a key of its own is never sent one", async () => {
  const desk = await recorded();
  await told(desk);
  const sent = JSON.stringify(desk.studio.platform.asked);
  assert(!sent.includes("xi-api-key") && !sent.includes(SECRET));
});

Deno.test("an assistant whose webhook was taken away has no recordings any more", async () => {
  const desk = await recorded();
  const { store, company } = desk.studio;
  await store.run(
    "all",
    ({ campaigns }) => campaigns.saveAssistant({ ...company.assistant, webhook: null }),
  );
  assertEquals((await desk.listen()).status, 404);
});
