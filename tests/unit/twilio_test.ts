/**
 * The pure parts of the HTTP provider's adapter: TwiML, statuses, refusals, prices.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConfigError, readConfig } from "../../adapters/config.ts";
import { parseCreate } from "../../adapters/telephony/twilio/api.ts";
import { costOf } from "../../adapters/telephony/twilio/cost.ts";
import { dialectOf } from "../../adapters/telephony/twilio/dialect.ts";
import { isSigned, signatureOf } from "../../adapters/telephony/twilio/signature.ts";
import { endReasonOf, refusalOf } from "../../adapters/telephony/twilio/statuses.ts";
import { isReachable } from "../../adapters/telephony/twilio/twilio_phone.ts";
import { twimlFor } from "../../adapters/telephony/twilio/twiml.ts";
import type { EndReason } from "../../src/calls/call.ts";
import type { DialRequest } from "../../src/calls/call_gateway.ts";
import type { AgentConnection } from "../../src/campaigns/assistant.ts";

const REF = {
  clientId: "01900000-0000-7000-8000-000000000001",
  callId: "01900000-0000-7000-8000-000000000002",
};

function requestTo(
  connection: AgentConnection,
  context: Record<string, string> = {},
): DialRequest {
  const agent = { connection, outcomes: [], context };
  return { ref: REF, to: "+14155550132", ringSeconds: 30, maxSeconds: 600, agent };
}

const OPTIONS = { agentUrl: "https://studio.test/agent?a=1&b=2", conversationRelay: true };

Deno.test("an assistant at a stream is told the call and what it is to know, by parameters", () => {
  const connection = { kind: "websocket" as const, url: "wss://agent.test/media?token=a%26b" };
  const twiml = twimlFor(requestTo(connection, { contact: 'Ann "A" <Lee> & Co' }), OPTIONS);
  assertEquals(
    twiml,
    `<?xml version="1.0" encoding="UTF-8"?><Response><Connect>` +
      `<Stream url="wss://agent.test/media" statusCallback="https://studio.test/agent?a=1&#38;b=2">` +
      `<Parameter name="clientUuid" value="${REF.clientId}"/>` +
      `<Parameter name="callUuid" value="${REF.callId}"/>` +
      `<Parameter name="token" value="a&#38;b"/>` +
      `<Parameter name="contact" value="Ann &#34;A&#34; &#60;Lee&#62; &#38; Co"/>` +
      `</Stream></Connect></Response>`,
  );
});

Deno.test("an assistant behind ConversationRelay or at a SIP address is attached", () => {
  const relay = { kind: "conversation_relay" as const, url: "wss://agent.test/relay?a=1" };
  assertMatch(
    twimlFor(requestTo(relay), OPTIONS)!,
    /<Connect action="[^"]+"><ConversationRelay url="wss:\/\/agent\.test\/relay\?a=1">.+<\/Connect>/,
  );
  const sip = { kind: "sip" as const, uri: "sip:agent@pbx.test;transport=tls" };
  assertMatch(
    twimlFor(requestTo(sip), { ...OPTIONS, agentUrl: null })!,
    /<Dial timeLimit="600"><Sip>sip:agent@pbx\.test;transport=tls\?X-Client-Uuid=[^<]+<\/Sip><\/Dial>/,
  );
});

Deno.test("an assistant that the provider cannot reach has no TwiML", () => {
  const unreachable: AgentConnection[] = [
    { kind: "simulated" },
    { kind: "websocket", url: "ws://agent.test/" },
    { kind: "websocket", url: "wss://" },
    { kind: "conversation_relay", url: "ws://agent.test/" },
  ];
  for (const connection of unreachable) {
    assertEquals(twimlFor(requestTo(connection), OPTIONS), null);
  }
  const relay = { kind: "conversation_relay" as const, url: "wss://agent.test/" };
  assertEquals(twimlFor(requestTo(relay), { ...OPTIONS, conversationRelay: false }), null);
});

Deno.test("TwiML is well-formed, and its parameters short, whatever the strings contain", () => {
  const anyText = fc.string({ unit: "binary", maxLength: 1500 });
  const connections = fc.oneof(
    fc.record({ kind: fc.constant("websocket" as const), url: fc.constant("wss://a.test/x?é=1") }),
    fc.record({ kind: fc.constant("sip" as const), uri: anyText }),
  );
  fc.assert(
    fc.property(connections, fc.dictionary(anyText, anyText), (connection, context) => {
      const twiml = twimlFor(requestTo(connection, context), OPTIONS);
      assert(twiml !== null && twiml.isWellFormed());
      assertWellFormed(twiml);
      for (const [, name, value] of twiml.matchAll(/<Parameter name="(.*?)" value="(.*?)"\/>/gs)) {
        assert(plain(name).length + plain(value).length < 500);
      }
    }),
  );
});

Deno.test("a long value goes on in further parameters, and nothing of it is lost", () => {
  const long = "Sag „Grüß Gott“ 🙂 & lächle. ".repeat(100);
  const connection = { kind: "websocket" as const, url: "wss://agent.test/" };
  const twiml = twimlFor(requestTo(connection, { instructions: long }), OPTIONS)!;
  const values = [...twiml.matchAll(/name="instructions[.\d]*" value="(.*?)"/g)];
  assert(values.length > 1);
  assertEquals(values.map(([, value]) => plain(value)).join(""), long);
});

/** By the grammar of what is written here: elements, attributes in double quotes, references. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const rest = xml.replace(/^<\?xml[^?]*\?>/, "").replace(
    /<(\/?)(\w+)((?: \w+="[^<>"]*")*)(\/?)>|([^<>]+)/g,
    (_, closing, name, attributes, empty, text) => {
      assertMatch((attributes ?? "") + (text ?? ""), /^([^&]|&#\d+;)*$/);
      if (text !== undefined || empty) return "";
      if (closing) assertEquals(open.pop(), name);
      else open.push(name);
      return "";
    },
  );
  assertEquals([rest, open], ["", []]);
  // deno-lint-ignore no-control-regex -- these are the characters that XML forbids
  assert(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml));
}

function plain(xml: string): string {
  return xml.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

Deno.test("the provider's ends are ours", () => {
  const end = { durationSeconds: null, maxSeconds: 600, answeredBy: null, sipCode: null };
  const reasons: [string, number | null, string][] = [
    ["busy", null, "busy"],
    ["no-answer", null, "no_answer"],
    ["canceled", null, "canceled"],
    ["failed", null, "invalid_number"],
    ["failed", 400, "provider_unavailable"],
    ["failed", 415, "media_incompatible"],
    ["failed", 404, "invalid_number"],
    ["failed", 484, "invalid_number"],
    ["failed", 403, "forbidden"],
    ["failed", 407, "auth_failed"],
    ["failed", 488, "media_incompatible"],
    ["failed", 402, "provider_balance"],
    ["failed", 503, "provider_unavailable"],
    ["failed", 603, "declined"],
    ["failed", 607, "unwanted"],
    ["failed", 608, "rejected_by_network"],
    ["failed", 486, "busy"],
    ["failed", 480, "no_answer"],
    ["completed", 200, "contact_hangup"],
  ];
  for (const [status, sipCode, reason] of reasons) {
    assertEquals(endReasonOf({ ...end, status, sipCode }), reason, `${status} ${sipCode}`);
  }
  const completed = { ...end, status: "completed" };
  assertEquals(endReasonOf({ ...completed, durationSeconds: 600 }), "max_duration");
  assertEquals(endReasonOf({ ...completed, answeredBy: "machine" }), "voicemail");
});

Deno.test("an answer to the wish to dial is accepted, refused or unknown", () => {
  const answered = (status: number, body: string) => {
    return parseCreate({ kind: "answered", answer: { status, body, date: null } }).result;
  };
  assertEquals(answered(201, '{"sid":"CA1"}'), { kind: "accepted", providerCallId: "CA1" });
  for (
    const [status, body] of [[201, '{"sid":"CA'], [201, "{}"], [500, "{}"], [503, ""]] as const
  ) {
    assertEquals(answered(status, body).kind, "unknown", `${status} ${body}`);
  }
  const refusals: [number, number | null, EndReason][] = [
    [400, 21211, "invalid_number"],
    [400, 21217, "invalid_number"],
    [400, 21215, "forbidden"],
    [400, 21219, "forbidden"],
    [401, 20003, "auth_failed"],
    [403, 20003, "auth_failed"],
    [403, null, "forbidden"],
    [402, null, "provider_balance"],
    [401, 20005, "provider_balance"],
    [404, 20404, "auth_failed"],
    [429, 20429, "provider_unavailable"],
    [400, 99999, "provider_unavailable"],
  ];
  for (const [status, code, reason] of refusals) {
    assertEquals(refusalOf(status, code), reason, `${status} ${code}`);
    assertEquals(answered(status, JSON.stringify({ code })), { kind: "refused", reason });
  }
});

Deno.test("a price is the sum of all legs, in the currency that the provider names", () => {
  const leg = {
    sid: "CA1",
    status: "completed",
    createdAt: null,
    endedAt: null,
    durationSeconds: 5,
    answeredBy: null,
    direction: "outbound-api",
    price: "-0.01400",
    priceUnit: "EUR",
  };
  assertEquals(costOf([leg]), { amount: 14_000n, currency: "EUR" });
  assertEquals(costOf([leg, { ...leg, price: "-0.0040000001" }]), {
    amount: 18_001n,
    currency: "EUR",
  });
  assertEquals(costOf([leg, { ...leg, status: "no-answer", price: null }])?.amount, 14_000n);
  assertEquals(costOf([leg, { ...leg, price: null }]), null);
  assertEquals(costOf([leg, { ...leg, priceUnit: "USD" }]), null);
  assertEquals(costOf([{ ...leg, price: "free" }]), null);
});

Deno.test("SignalWire is spoken to by its address alone", () => {
  const account = { sid: "project", token: "token", from: "+14155550100", webhookKey: null };
  const twilio = dialectOf({ ...account, apiUrl: new URL("https://api.twilio.com") });
  assertEquals(twilio.accountUrl, "https://api.twilio.com/2010-04-01/Accounts/project");
  const signalwire = dialectOf({
    ...account,
    webhookKey: "key",
    apiUrl: new URL("https://acme.signalwire.com"),
  });
  assertEquals(
    signalwire.accountUrl,
    "https://acme.signalwire.com/api/laml/2010-04-01/Accounts/project",
  );
  assertEquals(
    [signalwire.provider, signalwire.signatureHeader, signalwire.signatureKey],
    ["signalwire", "X-SignalWire-Signature", "key"],
  );
  assertEquals([twilio.conversationRelay, signalwire.conversationRelay], [true, false]);
});

Deno.test("an address that nobody outside can reach is known by its looks", () => {
  const no = [
    "localhost",
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.9",
    "172.20.1.1",
    "[::1]",
    "pc.local",
  ];
  const yes = ["studio.example.com", "8.8.8.8", "172.32.0.1", "[2001:db8::1]", "10.example.com"];
  for (const host of no) assertEquals(isReachable(new URL(`http://${host}:1`)), false, host);
  for (const host of yes) assertEquals(isReachable(new URL(`https://${host}`)), true, host);
});

Deno.test("a signature is over the URL, with its port or without, and the sorted fields", async () => {
  const fields: [string, string][] = [["To", "+1"], ["CallSid", "CA1"], ["To", "+1"]];
  for (const url of ["https://a.test/x?y=1", "https://a.test:443/x?y=1"]) {
    const signature = await signatureOf("key", url, fields);
    assert(await isSigned("key", signature, "https://a.test/x?y=1", fields));
    assert(!await isSigned("key", signature, "https://b.test/x?y=1", fields));
    assert(!await isSigned("other", signature, "https://a.test/x?y=1", fields));
    assert(!await isSigned("key", signature, "https://a.test/x?y=1", [["To", "+2"]]));
    assert(!await isSigned("key", "", "https://a.test/x?y=1", fields));
  }
});

const ENV = {
  DATABASE_URL: "postgres://a:b@localhost/c",
  PUBLIC_URL: "https://studio.example.com",
  TELEPHONY: "twilio",
  TWILIO_ACCOUNT_SID: "AC0123456789abcdef0123456789abcdef",
  TWILIO_AUTH_TOKEN: "a-secret-token",
  TWILIO_FROM: "+14155550100",
};

Deno.test("the account comes from the environment", () => {
  const { telephony } = readConfig((name) => (ENV as Record<string, string>)[name]);
  assertEquals(telephony, {
    kind: "twilio",
    apiUrl: new URL("https://api.twilio.com"),
    sid: ENV.TWILIO_ACCOUNT_SID,
    token: ENV.TWILIO_AUTH_TOKEN,
    from: ENV.TWILIO_FROM,
    webhookKey: null,
    quietSeconds: 120,
  });
});

Deno.test("a bad setting of the account is named, and no secret is repeated", () => {
  const wrong: Record<string, string>[] = [
    { TELEPHONY: "carrier pigeon" },
    { TWILIO_API_URL: "http://api.twilio.com" },
    { TWILIO_API_URL: "https://api.twilio.com/2010-04-01" },
    { TWILIO_ACCOUNT_SID: "../../" },
    { TWILIO_AUTH_TOKEN: "a secret" },
    { TWILIO_AUTH_TOKEN: "" },
    { TWILIO_FROM: "4155550100" },
    { TWILIO_WEBHOOK_KEY: "short" },
    { TWILIO_QUIET_SECONDS: "15" },
  ];
  for (const bad of wrong) {
    const env: Record<string, string | undefined> = { ...ENV, ...bad };
    const error = assertThrows(() => readConfig((name) => env[name]), ConfigError);
    assert(error.message.startsWith(`${Object.keys(bad)[0]}: must`), error.message);
    assert(!error.message.includes("secret"));
  }
});
