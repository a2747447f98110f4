/**
 * Identifiers: UUID version 7 (RFC 9562 §5.7), made here because PostgreSQL before 18 has none.
 *
 * @module
 */
import { type Findable, notFound } from "./errors.ts";

/** A lower-case UUID in its usual form. */
export type Uuid = string;

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for text in the usual form of a UUID, of whatever version. */
export function isUuid(text: string): boolean {
  return FORM.test(text);
}

/**
 * The uuid that a caller named, in lower case.
 *
 * @throws DomainError `not_found` for what is no uuid: such a row cannot exist.
 */
export function requireId(what: Findable, text: string): Uuid {
  if (!isUuid(text)) throw notFound(what);
  return text.toLowerCase();
}

/** A new UUIDv7: the given moment in milliseconds, then 74 random bits. */
export function newId(at: Date): Uuid {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint16(0, Math.floor(at.getTime() / 2 ** 32));
  new DataView(bytes.buffer).setUint32(2, at.getTime() % 2 ** 32);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20, 32].map((end, i, ends) => hex.slice(i ? ends[i - 1] : 0, end)).join("-");
}
