/**
 * Text that callers hand in: trimmed, within a length, and free of what PostgreSQL cannot store.
 *
 * @module
 */
import { invalid } from "./errors.ts";

// deno-lint-ignore no-control-regex -- the point is to find control characters
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const EVERY_CONTROL = new RegExp(CONTROL, "g");

/**
 * What can be stored of text that nobody is there to mend: control characters become spaces, broken
 * Unicode becomes U+FFFD, and what is beyond `max` characters is cut off.
 */
export function cleanText(text: string, max: number): string {
  return text.replaceAll(EVERY_CONTROL, " ").trim().slice(0, max).toWellFormed();
}

/** True when text has no control characters (tab and line ends aside) and no lone surrogate. */
export function isStorable(text: string): boolean {
  return !CONTROL.test(text) && text.isWellFormed();
}

/**
 * The text without surrounding space.
 *
 * @throws DomainError `invalid` when it is empty, longer than `max`, or not storable.
 */
export function requireText(field: string, value: string, max: number): string {
  const text = value.trim();
  if (text === "") throw invalid(field, "must not be empty");
  if (text.length > max) {
    throw invalid(field, `must be at most ${max} characters, got ${text.length}`);
  }
  if (!isStorable(text)) throw invalid(field, "contains control or broken Unicode characters");
  return text;
}

/** Like {@link requireText}, but absent or blank text is null. */
export function optionalText(
  field: string,
  value: string | null | undefined,
  max: number,
): string | null {
  return value === undefined || value === null || value.trim() === ""
    ? null
    : requireText(field, value, max);
}

/**
 * Well-formed text of at most `max` characters, and an ellipsis where more was cut off. No character is
 * cut in two: half of a surrogate pair makes JSON that many readers refuse.
 */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text.toWellFormed();
  const end = /[\ud800-\udbff]/.test(text.charAt(max - 1)) ? max - 1 : max;
  return `${text.slice(0, end).toWellFormed()}…`;
}

/** Characters of a caller's own value that an error repeats. */
const SHOWN = 60;

/** A caller's own value for an error to repeat: as JSON, and short whatever was sent. */
export function shown(value: unknown): string {
  return clip(JSON.stringify(value) ?? String(value), SHOWN);
}

/** Most characters of what a list is searched for: as many as an e-mail address may have. */
export const MAX_SEARCH = 254;

/**
 * What a list is searched for; undefined when blank.
 *
 * @throws DomainError `invalid` like {@link requireText}.
 */
export function searchText(text: string | undefined): string | undefined {
  return optionalText("search", text, MAX_SEARCH) ?? undefined;
}

/**
 * The country code in capitals.
 *
 * @throws DomainError `invalid` unless it is two letters.
 */
export function requireCountry(field: string, text: string): string {
  const country = text.trim().toUpperCase();
  if (!/^[A-Z]{2}$/.test(country)) {
    throw invalid(field, `must be a two-letter country code such as US or AE, got ${shown(text)}`);
  }
  return country;
}
