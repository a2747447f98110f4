/**
 * SIP messages as text and as values (RFC 3261 §7, §25). Session descriptions are opaque text here.
 *
 * @module
 */

/** Names in lower case, compact forms spelled out; order as on the wire. */
export type Header = [name: string, value: string];

/** A request, such as INVITE. */
export interface SipRequest {
  method: string;
  uri: string;
  headers: Header[];
  body: string;
}

/** A response to a request. */
export interface SipResponse {
  status: number;
  reason: string;
  headers: Header[];
  body: string;
}

/** Either. */
export type SipMessage = SipRequest | SipResponse;

/** Text that is no SIP message, or would not be one. It says what is wrong without repeating it. */
export class SipSyntaxError extends Error {
  /** Tells it from programming errors. */
  override readonly name = "SipSyntaxError";
}

/** RFC 3261 §7.3.3 and the IANA registry. */
const COMPACT = new Map(Object.entries({
  i: "call-id",
  m: "contact",
  f: "from",
  t: "to",
  v: "via",
  l: "content-length",
  c: "content-type",
  k: "supported",
  e: "content-encoding",
  s: "subject",
  o: "event",
  r: "refer-to",
  x: "session-expires",
}));
/** Headers of which one line may hold several values. Challenges are lists too, but of another kind. */
const LISTS = new Set(["via", "route", "record-route", "contact", "allow", "supported", "require"]);
/** What every message must have, and only once but for Via. */
const MANDATORY = ["via", "from", "to", "call-id", "cseq"];
const SPELLING = new Map([
  ["call-id", "Call-ID"],
  ["cseq", "CSeq"],
  ["www-authenticate", "WWW-Authenticate"],
  ["min-se", "Min-SE"],
  // Written as its reader's documentation writes it.
  ["x-call-id", "X-CALL-ID"],
]);
const TOKEN = /^[A-Za-z0-9.!%*_+`'~-]+$/;
// deno-lint-ignore no-control-regex -- control characters are what must not get in
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Whether a message is a request. */
export function isRequest(message: SipMessage): message is SipRequest {
  return "method" in message;
}

/** Every value of a header, in order. */
export function valuesOf({ headers }: SipMessage, name: string): string[] {
  return headers
    .filter(([known]) => known === name)
    .flatMap(([, value]) => LISTS.has(name) ? splitList(value) : [value]);
}

/** The first value of a header. */
export function valueOf(message: SipMessage, name: string): string | undefined {
  return valuesOf(message, name)[0];
}

/** A header's number and method, such as `1 INVITE`. */
export function cseqOf(message: SipMessage): { seq: number; method: string } {
  const [seq, method] = (valueOf(message, "cseq") ?? "").split(/\s+/);
  return { seq: Number(seq), method };
}

/** A parameter behind a header's value; "" for one without value, undefined for none. */
export function parameterOf(value: string | undefined, name: string): string | undefined {
  const tail = value === undefined ? "" : value.slice(value.lastIndexOf(">") + 1);
  for (const part of tail.split(";").slice(value?.includes(">") ? 0 : 1)) {
    const [key, ...rest] = part.split("=");
    if (key.trim().toLowerCase() === name) return rest.join("=").trim().replace(/^"(.*)"$/, "$1");
  }
  return undefined;
}

/** The URI in an address such as `"Ana" <sip:ana@example.com>;tag=1`. */
export function uriIn(address: string): string {
  return /<([^>]*)>/.exec(address)?.[1] ?? address.split(";")[0].trim();
}

/** Parts of a `sip:` or `sips:` URI (RFC 3261 §19.1). */
export interface SipUri {
  secure: boolean;
  user: string | null;
  host: string;
  port: number | null;
  parameters: Map<string, string>;
}

/** @throws SipSyntaxError for what is no such URI, or holds spaces or control characters. */
export function parseUri(text: string): SipUri {
  const found =
    /^(sips?):(?:([^@\s<>"]+)@)?(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?((?:;[^?\s<>"]*)?)(?:\?[^\s<>"]*)?$/i
      .exec(text);
  if (!found || CONTROL.test(text)) throw new SipSyntaxError("not a SIP URI");
  const [, scheme, user, host, port, tail] = found;
  const pairs = tail.split(";").filter(Boolean).map((part) => {
    const [key, value = ""] = part.split("=");
    return [key.toLowerCase(), value] as const;
  });
  return {
    secure: scheme.toLowerCase() === "sips",
    user: user ?? null,
    host: host.replace(/^\[|\]$/g, ""),
    port: port === undefined ? null : Number(port),
    parameters: new Map(pairs),
  };
}

/** @throws SipSyntaxError for anything but one whole message. */
export function parseMessage(bytes: Uint8Array): SipMessage {
  const end = headerEnd(bytes);
  if (end === -1) throw new SipSyntaxError("no end of headers");
  const text = new TextDecoder().decode(bytes.subarray(0, end));
  // A line that begins with a space continues the one before (§7.3.1).
  const [start, ...lines] = text.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const headers = lines.map(parseHeader);
  const message = { ...parseStart(start), headers, body: "" };
  checkMandatory(message);
  const rest = bytes.subarray(end + 4);
  const told = valueOf(message, "content-length");
  const length = told === undefined ? rest.length : Number(told);
  if (!/^\d+$/.test(told ?? "0") || length > rest.length) {
    throw new SipSyntaxError("body shorter than Content-Length");
  }
  message.body = new TextDecoder().decode(rest.subarray(0, length));
  return message;
}

/** Where the headers end, or -1. */
export function headerEnd(bytes: Uint8Array): number {
  for (let i = bytes.indexOf(13); i !== -1; i = bytes.indexOf(13, i + 1)) {
    if (bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  }
  return -1;
}

/**
 * The message as bytes, with its Content-Length.
 *
 * @throws SipSyntaxError where a line break or another control character would get into a line.
 */
export function serialize(message: SipMessage): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const body = encoder.encode(message.body);
  const start = isRequest(message)
    ? `${message.method} ${message.uri} SIP/2.0`
    : `SIP/2.0 ${message.status} ${message.reason}`;
  if (isRequest(message) && /\s/.test(message.method + message.uri)) {
    throw new SipSyntaxError("white space in the request line");
  }
  const lines = message.headers
    .filter(([name]) => name !== "content-length")
    .map(([name, value]) => {
      if (!TOKEN.test(name)) throw new SipSyntaxError("not a header name");
      return `${spelled(name)}: ${value}`;
    });
  const all = [start, ...lines, `Content-Length: ${body.length}`];
  if (all.some((line) => CONTROL.test(line))) {
    throw new SipSyntaxError("control character in a line");
  }
  const head = encoder.encode(all.join("\r\n") + "\r\n\r\n");
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

function parseStart(line: string) {
  const response = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/.exec(line);
  if (response) return { status: Number(response[1]), reason: response[2] ?? "" };
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(line);
  if (request) return { method: request[1], uri: request[2] };
  throw new SipSyntaxError("neither a request nor a response");
}

function parseHeader(line: string): Header {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
  if (!TOKEN.test(name) || CONTROL.test(line)) throw new SipSyntaxError("bad header line");
  return [COMPACT.get(name) ?? name, line.slice(colon + 1).trim()];
}

function checkMandatory(message: SipMessage): void {
  for (const name of MANDATORY) {
    const values = valuesOf(message, name);
    if (!values[0] || (name !== "via" && values.length > 1)) {
      throw new SipSyntaxError(`${name} is missing or repeated`);
    }
  }
  const { seq, method } = cseqOf(message);
  const fits = Number.isInteger(seq) && seq >= 0 && seq < 2 ** 32 && method;
  if (!fits || (isRequest(message) && message.method !== method)) {
    throw new SipSyntaxError("bad CSeq");
  }
  if (valuesOf(message, "content-length").length > 1) {
    throw new SipSyntaxError("Content-Length is repeated");
  }
}

function splitList(value: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let angle = false;
  let from = 0;
  for (let i = 0; i < value.length; i++) {
    const char = value[i];
    if (quoted && char === "\\") i++;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && (char === "<" || char === ">")) angle = char === "<";
    else if (!quoted && !angle && char === ",") {
      parts.push(value.slice(from, i).trim());
      from = i + 1;
    }
  }
  return [...parts, value.slice(from).trim()].filter(Boolean);
}

function spelled(name: string): string {
  return SPELLING.get(name) ?? name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
