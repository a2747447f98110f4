/**
 * Runs one line of the operator's command line. Results go to standard output, everything else to
 * standard error; with `--json` standard output holds one JSON value and nothing else.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { DomainError } from "../../src/kernel/errors.ts";
import { type Command, CommandError, type Machine, type Studio, UsageError } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { helpOn, helpOnAll } from "./help.ts";
import { FileError } from "../contacts_file/file_error.ts";
import { SetupFileError } from "./setup_file.ts";

/** What the command line needs of the world. */
export interface CliDeps extends Pick<Machine, "open" | "migrate" | "patient" | "readFile"> {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Whether a person looks at standard error. */
  isTerminal: boolean;
}

/** 0: done. 1: refused, or done in part. 2: the line was not understood. */
export type ExitCode = 0 | 1 | 2;

/** Runs a line; never throws for what a person can mend. */
export async function runCli(args: string[], deps: CliDeps): Promise<ExitCode> {
  try {
    return await runLine(args, deps);
  } catch (error) {
    if (error instanceof UsageError) {
      deps.stderr(`${error.message}\n`);
      return 2;
    }
    if (
      error instanceof CommandError || error instanceof DomainError ||
      error instanceof SetupFileError || error instanceof FileError
    ) {
      deps.stderr(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

async function runLine(args: string[], deps: CliDeps): Promise<ExitCode> {
  const { command, rest } = commandOf(args);
  if (command === null) {
    if (rest.length === 0 || isHelp(rest[0])) {
      deps.stdout(helpOnAll(COMMANDS));
      return 0;
    }
    const tried = rest.filter((word) => !word.startsWith("-")).slice(0, 2).join(" ");
    throw new UsageError(`There is no command "${tried}". "studio help" lists all.`);
  }
  const { values, positionals } = parse(command, rest);
  if (values.help) {
    deps.stdout(helpOn(command));
    return 0;
  }
  requireAll(command, values, positionals);
  const progress = new ProgressLine(deps);
  let studio: Promise<Studio> | undefined;
  const machine: Machine = {
    // Once, however many parts of the command ask: the embedded database opens for one user.
    open: () => studio ??= deps.open(),
    migrate: () => deps.migrate(),
    patient: () => deps.patient(),
    readFile: (path) => deps.readFile(path),
    progress: (line) => progress.show(line),
  };
  let answer;
  try {
    answer = await command.run(machine, { values, positionals });
  } finally {
    progress.clear();
  }
  if (values.json) deps.stdout(`${JSON.stringify(answer.json, null, 2)}\n`);
  else if (answer.text !== "") deps.stdout(`${answer.text}\n`);
  if (answer.remark && !values.json) deps.stderr(`${answer.remark}\n`);
  return answer.incomplete ? 1 : 0;
}

function commandOf(args: string[]): { command: Command | null; rest: string[] } {
  const words = args[0] === "help" ? [...args.slice(1), "--help"] : args;
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(" ");
    const command = COMMANDS.find((each) => each.name === name);
    if (command) return { command, rest: words.slice(length) };
  }
  return { command: null, rest: words };
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

function parse(command: Command, args: string[]) {
  const options: ParseArgsConfig["options"] = {
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  };
  for (const [name, { type, multiple }] of Object.entries(command.options)) {
    options[name] = { type, multiple: multiple ?? false };
  }
  try {
    return parseArgs({ args, options, allowPositionals: true, allowNegative: true });
  } catch (error) {
    // Node's own words name the option, and go on about positionals.
    const message = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw usage(command, message);
  }
}

function requireAll(
  command: Command,
  values: Record<string, unknown>,
  positionals: string[],
): void {
  const missing = Object.entries(command.options)
    .filter(([name, { required }]) => required && values[name] === undefined)
    .map(([name]) => `--${name}`)
    .concat(command.positionals.slice(positionals.length));
  if (missing.length) throw usage(command, `Missing: ${missing.join(", ")}`);
  const surplus = positionals.slice(command.positionals.length);
  if (surplus.length) throw usage(command, `Not understood: ${surplus.join(" ")}`);
}

function usage(command: Command, problem: string): UsageError {
  return new UsageError(`${problem}. "studio ${command.name} --help" shows what it takes.`);
}

/** One line of standard error, overwritten as work goes on. */
class ProgressLine {
  readonly #deps: CliDeps;
  #shown = false;

  constructor(deps: CliDeps) {
    this.#deps = deps;
  }

  show(line: string): void {
    if (!this.#deps.isTerminal) return;
    this.#shown = true;
    this.#deps.stderr(`\r\x1b[K${line}`);
  }

  clear(): void {
    if (this.#shown) this.#deps.stderr("\r\x1b[K");
    this.#shown = false;
  }
}
