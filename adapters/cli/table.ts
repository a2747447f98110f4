/**
 * Text in columns.
 *
 * @module
 */

/** Rows under a heading; says so when there are none. */
export function table(heading: string[], rows: string[][]): string {
  if (rows.length === 0) return "None.";
  return columns([heading.map((title) => title.toUpperCase()), ...rows]);
}

/** Rows in columns that are as wide as their widest cell. */
export function columns(rows: string[][]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows
    .map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd())
    .join("\n");
}
