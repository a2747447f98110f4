/**
 * Recordings as MP3, made while they are read: a low and a high hum take turns as contact and agent
 * do, with silence in between. What is said cannot be heard.
 *
 * MPEG-2 Layer III (ISO/IEC 13818-3), 16 kHz, mono, 16 kbit/s: every frame is 72 bytes and 36 ms, and
 * stands for itself, so that any part of a recording is had without the rest. Seven frames are all
 * there is. The hums are 278 and 222 Hz, 167 and 139 Hz with two overtones; each fits a whole number of
 * times into a frame's 576 samples, so that an encoder, once settled, writes the same frame for
 * ever. That frame was taken from npm's `@breezystack/lamejs` 1.2.7.
 *
 * @module
 */
import type { ByteRange, RecordingStream } from "../../../src/calls/call_gateway.ts";
import type { Speaker, Turn } from "../../../src/calls/transcript.ts";
import { speakingSeconds } from "./talk.ts";

/** Bytes of a frame. */
export const FRAME_BYTES = 72;
/** Frames in a second, not a whole number. */
export const FRAMES_PER_SECOND = 16_000 / 576;

const HUMS: Record<Speaker, [Uint8Array, Uint8Array]> = {
  agent: [
    frame(
      "//MoxAANYH4cAAWuIIRGyDMaBGOZBg1n4RAUAYD54RRpgYLQYYcGAOS+ESjkGCPbf8h/yH/TTR0/Qj0p+jpR/9H5JMQU1FAA",
    ),
    frame(
      "//MoxAAMoH4gAAXmNIRfWAYJ4BEDIBgir4RPmQYIU4RAYQYCIYRJGAYGoeEZAy/t/k/6f/p5Dp/+jo/p/+R5FMQU1FAwAJCA",
    ),
  ],
  contact: [
    frame(
      "//MoxAANWf4QAAXKFMI6egMHZPCLTGDBjPwidQgwhI9X8KHfbxr/+j+n1f0H+r/+j+r/b7ff7fH6dOT0fJ/I6cj9qYgpqKAA",
    ),
    frame(
      "//MoxAAL4FokEr+mLACx4RbnAYGCeWAQyslYsbelZQ/wYVgCliBsrID/8IhBkLfZ5L////yaN9KaP//Q5MQU1FAwAJCAAEAA",
    ),
  ],
};
/** A header, and nothing to be decoded. */
const SILENCE = new Uint8Array(FRAME_BYTES);
SILENCE.set([0xff, 0xf3, 0x28, 0xc4]);

/** The beat of speech: which hum, or neither, in each of ten frames. */
const BEAT = [0, 0, 0, 1, 1, 0, 0, 1, null, null];
/** Frames that are handed over at a time, some 18 kB. */
const CHUNK_FRAMES = 256;

interface Span {
  role: Speaker;
  first: number;
  /** Frame after the last. */
  end: number;
}

/** The recording of a conversation, or the part of it that is wanted. */
export function recordingOf(
  turns: Turn[],
  seconds: number,
  range: ByteRange | null,
): RecordingStream {
  const totalBytes = Math.round(seconds * FRAMES_PER_SECOND) * FRAME_BYTES;
  const start = Math.min(range?.start ?? 0, totalBytes);
  const end = Math.min(range?.end ?? Infinity, totalBytes - 1);
  const spans = spansOf(turns);
  let at = start;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at > end) return controller.close();
      const stop = Math.min(end + 1, (Math.floor(at / FRAME_BYTES) + CHUNK_FRAMES) * FRAME_BYTES);
      controller.enqueue(bytesOf(spans, at, stop));
      at = stop;
    },
  }, { highWaterMark: 0 });
  return { contentType: "audio/mpeg", totalBytes, start, end, body };
}

/** Who hums when: from the start of a turn for as long as it takes to say, or until the next. */
function spansOf(turns: Turn[]): Span[] {
  const frameAt = (seconds: number) => Math.round(seconds * FRAMES_PER_SECOND);
  return turns.map(({ role, startSeconds, text }, i) => ({
    role,
    first: frameAt(startSeconds),
    end: frameAt(
      Math.min(startSeconds + speakingSeconds(text), turns[i + 1]?.startSeconds ?? Infinity),
    ),
  }));
}

function bytesOf(spans: Span[], start: number, stop: number): Uint8Array {
  const firstFrame = Math.floor(start / FRAME_BYTES);
  const frames = Math.ceil(stop / FRAME_BYTES) - firstFrame;
  const bytes = new Uint8Array(frames * FRAME_BYTES);
  for (let i = 0; i < frames; i++) bytes.set(frameOf(spans, firstFrame + i), i * FRAME_BYTES);
  return bytes.subarray(start - firstFrame * FRAME_BYTES, stop - firstFrame * FRAME_BYTES);
}

function frameOf(spans: Span[], index: number): Uint8Array {
  const span = spans.find(({ first, end }) => first <= index && index < end);
  if (span === undefined) return SILENCE;
  const hum = BEAT[(index - span.first) % BEAT.length];
  return hum === null ? SILENCE : HUMS[span.role][hum];
}

function frame(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
