/**
 * SIP's text: messages, streams of them, digests, and settings.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigError, readConfig } from "../../adapters/config.ts";
import { answer, challengeOf } from "../../adapters/telephony/sip/digest.ts";
import {
  isRequest,
  parameterOf,
  parseMessage,
  parseUri,
  serialize,
  type SipRequest,
  SipSyntaxError,
  valueOf,
  valuesOf,
} from "../../adapters/telephony/sip/message.ts";
import { flowing, refusing, sameMedia } from "../../adapters/telephony/sip/sdp.ts";
import { endReasonOf } from "../../adapters/telephony/sip/statuses.ts";
import { StreamFramer } from "../../adapters/telephony/sip/stream_framer.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const lines = (...parts: string[]) => bytes(parts.join("\r\n") + "\r\n\r\n");
const HEAD = ["Via: SIP/2.0/UDP a;branch=z9hG4bK1", "From: <sip:a@b>;tag=1", "To: <sip:c@d>"];
const INVITE = ["INVITE sip:c@d SIP/2.0", ...HEAD, "Call-ID: x", "CSeq: 1 INVITE"];

Deno.test("a message is read with compact names, folded lines and lists in one line", () => {
  const message = parseMessage(lines(
    "INVITE sip:c@d SIP/2.0",
    'v: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/TCP "b,c";branch=2',
    'f: "Ana, \\"A\\" <x>" <sip:a@b;lr>;tag=1',
    "t:",
    "  <sip:c@d>",
    "i: x",
    "CSEQ: 7 INVITE",
    "Record-Route: <sip:p1;lr>,<sip:p2,x;lr>",
    "record-route: <sip:p3;lr>",
  ));
  assert(isRequest(message));
  assertEquals(valuesOf(message, "via").length, 2);
  assertEquals(valuesOf(message, "record-route"), [
    "<sip:p1;lr>",
    "<sip:p2,x;lr>",
    "<sip:p3;lr>",
  ]);
  assertEquals(valueOf(message, "to"), "<sip:c@d>");
  assertEquals(parameterOf(valueOf(message, "from"), "tag"), "1");
  assertEquals(parameterOf(valueOf(message, "from"), "lr"), undefined);
});

Deno.test("what is written is what was meant", () => {
  const request: SipRequest = {
    method: "BYE",
    uri: "sip:c@d",
    headers: [
      ["via", "SIP/2.0/UDP a;branch=z9hG4bK1"],
      ["from", "<sip:a@b>;tag=1"],
      [
        "to",
        "<sip:c@d>;tag=2",
      ],
      ["call-id", "x"],
      ["cseq", "2 BYE"],
    ],
    body: "Grüße",
  };
  const written = serialize(request);
  const read = parseMessage(written);
  assertEquals(read.body, "Grüße");
  assertEquals(valueOf(read, "content-length"), "7");
  assertEquals({ ...read, headers: read.headers.slice(0, -1) }, request);
});

const MALFORMED: [string, string[]][] = [
  ["no start line", HEAD],
  ["another version", ["INVITE sip:c@d SIP/3.0", ...INVITE.slice(1)]],
  ["no Via", INVITE.filter((line) => !line.startsWith("Via"))],
  ["no Call-ID", INVITE.filter((line) => !line.startsWith("Call-ID"))],
  ["two Call-IDs", [...INVITE, "Call-ID: y"]],
  ["another method in CSeq", ["BYE sip:c@d SIP/2.0", ...INVITE.slice(1)]],
  ["a CSeq that is no number", [...INVITE.slice(0, -1), "CSeq: x INVITE"]],
  ["a header without colon", [...INVITE, "Nothing"]],
  ["a longer body than came", [...INVITE, "Content-Length: 5"]],
  ["a negative length", [...INVITE, "Content-Length: -5"]],
  ["two lengths", [...INVITE, "Content-Length: 0", "l: 0"]],
  ["a bare line feed", [...INVITE, "X: a\nBYE: b"]],
];
for (const [what, text] of MALFORMED) {
  Deno.test(`no SIP message: ${what}`, () => {
    assertThrows(() => parseMessage(lines(...text)), SipSyntaxError);
  });
}

Deno.test("nothing with a control character or a space too many is written", () => {
  const request = parseMessage(lines(...INVITE)) as SipRequest;
  const refused = (changed: Partial<SipRequest>) =>
    assertThrows(() => serialize({ ...request, ...changed }), SipSyntaxError);
  refused({ uri: "sip:c@d SIP/2.0\r\nX: y" });
  refused({ uri: "sip:c d" });
  refused({ method: "BYE\r\n" });
  for (const evil of ["a\r\nX: y", "a\nb", "a\rb", "a\0b"]) {
    refused({ headers: [...request.headers, ["x-name", evil]] });
    refused({ headers: [...request.headers, [`x${evil}`, "a"]] });
  }
  const { headers } = request;
  const response = { status: 200, reason: "a\r\nX: b", headers, body: "" };
  assertThrows(() => serialize(response), SipSyntaxError);
});

Deno.test("URIs with spaces, line breaks or other schemes are none", () => {
  assertEquals(parseUri("sips:ana%20x@[2001:db8::1]:5071;transport=TLS;lr?a=b"), {
    secure: true,
    user: "ana%20x",
    host: "2001:db8::1",
    port: 5071,
    parameters: new Map([["transport", "TLS"], ["lr", ""]]),
  });
  for (
    const text of ["", "sip:", "tel:+1", "sip:a@b c", "sip:a@b\r\n", "sip:a@b;x=\0", "<sip:a>"]
  ) {
    assertThrows(() => parseUri(text), SipSyntaxError);
  }
});

Deno.test("a stream is cut into messages wherever it was split", () => {
  const one = lines(...INVITE, "Content-Length: 0");
  const two = bytes(new TextDecoder().decode(lines(...INVITE, "l: 4")) + "body");
  const whole = new Uint8Array([...one, ...bytes("\r\n\r\n"), ...two, ...bytes("\r\n"), ...one]);
  for (const size of [1, 2, 3, 7, 50, whole.length]) {
    const framer = new StreamFramer();
    const found: number[] = [];
    for (let at = 0; at < whole.length; at += size) {
      found.push(...framer.push(whole.slice(at, at + size)).messages.map(({ length }) => length));
    }
    assertEquals(found, [one.length, two.length, one.length], `by ${size}`);
  }
  assertEquals(new StreamFramer().push(bytes("\r\n\r\n")).pings, 1);
});

Deno.test("a stream without a length, with two, or with too much in it is not followed", () => {
  for (
    const bad of [
      lines(...INVITE),
      lines(...INVITE, "l: 1", "l: 2"),
      lines(...INVITE, "l: 999999999"),
      bytes("x".repeat(70_000)),
    ]
  ) {
    assertThrows(() => new StreamFramer().push(bad), SipSyntaxError);
  }
});

/** RFC 7616 §3.9.1 and RFC 2617 §3.5, which share all but the algorithm. */
const EXAMPLES: [string, string, string, string, string][] = [
  [
    'realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    "Circle of Life",
    "/dir/index.html",
    "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    "8ca523f5e9506fed4657c9700eebdbec",
  ],
  [
    'realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    "Circle of Life",
    "/dir/index.html",
    "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
  ],
  [
    'realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    "Circle Of Life",
    "/dir/index.html",
    "0a4f113b",
    "6629fae49393a05397450978507c4ef1",
  ],
];
for (const [told, password, uri, cnonce, response] of EXAMPLES) {
  Deno.test(`the digest of the RFCs' example comes out: ${response.slice(0, 8)}`, () => {
    const challenge = challengeOf({
      status: 401,
      reason: "",
      headers: [["www-authenticate", 'Basic realm="x"'], ["www-authenticate", `Digest ${told}`]],
      body: "",
    });
    assert(challenge);
    const [name, value] = answer(challenge, { user: "Mufasa", password }, "GET", uri, cnonce);
    assertEquals(name, "authorization");
    assertEquals(/response="(\w+)"/.exec(value)?.[1], response);
    assertEquals(/nc=(\w+)/.exec(value)?.[1], "00000001");
  });
}

