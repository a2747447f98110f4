/**
 * Tool results. Some clients show a model only `structuredContent`, others only `content`, so both
 * carry the whole.
 *
 * @module
 */
import type { CallToolResult, JSONRPCMessage } from "@modelcontextprotocol/server";
import { isShort } from "./present/fit_page.ts";

/** A result with the same JSON twice; `shorten` makes less of one that is too long. */
export function success<Value extends Record<string, unknown>>(
  value: Value,
  shorten?: (value: Value) => Value,
): CallToolResult {
  const text = JSON.stringify(value);
  if (shorten !== undefined && !isShort(text)) return success(shorten(value));
  return { content: [{ type: "text", text }], structuredContent: value };
}

/** A message as JSON, in which what {@link success} has made JSON of already is not made so again. */
export function jsonOf(message: JSONRPCMessage): string {
  if (!("result" in message)) return JSON.stringify(message);
  const { result: { structuredContent, ...others }, ...envelope } = message;
  const [content] = Array.isArray(others.content) ? others.content : [];
  if (structuredContent === undefined || content?.type !== "text") return JSON.stringify(message);
  const result = `${JSON.stringify(others).slice(0, -1)},"structuredContent":${content.text}}`;
  return `${JSON.stringify(envelope).slice(0, -1)},"result":${result}}`;
}

/** A refusal that the model reads and may act on. */
export function failure(text: string): CallToolResult {
  return { content: [{ type: "text", text }], isError: true };
}
