/**
 * Host and Origin checks: a web page that a browser has open must not reach this server under a name
 * that is not its own (DNS rebinding), nor from a site that is not its own. Clients other than
 * browsers send no Origin and pass. Cross-origin answers are for allowed origins only.
 *
 * @module
 */
import { HttpProblem } from "./problem.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** What the checks need of the server's public address. */
export interface Origins {
  /** The origin, if there is one. @throws HttpProblem 403 when Host or Origin is not allowed. */
  check(request: Request): string | null;
  /** Headers that let a browser page of an allowed origin read the answer. */
  corsHeaders(origin: string): Record<string, string>;
  /** The further headers that answer a preflight. */
  readonly preflightHeaders: Record<string, string>;
}

/** Allows the public URL's host and origin and, when that is a loopback address, every loopback one. */
export function originsOf(publicUrl: URL): Origins {
  const loopback = LOOPBACK.has(publicUrl.hostname);
  const allowed = (url: URL) => loopback ? LOOPBACK.has(url.hostname) : url.host === publicUrl.host;
  // Most requests name the host that the last one has named.
  let lastAllowed: string | null = null;
  const allows = (host: string) => {
    if (host === lastAllowed) return true;
    const url = parse(`${publicUrl.protocol}//${host}`);
    if (url === null || !allowed(url)) return false;
    lastAllowed = host;
    return true;
  };
  return {
    check(request) {
      const host = request.headers.get("host") ?? new URL(request.url).host;
      if (!allows(host)) {
        throw new HttpProblem(403, `Forbidden: this server is not ${shown(host)}.`);
      }
      const origin = request.headers.get("origin");
      if (origin === null) return null;
      const from = parse(origin);
      if (from === null || !allowed(from) || (!loopback && from.origin !== publicUrl.origin)) {
        throw new HttpProblem(403, `Forbidden: requests from ${shown(origin)} are not allowed.`);
      }
      return origin;
    },
    corsHeaders(origin) {
      return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "WWW-Authenticate, X-Request-Id, Retry-After",
        "Vary": "Origin",
      };
    },
    preflightHeaders: {
      "Access-Control-Allow-Methods": "POST",
      "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept, Last-Event-Id, " +
        "MCP-Protocol-Version, Mcp-Session-Id, Mcp-Method, Mcp-Name",
      "Access-Control-Max-Age": "600",
    },
  };
}

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