Deno.test("a challenge that asks for what we cannot do is not answered", () => {
  for (const told of ['Digest realm="x"', 'Digest nonce="x", algorithm=SHA-512-256', "Basic x"]) {
    const headers: [string, string][] = [["proxy-authenticate", told]];
    assertEquals(challengeOf({ status: 407, reason: "", headers, body: "" }), null);
  }
});

Deno.test("descriptions are refused, and woken, stream by stream", () => {
  const origin = { host: "192.0.2.1", session: 1, version: 1 };
  const sdp =
    "v=0\r\no=x 9 9 IN IP4 a\r\nm=audio 4000/2 RTP/AVP 0\r\na=inactive\r\nm=video 9 RTP/AVP 9\r\n";
  assertEquals(refusing(sdp, origin).match(/^m=.*$/gm), [
    "m=audio 0 RTP/AVP 0",
    "m=video 0 RTP/AVP 9",
  ]);
  const woken = flowing(sdp, origin);
  assert(woken.includes("a=sendrecv") && woken.includes("o=- 1 3 IN IP4 192.0.2.1"));
  assert(sameMedia(sdp, woken));
  assert(!sameMedia(sdp, sdp.replace("4000", "4002")));
});

Deno.test("each code of a trunk's refusal has the end that it means", () => {
  const codes: Record<string, number[]> = {
    busy: [486, 600],
    no_answer: [408, 480, 487],
    invalid_number: [404, 410, 484, 604],
    forbidden: [403],
    auth_failed: [401, 407],
    media_incompatible: [415, 488, 606],
    provider_balance: [402],
    provider_unavailable: [429, 503],
    declined: [603],
    unwanted: [607],
    rejected_by_network: [608],
  };
  for (const [reason, all] of Object.entries(codes)) {
    for (const code of all) assertEquals(endReasonOf(code), reason, String(code));
  }
});

