/**
 * The 2025 and 2024 revisions of the protocol, answered with one JSON document.
 *
 * The SDK's own stateless serving of them opens an event stream for every answer, of which there
 * is only ever one: that took more of the processor than the whole tool call. Whatever may send
 * progress before it answers is not for here.
 *
 * @module
 */
import {
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";

/** What a message's `_meta` has when it is of a later revision. */
const CLAIM = "io.modelcontextprotocol/protocolVersion";
const LEGACY = /^202[45]-/;

/** Whether a message is surely of a revision before 2026, and its sender reads plain JSON. */
export function isLegacy(request: Request, params: Record<string, unknown> | undefined): boolean {
  const accept = request.headers.get("accept") ?? "*/*";
  if (!accept.includes("json") && !accept.includes("*/*")) return false;
  const version = request.headers.get("mcp-protocol-version");
  if (version !== null && !LEGACY.test(version)) return false;
  const meta = params?._meta;
  return typeof meta !== "object" || meta === null || !(CLAIM in meta);
}

/** The server's answer to a parsed message; the server is closed afterwards. */
export async function answerLegacy(
  server: Server,
  request: Request,
  parsedBody: unknown,
): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: undefined,
    enableJsonResponse: true,
  });
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, { parsedBody });
  } finally {
    await server.close();
  }
}
