/**
 * What the parts of applying a setup document share: the transaction, and the count of what was
 * made, changed, and left.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import { DomainError } from "../kernel/errors.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import type { SetupReport } from "./setup.ts";

/** Most characters of a name in the document. */
export const MAX_NAME = 200;

/** What the parts of the document share. */
export type SetupWork = {
  repos: Repos;
  upserts: Upserts;
  now: Date;
  phoneNumbers: Ports["phoneNumbers"];
};

/** Writes a row when it is new or differs from what is stored, and notes which. */
export class Upserts {
  /** What was done so far. */
  readonly report: SetupReport = { created: 0, updated: 0, unchanged: 0, changes: [] };

  /** Saves `after` unless it equals `before`; `before` is null for a new row. */
  async save<T>(
    what: string,
    before: T | null,
    after: T,
    write: (row: T) => Promise<void>,
  ): Promise<T> {
    if (before !== null && sameRow(before, after)) {
      this.report.unchanged++;
      return before;
    }
    await write(after);
    if (before === null) this.report.created++;
    else this.report.updated++;
    this.report.changes.push(`${before === null ? "created" : "updated"} ${what}`);
    return after;
  }
}

/** What `make` gives; a field that it refuses is named by its path in the document. */
export function located<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { code, message, details } = error;
    throw new DomainError(code, `${path}.${message}`, {
      ...details,
      field: details.field && `${path}.${details.field}`,
    });
  }
}

/** Whether two rows are equal but for when they were written. */
function sameRow(a: unknown, b: unknown): boolean {
  return comparable(a) === comparable(b);
}

function comparable(row: unknown): string {
  return JSON.stringify(row, (key, value) => {
    if (key === "updatedAt") return undefined;
    if (typeof value === "bigint") return `${value}n`;
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([x], [y]) => x < y ? -1 : 1));
  });
}
