/**
 * Keyed hashes for the audit trail: whoever lacks the key can neither guess what was hashed, however
 * few the possibilities (a phone number has ten digits), nor make a hash of anything else.
 *
 * @module
 */
import { canonical, type Json } from "../kernel/json.ts";

/** Hashes of different kinds must never be taken for each other. */
export type HashPurpose = "arguments" | "link" | "key";

/** Makes the keyed hashes of one purpose: HMAC-SHA256 (RFC 2104), in hexadecimal. */
export async function keyedHash(
  key: string,
  purpose: HashPurpose,
): Promise<(value: Json) => Promise<string>> {
  const text = new TextEncoder();
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", text.encode(key), hmac, false, ["sign"]);
  return async (value) => {
    const signed = text.encode(`audit ${purpose} ${canonical(value)}`);
    const hash = await crypto.subtle.sign("HMAC", imported, signed);
    return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
}

/** The hash of what somebody asked for. Equal arguments have equal hashes, in whatever order. */
export async function fingerprint(key: string, value: unknown): Promise<string> {
  return await (await keyedHash(key, "arguments"))(jsonOf(value));
}

/** As JSON: times as ISO-8601, money as text, and without what is undefined. */
function jsonOf(value: unknown): Json {
  const text = JSON.stringify(value, (_, each) => typeof each === "bigint" ? String(each) : each);
  return text === undefined ? null : JSON.parse(text);
}
