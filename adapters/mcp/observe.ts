/**
 * What may be told of a request to whoever watches the server: its method and what that is about, but
 * nothing that a caller typed, because callers type names and phone numbers.
 *
 * @module
 */
import type { Catalogue, Toolset } from "./catalogue.ts";
import { LISTED_PROMPTS } from "./prompts.ts";
import { findResource } from "./resources.ts";

/** A request, in words that are ours. */
export interface Operation {
  /** Of a method that there is; else `_OTHER`. */
  method: string;
  /** Of a tool that there is. */
  tool?: string;
  /** Of a prompt that there is. */
  prompt?: string;
  /** Of a resource that there may be. */
  resource?: string;
  /** JSON-RPC id; absent for notifications. */
  id?: string;
  /** Of a revision that there is. */
  protocolVersion?: string;
  /** W3C Trace Context, as `params._meta` has it (SEP-414). */
  parent: { traceparent?: string; tracestate?: string };
}

/** How a request went wrong; filled in on the way. */
export interface Fate {
  /** `tool_error`, or a JSON-RPC error's code. */
  error?: string;
  /** Why, such as `not_found`: one of a closed set. */
  why?: string;
}

/** Does the work, and takes note of it. */
export type Observe = (
  operation: Operation,
  fate: Fate,
  work: () => Promise<Response>,
) => Promise<Response>;

/** Methods of every revision that is served; other text is the caller's own, and may be anything. */
export const METHODS: ReadonlySet<string> = new Set([
  "initialize",
  "ping",
  "server/discover",
  "tools/list",
  "tools/call",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "prompts/list",
  "prompts/get",
  "completion/complete",
  "subscriptions/listen",
  "notifications/initialized",
  "notifications/cancelled",
]);
const REVISIONS = new Set(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]);
const PROMPTS = new Set(LISTED_PROMPTS.map(({ name }) => name));
const MAX_ID = 64;

/** What may be told of a message. */
export function operationOf(
  request: Request,
  body: unknown,
  catalogue: Catalogue,
  toolset: Toolset,
): Operation {
  const message = fieldsOf(body);
  const params = fieldsOf(message.params);
  const meta = fieldsOf(params._meta);
  const { method, id } = message;
  const name = textOf(params.name) ?? "";
  const uri = textOf(params.uri) ?? "";
  const known = typeof method === "string" && METHODS.has(method);
  const version = textOf(meta["io.modelcontextprotocol/protocolVersion"]) ??
    request.headers.get("mcp-protocol-version") ?? textOf(params.protocolVersion) ?? "";
  return {
    method: known ? method : "_OTHER",
    ...(method === "tools/call" && catalogue.find(name, toolset) && { tool: name }),
    ...(method === "prompts/get" && PROMPTS.has(name) && { prompt: name }),
    ...(method === "resources/read" && findResource(uri) && { resource: uri }),
    ...((typeof id === "string" || typeof id === "number") && { id: String(id).slice(0, MAX_ID) }),
    ...(REVISIONS.has(version) && { protocolVersion: version }),
    parent: { traceparent: textOf(meta.traceparent), tracestate: textOf(meta.tracestate) },
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
