/**
 * JSON values as the domain carries them, and the limits on what a caller may hand in.
 *
 * @module
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** Any key has a JSON value. */
  [key: string]: Json;
}

/** Levels of nesting below a value; 0 for a scalar or an empty container. */
export function depthOf(value: Json): number {
  if (value === null || typeof value !== "object") return 0;
  const inner = Array.isArray(value) ? value : Object.values(value);
  return inner.length === 0 ? 0 : 1 + Math.max(...inner.map(depthOf));
}

/** The same value with the keys of every object in order: equal values give equal text. */
export function canonical(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((k) => `${JSON.stringify(k)}:${canonical(value[k])}`).join(",")}}`;
}
