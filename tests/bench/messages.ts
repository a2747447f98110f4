/**
 * MCP requests as text, of both eras of the protocol.
 *
 * @module
 */
import type { RequestText } from "./load.ts";

/** Revisions that are measured: the newest one, and the one that most clients speak. */
export const ERAS = ["2026-07-28", "2025-11-25"] as const;

/** One of them. */
export type Era = typeof ERAS[number];

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** A tool call. */
export function toolCall(
  era: Era,
  token: string,
  name: string,
  args: Record<string, unknown>,
  expect = '"structuredContent"',
): RequestText {
  return rpc(era, token, "tools/call", name, { name, arguments: args }, expect);
}

/** A read of a resource. */
export function resourceRead(era: Era, token: string, uri: string): RequestText {
  return rpc(era, token, "resources/read", uri, { uri }, '"contents"');
}

/** A prompt with what it is about. */
export function promptGet(
  era: Era,
  token: string,
  name: string,
  args: Record<string, string>,
): RequestText {
  return rpc(era, token, "prompts/get", name, { name, arguments: args }, '"messages"');
}

/** What completes a record's name in a resource's address. */
export function recordCompletion(era: Era, token: string, value: string): RequestText {
  const ref = { type: "ref/resource", uri: "studio://records/{uuid}" };
  const params = { ref, argument: { name: "uuid", value } };
  return rpc(era, token, "completion/complete", undefined, params, '"completion"');
}

function rpc(
  era: Era,
  token: string,
  method: string,
  name: string | undefined,
  params: Record<string, unknown>,
  expect: string,
): RequestText {
  const modern = era === "2026-07-28";
  const message = {
    jsonrpc: "2.0",
    id: 1,
    method,
    params: modern ? { ...params, _meta: META } : params,
  };
  const headers = {
    "accept": "application/json, text/event-stream",
    "mcp-protocol-version": era,
    ...(modern ? { "mcp-method": method } : {}),
    ...(modern && name !== undefined ? { "mcp-name": name } : {}),
  };
  return post("/mcp", token, headers, message, expect);
}

/** A JSON body by POST. */
export function post(
  path: string,
  token: string,
  headers: Record<string, string>,
  message: unknown,
  expect: string,
): RequestText {
  const body = JSON.stringify(message);
  const lines = Object.entries({
    "host": "127.0.0.1",
    "authorization": `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": String(new TextEncoder().encode(body).length),
    ...headers,
  }).map(([key, value]) => `${key}: ${value}\r\n`);
  return { head: `POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, body, expect };
}
