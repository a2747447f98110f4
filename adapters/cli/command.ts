/**
 * A command as data: its name, options, and one function. Help, checks and output follow from it.
 *
 * @module
 */
import { operator, type Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import type { Json } from "../../src/kernel/json.ts";
import type { Patient } from "./doctor.ts";

/** A line of the simulated phone network's books. */
export interface PhoneCall {
  callUuid: string;
  to: string;
  dialedAt: Date;
  /** Times that somebody asked to dial this call; it was dialled once at most. */
  requests: number;
  /** Why it was not dialled; null when it was. */
  refused: string | null;
}

/** What commands work on. */
export interface Studio {
  app: App;
  /** Where platforms reach the server; null when it is not known here. */
  publicUrl: URL | null;
  /** Latest first. */
  phoneCalls(limit: number): Promise<PhoneCall[]>;
}

/** What commands see of the machine. */
export interface Machine {
  /** The database, brought up to date; opened the first time that a command asks. */
  open(): Promise<Studio>;
  /** Brings the database up to date; names of the migrations that ran now. */
  migrate(): Promise<string[]>;
  /** The installation as the doctor sees it: nothing is opened or changed until it looks. */
  patient(): Patient;
  /** A file's bytes. */
  readFile(path: string): Promise<Uint8Array>;
  /** Shows how far a long command is; does nothing where nobody looks. */
  progress(line: string): void;
}

/** What a command has to say. */
export interface Answer {
  /** For machines: printed as it is with `--json`. */
  json: Json;
  /** For people: on standard output. */
  text: string;
  /** For people: on standard error, so that the text can be piped on. */
  remark?: string;
  /** Whether part of the work was refused; the exit code says so. */
  incomplete?: boolean;
}

/** An option of a command. */
export interface Option {
  type: "string" | "boolean";
  /** What it is, for the help. */
  about: string;
  /** Placeholder of the value, such as `NAME`. */
  value?: string;
  required?: true;
  multiple?: true;
}

/** Options by name. */
export type Options = Readonly<Record<string, Option>>;

/** What options were given. */
export type Values<O extends Options> = {
  [K in keyof O]: O[K] extends { type: "boolean" } ? boolean | undefined
    : O[K] extends { multiple: true } ? string[] | undefined
    : O[K] extends { required: true } ? string
    : string | undefined;
};

/** What was written on the line. */
export interface Line<O extends Options> {
  values: Values<O>;
  /** As many as the command names. */
  positionals: string[];
}

/** A command as its file writes it down. */
export interface CommandSpec<O extends Options> {
  /** One or two words. */
  name: string;
  about: string;
  options: O;
  /** Names of the arguments that it needs, such as `FILE`. */
  positionals?: string[];
  run(machine: Machine, line: Line<O>): Promise<Answer>;
}

/** A command, whatever its options. */
export interface Command {
  name: string;
  about: string;
  options: Options;
  positionals: string[];
  run(
    machine: Machine,
    line: { values: Record<string, unknown>; positionals: string[] },
  ): Promise<Answer>;
}

/** The line is not one that the command understands; the message says what would be. */
export class UsageError extends Error {
  /** Name by which callers tell it from programming errors. */
  override readonly name = "UsageError";
}

/** Something that the person at the keyboard can mend; the message says how. */
export class CommandError extends Error {
  /** Name by which callers tell it from programming errors. */
  override readonly name = "CommandError";
}

/** A command; its function gets the values of its own options. */
export function defineCommand<const O extends Options>(spec: CommandSpec<O>): Command {
  return {
    positionals: [],
    ...spec,
    // Whoever parses the line does so by the options, which makes the values what O says.
    run: (machine, line) => spec.run(machine, line as Line<O>),
  };
}

/** Who acts in the audit trail. */
export const OPERATOR: Principal = {
  ...operator("studio command line"),
  via: { application: "studio", argumentsHash: null },
};

/** A whole number of an option. @throws UsageError. */
export function countOf(
  option: string,
  text: string | undefined,
  max: number,
): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > max) {
    throw new UsageError(`--${option} must be a whole number from 1 to ${max}, got "${text}"`);
  }
  return count;
}

/** One of a closed set. @throws UsageError. */
export function oneOf<T extends string>(option: string, text: string, all: readonly T[]): T {
  const found = all.find((each) => each === text);
  if (found === undefined) {
    throw new UsageError(`--${option} must be one of ${all.join(", ")}, got "${text}"`);
  }
  return found;
}

/** Comma-separated text as a list. */
export function listOf(text: string): string[] {
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}
