/**
 * Tool results. Some clients show a model only `structuredContent`, others only `content`, so both
 * carry the whole.
 *
 * @module
 */
import type { CallToolResult } from "@modelcontextprotocol/server";

/** A result with the same JSON twice. */
export function success(value: Record<string, unknown>): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify(value) }], structuredContent: value };
}

/** A refusal that the model reads and may act on. */
export function failure(text: string): CallToolResult {
  return { content: [{ type: "text", text }], isError: true };
}
