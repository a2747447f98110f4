/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3), however it was split.
 *
 * @module
 */
import { headerEnd, SipSyntaxError } from "./message.ts";

/** Longest start line and headers. */
const MAX_HEAD = 64 * 1024;
/** Longest body. */
const MAX_BODY = 256 * 1024;

/** One per connection. */
export class StreamFramer {
  #buffer = new Uint8Array(0);

  /**
   * Takes what has come, and gives the messages that are complete. `pings` counts keep-alives that
   * want an answer (RFC 5626 §3.5.1).
   *
   * @throws SipSyntaxError when the stream cannot be followed any further.
   */
  push(chunk: Uint8Array): { messages: Uint8Array[]; pings: number } {
    const bytes = new Uint8Array(this.#buffer.length + chunk.length);
    bytes.set(this.#buffer);
    bytes.set(chunk, this.#buffer.length);
    const messages: Uint8Array[] = [];
    let pings = 0;
    let from = 0;
    for (;;) {
      const start = skipLineBreaks(bytes, from);
      if (start - from >= 4) pings++;
      from = start;
      const length = messageLength(bytes.subarray(from));
      if (length === null || from + length > bytes.length) break;
      messages.push(bytes.slice(from, from + length));
      from += length;
    }
    this.#buffer = bytes.slice(from);
    return { messages, pings };
  }
}

function skipLineBreaks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 13 && bytes[at + 1] === 10) at += 2;
  return at;
}

/** Null when it cannot be told yet. */
function messageLength(bytes: Uint8Array): number | null {
  const end = headerEnd(bytes);
  if (end > MAX_HEAD || (end === -1 && bytes.length > MAX_HEAD)) {
    throw new SipSyntaxError("headers too long");
  }
  if (end === -1) return null;
  const head = new TextDecoder().decode(bytes.subarray(0, end));
  const told = Array.from(
    head.matchAll(/\r\n(?:content-length|l)[ \t]*:[ \t]*(\d+)[ \t]*(?=\r\n|$)/gi),
  );
  if (told.length !== 1) throw new SipSyntaxError("a stream needs one Content-Length");
  const body = Number(told[0][1]);
  if (body > MAX_BODY) throw new SipSyntaxError("body too long");
  return end + 4 + body;
}
