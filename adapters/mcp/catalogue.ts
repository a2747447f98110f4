/**
 * The tools as clients see them, built once at start: what each kind of caller may be listed, in an
 * order that never changes.
 *
 * @module
 */
import type { Tool as ListedTool } from "@modelcontextprotocol/server";
import { type Permission, PERMISSIONS, type Principal } from "../../src/access/principal.ts";
import type { Tool } from "./define_tool.ts";
import { inputSchema, outputSchema } from "./json_schema.ts";

/** Which tools a connection has: `?toolsets=core` leaves out those beyond the product page. */
export type Toolset = "all" | "core";

/** The finished catalogue. */
export interface Catalogue {
  /** The tool of that name, if the toolset has it. */
  find(name: string, toolset: Toolset): Tool | undefined;
  /** The tools that the caller may call. */
  listFor(caller: Pick<Principal, "permissions" | "readOnly">, toolset: Toolset): ListedTool[];
}

/** @throws Error when two tools share a name, or a schema has a union. */
export function buildCatalogue(tools: readonly Tool[]): Catalogue {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size !== tools.length) throw new Error("Two tools share a name");
  const listed = tools.map((tool) => ({ tool, entry: entryOf(tool) }));
  const has = (tool: Tool, toolset: Toolset) => toolset === "all" || tool.toolset === "core";
  const lists = new Map<string, ListedTool[]>();
  for (const toolset of ["all", "core"] as const) {
    for (const readOnly of [false, true]) {
      for (const permissions of subsets(PERMISSIONS)) {
        const list = listed.filter(({ tool }) =>
          has(tool, toolset) && (!readOnly || tool.hints.readOnlyHint) &&
          (tool.permission === null || permissions.has(tool.permission))
        );
        lists.set(keyOf({ permissions, readOnly }, toolset), list.map(({ entry }) => entry));
      }
    }
  }
  return {
    find(name, toolset) {
      const tool = byName.get(name);
      return tool !== undefined && has(tool, toolset) ? tool : undefined;
    },
    listFor: (caller, toolset) => lists.get(keyOf(caller, toolset)) ?? [],
  };
}

function entryOf(tool: Tool): ListedTool {
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
