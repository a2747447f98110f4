/**
 * The parameters that several tools share. Descriptions repeat limits and defaults, because some
 * clients strip the schema keywords that state them.
 *
 * @module
 */
import { z } from "zod";
import type { JsonObject } from "../../src/kernel/json.ts";
import { DEFAULT_LIMIT, MAX_LIMIT, MAX_PAGE } from "../../src/kernel/page.ts";
import { PARAMETER_LIMITS } from "../../src/records/record.ts";

/** A uuid. What is none names nothing: the use case answers it like any unknown one. */
export function uuid(description: string) {
  return z.string().meta({ format: "uuid", description });
}

/** Text; the use case sets its limits. */
export function text(description: string) {
  return z.string().describe(description);
}

/** One of a closed set of words. */
export function choice<const Word extends string>(words: readonly Word[], description: string) {
  return z.enum(words as readonly [Word, ...Word[]]).describe(description);
}

/** A whole number. */
export function whole(min: number, max: number, description: string) {
  return z.int().min(min).max(max).describe(description);
}

/** Where to go on in what is too long for one result: an index from 0. */
export function from(description: string) {
  return z.int().min(0).describe(description);
}

/** Any JSON object. */
export function jsonObject(description: string) {
  return z.custom<JsonObject>(isObject, "must be an object").meta({ type: "object", description });
}

const { keys, keyLength, depth, bytes } = PARAMETER_LIMITS;

/** The limits of a record's parameters. */
export const PARAMETERS =
  `up to ${keys} keys of ${keyLength} characters, ${depth} levels, ${bytes} bytes`;

/** `page` and `limit`, as every list takes them. */
export const paging = {
  page: whole(1, MAX_PAGE, `Page number, 1-${MAX_PAGE} (default: 1)`).optional(),
  limit: whole(1, MAX_LIMIT, `Results per page, 1-${MAX_LIMIT} (default: ${DEFAULT_LIMIT})`)
    .optional(),
};

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