Deno.test("codes that are not in the table are the provider's trouble", () => {
  assertEquals([302, 420, 500, 504, 699].map(endReasonOf), Array(5).fill("provider_unavailable"));
});

Deno.test("a SIP trunk is configured by the environment", () => {
  const base = {
    DATABASE_URL: "postgres://x",
    PUBLIC_URL: "https://studio.example.com",
    TELEPHONY: "sip",
    SIP_TRUNK: "sip:trunk.example.com;transport=tls",
    SIP_FROM: "+14155550100",
    SIP_LISTEN: "0.0.0.0:5060;public=203.0.113.5:5070",
    SIP_USER: "studio",
    SIP_PASSWORD: "secret",
  };
  const read = (changed: Record<string, string>) => {
    const env: Record<string, string> = { ...base, ...changed };
    return readConfig((name) => env[name]).telephony;
  };
  assertEquals(read({}), {
    kind: "sip",
    trunk: { protocol: "tls", host: "trunk.example.com", port: null },
    credentials: { user: "studio", password: "secret" },
    from: "sip:+14155550100@trunk.example.com",
    listen: { host: "0.0.0.0", port: 5060 },
    advertise: { host: "203.0.113.5", port: 5070 },
    offer: "early",
  });
  for (
    const [name, value] of [
      ["SIP_TRUNK", "trunk.example.com"],
      ["SIP_TRUNK", "sip:trunk.example.com;transport=sctp"],
      ["SIP_TRUNK", ""],
      ["SIP_FROM", "Ana"],
      ["SIP_LISTEN", "0.0.0.0:5060"],
      ["SIP_LISTEN", "203.0.113.5"],
      ["SIP_OFFER", "never"],
      ["SIP_PASSWORD", ""],
      ["TELEPHONY", "pigeons"],
    ]
  ) {
    const error = assertThrows(() => read({ [name]: value }), ConfigError);
    assert(error.message.includes(name), error.message);
  }
});
