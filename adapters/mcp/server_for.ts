/**
 * One request's `Server`: which handler answers which method. It serves one caller and is thrown away.
 *
 * @module
 */
import { Server, type ServerContext, type ServerOptions } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import type { Catalogue, Toolset } from "./catalogue.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { complete, completionParams } from "./completions.ts";
import type { ToolContext } from "./define_tool.ts";
import { callTool, type Denied } from "./dispatch.ts";
import { invalidParams, protocolError, type Report } from "./errors.ts";
import type { Fate } from "./observe.ts";
import { getPrompt, LISTED_PROMPTS } from "./prompts.ts";
import { LISTED_RESOURCES, LISTED_TEMPLATES, readResource, RESOURCE_TYPE } from "./resources.ts";
import type { Waits } from "./waits.ts";

/** Lists change with a new version, or with the caller's permissions; a client may keep them so long. */
const LISTS_KEPT = { ttlMs: 300_000, cacheScope: "private" } as const;

const OFFERED = { tools: {}, resources: {}, prompts: {}, completions: {} };

/**
 * Subscribing is a stream of its own since 2026-07-28 (listening.ts). Before, it needed a session, and
 * there are none.
 */
const CAPABILITIES = {
  modern: { ...OFFERED, resources: { subscribe: true } },
  legacy: OFFERED,
};

const OPTIONS: ServerOptions = {
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

type Result = Record<string, unknown>;
type Handler = Server["_wrapHandler"] extends (method: string, handler: infer H) => unknown ? H
  : never;

/** What a request is served with. */
export interface Serving {
  app: App;
  /** The same, where resources are read from. */
  resources: App;
  catalogue: Catalogue;
  principal: Principal;
  toolset: Toolset;
  /** Of the protocol's revision that the request speaks. */
  era: "modern" | "legacy";
  report: Report;
  /** Filled in when the request fails. */
  fate: Fate;
  denied: Denied;
  waits: Waits;
  /** Aborted when the server is about to stop. */
  stopping: AbortSignal;
  /** Of this server, told to clients. */
  version: string;
  /** The method that is asked, when it is known: no other is served then. */
  method?: string;
}

/**
 * The SDK's server, which leaves alone what is checked here already: the arguments of calls, and their
 * results, which are ours. Checking twenty records takes it a twentieth of such a call, or more.
 */
class ToolServer extends Server {
  /** Makes the server speak a revision that no transport has told it of. */
  speak(revision: string): void {
    this._negotiatedProtocolVersion = revision;
  }

  protected override _wrapHandler(method: string, handler: Handler): Handler {
    return method === "tools/call" ? handler : super._wrapHandler(method, handler);
  }
}

/** A server for one caller's request. */
export function serverFor(serving: Serving): ToolServer {
  const {
    app,
    resources,
    catalogue,
    principal,
    toolset,
    era,
    report,
    fate,
    denied,
    waits,
    stopping,
    version,
    method: asked,
  } = serving;
  const info = { name: "call-camp-studio", title: "Call Camp Studio", version };
  const { tools, instructions } = catalogue.offerTo(principal, toolset);
  const server = new ToolServer(info, {
    ...OPTIONS,
    capabilities: CAPABILITIES[era],
    instructions,
  });
  const mapped = async <T>(name: string, work: () => Promise<T>, uri?: string): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const refusal = protocolError(error, name, report, uri);
      fate.error = String(refusal.code);
      if (error instanceof DomainError) fate.why = error.code;
      throw refusal;
    }
  };
  const serve = <Params>(
    method: string,
    params: z.ZodType<Params>,
    answer: (params: Params, context: ServerContext) => Result | Promise<Result>,
  ) => {
    if (asked === undefined || asked === method) {
      server.setRequestHandler(method, { params }, answer);
    }
  };
  const list = (method: string, result: () => Record<string, unknown>) =>
    serve(method, listParams, ({ cursor }) => {
      // Every list fits one page, so no cursor was ever handed out.
      if (cursor !== undefined) throw invalidParams("cursor: is not one that this server gave");
      return result();
    });

  list("tools/list", () => ({ tools }));
  list("resources/list", () => ({ resources: LISTED_RESOURCES }));
  list("resources/templates/list", () => ({ resourceTemplates: LISTED_TEMPLATES }));
  list("prompts/list", () => ({ prompts: LISTED_PROMPTS }));
  serve("tools/call", callParams, (params, context) => {
    const progress = progressOf(context);
    const call = (toolContext: ToolContext) =>
      callTool(catalogue, toolset, params, toolContext, { report, fate, denied });
    const aborted = () => AbortSignal.any([context.mcpReq.signal, stopping]);
    if (params.arguments?.waitSeconds) {
      return waits.hold(aborted(), (signal) => call({ app, principal, signal, progress }));
    }
    return call({
      app,
      principal,
      // Most tools are done before anybody could abort them.
      get signal() {
        return aborted();
      },
      progress,
    });
  });
  serve(
    "resources/read",
    readParams,
    ({ uri }) =>
      mapped(uri, async () => {
        const text = JSON.stringify(await readResource(resources, principal, uri));
        return { contents: [{ uri, mimeType: RESOURCE_TYPE, text }] };
      }, uri),
  );
  serve(
    "prompts/get",
    promptParams,
    (params) =>
      mapped(params.name, () => getPrompt(app, principal, params.name, params.arguments ?? {})),
  );
  serve(
    "completion/complete",
    completionParams,
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
