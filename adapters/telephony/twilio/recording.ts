/**
 * Recordings, passed on while they are read: whoever listens never learns where they lie.
 *
 * @module
 */
import type { ByteRange, RecordingStream } from "../../../src/calls/call_gateway.ts";
import { buildMedia } from "./api.ts";
import type { Dialect } from "./dialect.ts";
import type { Transport } from "./transport.ts";

/**
 * The recording or a part of it; null when the provider has none of that name.
 *
 * @throws Error when the provider cannot be reached, or answers what cannot be passed on.
 */
export async function openRecording(
  transport: Transport,
  dialect: Dialect,
  sid: string,
  range: ByteRange | null,
): Promise<RecordingStream | null> {
  const header = range && `bytes=${range.start}-${range.end ?? ""}`;
  const sent = await transport.open(buildMedia(dialect, sid, header));
  if (sent.kind !== "answered") throw new Error(`recording: ${sent.why}`);
  const response = sent.answer;
  const contentType = "audio/mpeg";
  const body = response.body ?? new Blob([]).stream();
  const contentRange = response.headers.get("content-range") ?? "";
  switch (response.status) {
    case 200: {
      // No length is told of what is made on the fly: then there is nothing for it but to read it all.
      const length = response.headers.get("content-length");
      const bytes = length === null ? await new Response(body).bytes() : null;
      const totalBytes = bytes?.length ?? Number(length);
      const start = Math.min(range?.start ?? 0, totalBytes);
      const end = Math.min(range?.end ?? Infinity, totalBytes - 1);
      const source = bytes === null ? body : new Blob([bytes]).stream();
      return { contentType, totalBytes, start, end, body: part(source, start, end + 1) };
    }
    case 206: {
      const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(contentRange);
      if (match === null) break;
      const [start, end, totalBytes] = match.slice(1).map(Number);
      return { contentType, totalBytes, start, end, body };
    }
    case 416: {
      await body.cancel();
      const totalBytes = Number(/^bytes \*\/(\d+)$/.exec(contentRange)?.[1]);
      if (!Number.isInteger(totalBytes)) break;
      const nothing = new Blob([]).stream();
      return { contentType, totalBytes, start: totalBytes, end: totalBytes - 1, body: nothing };
    }
    case 404:
      await body.cancel();
      return null;
  }
  await body.cancel();
  throw new Error(`recording: the provider answered with status ${response.status}`);
}

/** The bytes from `start` up to, not including, `end`. */
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
    }),
  );
}
