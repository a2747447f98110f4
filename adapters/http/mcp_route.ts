/**
 * What stands between the network and the MCP SDK: origin, token, method, size, shape, rate. The token
 * comes before anything is said of the request or a byte of it is read, and the SDK gets parsed JSON.
 *
 * @module
 */
import type { Principal } from "../../src/access/principal.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { METHODS } from "../mcp/observe.ts";
import { TOOLS } from "../mcp/tools/mod.ts";
import { authenticated } from "./bearer.ts";
import { type BodyLimits, checkBodyHeaders, readJsonBody } from "./json_body.ts";
import type { Origins } from "./origin.ts";
import { HttpProblem, problemResponse, RPC } from "./problem.ts";
import type { Doorkeeper } from "./request_limits.ts";

const TOOL_NAMES = new Set(TOOLS.map(({ name }) => name));

/** Answers one JSON-RPC message of an authenticated caller. */
export type McpEndpoint = (
  request: Request,
  context: { principal: Principal; body: unknown; stillAllowed: () => Promise<boolean> },
) => Promise<Response>;

/** What the route needs. */
export interface McpRouteDeps {
  mcp: McpEndpoint;
  authenticate: (token: string) => Promise<Principal>;
  origins: Origins;
  limits: BodyLimits;
  /** Null allows any rate. */
  doorkeeper: Doorkeeper | null;
  clock: Clock;
  /** Whether answering a message may take its time. */
  mayWait: (message: unknown) => boolean;
}

/** Who sent what: for the log. */
export interface McpFacts {
  userUuid?: string | null;
  clientUuid?: string | null;
  rpc?: string;
  tool?: string;
}

/** What is known of a request before it is read. */
export interface McpRequest {
  facts: McpFacts;
  /** Where it came from; null when that cannot be known. */
  address: string | null;
  /** Gives its place among the requests under way to others. */
  leave: () => void;
  /** Does so for a while. */
  aside: Aside;
}

/** Waits for something without a place; @throws HttpProblem 503 when there is none afterwards. */
export type Aside = <T>(wait: () => Promise<T>) => Promise<T>;

/**
 * Answers a request to `/mcp`, noting in `facts` what is learned on the way.
 *
 * @throws HttpProblem for whatever is refused before the SDK sees it.
 */
export async function serveMcp(
  request: Request,
  deps: McpRouteDeps,
  { facts, address, leave, aside }: McpRequest,
): Promise<Response> {
  const { origins, limits, doorkeeper } = deps;
  if (request.method === "OPTIONS") {
    const preflight = request.headers.has("origin") ? origins.preflightHeaders : {};
    return new Response(null, { status: 204, headers: { Allow: "POST, OPTIONS", ...preflight } });
  }
  await doorkeeper?.arrive(address);
  const principal = await authenticated(
    request.headers,
    (token) => doorkeeper?.identify(address, token, deps.authenticate) ?? deps.authenticate(token),
  );
  facts.userUuid = principal.userId;
  facts.clientUuid = principal.clientId;
  if (request.method !== "POST") {
    throw new HttpProblem(405, "Method not allowed: send each message as a POST.", {
      Allow: "POST, OPTIONS",
    });
  }
  checkBodyHeaders(request.headers, limits);
  // However slowly bodies come, others are served meanwhile.
  const body = await aside(() => readJsonBody(request, limits, deps.clock));
  if (Array.isArray(body)) {
    const problem = "Invalid request: batches are not supported, send one message per POST.";
    throw new HttpProblem(400, problem, {}, RPC.request);
  }
  const message = isObject(body) ? body : {};
  // What is no method or tool of ours may be anything, such as somebody's number: it is not logged.
  if (typeof message.method === "string") {
    facts.rpc = METHODS.has(message.method) ? message.method : "other";
  }
  if (facts.rpc === "tools/call" && isObject(message.params)) {
    const { name } = message.params;
    if (typeof name === "string") facts.tool = TOOL_NAMES.has(name) ? name : "other";
  }
  const wait = await doorkeeper?.count(principal) ?? 0;
  if (wait > 0) {
    const problem = new HttpProblem(429, `Too many requests: try again in ${wait} s.`, {
      "Retry-After": String(wait),
    });
    return problemResponse(problem, "/mcp", idOf(message));
  }
  if (deps.mayWait(body)) leave();
  return await deps.mcp(request, {
    principal,
    body,
    async stillAllowed() {
      try {
        const { clientId } = await authenticated(request.headers, deps.authenticate);
        return clientId === principal.clientId;
      } catch (error) {
        // A store that cannot be reached says nothing about the token.
        return !(error instanceof HttpProblem);
      }
    },
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function idOf({ id }: Record<string, unknown>): string | number | null {
  return typeof id === "string" || typeof id === "number" ? id : null;
}
