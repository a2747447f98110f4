/**
 * Recordings of agents' platforms over HTTP: asked of allowed hosts alone, within bounds of time and
 * size, and passed on while they are read. Neither URLs nor keys are logged.
 *
 * @module
 */
import {
  type AgentRecording,
  type AgentRecordings,
  isLoopback,
  recordingUrl,
  type Unplayable,
} from "../../src/calls/agent_recordings.ts";
import type { ByteRange, RecordingStream } from "../../src/calls/call_gateway.ts";
import { recordingHostsOf } from "../../src/campaigns/agent_webhook.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import type { Log } from "../log.ts";
import { type Get, guardedGet } from "./guarded_get.ts";
import { isLoopbackAddress, isPublicAddress } from "./public_address.ts";
import { recordingStream } from "./recording_stream.ts";

/** Milliseconds until an answer's head must have come. */
const HEAD_DEADLINE = 10_000;
/** Milliseconds that a started download may stand still. */
const STALL_DEADLINE = 30_000;
/** Most bytes of a recording: more than an hour at 128 kbit/s. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Types of MP3, RFC 3003's first. */
const MP3_TYPES: readonly string[] = ["audio/mpeg", "audio/mp3"];

/** What the adapter is made of. */
export interface AgentRecordingsOptions {
  /** The studio's own: on loopback, recordings on loopback may be fetched as well. */
  publicUrl: URL;
  clock: Clock;
  log: Log;
  /** Default: one that connects to public addresses only. */
  get?: Get;
}

/** Fetches recordings, each in one request. */
export function agentRecordings(options: AgentRecordingsOptions): AgentRecordings {
  const { publicUrl, clock, log } = options;
  const local = isLoopback(publicUrl);
  const isGood = (address: string) =>
    isPublicAddress(address) || (local && isLoopbackAddress(address));
  const get = options.get ?? guardedGet({ isGood });

  async function ask(
    recording: AgentRecording,
    range: ByteRange | null,
  ): Promise<Response | Unplayable> {
    const url = recordingUrl(recording.url);
    const { platform, apiKey } = recording.webhook;
    if (url === null || !isAllowed(url, recording, local)) return "host_not_allowed";
    if (platform === "elevenlabs" && apiKey === undefined) return "no_key";
    const headers: Record<string, string> = { accept: "audio/mpeg", "accept-encoding": "identity" };
    if (range !== null) headers.range = `bytes=${range.start}-${range.end ?? ""}`;
    if (apiKey !== undefined) headers["xi-api-key"] = apiKey;
    const response = await answerOf(get, clock, url, headers);
    if (response === null) return "unreachable";
    const refusal = refusalOf(response);
    if (refusal === null) return response;
    await response.body?.cancel();
    log("warn", "agent recording refused", { platform, reason: refusal, status: response.status });
    return refusal;
  }

  return {
    async check(recording) {
      const answer = await ask(recording, { start: 0, end: 0 });
      if (typeof answer === "string") return answer;
      await answer.body?.cancel();
      return sizeOf(answer) > MAX_BYTES ? "too_large" : null;
    },
    async open(recording, range): Promise<RecordingStream | Unplayable> {
      const answer = await ask(recording, range);
      if (typeof answer === "string") return answer;
      const { status, headers, body } = answer;
      const lively = body && new Response(movingOn(body, clock), { status, headers });
      try {
        const stream = await recordingStream(lively ?? answer, range, MAX_BYTES);
        return stream === "unusable" ? "unreachable" : stream;
      } catch {
        // It had to be read whole first, and broke off.
        return "unreachable";
      }
    },
  };
}

/** Whether the assistant's settings let this be fetched at all. */
function isAllowed(url: URL, { webhook }: AgentRecording, local: boolean): boolean {
  if (!recordingHostsOf(webhook).includes(url.hostname)) return false;
  return local && isLoopback(url) || (url.protocol === "https:" && url.port === "");
}

/** The answer's head in time, or null. */
async function answerOf(
  get: Get,
  clock: Clock,
  url: URL,
  headers: Record<string, string>,
): Promise<Response | null> {
  const late = new AbortController();
  const finished = new AbortController();
  clock.sleep(HEAD_DEADLINE, finished.signal).then(() => {
    if (!finished.signal.aborted) late.abort();
  });
  try {
    return await get(url, headers, late.signal);
  } catch {
    return null;
  } finally {
    finished.abort();
  }
}

/** Why what came is no recording; null when it is one. */
function refusalOf({ status, headers }: Response): Unplayable | null {
  if (status === 401 || status === 403) return "not_permitted";
  if (status === 404 || status === 410) return "not_found";
  if (status >= 300 && status < 400) return "redirected";
  if (status === 416) return null;
  if (status !== 200 && status !== 206) return "unreachable";
  const [type] = (headers.get("content-type") ?? "").toLowerCase().split(";");
  return MP3_TYPES.includes(type.trim()) ? null : "not_mp3";
}

/** Bytes of the whole, as far as it tells. */
function sizeOf({ status, headers }: Response): number {
  const told = status === 200
    ? headers.get("content-length")
    : headers.get("content-range")?.split("/").at(-1);
  return Number(told ?? 0) || 0;
}

/** The same bytes; fails when the source stands still. However slow the reader is does not matter. */
function movingOn(source: ReadableStream<Uint8Array>, clock: Clock): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const came = new AbortController();
      const stalled = clock.sleep(STALL_DEADLINE, came.signal).then(() => null);
      try {
        const next = await Promise.race([reader.read(), stalled]);
        if (next === null) {
          const error = new Error("the agent's platform stopped sending");
          controller.error(error);
          await reader.cancel(error);
        } else if (next.done) controller.close();
        else controller.enqueue(next.value);
      } finally {
        came.abort();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
