/**
 * A request that is refused before, or instead of, an MCP answer: the status, and text that says what to do.
 *
 * @module
 */

/** Codes of JSON-RPC 2.0 §5.1, and the range that it leaves to servers. */
export const RPC = { parse: -32700, request: -32600, internal: -32603, server: -32000 } as const;

/** A refusal with an HTTP status. */
export class HttpProblem extends Error {
  /** Name by which logs tell it from programming errors. */
  override readonly name = "HttpProblem";

  constructor(
    /** HTTP status, 4xx or 5xx. */
    readonly status: number,
    message: string,
    /** Headers that the status demands, such as `Allow` or `WWW-Authenticate`. */
    readonly headers: Record<string, string> = {},
    /** JSON-RPC error code for a body under `/mcp`. */
    readonly rpcCode: number = RPC.server,
  ) {
    super(message);
  }
}

/**
 * The refusal as a response. Under `/mcp` its body is a JSON-RPC error, because clients look for one;
 * the id is null unless the request's own could be read.
 */
export function problemResponse(
  problem: HttpProblem,
  path: string,
  id: string | number | null = null,
): Response {
  const { status, message, headers, rpcCode } = problem;
  const body = path === "/mcp"
    ? { jsonrpc: "2.0", id, error: { code: rpcCode, message } }
    : { error: { message } };
  return Response.json(body, { status, headers });
}

/**
 * The refusal for somebody at a browser: plain text, because under a name that is not the server's
 * own its pages have no styles either.
 */
export function problemText({ status, message, headers }: HttpProblem, home: URL): Response {
  return new Response(`${message}\n\nThis server's pages are at ${home.origin}/\n`, {
    status,
    headers: { ...headers, "Content-Type": "text/plain; charset=utf-8" },
  });
}
