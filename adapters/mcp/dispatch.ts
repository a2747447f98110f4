/**
 * One tool call, from arguments to result. Whatever goes wrong inside a tool is a result with
 * `isError`, which a model can read; only an unknown tool is a protocol error.
 *
 * @module
 */
import type { CallToolResult } from "@modelcontextprotocol/server";
import { type Principal, requirePermission, requireWrite } from "../../src/access/principal.ts";
import { DomainError, type ErrorCode } from "../../src/kernel/errors.ts";
import { shown } from "../../src/kernel/text.ts";
import { parseArguments } from "./arguments.ts";
import type { Catalogue, Toolset } from "./catalogue.ts";
import type { Tool, ToolContext } from "./define_tool.ts";
import { invalidParams, type Report, toolErrorText } from "./errors.ts";
import type { Fate } from "./observe.ts";
import { failure, success } from "./results.ts";

/** Told of each refusal. */
export type Denied = (principal: Principal, tool: string, code: ErrorCode) => void;

/** A `tools/call` request. */
export interface ToolCall {
  name: string;
  arguments?: Record<string, unknown>;
}

/** Whom a call's failure concerns beside its caller. */
export interface CallWatch {
  report: Report;
  /** Filled in when the call fails. */
  fate: Fate;
  denied: Denied;
}

/**
 * The result of a call.
 *
 * @throws ProtocolError -32602 when the toolset has no such tool.
 */
export async function callTool(
  catalogue: Catalogue,
  toolset: Toolset,
  call: ToolCall,
  context: ToolContext,
  { report, fate, denied }: CallWatch,
): Promise<CallToolResult> {
  const tool = catalogue.find(call.name, toolset);
  if (tool === undefined) {
    const refusal = invalidParams(`Tool ${shown(call.name)} not found`);
    fate.error = String(refusal.code);
    throw refusal;
  }
  try {
    refuseEarly(tool, context.principal);
    const value = await tool.call(context, parseArguments(tool, call.arguments ?? {}));
    return success(value, tool.shorten);
  } catch (error) {
    fate.error = "tool_error";
    fate.why = error instanceof DomainError ? error.code : "unexpected";
    if (error instanceof DomainError) denied(context.principal, tool.name, error.code);
    return failure(toolErrorText(error, tool.name, report));
  }
}

/** The use case decides; asked here too, so that whoever may not call hears that, and not of arguments. */
function refuseEarly({ hints, permission }: Tool, principal: Principal): void {
  if (!hints.readOnlyHint) requireWrite(principal);
  if (permission !== null) requirePermission(principal, permission);
}
