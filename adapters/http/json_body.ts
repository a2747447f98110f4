/**
 * Reads a JSON request body under limits that neither `Deno.serve` nor the MCP SDK sets: size, time,
 * encoding, nesting.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "../../src/kernel/clock.ts";
import { HttpProblem, RPC } from "./problem.ts";

/** What one body may cost. */
export interface BodyLimits {
  /** Most bytes. */
  bytes: number;
  /** Milliseconds in which all of it must have arrived. */
  milliseconds: number;
  /** Most levels of arrays and objects inside each other. */
  depth: number;
}

/** Without a reason of ours each abort would make an error, with a stack that nobody reads. */
const FINISHED = "finished";

/** 1 MiB, ten seconds, 64 levels. */
export const BODY_LIMITS: BodyLimits = { bytes: 1 << 20, milliseconds: 10_000, depth: 64 };

/**
 * Bytes of a body that is read at once. What has come of one that is never finished stays until its
 * sender hangs up, so they are few.
 */
const SHORT = 65_536;

/**
 * Refuses, by its headers alone, a body that would be refused anyway.
 *
 * @throws HttpProblem 413 or 415.
 */
export function checkBodyHeaders(headers: Headers, limits: BodyLimits): void {
  const mediaType = headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  if (mediaType !== "application/json") {
    throw new HttpProblem(415, "Unsupported media type: send Content-Type: application/json.");
  }
  const encoding = headers.get("content-encoding")?.toLowerCase() ?? "identity";
  if (encoding !== "identity") {
    throw new HttpProblem(415, "Unsupported content encoding: send the JSON uncompressed.");
  }
  if (Number(headers.get("content-length")) > limits.bytes) throw tooLarge(limits);
}

/**
 * The parsed body.
 *
 * @throws HttpProblem 400 (not UTF-8, not JSON, nested too deeply), 408 (too slow) or 413 (too long).
 */
export async function readJsonBody(
  request: Request,
  limits: BodyLimits,
  clock: Clock,
): Promise<unknown> {
  return parseJson(await readBody(request, limits, clock), limits);
}

/**
 * What the bytes of a body say.
 *
 * @throws HttpProblem 400 (not UTF-8, not JSON, nested too deeply).
 */
export function parseJson(bytes: Uint8Array, limits: BodyLimits): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpProblem(400, "Parse error: the body is not valid UTF-8.", {}, RPC.parse);
  }
  if (deeperThan(text, limits.depth)) {
    const problem = `Parse error: the JSON is nested more than ${limits.depth} levels deep.`;
    throw new HttpProblem(400, problem, {}, RPC.parse);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem(400, "Parse error: the body is not valid JSON.", {}, RPC.parse);
  }
}

/**
 * The body as it came, for whoever must check its signature first.
 *
 * @throws HttpProblem 400 (cut off), 408 (too slow) or 413 (too long).
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
  clock: Clock,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = request.headers.get("content-length");
  if (Number(length) > limits.bytes) throw tooLarge(limits);
  // A short body needs no stream. What has come of a longer one can only be let go of through one.
  const short = length !== null && Number(length) <= SHORT;
  const reader = short ? null : request.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  try {
    const read = reader === null ? wholeOf(request) : chunksOf(reader, limits);
    const bytes = await inTime(read, limits, clock);
    if (bytes.byteLength > limits.bytes) throw tooLarge(limits);
    return bytes;
  } catch (error) {
    // The rest is not wanted; a sender that is gone already makes cancelling fail, which is no news.
    reader?.cancel().catch(() => {});
    if (error instanceof HttpProblem) throw error;
    throw new HttpProblem(400, "Bad request: the body ended before it was complete.");
  }
}

async function wholeOf(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await request.arrayBuffer());
}

async function chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const next = await reader.read();
    if (next.done) return concatenated(chunks, size);
    size += next.value.byteLength;
    if (size > limits.bytes) throw tooLarge(limits);
    // Each comes in a buffer of 64 KiB, which a body sent byte by byte would keep as many of.
    chunks.push(next.value.slice());
  }
}

/** What is read, unless it takes too long: what comes after that nobody hears. */
async function inTime<T>(read: Promise<T>, limits: BodyLimits, clock: Clock): Promise<T> {
  // Most have come with their headers, and need no deadline.
  let here = false;
  const noted = read.finally(() => here = true);
  await Promise.race([noted, new Promise((resolve) => setImmediate(resolve))]);
  if (here) return await read;
  const finished = new AbortController();
  const late = clock.sleep(limits.milliseconds, finished.signal).then(() => {
    if (finished.signal.aborted) return read;
    throw new HttpProblem(
      408,
      `Request timeout: the body took longer than ${limits.milliseconds / 1000} s to arrive.`,
      { Connection: "close" },
    );
  });
  try {
    return await Promise.race([read, late]);
  } finally {
    finished.abort(FINISHED);
  }
}

function concatenated(chunks: Uint8Array<ArrayBuffer>[], size: number): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function tooLarge(limits: BodyLimits): HttpProblem {
  return new HttpProblem(
    413,
    `Payload too large: a request body may have at most ${limits.bytes} bytes.`,
    { Connection: "close" },
  );
}

/** Whether brackets outside of strings open more than `max` levels; true of some invalid JSON too. */
function deeperThan(text: string, max: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 0x5c) i++;
      else if (c === 0x22) quoted = false;
    } else if (c === 0x22) quoted = true;
    else if (c === 0x5b || c === 0x7b) {
      if (++depth > max) return true;
    } else if (c === 0x5d || c === 0x7d) depth--;
  }
  return false;
}
