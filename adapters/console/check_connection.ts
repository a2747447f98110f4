/**
 * Looks at our own MCP endpoint as clients do, with somebody's token: through the whole server, so
 * that what a client would be refused is refused here too.
 *
 * @module
 */
import { z } from "zod";

/** What a client would find. */
export interface Found {
  ok: true;
  /** Protocol revisions that were spoken: by `initialize`, and by `server/discover`. */
  revisions: string[];
  /** Names of the tools that the token may call. */
  tools: string[];
  /** Resources, and templates of resources. */
  resources: number;
  prompts: number;
}

/** What a client would be told instead. */
export interface Refused {
  ok: false;
  /** HTTP status. */
  status: number;
  /** The refusal's own words. */
  message: string;
}

const META = "io.modelcontextprotocol";
const MODERN = "2026-07-28";
/** The newest revision that is begun by `initialize`. */
const LEGACY = "2025-11-25";
const CLIENT = { name: "call-camp-studio-console", version: "1" };

const problem = z.object({ error: z.object({ message: z.string() }) });
const discovered = z.object({ supportedVersions: z.array(z.string()) });
const initialized = z.object({ protocolVersion: z.string() });
const tools = z.object({ tools: z.array(z.object({ name: z.string() })) });
const resources = z.object({ resources: z.array(z.unknown()) });
const templates = z.object({ resourceTemplates: z.array(z.unknown()) });
const prompts = z.object({ prompts: z.array(z.unknown()) });

/** An answer that was no result. */
class Refusal extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** Asks the endpoint in both eras of the protocol what a client asks first. */
export async function checkConnection(
  fetch: (request: Request) => Promise<Response>,
  endpoint: URL,
  token: string,
): Promise<Found | Refused> {
  const ask = async <T>(schema: z.ZodType<T>, method: string, era: "modern" | "legacy") => {
    return await answerOf(schema, await fetch(requestOf(endpoint, token, method, era)));
  };
  try {
    const { protocolVersion } = await ask(initialized, "initialize", "legacy");
    const { supportedVersions } = await ask(discovered, "server/discover", "modern");
    const [found, fixed, patterns, offered] = await Promise.all([
      ask(tools, "tools/list", "legacy"),
      ask(resources, "resources/list", "legacy"),
      ask(templates, "resources/templates/list", "legacy"),
      ask(prompts, "prompts/list", "legacy"),
    ]);
    return {
      ok: true,
      revisions: [...supportedVersions, protocolVersion],
      tools: found.tools.map(({ name }) => name),
      resources: fixed.resources.length + patterns.resourceTemplates.length,
      prompts: offered.prompts.length,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, status: error.status, message: error.message };
  }
}

function requestOf(
  endpoint: URL,
  token: string,
  method: string,
  era: "modern" | "legacy",
): Request {
  const modern = era === "modern";
  const client = { capabilities: {}, clientInfo: CLIENT };
  const meta = {
    [`${META}/protocolVersion`]: MODERN,
    [`${META}/clientInfo`]: CLIENT,
    [`${META}/clientCapabilities`]: {},
  };
  const params = method === "initialize"
    ? { protocolVersion: LEGACY, ...client }
    : modern
    ? { _meta: meta }
    : {};
  return new Request(endpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      // Else answers may come as events.
      "Accept": "application/json",
      "Authorization": `Bearer ${token}`,
      ...modern ? { "MCP-Protocol-Version": MODERN, "Mcp-Method": method } : {},
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
}

async function answerOf<T>(schema: z.ZodType<T>, response: Response): Promise<T> {
  const body: unknown = await response.json();
  const refused = problem.safeParse(body);
  if (refused.success) throw new Refusal(response.status, refused.data.error.message);
  return z.object({ result: schema }).parse(body).result;
}
