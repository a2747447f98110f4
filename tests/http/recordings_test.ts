import { assertEquals, assertMatch } from "@std/assert";
import { recordingLinks } from "../../adapters/http/recording_links.ts";
import type { OpenRecording } from "../../adapters/http/recordings.ts";
import { harness, NOW, PUBLIC_URL } from "./harness.ts";

const REF = {
  clientId: "0193b2a4-0000-7000-8000-00000000000a",
  callId: "0193b2a4-0000-7000-8000-00000000000b",
};
const EXPIRES = new Date(NOW.getTime() + 900_000);
const MP3 = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);

/** Ten hundred bytes, as a gateway would send them. */
const open: OpenRecording = (ref, range) => {
  if (ref.callId !== REF.callId || ref.clientId !== REF.clientId) return Promise.resolve(null);
  const start = range?.start ?? 0;
  const end = Math.min(range?.end ?? MP3.length - 1, MP3.length - 1);
  const body = new Blob([MP3.slice(start, end + 1)]).stream();
  return Promise.resolve({ contentType: "audio/mpeg", totalBytes: MP3.length, start, end, body });
};

async function get(
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
  later = 0,
): Promise<{ response: Response; bytes: Uint8Array }> {
  const server = harness();
  await server.clock.advance(later);
  const { links } = server;
  const withAudio = harness({ recordings: { links, open } });
  const response = await withAudio.fetch(new Request(url, { headers, method }));
  return { response, bytes: await response.bytes() };
}

const link = () => harness().links.sign(REF, EXPIRES);

Deno.test("a link is absolute, under the public URL, and names the call", async () => {
  const url = await link();
  assertMatch(url, new RegExp(`^${PUBLIC_URL.href}recordings/${REF.callId}\\?`));
});

Deno.test("a good link serves the whole recording as audio/mpeg, needing no token", async () => {
  const { response, bytes } = await get(await link());
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "audio/mpeg");
  assertEquals(response.headers.get("content-length"), "1000");
  assertEquals(response.headers.get("accept-ranges"), "bytes");
  assertEquals(response.headers.get("cache-control"), "private, no-store");
  assertEquals(bytes, MP3);
});

Deno.test("a browser that opens a link may play it, and still load nothing else", async () => {
  for (const headers of [undefined, { range: "bytes=0-" }]) {
    const { response } = await get(await link(), headers);
    assertEquals(
      response.headers.get("content-security-policy"),
      "default-src 'none'; media-src 'self'; frame-ancestors 'none'",
    );
  }
});

Deno.test("other methods than GET and HEAD are told so", async () => {
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const { response } = await get(await link(), {}, method);
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD"], method);
  }
});

Deno.test("a part can be had", async () => {
  const parts: [string, number, number][] = [
    ["bytes=0-99", 0, 99],
    ["bytes=500-", 500, 999],
    ["bytes=990-5000", 990, 999],
    ["bytes=-50", 950, 999],
    ["bytes=-5000", 0, 999],
  ];
  for (const [range, start, end] of parts) {
    const { response, bytes } = await get(await link(), { range });
    assertEquals(response.status, 206, range);
    assertEquals(response.headers.get("content-range"), `bytes ${start}-${end}/1000`);
    assertEquals(response.headers.get("content-length"), String(end - start + 1));
    assertEquals(bytes, MP3.slice(start, end + 1));
  }
});

Deno.test("a part beyond the end is not satisfiable", async () => {
  for (const range of ["bytes=1000-", "bytes=-0"]) {
    const { response } = await get(await link(), { range });
    assertEquals(response.status, 416, range);
    assertEquals(response.headers.get("content-range"), "bytes */1000");
  }
});

Deno.test("ranges that are malformed or many get the whole", async () => {
  for (const range of ["bytes=9-1", "bytes=0-1,5-6", "bytes=-", "lines=1-2", "bytes=a-b"]) {
    const { response, bytes } = await get(await link(), { range });
    assertEquals([response.status, bytes.length], [200, 1000], range);
  }
  const conditional = { "range": "bytes=0-9", "if-range": '"etag"' };
  assertEquals((await get(await link(), conditional)).response.status, 200);
});

Deno.test("HEAD tells the size without the audio", async () => {
  const { response, bytes } = await get(await link(), {}, "HEAD");
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-length"), "1000");
  assertEquals(bytes.length, 0);
});

Deno.test("a link serves until it expires, and not from then on", async () => {
  assertEquals((await get(await link(), {}, "GET", 899_999)).response.status, 200);
  assertEquals((await get(await link(), {}, "GET", 900_000)).response.status, 403);
});

Deno.test("a link that was tampered with, or signed by others, is refused without a reason", async () => {
  const good = new URL(await link());
  const forged: string[] = [];
  const changes: [string, string][] = [
    ["expires", String(EXPIRES.getTime() / 1000 + 1)],
    ["expires", "NaN"],
    ["expires", `${EXPIRES.getTime() / 1000}.0`],
    ["expires", ` ${EXPIRES.getTime() / 1000}`],
    ["expires", `0${EXPIRES.getTime() / 1000}`],
    ["expires", `0x${(EXPIRES.getTime() / 1000).toString(16)}`],
    ["client", "0193b2a4-0000-7000-8000-00000000000c"],
    ["signature", "0".repeat(64)],
    ["signature", ""],
    ["signature", "xyz"],
  ];
  for (const [name, value] of changes) {
    const url = new URL(good);
    url.searchParams.set(name, value);
    forged.push(url.href);
  }
  const other = new URL(good);
  other.pathname = "/recordings/0193b2a4-0000-7000-8000-00000000000d";
  forged.push(other.href, `${good.origin}${good.pathname}`);
  for (const name of ["client", "expires", "signature"]) {
    forged.push(`${good.href}&${name}=${good.searchParams.get(name)}`);
  }
  const { clock } = harness();
  const theirs = recordingLinks({ signingKey: "another key", publicUrl: PUBLIC_URL, clock });
  forged.push(await theirs.sign(REF, EXPIRES));
  const texts = new Set<string>();
  for (const url of forged) {
    const { response, bytes } = await get(url);
    assertEquals(response.status, 403, url);
    texts.add(new TextDecoder().decode(bytes));
  }
  assertEquals(texts.size, 1);
});

Deno.test("a good link to a recording that is gone is a plain 404", async () => {
  const url = await harness().links.sign({ ...REF, callId: REF.clientId }, EXPIRES);
  const { response } = await get(url);
  assertEquals(response.status, 404);
});

Deno.test("a signature never reaches the log", async () => {
  const server = harness();
  await (await server.fetch(new Request(await link()))).body?.cancel();
  assertEquals(server.logged.map(({ fields }) => fields.route), ["/recordings"]);
  assertEquals(JSON.stringify(server.logged).includes("signature"), false);
});
