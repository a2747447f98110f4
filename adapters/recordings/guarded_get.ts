/**
 * GET of an address that somebody outside named. Each name is resolved once, and the connection goes to
 * an address that was found good: a name cannot lead elsewhere between the check and the connection
 * (DNS rebinding), as it could with `fetch`, which resolves by itself. Redirects are not followed.
 *
 * @module
 */
import { lookup as systemLookup } from "node:dns";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { Readable } from "node:stream";

/** One request; rejects when no answer's head comes. */
export type Get = (
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
) => Promise<Response>;

/** Finds a name's addresses, as `node:dns` does. */
export type Resolve = (
  name: string,
  found: (error: Error | null, addresses: { address: string; family: number }[]) => void,
) => void;

/** A `Get` that connects to good addresses only. */
export function guardedGet(
  options: { isGood: (address: string) => boolean; resolve?: Resolve; ca?: string[] },
): Get {
  const { isGood, ca } = options;
  const resolve: Resolve = options.resolve ??
    ((name, found) => systemLookup(name, { all: true }, found));
  const lookup: LookupFunction = (name, { all }, answer) => {
    resolve(name, (error, addresses) => {
      const [first] = addresses ?? [];
      // One bad address spoils all: nobody with good intentions mixes them.
      const bad = error ??
        (first === undefined || !addresses.every((each) => isGood(each.address))
          ? new Error("the name leads to an address that is not asked")
          : null);
      if (bad !== null) answer(bad, "", 0);
      else if (all) answer(null, addresses);
      else answer(null, first.address, first.family);
    });
  };
  return (url, headers, signal) =>
    new Promise((done, fail) => {
      const literal = url.hostname.replace(/^\[|\]$/g, "");
      // Addresses are connected to without a look-up.
      if (isIP(literal) !== 0 && !isGood(literal)) {
        return fail(new Error("the address is not asked"));
      }
      const { request } = url.protocol === "https:" ? https : http;
      const asked = request(url, { headers, signal, lookup, ca, agent: false }, (answer) => {
        done(responseOf(answer));
      });
      asked.on("error", fail);
      asked.end();
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
