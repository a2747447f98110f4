/**
 * The side of an agent's platform that hands out recordings: answers as a test says, and notes what it
 * was asked.
 *
 * @module
 */
import type { Get } from "../../adapters/recordings/guarded_get.ts";

/** Bytes of the recording. */
export const MP3 = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);

/** A platform that has one recording, and serves parts of it. */
export class RecordingPlatform {
  /** Every request, in order. */
  readonly asked: { url: string; headers: Record<string, string> }[] = [];

  /** What the next requests are answered with; the recording unless a test says otherwise. */
  answer: (range: string | undefined, signal: AbortSignal) => Response | Promise<Response> = mp3;

  /** The platform as the adapter reaches it. */
  readonly get: Get = async (url, headers, signal) => {
    this.asked.push({ url: url.href, headers });
    return await this.answer(headers.range, signal);
  };
}

/** The recording, or the part of it that is asked for. */
export function mp3(range?: string): Response {
  const headers = { "content-type": "audio/mpeg" };
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  if (match === null) {
    return new Response(MP3, { headers: { ...headers, "content-length": String(MP3.length) } });
  }
  const start = Number(match[1]);
  if (start >= MP3.length) {
    const all = `bytes */${MP3.length}`;
    return new Response(null, { status: 416, headers: { "content-range": all } });
  }
  const end = Math.min(match[2] === "" ? Infinity : Number(match[2]), MP3.length - 1);
  return new Response(MP3.slice(start, end + 1), {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${start}-${end}/${MP3.length}` },
  });
}
