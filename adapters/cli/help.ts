/**
 * Help, made of the commands themselves.
 *
 * @module
 */
import type { Command } from "./command.ts";
import { columns } from "./table.ts";

/** Every command with what it does. */
export function helpOnAll(commands: readonly Command[]): string {
  const rows = commands.map((command) => [`  ${usageOf(command)}`, command.about]);
  return [
    "The operator's command line of Call Camp Studio.",
    "",
    "  studio COMMAND [OPTIONS]",
    "",
    columns(rows),
    "",
    "Every command takes --json (one JSON value on standard output) and --help (its options).",
    "It works on the database at DATABASE_URL; without that, on the one that `deno task dev` keeps",
    "in STUDIO_DATA (.studio), while dev is not running.",
    "Exit codes: 0 done; 1 refused, or done in part; 2 the line was not understood.",
    "",
  ].join("\n");
}

/** One command with its options. */
export function helpOn(command: Command): string {
  const options = Object.entries(command.options).map(([name, option]) => [
    `  --${name}${option.value ? ` ${option.value}` : ""}`,
    `${option.about}${option.required ? " Required." : ""}${option.multiple ? " Repeatable." : ""}`,
  ]);
  const all = [
    ...options,
    ["  --json", "Print one JSON value and nothing else."],
    ["  --help", "Print this."],
  ];
  return `studio ${usageOf(command)} [OPTIONS]\n\n${command.about}\n\n${columns(all)}\n`;
}

function usageOf({ name, positionals }: Command): string {
  return [name, ...positionals].join(" ");
}
