/**
 * A file of contacts: CSV whose first row names the columns. Known columns become fields, all others
 * become parameters under the name that they have.
 *
 * @module
 */
import type { ImportedFields, ImportRow } from "../../src/records/import_records.ts";
import { FileError } from "./file_error.ts";
import { parseCsv } from "./csv.ts";

/** Contacts of a file, and the lines that hold none. */
export interface Contacts {
  rows: ImportRow[];
  refused: { line: number; problem: string }[];
}

const COLUMNS = [
  "name",
  "phoneNumber",
  "email",
  "firstName",
  "lastName",
  "country",
  "timeZone",
  "consentAt",
  "consentSource",
  "doNotCall",
] as const;

/** Columns that are no parameters. */
type Column = typeof COLUMNS[number];

/** Each column under its own name and other usual ones, in lower case without punctuation. */
const NAMES = new Map<string, Column>([
  ...COLUMNS.map((column) => [column.toLowerCase(), column] as const),
  ["phone", "phoneNumber"],
  ["fullname", "name"],
]);

const YES = ["true", "yes", "y", "1", "x"];
const NO = ["", "false", "no", "n", "0"];

/**
 * The contacts of a file's text. Numbers in national form are taken for the country's.
 *
 * @throws FileError when the file is no CSV or lacks a column; then it has no contacts at all.
 */
export function readContacts(path: string, text: string, country: string): Contacts {
  const [header, ...lines] = located(path, () => parseCsv(text));
  if (header === undefined) throw new FileError(`${path} is empty.`);
  const columns = columnsOf(path, header.cells);
  const contacts: Contacts = { rows: [], refused: [] };
  for (const { line, cells } of lines) {
    try {
      requireWidth(cells, columns.length);
      contacts.rows.push({ line, fields: fieldsOf(columns, cells, country) });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      contacts.refused.push({ line, problem: error.message });
    }
  }
  return contacts;
}

interface Heading {
  /** Null for a parameter. */
  column: Column | null;
  name: string;
}

function columnsOf(path: string, names: string[]): Heading[] {
  const headings = names.map((name) => ({
    name: name.trim(),
    column: NAMES.get(name.toLowerCase().replace(/[\s_-]/g, "")) ?? null,
  }));
  const nameless = headings.findIndex(({ name }) => name === "");
  if (nameless !== -1) throw new FileError(`${path}: column ${nameless + 1} has no name.`);
  const keys = headings.map(({ column, name }) => column ?? name);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) throw new FileError(`${path}: two columns are called ${twice}.`);
  const has = (column: Column) => keys.includes(column);
  const missing = [
    ...has("name") || has("firstName") || has("lastName") ? [] : ["name"],
    ...has("phoneNumber") ? [] : ["phoneNumber"],
  ];
  if (missing.length) {
    throw new FileError(
      `${path}: missing ${missing.length > 1 ? "columns" : "column"} ${missing.join(", ")}; ` +
        `the first row names ${names.join(", ")}. Known columns: ${COLUMNS.join(", ")}; ` +
        "all others become parameters.",
    );
  }
  return headings;
}

function requireWidth(cells: string[], width: number): void {
  if (cells.length !== width) {
    throw new FileError(`has ${cells.length} cells where the first row has ${width}`);
  }
}

function fieldsOf(headings: Heading[], cells: string[], country: string): ImportedFields {
  const known: Partial<Record<Column, string>> = {};
  const parameters: Record<string, string> = {};
  headings.forEach(({ column, name }, i) => {
    const text = cells[i].trim();
    if (text === "") return;
    if (column === null) parameters[name] = text;
    else known[column] = text;
  });
  const { firstName, lastName, phoneNumber = "", consentAt, consentSource } = known;
  const international = /^(tel:)?(\+|00)/i.test(phoneNumber);
  if ((consentAt === undefined) !== (consentSource === undefined)) {
    throw new FileError("consentAt, consentSource: one is filled in and the other is not");
  }
  return {
    name: known.name ?? [firstName, lastName].filter(Boolean).join(" "),
    phoneNumber,
    email: known.email,
    firstName,
    lastName,
    country: known.country ?? (international ? undefined : country),
    timeZone: known.timeZone,
    consent: consentAt && consentSource ? { at: consentAt, source: consentSource } : undefined,
    doNotCall: yesOrNo(known.doNotCall ?? ""),
    parameters,
  };
}

function yesOrNo(text: string): boolean {
  const word = text.toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  throw new FileError(`doNotCall: must be yes or no, got "${text}"`);
}

function located<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new FileError(`${path}, ${error.message}`);
  }
}
