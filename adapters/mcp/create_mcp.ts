/**
 * The MCP endpoint: both protocol eras from one catalogue, without sessions. The SDK's low-level
 * `Server` is made anew for each request, as the SDK demands, so all that it serves is built before.
 *
 * Not here: tokens, limits, Host and Origin, which come before; logging, list changes and resource
 * subscriptions, which are not offered.
 *
 * @module
 */
import {
  createMcpHandler,
  type McpRequestContext,
  Server,
  type ServerContext,
  type ServerOptions,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import { answerInJson, withBothAccepted } from "./accept.ts";
import { buildCatalogue, type Catalogue, type Toolset } from "./catalogue.ts";
import { complete, completionParams } from "./completions.ts";
import type { ToolContext } from "./define_tool.ts";
import { callTool } from "./dispatch.ts";
import { invalidParams, protocolError, type Report } from "./errors.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { getPrompt, LISTED_PROMPTS } from "./prompts.ts";
import { LISTED_RESOURCES, LISTED_TEMPLATES, readResource, RESOURCE_TYPE } from "./resources.ts";
import { TOOLS } from "./tools/mod.ts";

/** What the endpoint is made of. */
export interface McpDeps {
  app: App;
  /** The same, where resources are read from: perhaps a replica of the database. */
  resources: App;
  /** Of this server, told to clients. */
  version: string;
  report: Report;
}

/** The endpoint. */
export interface Mcp {
  /** Answers one parsed JSON-RPC message of an authenticated caller. */
  fetch: (request: Request, context: Caller) => Promise<Response>;
  /** Ends every wait for a call at once, with the call as it stands: the server is about to stop. */
  stopWaiting: () => void;
}

/** Who sent a message, and the message. */
export interface Caller {
  principal: Principal;
  body: unknown;
}

/** Lists change with a new version, or with the caller's permissions; a client may keep them so long. */
const LISTS_KEPT = { ttlMs: 300_000, cacheScope: "private" } as const;

const OPTIONS: ServerOptions = {
  capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
  instructions: INSTRUCTIONS,
  cacheHints: {
    "server/discover": LISTS_KEPT,
    "tools/list": LISTS_KEPT,
    "prompts/list": LISTS_KEPT,
    "resources/list": LISTS_KEPT,
    "resources/templates/list": LISTS_KEPT,
    "resources/read": { ttlMs: 0, cacheScope: "private" },
  },
};

const listParams = z.object({ cursor: z.string().optional() });
const readParams = z.object({ uri: z.string() });
const promptParams = z.object({
  name: z.string(),
  arguments: z.record(z.string(), z.string()).optional(),
});
const callParams = z.object({
  name: z.string(),
  arguments: z.custom<Record<string, unknown>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "must be an object",
  ).optional(),
});

const waitingCall = z.object({
  method: z.literal("tools/call"),
  params: z.object({ arguments: z.object({ waitSeconds: z.number().positive() }) }),
});

/** @throws Error when a tool's definition cannot be served. */
export function createMcp({ app, resources, version, report }: McpDeps): Mcp {
  const catalogue = buildCatalogue(TOOLS);
  const stopping = new AbortController();
  const info = { name: "call-camp-studio", title: "Call Camp Studio", version };
  const serve = (context: McpRequestContext) => {
    const { principal, toolset } = callerOf(context);
    return serverFor(new Server(info, OPTIONS), {
      app,
      resources,
      catalogue,
      principal,
      toolset,
      report,
      stopping: stopping.signal,
    });
  };
  const onerror = (error: Error) => report("mcp message refused", { error: error.message });
  const answering = createMcpHandler(serve, { onerror });
  // A stream that is open from the start keeps proxies patient, and tells when the client hangs up:
  // as long as no answer has begun, `Deno.serve` (2.9) does not hear of that.
  const streaming = createMcpHandler(serve, { onerror, responseMode: "sse" });
  return {
    async fetch(request, { principal, body }) {
      const toolset = new URL(request.url).searchParams.get("toolsets") ?? "all";
      if (toolset !== "all" && toolset !== "core") {
        const message = `toolsets: must be "core" or left out, got ${JSON.stringify(toolset)}`;
        return Response.json({ jsonrpc: "2.0", id: null, error: { code: -32602, message } }, {
          status: 400,
        });
      }
      const authInfo = { token: "", clientId: "", scopes: [], extra: { principal, toolset } };
      const handler = waits(body) ? streaming : answering;
      const response = await handler.fetch(withBothAccepted(request), {
        authInfo,
        parsedBody: body,
      });
      return await answerInJson(request, response);
    },
    stopWaiting: () => stopping.abort(),
  };
}

/** What {@link createMcp} put into the SDK's pass-through. */
function callerOf({ authInfo }: McpRequestContext): { principal: Principal; toolset: Toolset } {
  return authInfo?.extra as { principal: Principal; toolset: Toolset };
}

/** Whether answering may take its time. */
function waits(body: unknown): boolean {
  return waitingCall.safeParse(body).success;
}

interface Serving {
  app: App;
  resources: App;
  catalogue: Catalogue;
  principal: Principal;
  toolset: Toolset;
  report: Report;
  stopping: AbortSignal;
}

function serverFor(server: Server, serving: Serving): Server {
  const { app, resources, catalogue, principal, toolset, report, stopping } = serving;
  const mapped = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw protocolError(error, name, report);
    }
  };
  const list = (method: string, result: () => Record<string, unknown>) =>
    server.setRequestHandler(method, { params: listParams }, ({ cursor }) => {
      // Every list fits one page, so no cursor was ever handed out.
      if (cursor !== undefined) throw invalidParams("cursor: is not one that this server gave");
      return result();
    });

  list("tools/list", () => ({ tools: catalogue.listFor(principal, toolset) }));
  list("resources/list", () => ({ resources: LISTED_RESOURCES }));
  list("resources/templates/list", () => ({ resourceTemplates: LISTED_TEMPLATES }));
  list("prompts/list", () => ({ prompts: LISTED_PROMPTS }));
  server.setRequestHandler("tools/call", { params: callParams }, (params, context) => {
    const signal = AbortSignal.any([context.mcpReq.signal, stopping]);
    const toolContext = { app, principal, signal, progress: progressOf(context) };
    return callTool(catalogue, toolset, params, toolContext, report);
  });
  server.setRequestHandler(
    "resources/read",
    { params: readParams },
    ({ uri }) =>
      mapped(uri, async () => {
        const text = JSON.stringify(await readResource(resources, principal, uri));
        return { contents: [{ uri, mimeType: RESOURCE_TYPE, text }] };
      }),
  );
  server.setRequestHandler(
    "prompts/get",
    { params: promptParams },
    (params) =>
      mapped(params.name, () => getPrompt(app, principal, params.name, params.arguments ?? {})),
  );
  server.setRequestHandler(
    "completion/complete",
    { params: completionParams },
    (params) => mapped("completion", () => complete(app, principal, params)),
  );
  return server;
}

/** Progress notifications (a client asks for them with a token); lost ones harm nobody. */
function progressOf({ mcpReq }: ServerContext): ToolContext["progress"] {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => Promise.resolve();
  return async (progress, total, message) => {
    const params = { progressToken, progress, total, message };
    await mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
  };
}
