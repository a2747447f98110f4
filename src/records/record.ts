/**
 * A record: a contact that a client may call. Named so because the product calls it a record, and
 * `Record` is taken by the language.
 *
 * @module
 */
import { invalid } from "../kernel/errors.ts";
import type { Uuid } from "../kernel/ids.ts";
import { depthOf, type Json, type JsonObject } from "../kernel/json.ts";
import { isStorable, shown } from "../kernel/text.ts";

/** Every status of a record. */
export const RECORD_STATUSES = ["active", "inactive", "archived"] as const;

/** Archived records are kept, and never called. */
export type RecordStatus = typeof RECORD_STATUSES[number];

/** Consent to be called by an artificial voice. */
export type Consent = {
  at: Date;
  /** Where it was given, in the client's own words. */
  source: string;
};

/** A contact. */
export type ContactRecord = {
  id: Uuid;
  clientId: Uuid;
  typeId: Uuid;
  name: string;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  /** E.164; unique within the client and type. */
  phoneNumber: string;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  status: RecordStatus;
  /** IANA zone of the contact, where the client knows better than the number. */
  timeZone: string | null;
  consent: Consent | null;
  /** When the contact wished not to be called again. */
  doNotCallAt: Date | null;
  /** The client's own key-value data. */
  parameters: JsonObject;
  createdAt: Date;
  updatedAt: Date;
};

/** Something that was written down about a record. */
export type Note = {
  id: Uuid;
  clientId: Uuid;
  recordId: Uuid;
  author: string;
  text: string;
  at: Date;
};

/** Limits on a record's parameters. */
export const PARAMETER_LIMITS = { keys: 50, keyLength: 64, depth: 4, bytes: 8192 } as const;

/** Most characters of an e-mail address (RFC 5321 §4.5.3.1.3, without the angle brackets). */
export const MAX_EMAIL = 254;

const EMAIL = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]+$/;

/**
 * The address without surrounding space.
 *
 * @throws DomainError `invalid` for what is surely no address.
 */
export function requireEmail(field: string, text: string): string {
  const email = text.trim();
  if (email.length > MAX_EMAIL || !EMAIL.test(email) || !isStorable(email)) {
    throw invalid(field, `must be an e-mail address such as ana@example.com, got ${shown(text)}`);
  }
  return email;
}

/** Parameters with changes merged by top-level key; null removes a key. */
export function mergeParameters(before: JsonObject, changes: JsonObject): JsonObject {
  const merged = { ...before, ...changes };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/**
 * The parameters, when they are within their limits.
 *
 * @throws DomainError `invalid` when there are too many, too deep or too large parameters.
 */
export function requireParameters(parameters: JsonObject): JsonObject {
  const { keys, keyLength, depth, bytes } = PARAMETER_LIMITS;
  const names = Object.keys(parameters);
  if (names.length > keys) throw invalid("parameters", `at most ${keys} keys, got ${names.length}`);
  const badKey = names.find((name) => name.trim() === "" || name.length > keyLength);
  if (badKey !== undefined) {
    throw invalid("parameters", `keys must have 1 to ${keyLength} characters`);
  }
  // Before anything that walks through the values.
  const size = new TextEncoder().encode(JSON.stringify(parameters)).length;
  if (size > bytes) throw invalid("parameters", `at most ${bytes} bytes of JSON, got ${size}`);
  if (depthOf(parameters) > depth) {
    throw invalid("parameters", `at most ${depth} levels deep`);
  }
  if (!everyText(parameters, isStorable)) {
    throw invalid("parameters", "contain control or broken Unicode characters");
  }
  // JSON has numbers like 1e400, which are read as infinite and would be stored as null.
  if (!everyNumber(parameters, Number.isFinite)) {
    throw invalid("parameters", `numbers must be at most ${Number.MAX_VALUE}`);
  }
  return parameters;
}

function everyNumber(value: Json, test: (number: number) => boolean): boolean {
  if (typeof value === "number") return test(value);
  if (value === null || typeof value !== "object") return true;
  return Object.values(value).every((item) => everyNumber(item, test));
}

function everyText(value: Json, test: (text: string) => boolean): boolean {
  if (typeof value === "string") return test(value);
  if (value === null || typeof value !== "object") return true;
  if (Array.isArray(value)) return value.every((item) => everyText(item, test));
  return Object.entries(value).every(([key, item]) => test(key) && everyText(item, test));
}
