/**
 * Serves a recording to whoever holds a good link, whole or in part (RFC 9110 §14): players ask for
 * ranges when someone moves the slider. Several ranges at once, and ranges counted from the end, are
 * answered with the whole, which the RFC allows.
 *
 * @module
 */
import type { CallRef } from "../../src/calls/call_event.ts";
import type { ByteRange, RecordingStream } from "../../src/calls/call_gateway.ts";
import { HttpProblem } from "./problem.ts";
import type { SignedRecordingLinks } from "./recording_links.ts";

/** Opens the MP3 of a call, or a part of it; null when there is none. */
export type OpenRecording = (
  ref: CallRef,
  range: ByteRange | null,
) => Promise<RecordingStream | null>;

/**
 * Answers `GET` or `HEAD /recordings/{callUuid}?client=…&expires=…&signature=…`.
 *
 * @throws HttpProblem 403 for a forged or expired link, 404 when there is no recording (any more).
 */
export async function serveRecording(
  request: Request,
  links: SignedRecordingLinks,
  open: OpenRecording,
): Promise<Response> {
  const ref = await links.verify(new URL(request.url));
  if (ref === null) {
    throw new HttpProblem(403, "This link is not valid or has expired. Ask for a new one.");
  }
  // A conditional range needs a validator, and these answers carry none: send the whole.
  const range = request.headers.has("if-range") ? null : parseRange(request.headers.get("range"));
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
  };
  if (range !== null) headers["Content-Range"] = `bytes ${start}-${end}/${totalBytes}`;
  if (request.method === "HEAD") await body.cancel();
  return new Response(request.method === "HEAD" ? null : body, {
    status: range === null ? 200 : 206,
    headers,
  });
}

/** The one range asked for, from a first byte on; null when the whole is to be sent. */
function parseRange(header: string | null): ByteRange | null {
  const match = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header ?? "");
  if (match === null) return null;
  const start = Number(match[1]);
  const end = match[2] === "" ? null : Number(match[2]);
  return end !== null && end < start ? null : { start, end };
}
