/**
 * Moments that callers write down.
 *
 * @module
 */
import { invalid } from "./errors.ts";
import { shown } from "./text.ts";

// RFC 3339 §5.6, with the seconds left to choice, and every form of offset that ISO 8601 has.
const FORM =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}(?::?\d{2})?)$/i;
const OFFSET = /([+-]\d{2}):?(\d{2})?$/;

/**
 * The moment that an ISO-8601 text with an offset names.
 *
 * @throws DomainError `invalid` without an offset, for a day or hour that does not exist, or beyond
 * the years 1 to 9999.
 */
export function parseMoment(field: string, text: string): Date {
  const match = FORM.exec(text.trim());
  const full = text.trim().toUpperCase().replace(
    OFFSET,
    (_, hours, minutes) => `${hours}:${minutes ?? "00"}`,
  );
  const moment = new Date(match ? full : NaN);
  const [, year, month, day] = (match ?? []).map(Number);
  const exists = match !== null && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  const inUtc = moment.getUTCFullYear();
  if (!exists || !(inUtc >= 1 && inUtc <= 9999)) {
    throw invalid(
      field,
      `must be an ISO-8601 time with an offset, such as 2026-05-04T15:30:00+02:00, got ${
        shown(text)
      }`,
    );
  }
  return moment;
}
