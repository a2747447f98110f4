/** Bodies that no client would send: each gets the status that it deserves, and leaves no trace. */
import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { openEndpoint } from "../mcp/harness.ts";
import { postHead, type RawRequest, sendRaw, statusOf } from "../support/raw_http.ts";
import { contentsOf } from "../support/watched_store.ts";

const JSON_TYPE = { "Content-Type": "application/json" };
const MIB = 1 << 20;
const DEEP = 100_000;
/** Stands for the uuid of a record type. */
const TYPE = "0".repeat(36);
const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

/** A body of known length. */
function sized(body: string | Uint8Array, headers: Record<string, string> = {}): RawRequest {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const all = { ...JSON_TYPE, ...headers, "Content-Length": String(bytes.length) };
  return { head: postHead("admin", all), body: bytes };
}

/** A body whose length is told wrongly. */
function claiming(length: number, body: string, finish = false): RawRequest {
  const headers = { ...JSON_TYPE, "Content-Length": String(length) };
  return { head: postHead("admin", headers), body, finish };
}

/** A body in chunks, as they are. */
function chunked(body: string, more: Record<string, string> = {}, finish = true): RawRequest {
  const headers = { ...JSON_TYPE, ...more, "Transfer-Encoding": "chunked" };
  return { head: postHead("admin", headers), body, finish };
}

const create = (name: string) =>
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create-record","arguments":' +
  `{"name":${name},"phoneNumber":"+14155550132","recordTypeUuid":"${TYPE}"}}}`;

/** What is sent, and the statuses that are right; 0: the connection is closed without an answer. */
const CASES: [string, RawRequest, ...number[]][] = [
  ["a body of 2 MiB", sized(" ".repeat(2 * MIB)), 413],
  ["a body that says it has 1 TiB", claiming(2 ** 40, "{"), 413],
  [
    "chunks without end",
    chunked(`10000\r\n${" ".repeat(65_536)}\r\n`.repeat(20), {}, false),
    413,
  ],
  [
    "chunks without end that say they are short",
    chunked(`10000\r\n${" ".repeat(65_536)}\r\n`.repeat(20), { "Content-Length": "10" }, false),
    400,
    413,
    0,
  ],
  ["a body that is cut off", claiming(500, PING.slice(0, 20), true), 400, 0],
  ["a body that is shorter than its JSON", claiming(10, PING), 400],
  ["chunks that are cut off", chunked("20\r\n{"), 400, 0],
  ["a chunk whose size is no number", chunked(`zz\r\n${PING}\r\n0\r\n\r\n`), 400, 0],
  ["a chunk of more bytes than there can be", chunked(`ffffffffffffffff\r\n${PING}`), 400, 413, 0],
  ["a chunk that is longer than it says", chunked(`3\r\n${PING}\r\n0\r\n\r\n`), 400, 0],
  [
    "a length and chunks at once",
    chunked(`0\r\n\r\n${PING}`, { "Content-Length": String(PING.length) }),
    400,
    0,
  ],
  [
    "two lengths that differ",
    {
      head: postHead("admin", { ...JSON_TYPE, "Content-Length": "2\r\nContent-Length: 40" }),
      body: PING,
    },
    400,
  ],
  ["no length at all", { head: postHead("admin", JSON_TYPE) }, 400],
  [`${DEEP} arrays inside each other`, sized("[".repeat(DEEP) + "]".repeat(DEEP)), 400],
  [
    `${DEEP} objects as arguments`,
    sized(create('{"a":'.repeat(DEEP) + "1" + "}".repeat(DEEP))),
    400,
  ],
  [`${DEEP} brackets in a text`, sized(create(JSON.stringify("[".repeat(DEEP)))), 200],
  ["bytes that are no UTF-8", sized(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)), 400],
  [
    "Latin-1 in a text",
    sized(Uint8Array.from(create('"J\u00fcrgen"'), (c) => c.charCodeAt(0))),
    400,
  ],
  ["an overlong encoding", sized(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22)), 400],
  ["a surrogate in UTF-8", sized(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)), 400],
  ["UTF-16", sized(new Uint8Array(Uint16Array.from(PING, (c) => c.charCodeAt(0)).buffer)), 400],
  ["a NUL between tokens", sized(`\u0000${PING}`), 400],
  ["a NUL in a text", sized(create('"a\u0000b"')), 400],
  ["an escaped NUL", sized(create('"a\\u0000b"')), 200],
  ["an escaped half of a character", sized(create('"a\\ud800b"')), 200],
  ["no JSON", sized("name=Bo"), 400],
  ["JSON and something after it", sized(`${PING} ${PING}`), 400],
  ["an empty body", sized(""), 400],
  ["null", sized("null"), 400],
  ["a number", sized("1e400"), 400],
  ["an empty batch", sized("[]"), 400],
  [
    "a batch of ten thousand",
    sized(`[${Array(10_000).fill(create('"Bo"')).join().slice(0, 900_000)}1]`),
    400,
  ],
  ["a batch", sized(`[${create('"Bo"')}]`), 400],
  ["a form", sized("name=Bo", { "Content-Type": "application/x-www-form-urlencoded" }), 415],
  ["text", sized(create('"Bo"'), { "Content-Type": "text/plain" }), 415],
  [
    "a form in parts",
    sized(create('"Bo"'), { "Content-Type": "multipart/form-data; boundary=x" }),
    415,
  ],
  ["an empty type", sized(create('"Bo"'), { "Content-Type": "" }), 415],
  ["a gzip bomb", sized(gzipSync(new Uint8Array(64 * MIB)), { "Content-Encoding": "gzip" }), 415],
  [
    "a gzip bomb behind another coding",
    sized(gzipSync(new Uint8Array(MIB)), { "Content-Encoding": "identity, gzip" }),
    415,
  ],
  ["gzip that does not say so", sized(gzipSync(new Uint8Array(64 * MIB))), 400],
  ["an id that is no id", sized('{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}'), 400],
  ["a method that is none", sized('{"jsonrpc":"2.0","id":1,"method":7}'), 400],
  ["a method of 900 kB", sized(`{"jsonrpc":"2.0","id":1,"method":"${"m".repeat(900_000)}"}`), 200],
  ["another protocol", sized('{"jsonrpc":"1.0","id":1,"method":"ping"}'), 400],
  [
    "parameters that are a list",
    sized('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["create-record"]}'),
    200,
    400,
  ],
  [
    "a prototype for arguments",
    sized(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create-record",' +
        '"__proto__":{"polluted":true},"arguments":{"__proto__":{"polluted":true,"name":"Bo",' +
        `"phoneNumber":"+14155550132","recordTypeUuid":"${TYPE}"}}}}`,
    ),
    200,
  ],
  [
    "a prototype for the message",
    sized(
      '{"jsonrpc":"2.0","id":1,"__proto__":{"method":"tools/call","polluted":true},' +
        '"constructor":{"prototype":{"polluted":true}}}',
    ),
    400,
  ],
  [
    "a prototype in what is stored",
    sized(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update-record",' +
        '"arguments":{"uuid":"01900000-0000-7000-8000-000000000000",' +
        '"parameters":{"__proto__":{"polluted":true}}}}}',
    ),
    200,
  ],
  ["a header of 1 MiB", sized(PING, { "X-Long": "x".repeat(MIB) }), 400, 431, 0],
  [
    "a request line that is none",
    { head: "\u0016\u0003\u0001 hello\r\n\r\n", finish: true },
    400,
    0,
  ],
];

