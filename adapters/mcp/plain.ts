/**
 * Requests that one JSON document answers, in either era of the protocol, without the SDK's HTTP
 * transports: those check again what has been checked, keep streams to be resumed, open an event
 * stream for each answer of the older era, and took more of the processor than a whole tool call.
 *
 * Only what surely needs none of that is for here; the rest is the SDK's. Whatever may send progress
 * before it answers is not for here either.
 *
 * @module
 */
import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageExtraInfo,
  type Server,
  SUPPORTED_PROTOCOL_VERSIONS,
  type Transport,
} from "@modelcontextprotocol/server";

/** What a message's `_meta` has when it is of the later era. */
const CLAIM = "io.modelcontextprotocol/protocolVersion";

/** How a name in a header begins that is not to be taken as it is written. */
const ENCODED = "=?";

/** The revision of the later era that is served. */
export const MODERN = "2026-07-28";

/** The message, when it is surely of a revision before 2026 and the server itself can answer it. */
export function plainLegacy({ headers }: Request, message: unknown): JSONRPCRequest | null {
  const version = headers.get("mcp-protocol-version");
  const known = version === null || SUPPORTED_PROTOCOL_VERSIONS.includes(version);
  if (!known || !isJSONRPCRequest(message)) return null;
  return claimOf(message.params) === undefined ? message : null;
}

/**
 * The same for the later era, where the headers must name what the body asks for: here they do so
 * letter by letter, while the SDK knows what else is allowed, and how to refuse what is not.
 */
export function plainModern({ headers }: Request, message: unknown): JSONRPCRequest | null {
  if (!isJSONRPCRequest(message)) return null;
  const { method, params } = message;
  // Of which revisions there are, the SDK's HTTP side tells.
  if (method === "server/discover" || headers.get("mcp-method") !== method) return null;
  const named = (method === "resources/read" ? params?.uri : params?.name) ?? null;
  const name = headers.get("mcp-name");
  if (name !== named || name?.startsWith(ENCODED)) return null;
  return claimOf(params) === MODERN ? message : null;
}

/** Whether the sender takes a plain JSON document for an answer. */
export function readsJson({ headers }: Request): boolean {
  const accept = headers.get("accept") ?? "*/*";
  return accept.includes("json") || accept.includes("*/*");
}

/** The server's answer, and whether it refused the message before anything was done. */
export async function answerPlainly(
  server: Server,
  message: JSONRPCRequest,
  extra: MessageExtraInfo,
): Promise<Answer> {
  const exchange = new Exchange();
  await server.connect(exchange);
  return await exchange.ask(server, message, extra);
}

/** An answer, and how soon it came. */
export interface Answer {
  answer: JSONRPCMessage;
  refused: boolean;
}

/**
 * One request and its answer; whatever else the server says meanwhile, nobody hears. There is nothing
 * to close afterwards: closing the server would abort, with an error and an event, what is done.
 */
class Exchange implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: Transport["onclose"];
  onerror?: Transport["onerror"];
  // Forgotten once it is called: the SDK's own functions outlive the call (see postgres/lane.ts).
  #settle: ((answer: Answer) => void) | null = null;
  /** What the server answers while it is only looking at the message is a refusal. */
  #looking = true;

  ask(server: Server, message: JSONRPCRequest, extra: MessageExtraInfo): Promise<Answer> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      // Where `onmessage` leads once it has found out, three times over, that this is a request.
      server["_onrequest"](message, extra);
      this.#looking = false;
    });
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    if ("method" in message) return Promise.resolve();
    this.#settle?.({ answer: message, refused: this.#looking });
    this.#settle = null;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.onclose?.();
    return Promise.resolve();
  }
}

function claimOf(params: Record<string, unknown> | undefined): unknown {
  const meta = params?._meta;
  return typeof meta === "object" && meta !== null
    ? (meta as Record<string, unknown>)[CLAIM]
    : undefined;
}
