/**
 * What the HTTP provider's adapter makes of a network and a provider that fail: no request to make a call
 * is ever sent twice, and what is in doubt is never taken for a refusal.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DialResult } from "../../src/calls/call_gateway.ts";
import { aDial } from "../contracts/call_gateway.ts";
import { openTwilio, reachable } from "../support/twilio_phone.ts";

/** What a peer does with a connection once it has read a request. */
type Peer = (connection: Deno.Conn, request: string) => Promise<void>;

/** Dials at a peer that is no HTTP server; tells the result, and what requests the peer has read. */
async function dialAt(peer: Peer, seconds = 0) {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: string[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      const request = await readRequest(connection);
      requests.push(request);
      await peer(connection, request).catch(() => {});
    }
  })();
  await using world = openTwilio({
    account: { apiUrl: new URL(`http://127.0.0.1:${listener.addr.port}`) },
  });
  const dialling = world.phone.gateway.dial(reachable(aDial("0001").request));
  while (seconds > 0 && requests.length === 0) await turn();
  await world.clock.advance(seconds * 1000);
  const result = await dialling;
  // Were it sent again, it would be by now.
  for (let i = 0; i < 20; i++) await turn();
  listener.close();
  await serving;
  return { result, requests };
}

async function readRequest(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(65_536);
  let text = "";
  for (;;) {
    const read = await connection.read(bytes);
    if (read === null) return text;
    text += decoder.decode(bytes.subarray(0, read), { stream: true });
    const [head, body] = text.split("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (body !== undefined && body.length >= length) return text;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

function answering(head: string, body: string, length = body.length): Peer {
  return async (connection) => {
    const text =
      `HTTP/1.1 ${head}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`;
    await connection.write(new TextEncoder().encode(text));
    connection.close();
  };
}

const FAULTS: [string, Peer, DialResult["kind"], string?][] = [
  [
    "a connection that dies after the request",
    (connection) => Promise.resolve(connection.close()),
    "unknown",
  ],
  ["a 201 that is cut off", answering("201 Created", '{"sid":"CA', 500), "unknown"],
  ["a 201 without a call", answering("201 Created", "{}"), "unknown"],
  ["a 500", answering("500 Internal Server Error", "{}"), "unknown"],
  ["a 503 of a proxy", answering("503 Service Unavailable", "<html>"), "unknown"],
  ["a redirect", answering("307 Temporary Redirect\r\nLocation: /elsewhere", ""), "unknown"],
  [
    "a 429",
    answering("429 Too Many Requests", '{"code":20429}'),
    "refused",
    "provider_unavailable",
  ],
  ["a 401", answering("401 Unauthorized", '{"code":20003}'), "refused", "auth_failed"],
  [
    "a 400 for the number",
    answering("400 Bad Request", '{"code":21211}'),
    "refused",
    "invalid_number",
  ],
];

for (const [fault, peer, kind, reason] of FAULTS) {
  Deno.test(`after ${fault}, the call is ${reason ?? kind}, and was asked for once`, async () => {
    const { result, requests } = await dialAt(peer);
    assertEquals(result.kind, kind);
    if (result.kind === "refused") assertEquals(result.reason, reason);
    assertEquals(requests.length, 1);
    assert(requests[0].startsWith("POST /2010-04-01/Accounts/"));
  });
}

Deno.test("without an answer in time, the call is unknown, and was asked for once", async () => {
  const open: Deno.Conn[] = [];
  const { result, requests } = await dialAt((connection) => {
    open.push(connection);
    return Promise.resolve();
  }, 15);
  for (const connection of open) connection.close();
  assertEquals([result.kind, requests.length], ["unknown", 1]);
});

Deno.test("a provider that cannot be reached has surely not dialled", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const apiUrl = new URL(`http://127.0.0.1:${listener.addr.port}`);
  listener.close();
  await using world = openTwilio({ account: { apiUrl } });
  const { request, call } = aDial("0001");
  assertEquals(await world.phone.gateway.dial(reachable(request)), {
    kind: "refused",
    reason: "provider_unavailable",
  });
  assertEquals((await world.phone.gateway.lookup(call)).kind, "unknown");
  const recording = { reference: "RE1", durationSeconds: 1 };
  await assertRejects(() => world.phone.gateway.recording({ ...call, recording }, null));
});

Deno.test("an assistant that exists only here is refused before anything is sent", async () => {
  await using world = openTwilio();
  assertEquals(await world.phone.gateway.dial(aDial("0001").request), {
    kind: "refused",
    reason: "media_incompatible",
  });
  assertEquals(world.fake.requests, []);
});

Deno.test("of two calls that would fit, none is taken for the one in doubt", async () => {
  await using first = openTwilio();
  const [one, two] = [aDial("0001"), aDial("0001")];
  await first.phone.gateway.dial(reachable(one.request));
  // What the first process knew is gone.
  await using second = openTwilio({ earlier: first });
  assertEquals((await second.phone.gateway.lookup(one.call)).kind, "found");
  await second.phone.gateway.dial(reachable(two.request));
  await using third = openTwilio({ earlier: second });
  assertEquals((await third.phone.gateway.lookup(one.call)).kind, "unknown");
});

Deno.test("a recording is passed on in parts, also of a provider that sends only wholes", async () => {
  await using world = openTwilio();
  world.fake.habits.ranges = false;
  const { request, call } = aDial("0001");
  await world.phone.gateway.dial(reachable(request));
  await world.pass(600);
  const report = world.reported.find(({ report }) => report.type === "recording")?.report;
  assert(report?.type === "recording");
  const over = { ...call, recording: report };
  const part = await world.phone.gateway.recording(over, { start: 10, end: 19 });
  assert(part);
  assertEquals([part.start, part.end, part.totalBytes], [10, 19, 5000]);
  assertEquals((await new Response(part.body).bytes()).length, 10);
  const unknown = { reference: "RE" + "f".repeat(32), durationSeconds: null };
  assertEquals(await world.phone.gateway.recording({ ...call, recording: unknown }, null), null);
});
