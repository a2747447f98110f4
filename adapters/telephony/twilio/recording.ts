/**
 * Recordings, passed on while they are read: whoever listens never learns where they lie.
 *
 * @module
 */
import type { ByteRange, RecordingStream } from "../../../src/calls/call_gateway.ts";
import { recordingStream } from "../../recordings/recording_stream.ts";
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
  const { answer } = sent;
  if (answer.status === 404) {
    await answer.body?.cancel();
    return null;
  }
  const stream = await recordingStream(answer, range);
  if (typeof stream !== "string") return stream;
  throw new Error(`recording: the provider's answer (${answer.status}) cannot be passed on`);
}
