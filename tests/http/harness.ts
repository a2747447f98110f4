/** An HTTP server without a socket, whose collaborators a test can replace. */
import { createHttp, type Http, type HttpDeps } from "../../adapters/http/create_http.ts";
import type { LogFields } from "../../adapters/log.ts";
import { recordingLinks } from "../../adapters/http/recording_links.ts";
import type { Principal } from "../../src/access/principal.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";

export const GOOD_TOKEN = "good";
export const PUBLIC_URL = new URL("https://studio.example.com");
export const NOW = new Date("2026-11-22T09:00:00Z");

export const somebody: Principal = {
  userId: "0193b2a4-0000-7000-8000-000000000001",
  tokenId: "0193b2a4-0000-7000-8000-000000000002",
  name: "Ana",
  clientId: "0193b2a4-0000-7000-8000-000000000003",
  permissions: new Set(["calls.view"]),
  readOnly: false,
};

export interface Harness extends Http {
  clock: FakeClock;
  /** Bodies that reached the MCP endpoint. */
  reached: unknown[];
  logged: { level: string; event: string; fields: LogFields }[];
  links: HttpDeps["recordings"]["links"];
}

/** The server, with some of its collaborators replaced. */
export function harness(over: Partial<HttpDeps> = {}): Harness {
  const clock = new FakeClock(NOW);
  const reached: unknown[] = [];
  const logged: Harness["logged"] = [];
  const publicUrl = over.publicUrl ?? PUBLIC_URL;
  const links = recordingLinks({ signingKey: "a key for tests", publicUrl, clock });
  const http = createHttp({
    publicUrl,
    authenticate: (token) =>
      token === GOOD_TOKEN
        ? Promise.resolve(somebody)
        : Promise.reject(new DomainError("unauthenticated", "no")),
    mcp: (_request, { body }) => {
      reached.push(body);
      return Promise.resolve(Response.json({ reached: true }));
    },
    ready: () => Promise.resolve({ ok: true, checks: { database: "ok" } }),
    recordings: { links, open: () => Promise.resolve(null) },
    clock,
    log: (level, event, fields = {}) => logged.push({ level, event, fields }),
    ...over,
  });
  return { ...http, clock, reached, logged, links };
}

/** A good request to /mcp, some of it replaced; a header set to null is left out. */
export function mcpRequest(
  over: {
    method?: string;
    body?: BodyInit | null;
    headers?: Record<string, string | null>;
    url?: string;
  } = {},
): Request {
  const headers = new Headers({
    "content-type": "application/json",
    "accept": "application/json, text/event-stream",
    "authorization": `Bearer ${GOOD_TOKEN}`,
  });
  for (const [name, value] of Object.entries(over.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  const method = over.method ?? "POST";
  const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
  const body = over.body === undefined ? ping : over.body;
  return new Request(over.url ?? new URL("/mcp", PUBLIC_URL), {
    method,
    headers,
    ...(method === "POST" ? { body } : {}),
  });
}
