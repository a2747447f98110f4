/**
 * The load generator: a process of its own, so that what it measures has an event loop to itself.
 * One job per line of standard input, one result per line of standard output.
 *
 * It speaks just enough HTTP/1.1 over plain sockets to cost little: one request at a time per
 * connection, kept alive. A well-made client would take as much of the machine as the server.
 *
 * @module
 */
import { TextLineStream } from "./lines.ts";

/** What to send, to whom, for how long. */
export interface Job {
  /** Each gets a request in turn, so that whatever else the machine does is done to all alike. */
  targets: Target[];
  /** To each target. */
  connections: number;
  /** Ends after so many milliseconds… */
  milliseconds?: number;
  /** …or after so many requests to each target. */
  count?: number;
}

/** A server, and what it is asked, over and over. */
export interface Target {
  /** On 127.0.0.1. */
  port: number;
  requests: RequestText[];
}

/** One request, ready to be sent. */
export interface RequestText {
  /** With the empty line at its end. */
  head: string;
  body: string;
  /** Text that a right answer contains. */
  expect: string;
}

/** What came of a job at one target. */
export interface Result {
  answers: number;
  /** Answers that were not as expected; the first one is in `wrong`. */
  failures: number;
  wrong?: string;
  perSecond: number;
  /** Milliseconds. */
  median: number;
  p99: number;
}

const encoder = new TextEncoder();

/** Does one job; a result for each target. */
export async function load(job: Job): Promise<Result[]> {
  const tallies = job.targets.map(({ port, requests }) => ({
    port,
    messages: requests.map(({ head, body, expect }) => ({
      bytes: encoder.encode(head + body),
      expect,
    })),
    next: 0,
    times: [] as number[],
    failures: 0,
    wrong: undefined as string | undefined,
  }));
  const started = performance.now();
  const until = started + (job.milliseconds ?? Infinity);
  let left = job.count ?? Infinity;
  await Promise.all(Array.from({ length: job.connections }, async () => {
    const lines = await Promise.all(tallies.map(async (tally) => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: tally.port });
      connection.setNoDelay(true);
      return { tally, connection, read: reader(connection) };
    }));
    while (left-- > 0 && performance.now() < until) {
      for (const { tally, connection, read } of lines) {
        const { bytes, expect } = tally.messages[tally.next++ % tally.messages.length];
        const sent = performance.now();
        await writeAll(connection, bytes);
        const answer = await read();
        tally.times.push(performance.now() - sent);
        if (!answer.startsWith("HTTP/1.1 200") || !answer.includes(expect)) {
          tally.failures++;
          tally.wrong ??= answer.slice(0, 600);
        }
      }
    }
    for (const { connection } of lines) connection.close();
  }));
  const seconds = (performance.now() - started) / 1000;
  return tallies.map(({ times, failures, wrong }) => {
    times.sort((a, b) => a - b);
    const at = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))];
    return {
      answers: times.length,
      failures,
      wrong,
      perSecond: times.length / seconds,
      median: at(0.5),
      p99: at(0.99),
    };
  });
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** Reads one answer after the other, whole, as text. */
function reader(connection: Deno.Conn): () => Promise<string> {
  const chunk = new Uint8Array(64 * 1024);
  return async () => {
    let text = "";
    for (;;) {
      const n = await connection.read(chunk);
      if (n === null) throw new Error(`the server hung up after: ${text.slice(0, 200)}`);
      // One character per byte: lengths are of bytes, and what is expected is ASCII.
      text += latin1.decode(chunk.subarray(0, n));
      if (isWhole(text)) return text;
    }
  };
}

const latin1 = new TextDecoder("latin1");

function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const head = text.slice(0, end).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length !== undefined) return text.length >= end + 4 + Number(length);
  return text.endsWith("0\r\n\r\n");
}

if (import.meta.main) {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(
    new TextLineStream(),
  );
  for await (const line of lines) {
    const result = await load(JSON.parse(line)).catch((error) => ({ error: String(error) }));
    await Deno.stdout.write(encoder.encode(`${JSON.stringify(result)}\n`));
  }
}
