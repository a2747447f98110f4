/**
 * HTTP as bytes on a socket, for requests that no well-behaved client would send.
 *
 * @module
 */

/** What to send. */
export interface RawRequest {
  head: string;
  body?: Uint8Array | string;
  /** Says that nothing more will come, once all is sent. */
  finish?: boolean;
}

const encoder = new TextEncoder();

/** The head of a POST to /mcp, with these headers after the usual ones. */
export function postHead(token: string, headers: Record<string, string>): string {
  const all = {
    Host: "127.0.0.1",
    Authorization: `Bearer ${token}`,
    Accept: "application/json",
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /mcp HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Milliseconds of real time after which a connection that is still open hangs. */
const SETTLES_WITHIN_MS = 8_000;

/**
 * Sends it, and reads until the other end closes or has answered; empty when it merely closed.
 *
 * @throws Error when neither happens in time.
 */
export async function sendRaw(port: number, request: RawRequest): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const hangs = Promise.withResolvers<never>();
  const late = setTimeout(
    () => hangs.reject(new Error("neither answered nor closed in time")),
    SETTLES_WITHIN_MS,
  );
  try {
    return await Promise.race([exchange(connection, request), hangs.promise]);
  } finally {
    clearTimeout(late);
  }
}

async function exchange(
  connection: Deno.Conn,
  { head, body, finish }: RawRequest,
): Promise<string> {
  const answer = readAnswer(connection);
  // Whoever is refused early finds the connection closed while still sending.
  await writeAll(connection, encoder.encode(head)).catch(() => {});
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  if (bytes !== undefined) await writeAll(connection, bytes).catch(() => {});
  if (finish) await connection.closeWrite().catch(() => {});
  return await answer;
}

/** Writes all of it. */
export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  while (bytes.length > 0) bytes = bytes.subarray(await connection.write(bytes));
}

/** Reads one answer; less when the connection ends before. */
export async function readAnswer(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  let text = "";
  for (;;) {
    const read = await connection.read(buffer).catch(() => null);
    if (read === null) return text;
    text += decoder.decode(buffer.subarray(0, read), { stream: true });
    const [head, body] = text.split("\r\n\r\n", 2);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? NaN);
    if (body !== undefined && encoder.encode(body).length >= length) return text;
    if (/^transfer-encoding: chunked/im.test(head) && text.endsWith("0\r\n\r\n")) return text;
  }
}

/** The status of an answer; 0 when there was none. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}
