/**
 * An HTTP answer that carries a recording, or a part of it (RFC 9110 §14), as a stream of just the
 * bytes that were wanted. A download that breaks off fails, so that a part never passes for the whole.
 *
 * @module
 */
import type { ByteRange, RecordingStream } from "../../src/calls/call_gateway.ts";

/** What cannot be passed on: larger than allowed, or no proper answer to such a request. */
export type Unusable = "too_large" | "unusable";

/**
 * The bytes of an answer with status 200, 206 or 416. The answer's body is let go of when it is not
 * passed on.
 */
export async function recordingStream(
  response: Response,
  range: ByteRange | null,
  maxBytes = Infinity,
): Promise<RecordingStream | Unusable> {
  const body = response.body ?? new Blob([]).stream();
  const stream = await streamOf(response, body, range, maxBytes);
  if (typeof stream === "string" && !body.locked) await body.cancel();
  return stream;
}

async function streamOf(
  response: Response,
  body: ReadableStream<Uint8Array>,
  range: ByteRange | null,
  maxBytes: number,
): Promise<RecordingStream | Unusable> {
  const contentType = "audio/mpeg";
  const contentRange = response.headers.get("content-range") ?? "";
  switch (response.status) {
    case 200: {
      // No length is told of what is made on the fly: then there is nothing for it but to read it all.
      const length = response.headers.get("content-length");
      if (Number(length) > maxBytes) return "too_large";
      const bytes = length === null ? await readUpTo(body, maxBytes) : null;
      if (bytes === "too_large") return bytes;
      const totalBytes = bytes?.length ?? Number(length);
      const start = Math.min(range?.start ?? 0, totalBytes);
      const end = Math.min(range?.end ?? Infinity, totalBytes - 1);
      const source = bytes === null ? body : new Blob([bytes]).stream();
      return { contentType, totalBytes, start, end, body: part(source, start, end + 1) };
    }
    case 206: {
      const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(contentRange);
      if (match === null || range === null) return "unusable";
      const [start, end, totalBytes] = match.slice(1).map(Number);
      const asked = start === range.start && end <= (range.end ?? Infinity);
      if (!asked || end < start || end >= totalBytes) return "unusable";
      if (totalBytes > maxBytes) return "too_large";
      return { contentType, totalBytes, start, end, body: part(body, 0, end - start + 1) };
    }
    case 416: {
      const match = /^bytes \*\/(\d{1,15})$/.exec(contentRange);
      if (match === null) return "unusable";
      await body.cancel();
      const totalBytes = Number(match[1]);
      const nothing = new Blob([]).stream();
      return { contentType, totalBytes, start: totalBytes, end: totalBytes - 1, body: nothing };
    }
    default:
      return "unusable";
  }
}

/** All of it, unless it is more than so much. */
async function readUpTo(
  source: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | "too_large"> {
  const chunks: BlobPart[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    // Leaving the loop lets go of the source.
    if (length > maxBytes) return "too_large";
    chunks.push(new Uint8Array(chunk));
  }
  return await new Blob(chunks).bytes();
}

/** The bytes from `start` up to, not including, `end`; fails when the source has fewer. */
function part(
  source: ReadableStream<Uint8Array>,
  start: number,
  end: number,
): ReadableStream<Uint8Array> {
  let at = 0;
  return source.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const wanted = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
        at += chunk.length;
        if (wanted.length > 0) controller.enqueue(wanted);
        if (at >= end) controller.terminate();
      },
      flush() {
        if (at < end) throw new Error(`the recording broke off after ${at} of ${end} bytes`);
      },
    }),
  );
}
