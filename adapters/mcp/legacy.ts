/**
 * The 2025 and 2024 revisions of the protocol, answered with one JSON document.
 *
 * The SDK's own stateless serving of them opens an event stream for every answer, of which there
 * is only ever one: that took more of the processor than the whole tool call. Whatever may send
 * progress before it answers is not for here. A plain request does not even need the SDK's HTTP
 * transport, which checks again what has been checked, and keeps streams to be resumed.
 *
 * @module
 */
import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type Server,
  SUPPORTED_PROTOCOL_VERSIONS,
  type Transport,
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
  const version = request.headers.get("mcp-protocol-version");
  const known = version === null || SUPPORTED_PROTOCOL_VERSIONS.includes(version);
  // What `initialize` asks of HTTP, and what is wrong with other messages, the SDK knows.
  if (known && isJSONRPCRequest(parsedBody) && parsedBody.method !== "initialize") {
    const exchange = new Exchange();
    await server.connect(exchange);
    try {
      exchange.onmessage?.(parsedBody, { request });
      return Response.json(await exchange.answer);
    } finally {
      await server.close();
    }
  }
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

/** One request and its answer; whatever else the server says meanwhile, nobody hears. */
class Exchange implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: Transport["onclose"];
  onerror?: Transport["onerror"];
  readonly #answer = Promise.withResolvers<JSONRPCMessage>();

  get answer(): Promise<JSONRPCMessage> {
    return this.#answer.promise;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (!("method" in message)) this.#answer.resolve(message);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.onclose?.();
    return Promise.resolve();
  }
}
