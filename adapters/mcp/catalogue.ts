/**
 * The tools as clients see them, built once at start: what each kind of caller may be listed and told,
 * in an order that never changes.
 *
 * @module
 */
import type { Tool as ListedTool } from "@modelcontextprotocol/server";
import { type Permission, PERMISSIONS, type Principal } from "../../src/access/principal.ts";
import type { Tool } from "./define_tool.ts";
import { INSTRUCTIONS, onlyOf } from "./instructions.ts";
import { inputSchema, outputSchema } from "./json_schema.ts";

/** Which tools a connection has: `?toolsets=core` leaves out those beyond the product page. */
export type Toolset = "all" | "core";

/** What one kind of caller is told; none of it names a tool that is not among its own. */
export interface Offer {
  /** The tools that the caller may call. */
  tools: ListedTool[];
  /** How the pieces fit. */
  instructions: string;
}

/** The finished catalogue. */
export interface Catalogue {
  /** The tool of that name, if the toolset has it. */
  find(name: string, toolset: Toolset): Tool | undefined;
  /** What the caller is told. */
  offerTo(caller: Pick<Principal, "permissions" | "readOnly">, toolset: Toolset): Offer;
}

/** @throws Error when two tools share a name, or a schema has a union. */
export function buildCatalogue(tools: readonly Tool[]): Catalogue {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size !== tools.length) throw new Error("Two tools share a name");
  const listed = tools.map((tool) => ({ tool, entry: entryOf(tool) }));
  const has = (tool: Tool, toolset: Toolset) => toolset === "all" || tool.toolset === "core";
  const offers = new Map<string, Offer>();
  for (const toolset of ["all", "core"] as const) {
    for (const readOnly of [false, true]) {
      for (const permissions of subsets(PERMISSIONS)) {
        const open = (tool: Tool) =>
          has(tool, toolset) && (!readOnly || tool.hints.readOnlyHint) &&
          (tool.permission === null || permissions.has(tool.permission));
        const absent = new Set(tools.filter((tool) => !open(tool)).map(({ name }) => name));
        offers.set(keyOf({ permissions, readOnly }, toolset), {
          tools: listed.filter(({ tool }) => open(tool)).map(({ entry }) => ({
            ...entry,
            description: onlyOf(entry.description, absent),
          })),
          instructions: onlyOf(INSTRUCTIONS, absent),
        });
      }
    }
  }
  return {
    find(name, toolset) {
      const tool = byName.get(name);
      return tool !== undefined && has(tool, toolset) ? tool : undefined;
    },
    // There is one for every kind of caller.
    offerTo: (caller, toolset) => offers.get(keyOf(caller, toolset))!,
  };
}

function entryOf(tool: Tool): ListedTool & { description: string } {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: inputSchema(tool.input),
    outputSchema: outputSchema(tool.output),
    annotations: tool.hints,
  };
}

function keyOf(caller: Pick<Principal, "permissions" | "readOnly">, toolset: Toolset): string {
  const held = PERMISSIONS.filter((permission) => caller.permissions.has(permission));
  return [toolset, caller.readOnly, ...held].join(" ");
}

function subsets(permissions: readonly Permission[]): Set<Permission>[] {
  return permissions.reduce<Set<Permission>[]>(
    (sets, permission) => [...sets, ...sets.map((set) => new Set(set).add(permission))],
    [new Set()],
  );
}
