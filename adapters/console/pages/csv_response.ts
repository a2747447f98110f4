/**
 * CSV files for people's spreadsheets (RFC 4180).
 *
 * @module
 */

/** What spreadsheets take for the begin of a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * A file to download; the byte order mark tells Excel that it is UTF-8. What people wrote must go
 * through {@link inert} first.
 */
export function csvResponse(fileName: string, rows: string[][]): Response {
  const text = rows.map((cells) => cells.map(quoted).join(",")).join("\r\n");
  return new Response(`\uFEFF${text}\r\n`, {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${fileName}"`,
    },
  });
}

/** Text that no spreadsheet takes for a formula. */
export function inert(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
