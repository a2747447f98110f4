/**
 * Whether a report comes from whoever knows the assistant's secret. Comparisons take the same time
 * whatever is wrong.
 *
 * @module
 */
import type { AgentWebhook } from "../../../src/campaigns/agent_webhook.ts";

/** Seconds by which a signed time may be off. */
const TOLERANCE = 300;
/** ElevenLabs' own: its `constructEvent` takes what was signed half an hour ago. */
const ELEVENLABS_TOLERANCE = 1800;
/** Unix times above it are milliseconds: in seconds it is the year 5138. */
const MILLISECONDS = 1e11;

/** A time and a signature over `<time>.<body>`: HMAC-SHA-256 (RFC 2104) in hexadecimal. */
type Signed = { time: string; signature: string };

/** Whether the headers prove that the body was sent, just now, by somebody who knows the secret. */
export async function isGenuine(
  { platform, secret }: AgentWebhook,
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  now: Date,
): Promise<boolean> {
  switch (platform) {
    case "studio":
      return await isSigned(secret, pairs(headers.get("studio-signature"), "v1"), body, now);
    case "elevenlabs": {
      // https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks ("Authentication")
      const signed = pairs(headers.get("elevenlabs-signature"), "v0");
      return await isSigned(secret, signed, body, now, ELEVENLABS_TOLERANCE);
    }
    case "vapi":
      return await isVapis(secret, headers, body, now);
  }
}

/**
 * https://docs.vapi.ai/server-url/server-authentication: an HMAC credential with its default headers
 * and payload, a bearer credential, or the older shared secret in a header of its own.
 */
async function isVapis(
  secret: string,
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  now: Date,
): Promise<boolean> {
  const signature = headers.get("x-signature");
  if (signature !== null) {
    const time = headers.get("x-timestamp") ?? "";
    return await isSigned(
      secret,
      { time, signature: signature.replace(/^sha256=/, "") },
      body,
      now,
    );
  }
  const given = headers.get("x-vapi-secret") ??
    /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  // Compared as signatures of one text, which differ from the first bit on when the secrets do.
  const text = new Uint8Array(1);
  return given !== undefined &&
    await crypto.subtle.verify("HMAC", await keyOf(secret), await sign(given, text), text);
}

/** `t=<time>,<scheme>=<signature>`. */
function pairs(header: string | null, scheme: string): Signed | null {
  const found = new Map(
    header?.split(",").map((pair) => {
      const [name, value = ""] = pair.trim().split("=");
      return [name, value];
    }),
  );
  const [time, signature] = [found.get("t"), found.get(scheme)];
  return time === undefined || signature === undefined ? null : { time, signature };
}

async function isSigned(
  secret: string,
  signed: Signed | null,
  body: Uint8Array<ArrayBuffer>,
  now: Date,
  tolerance = TOLERANCE,
): Promise<boolean> {
  if (signed === null || !/^\d{1,16}$/.test(signed.time)) return false;
  if (!/^[0-9a-f]{64}$/i.test(signed.signature)) return false;
  const time = Number(signed.time);
  const seconds = time > MILLISECONDS ? time / 1000 : time;
  if (Math.abs(now.getTime() / 1000 - seconds) > tolerance) return false;
  const message = new Uint8Array([...utf8(`${signed.time}.`), ...body]);
  const signature = Uint8Array.from(
    { length: 32 },
    (_, i) => parseInt(signed.signature.slice(2 * i, 2 * i + 2), 16),
  );
  return await crypto.subtle.verify("HMAC", await keyOf(secret), signature, message);
}

async function sign(secret: string, message: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  return await crypto.subtle.sign("HMAC", await keyOf(secret), message);
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return await crypto.subtle.importKey("raw", utf8(secret), algorithm, false, ["sign", "verify"]);
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
