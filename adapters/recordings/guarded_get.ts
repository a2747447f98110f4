/**
 * GET of an address that somebody outside named. Each name is resolved once, and the connection goes to
 * an address that was found good: a name cannot lead elsewhere between the check and the connection
 * (DNS rebinding), as it could with `fetch`, which resolves by itself. Redirects are not followed.
 *
 * Connection and TLS are the runtime's own: Node's TLS asks for more permissions than a server needs.
 *
 * @module
 */
import { lookup as systemLookup } from "node:dns";
import http from "node:http";
import { isIP } from "node:net";
import { Duplex, Readable } from "node:stream";

/** One request; rejects when no answer's head comes. */
export type Get = (
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
) => Promise<Response>;

/** Finds a name's addresses; rejects when it cannot. */
export type Resolve = (name: string) => Promise<string[]>;

/** A `Get` that connects to good addresses only. */
export function guardedGet(
  options: { isGood: (address: string) => boolean; resolve?: Resolve; ca?: string[] },
): Get {
  const { isGood, resolve = systemResolve, ca } = options;
  return async (url, headers, signal) => {
    const name = url.hostname.replace(/^\[|\]$/g, "");
    const addresses = isIP(name) === 0 ? await resolve(name) : [name];
    // One bad address spoils all: nobody with good intentions mixes them.
    if (addresses.length === 0 || !addresses.every(isGood)) {
      throw new Error("the name leads to an address that is not asked");
    }
    const connection = await connect(addresses, url, signal, ca);
    return await answerOver(connection, url, headers, signal);
  };
}

function systemResolve(name: string): Promise<string[]> {
  return new Promise((found, fail) =>
    systemLookup(name, { all: true }, (error, addresses) => {
      if (error) fail(error);
      else found(addresses.map(({ address }) => address));
    })
  );
}

/** A connection to the first of the addresses that answers; over TLS with whoever the URL names. */
async function connect(
  addresses: string[],
  url: URL,
  signal: AbortSignal,
  caCerts?: string[],
): Promise<Deno.Conn> {
  const secure = url.protocol === "https:";
  const port = Number(url.port) || (secure ? 443 : 80);
  let failed: unknown;
  for (const hostname of addresses) {
    signal.throwIfAborted();
    try {
      const connection = await Deno.connect({ hostname, port, signal });
      if (!secure) return connection;
      return await handshaken(
        await Deno.startTls(connection, { hostname: url.hostname, caCerts }),
        signal,
      );
    } catch (error) {
      failed = error;
    }
  }
  throw failed;
}

/** The connection once the other side has proved who it is; closed when it does not. */
async function handshaken(connection: Deno.TlsConn, signal: AbortSignal): Promise<Deno.TlsConn> {
  const abandon = () => connection.close();
  signal.addEventListener("abort", abandon);
  try {
    await connection.handshake();
    return connection;
  } catch (error) {
    if (!signal.aborted) abandon();
    throw error;
  } finally {
    signal.removeEventListener("abort", abandon);
  }
}

/** One request over a connection, which is closed with the answer. */
function answerOver(
  connection: Deno.Conn,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const { readable, writable } = connection;
  const socket = Duplex.from({ readable, writable } as Parameters<typeof Duplex.from>[0]);
  return new Promise((done, fail) => {
    const request = http.request({
      path: url.pathname + url.search,
      headers: { host: url.host, ...headers, connection: "close" },
      signal,
      createConnection: () => socket,
    }, (answer) => done(responseOf(answer)));
    request.on("error", fail);
    request.end();
  });
}

/** Statuses of answers that have no content (RFC 9110 §6.4.1). */
const EMPTY = [204, 205, 304];

function responseOf(answer: http.IncomingMessage): Response {
  const { statusCode: status = 0, headers } = answer;
  const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]]
  );
  if (EMPTY.includes(status)) answer.destroy();
  const body = EMPTY.includes(status) ? null : Readable.toWeb(answer);
  return new Response(body as ReadableStream<Uint8Array> | null, { status, headers: given });
}
