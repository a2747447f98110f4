/**
 * Comma-separated values as of RFC 4180: quoted cells may hold separators, line ends and doubled
 * quotes. Line ends may be CR LF, LF or CR; the separator is told by the first line, because
 * spreadsheets in half of the world write semicolons. Nothing is trimmed or guessed.
 *
 * @module
 */
import { FileError } from "./file_error.ts";

/** One row, with the line that it begins in, from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

const LINE_END = /\r\n|\n|\r/g;

/** The rows of a text; lines with nothing in them are passed over. @throws FileError. */
export function parseCsv(text: string): CsvRow[] {
  const separator = separatorOf(text);
  // Sticky: a quoted cell or a plain one, and what ends it.
  const cell = new RegExp(
    `(?:"([^"]*(?:""[^"]*)*)"|([^"${separator}\\r\\n]*))(${separator}|\\r\\n|\\n|\\r|$)`,
    "y",
  );
  const rows: CsvRow[] = [];
  let row: CsvRow = { line: 1, cells: [] };
  let line = 1;
  for (let at = text.startsWith("\uFEFF") ? 1 : 0; at < text.length || row.cells.length;) {
    cell.lastIndex = at;
    const match = cell.exec(text);
    if (match === null) throw broken(line, text, at);
    const [all, quoted, bare, end] = match;
    row.cells.push(quoted?.replaceAll('""', '"') ?? bare);
    line += all.match(LINE_END)?.length ?? 0;
    at += all.length;
    if (end === separator) continue;
    if (row.cells.length > 1 || row.cells[0] !== "") rows.push(row);
    row = { line, cells: [] };
  }
  return rows;
}

function separatorOf(text: string): string {
  const [first] = text.split(LINE_END, 1);
  const count = (separator: string) => first.split(separator).length;
  return [",", ";", "\t"].reduce((best, each) => count(each) > count(best) ? each : best);
}

function broken(line: number, text: string, at: number): FileError {
  const problem = text[at] !== '"'
    ? 'a cell without quotes around it has a quote in it; write "" inside of quotes instead'
    : /^"[^"]*(?:""[^"]*)*"/.test(text.slice(at))
    ? "there is text after a closing quote"
    : "a quote is opened and never closed";
  return new FileError(`line ${line}: ${problem}. Nothing was imported.`);
}
