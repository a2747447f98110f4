/**
 * Serves a recording to whoever holds a good link, whole or in part (RFC 9110 §14): players ask for
 * ranges when someone moves the slider. Several ranges at once are answered with the whole, which the
 * RFC allows.
 *
 * @module
 */
import type { CallRef } from "../../src/calls/call_event.ts";
import type { ByteRange, RecordingStream } from "../../src/calls/call_gateway.ts";
import { HttpProblem } from "./problem.ts";
import type { SignedRecordingLinks } from "./recording_links.ts";

/** A browser that opens the link wraps a player around it, which loads the link once more. */
const PLAYABLE = "default-src 'none'; media-src 'self'; frame-ancestors 'none'";

/** Opens the MP3 of a call, or a part of it; null when there is none. */
export type OpenRecording = (
  ref: CallRef,
  range: ByteRange | null,
) => Promise<RecordingStream | null>;

/**
 * Answers `GET` or `HEAD /recordings/{callUuid}?client=…&expires=…&signature=…`.
 *
 * @throws HttpProblem 405 for another method, 403 for a forged or expired link, 404 when there is no
 *   recording (any more), 416 for a part that it does not have.
 */
export async function serveRecording(
  request: Request,
  links: SignedRecordingLinks,
  open: OpenRecording,
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw new HttpProblem(405, "Method not allowed: open the link with GET.", {
      Allow: "GET, HEAD",
    });
  }
  const ref = await links.verify(new URL(request.url));
  if (ref === null) {
    throw new HttpProblem(403, "This link is not valid or has expired. Ask for a new one.");
  }
  // A conditional range needs a validator, and these answers carry none: send the whole.
  const asked = request.headers.has("if-range") ? null : parseRange(request.headers.get("range"));
  const range = asked !== null && "last" in asked
    ? await fromTheEnd(asked.last, () => open(ref, { start: 0, end: 0 }))
    : asked;
  const recording = await open(ref, range);
  if (recording === null) throw new HttpProblem(404, "There is no such recording.");
  const { start, end, totalBytes, body } = recording;
  if (range !== null && range.start >= totalBytes) {
    await body.cancel();
    throw new HttpProblem(416, `The recording has ${totalBytes} bytes.`, {
      "Content-Range": `bytes */${totalBytes}`,
    });
  }
  const headers: Record<string, string> = {
    "Content-Type": recording.contentType,
    "Content-Disposition": `inline; filename="${ref.callId}.mp3"`,
    "Content-Length": String(end - start + 1),
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": PLAYABLE,
  };
  if (range !== null) headers["Content-Range"] = `bytes ${start}-${end}/${totalBytes}`;
  if (request.method === "HEAD") await body.cancel();
  return new Response(request.method === "HEAD" ? null : body, {
    status: range === null ? 200 : 206,
    headers,
  });
}

/** The one range asked for, or so many last bytes; null when the whole is to be sent. */
function parseRange(header: string | null): ByteRange | { last: number } | null {
  const suffix = /^bytes=-(\d{1,15})$/.exec(header ?? "");
  if (suffix !== null) return { last: Number(suffix[1]) };
  const match = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header ?? "");
  if (match === null) return null;
  const start = Number(match[1]);
  const end = match[2] === "" ? null : Number(match[2]);
  return end !== null && end < start ? null : { start, end };
}

/** The last bytes as a range (RFC 9110 §14.1.2); none of them is a range that cannot be satisfied. */
async function fromTheEnd(
  last: number,
  openFirstByte: () => Promise<RecordingStream | null>,
): Promise<ByteRange> {
  const first = await openFirstByte();
  await first?.body.cancel();
  const totalBytes = first?.totalBytes ?? 0;
  return { start: Math.max(0, totalBytes - last), end: null };
}
