/**
 * Signatures of webhooks: base64 of HMAC-SHA-1, with the account's token, over the URL and then every
 * form field, sorted by name, as name and value without anything in between.
 *
 * Source: https://www.twilio.com/docs/usage/security#validating-requests. JSON bodies, which voice
 * webhooks do not use, are signed otherwise and not verified here.
 *
 * @module
 */

/** The signature of a webhook. A field that came twice counts once per value, sorted. */
export async function signatureOf(
  token: string,
  url: string,
  fields: Iterable<[string, string]>,
): Promise<string> {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of fields) {
    values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  const text = [...values.keys()].sort().flatMap((name) =>
    [...values.get(name)!].sort().map((value) => name + value)
  );
  const signature = await crypto.subtle.sign("HMAC", await key(token), utf8(url + text.join("")));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
}

/** Whether the provider signed this, over the URL with or without the port that is implied. */
export async function isSigned(
  token: string,
  signature: string,
  url: string,
  fields: Iterable<[string, string]>,
): Promise<boolean> {
  const all = [...fields];
  let genuine = false;
  for (const each of spellings(url)) {
    if (same(await signatureOf(token, each, all), signature)) genuine = true;
  }
  return genuine;
}

/** The URL without its port, and with it: providers sign either. */
function spellings(url: string): string[] {
  const parts = /^(https?):\/\/([^/?#]*?)(?::(\d+))?([/?#].*)?$/s.exec(url);
  if (parts === null) return [url];
  const [, scheme, host, port = scheme === "https" ? "443" : "80", rest = ""] = parts;
  return [`${scheme}://${host}${rest}`, `${scheme}://${host}:${port}${rest}`];
}

/** Compares in a time that does not tell where two texts differ. */
function same(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % b.length);
  return difference === 0;
}

function key(token: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  return crypto.subtle.importKey("raw", utf8(token), algorithm, false, ["sign"]);
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
