/**
 * A tool is data: what a client is told of it, what it takes and gives, and one call into a use case.
 *
 * @module
 */
import type { z } from "zod";
import type { Permission, Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";

/** MCP's four annotation hints, none left to a client's guess. */
export interface Hints {
  /** Changes nothing. A read-only token sees and may call only such tools. */
  readOnlyHint: boolean;
  /** May change or end what is there, rather than only add to it. */
  destructiveHint: boolean;
  /** The same call again changes nothing further. */
  idempotentHint: boolean;
  /** Reaches people or systems beyond the studio's own data. */
  openWorldHint: boolean;
}

/** What a tool's call may use. */
export interface ToolContext {
  app: App;
  principal: Principal;
  /** Aborted when the client cancels or goes away. */
  signal: AbortSignal;
  /** Tells the client how far along a long call is; does nothing when the client did not ask. */
  progress: (done: number, total: number, message: string) => Promise<void>;
}

/** One tool. */
export interface Tool<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  /** Kebab-case; its file has the same name in snake_case. */
  name: string;
  title: string;
  /** For a model: what it does, when to use it, what comes next, what it costs; limits and defaults. */
  description: string;
  hints: Hints;
  /** What the use case demands; decides whether the tool is listed, and refuses before arguments are read. */
  permission: Permission | null;
  /** `discovery` tools are beyond the product page and switched off by `?toolsets=core`. */
  toolset: "core" | "discovery";
  input: Input;
  output: Output;
  call(context: ToolContext, input: z.output<Input>): Promise<z.input<Output>>;
  /** What to say instead of a result that is longer than clients let one be. */
  shorten?(result: z.input<Output>): z.input<Output>;
}

/** Checks a tool's definition, keeping the types of its input and output. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool {
  return tool as unknown as Tool;
}

/** Hints of a tool that only looks. */
export const READS: Hints = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};
