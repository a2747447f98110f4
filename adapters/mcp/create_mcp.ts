/**
 * The MCP endpoint: both protocol eras from one catalogue, without sessions. The SDK's low-level
 * `Server` is made anew for each request, as the SDK demands, so all that it serves is built before.
 *
 * Not here: tokens, limits, Host and Origin, which come before; logging and list changes, which are
 * not offered.
 *
 * @module
 */
import { createMcpHandler, type McpRequestContext } from "@modelcontextprotocol/server";
import type { Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { shown } from "../../src/kernel/text.ts";
import { answerInJson, withBothAccepted } from "./accept.ts";
import { buildCatalogue, type Toolset } from "./catalogue.ts";
import { applicationOf } from "./application.ts";
import type { Denied } from "./dispatch.ts";
import type { Report } from "./errors.ts";
import { Listening, listens } from "./listening.ts";
import { type Fate, type Observe, operationOf } from "./observe.ts";
import { answerPlainly, MODERN, plainLegacy, plainModern, readsJson } from "./plain.ts";
import { jsonOf } from "./results.ts";
import { serverFor } from "./server_for.ts";
import { TOOLS } from "./tools/mod.ts";
import { Waits } from "./waits.ts";

const AS_JSON = { headers: { "Content-Type": "application/json" } };

/** What the endpoint is made of. */
export interface McpDeps {
  app: App;
  /** The same, where resources are read from: perhaps a replica of the database. */
  resources: App;
  /** Of this server, told to clients. */
  version: string;
  report: Report;
  clock: Clock;
  /** Takes note of each request. */
  observe?: Observe;
  /** Told of each refusal of a tool. */
  denied?: Denied;
}

/** The endpoint. */
export interface Mcp {
  /** Answers one parsed JSON-RPC message of an authenticated caller. */
  fetch: (request: Request, context: Caller) => Promise<Response>;
  /** Whether answering a message may take its time. */
  mayWait: (body: unknown) => boolean;
  /**
   * Ends every wait for a call at once, with the call as it stands, and every stream of changes: the
   * server is about to stop.
   */
  stopWaiting: () => void;
  /** Open streams of changes. */
  streams: () => number;
}

/** Who sent a message, and the message. */
export interface Caller {
  principal: Principal;
  body: unknown;
  /** Whether the caller's token still opens what it opened. */
  stillAllowed: () => Promise<boolean>;
}

/** @throws Error when a tool's definition cannot be served. */
export function createMcp(deps: McpDeps): Mcp {
  const { app, resources, version, report, denied = () => {}, clock, observe } = deps;
  const catalogue = buildCatalogue(TOOLS);
  const stopping = new AbortController();
  const waits = new Waits();
  const shared = {
    app,
    resources,
    catalogue,
    report,
    denied,
    version,
    waits,
    stopping: stopping.signal,
  };
  const serve = (context: McpRequestContext) =>
    serverFor({ ...shared, ...callerOf(context), era: context.era });
  const onerror = (error: Error) => report("mcp message refused", { error: error.message });
  const answering = createMcpHandler(serve, { onerror });
  // A stream that is open from the start keeps proxies patient, and tells when the client hangs up:
  // as long as no answer has begun, `Deno.serve` (2.9) does not hear of that.
  const streaming = createMcpHandler(serve, { onerror, responseMode: "sse" });
  const listening = new Listening({ app, serve, onerror, clock });
  const plainly = async (request: Request, body: unknown, caller: PassedThrough) => {
    if (!readsJson(request)) return null;
    const modern = request.headers.get("mcp-protocol-version") === MODERN;
    const message = modern ? plainModern(request, body) : plainLegacy(request, body);
    if (message === null) return null;
    const era = modern ? "modern" : "legacy";
    const server = serverFor({ ...shared, ...caller, era, method: message.method });
    if (modern) server.speak(MODERN);
    const classification = { era: "modern", revision: MODERN } as const;
    const { answer, refused } = await answerPlainly(
      server,
      message,
      modern ? { classification } : {},
    );
    // What status a refusal has in the later era, the SDK's HTTP side knows.
    return modern && refused ? null : new Response(jsonOf(answer), AS_JSON);
  };
  return {
    async fetch(request, { principal: caller, body, stillAllowed }) {
      const application = applicationOf(body, request.headers);
      const principal = { ...caller, via: { application, argumentsHash: null } };
      const { url } = request;
      const asked = url.includes("?") ? new URL(url).searchParams.get("toolsets") : null;
      const toolset = asked ?? "all";
      if (toolset !== "all" && toolset !== "core") {
        const message = `toolsets: must be "core" or left out, got ${shown(toolset)}`;
        return Response.json({ jsonrpc: "2.0", id: null, error: { code: -32602, message } }, {
          status: 400,
        });
      }
      const parsedBody = withoutNullArguments(body);
      const fate: Fate = {};
      const extra = { principal, toolset, fate };
      const authInfo = { token: "", clientId: "", scopes: [], extra };
      const work = async () => {
        if (listens(body)) {
          const listener = { principal, body, stillAllowed, authInfo };
          return await listening.open(withBothAccepted(request), listener);
        }
        if (!mayWait(body)) {
          const answer = await plainly(request, parsedBody, { principal, toolset, fate });
          if (answer !== null) return answer;
        }
        const handler = mayWait(body) ? streaming : answering;
        const response = await handler.fetch(withBothAccepted(request), { authInfo, parsedBody });
        return await answerInJson(request, response);
      };
      if (observe === undefined) return await work();
      return await observe(operationOf(request, body, catalogue, toolset), fate, work);
    },
    mayWait,
    stopWaiting() {
      stopping.abort();
      listening.closeAll();
    },
    streams: () => listening.count,
  };
}

interface PassedThrough {
  principal: Principal;
  toolset: Toolset;
  fate: Fate;
}

/** What {@link createMcp} put into the SDK's pass-through. */
function callerOf({ authInfo }: McpRequestContext): PassedThrough {
  return authInfo?.extra as unknown as PassedThrough;
}

/** The message; `"arguments": null`, which some clients send for none, is taken out. */
function withoutNullArguments(body: unknown): unknown {
  const given = paramsOf(body);
  if (given?.arguments !== null) return body;
  const { arguments: _, ...params } = given;
  return { ...body as object, params };
}

/** Whether answering may take its time. */
function mayWait(body: unknown): boolean {
  if (!isObject(body) || body.method !== "tools/call") return false;
  const args = paramsOf(body)?.arguments;
  return isObject(args) && Number(args.waitSeconds) > 0;
}

function paramsOf(body: unknown): Record<string, unknown> | undefined {
  return isObject(body) && isObject(body.params) ? body.params : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
