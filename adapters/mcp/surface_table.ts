/**
 * The tools, resources and prompts as Markdown, for the README. Run as a program, it prints them.
 *
 * @module
 */
import { z } from "zod";
import { PROMPTS } from "./prompts.ts";
import { RESOURCES } from "./resources.ts";
import { TOOLS } from "./tools/mod.ts";

/** What stands in the README between its `surface` markers. */
export function surfaceTables(): string {
  return [
    "| tool | what it does | parameters (`?`: optional) | writes | permission |",
    "|---|---|---|---|---|",
    ...TOOLS.map(({ name, input, permission, hints, description }) => {
      const parameters = Object.entries(input.shape).map(([key, field]) =>
        field instanceof z.ZodOptional ? `\`${key}?\`` : `\`${key}\``
      );
      const writes = hints.readOnlyHint ? "" : "yes";
      const needs = permission === null ? "" : `\`${permission}\``;
      return row(`\`${name}\``, gist(description), parameters.join(", "), writes, needs);
    }),
    "",
    "| resource | contents |",
    "|---|---|",
    ...RESOURCES.map(({ uri, description }) => row(`\`${uri}\``, description.replace(/\.$/, ""))),
    "",
    "| prompt | argument | what it is for |",
    "|---|---|---|",
    ...PROMPTS.map(({ name, about, description }) =>
      row(`\`${name}\``, `\`${about}\`: a name or uuid`, description.replace(/\.$/, ""))
    ),
  ].join("\n");
}

function row(...cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Up to the first full stop, colon or semicolon that ends a thought. */
function gist(text: string): string {
  return text.split(/[.:;](?= |$)/)[0];
}

if (import.meta.main) console.log(surfaceTables());
