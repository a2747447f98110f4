/** The whole way from a request to the store in memory and back, without a socket. */
import { createHttp } from "../../adapters/http/create_http.ts";
import { recordingLinks } from "../../adapters/http/recording_links.ts";
import { createMcp } from "../../adapters/mcp/create_mcp.ts";
import type { Principal } from "../../src/access/principal.ts";
import { createApp } from "../../src/app.ts";
import type { CallGateway } from "../../src/calls/call_gateway.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import type { DialingRules } from "../../src/campaigns/campaign.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { openStudio, type Studio } from "../support/studio.ts";

export const ORIGIN = "https://studio.example.com";
const META = "io.modelcontextprotocol";
export const MODERN = "2026-07-28";

/** A studio with its endpoint. */
export interface Endpoint extends Studio {
  fetch: (request: Request) => Promise<Response>;
  stopWaiting: () => void;
  /** Who a token is; taking one out revokes it. */
  people: Record<string, Principal | undefined>;
  /** What was reported of errors. */
  reported: { event: string; error: unknown }[];
}

/** What a test may want otherwise. */
export interface Otherwise {
  /** Default: a phone network that the test scripts. */
  gatewayOn?: (clock: Clock) => CallGateway;
  /** Default: the studio's, which stands still. */
  clock?: Clock;
  publicUrl?: URL;
  /** Of the companies' campaigns; default: the studio's, which allow any call. */
  rules?: Partial<DialingRules>;
  /** Default: in memory. */
  uow?: UnitOfWork;
}

/** Opens a studio with its endpoint. */
export async function openEndpoint(otherwise: Otherwise = {}): Promise<Endpoint> {
  const studio = await openStudio(otherwise.rules, otherwise.uow);
  const { gatewayOn, clock = studio.clock, publicUrl = new URL(ORIGIN) } = otherwise;
  const { admin, viewer, clerk, readOnly, stranger, master } = studio;
  const links = recordingLinks({ signingKey: "a key for tests", publicUrl, clock });
  const gateway = gatewayOn?.(clock) ?? studio.gateway;
  const app = createApp({ ...studio.ports, clock, gateway, recordingLinks: links });
  const reported: Endpoint["reported"] = [];
  const mcp = createMcp({
    app,
    resources: app,
    version: "0.0.0",
    report: (event, { error }) => reported.push({ event, error }),
    clock,
  });
  const people: Record<string, Principal | undefined> = {
    admin,
    viewer,
    clerk,
    readOnly,
    stranger,
    master,
  };
  const http = createHttp({
    publicUrl,
    // A token is its owner's name: how real ones are read is tested elsewhere.
    authenticate: (token) =>
      Promise.resolve(people[token] ?? Promise.reject(new DomainError("unauthenticated", "no"))),
    mcp: mcp.fetch,
    ready: () => Promise.resolve({ ok: true, checks: {} }),
    recordings: { links, open: app.calls.openRecording },
    clock,
    log: () => {},
  });
  return { ...studio, app, fetch: http.fetch, stopWaiting: mcp.stopWaiting, people, reported };
}

/** A JSON-RPC answer, and the HTTP response that it came in. */
export interface Answer {
  status: number;
  headers: Headers;
  // deno-lint-ignore no-explicit-any -- JSON of many shapes, which tests look into
  result?: any;
  error?: { code: number; message: string; data?: unknown };
  id?: string | number | null;
  /** Messages that came before the answer. */
  // deno-lint-ignore no-explicit-any -- likewise
  before: any[];
}

/** One request of either era. */
export interface Ask {
  who?: string;
  era?: "modern" | "legacy";
  id?: string | number;
  path?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Sends a JSON-RPC request and reads the answer, whether it comes as JSON or as events. */
export async function ask(
  { fetch }: Pick<Endpoint, "fetch">,
  method: string,
  params: Record<string, unknown> = {},
  options: Ask = {},
): Promise<Answer> {
  return await answerOf(await fetch(requestOf(method, params, options)));
}

/** A request as a well-behaved client of either era sends it. */
export function requestOf(
  method: string,
  params: Record<string, unknown>,
  { who = "admin", era = "modern", id = 1, path = "/mcp", headers = {}, signal }: Ask,
): Request {
  const modern = era === "modern";
  const meta = {
    [`${META}/protocolVersion`]: MODERN,
    [`${META}/clientInfo`]: { name: "test", version: "1" },
    [`${META}/clientCapabilities`]: {},
    ...(params._meta as object | undefined),
  };
  const name = params.name ?? params.uri;
  return new Request(new URL(path, ORIGIN), {
    method: "POST",
    signal,
    headers: {
      "content-type": "application/json",
      "accept": "application/json, text/event-stream",
      "authorization": `Bearer ${who}`,
      ...(modern ? { "mcp-protocol-version": MODERN, "mcp-method": method } : {}),
      ...(modern && typeof name === "string" ? { "mcp-name": name } : {}),
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id,
      method,
      params: modern ? { ...params, _meta: meta } : params,
    }),
  });
}

/** Reads a response as JSON or as events; the last message is the answer. */
export async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  const messages = headers.get("content-type")?.startsWith("text/event-stream")
    ? text.split("\n").filter((line) => line.startsWith("data: ")).map((line) =>
      JSON.parse(line.slice("data: ".length))
    )
    : text === ""
    ? []
    : [JSON.parse(text)];
  const before = messages.slice(0, -1);
  return { status, headers, before, ...messages.at(-1) };
}

/** A tool's structured result; fails when the tool refused. */
export async function call(
  endpoint: Pick<Endpoint, "fetch">,
  name: string,
  args: Record<string, unknown> = {},
  options: Ask = {},
  // deno-lint-ignore no-explicit-any -- JSON of many shapes, which tests look into
): Promise<any> {
  const { result, error } = await ask(endpoint, "tools/call", { name, arguments: args }, options);
  if (error !== undefined) throw new Error(`${name}: ${error.message}`);
  if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
  return result.structuredContent;
}

/** A tool's refusal; fails when it did not refuse. */
export async function refusal(
  endpoint: Pick<Endpoint, "fetch">,
  name: string,
  args: Record<string, unknown> = {},
  options: Ask = {},
): Promise<string> {
  const { result, error } = await ask(endpoint, "tools/call", { name, arguments: args }, options);
  if (error !== undefined) throw new Error(`${name}: ${error.message}`);
  if (!result.isError) throw new Error(`${name} did not refuse: ${JSON.stringify(result)}`);
  return result.content[0].text;
}