Deno.test("hostile bodies get the right status, write nothing, and the server lives", async (t) => {
  const endpoint = await openEndpoint({ publicUrl: new URL("http://127.0.0.1") });
  const typeId = endpoint.company.type.id;
  const crashed: unknown[] = [];
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    onError: (error) => {
      crashed.push(error);
      return new Response(null, { status: 500 });
    },
  }, endpoint.fetch);
  const { port } = server.addr;
  const before = await contentsOf(endpoint.store);
  for (const [name, request, ...right] of CASES) {
    await t.step(`${name}: ${right.join(" or ")}`, async () => {
      const answer = await sendRaw(port, naming(request, typeId));
      assert(right.includes(statusOf(answer)), answer.slice(0, 300));
      // A connection of its own: the other one may have been closed.
      const ping = await sendRaw(port, sized(PING));
      assertEquals(statusOf(ping), 200, "others are served");
      assertEquals(({} as Record<string, unknown>).polluted, undefined);
    });
  }
  await t.step("of two keys with one name the last counts, for rights as for work", async () => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":' +
      '{"name":"list-records","arguments":{},"name":"create-record","arguments":' +
      `{"name":"Bo","phoneNumber":"+14155550132","recordTypeUuid":"${typeId}"}}}`;
    const { head } = sized(body);
    const answer = await sendRaw(port, { head: head.replace("admin", "readOnly"), body });
    assert(answer.includes("Forbidden: This token is read-only"), answer);
  });
  assertEquals(await contentsOf(endpoint.store), before);
  assertEquals(crashed, []);
  assertEquals(endpoint.reported.filter(({ event }) => event === "tool failed"), []);
  await server.shutdown();
});

/** With the uuid of a record type that there is, which is as long. */
function naming({ head, body, finish }: RawRequest, typeId: string): RawRequest {
  if (!(body instanceof Uint8Array) || body.length > 10_000) return { head, body, finish };
  const text = new TextDecoder("latin1").decode(body).replaceAll(TYPE, typeId);
  return { head, body: Uint8Array.from(text, (c) => c.charCodeAt(0)), finish };
}
