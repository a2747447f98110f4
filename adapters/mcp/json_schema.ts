/**
 * JSON Schemas as clients can take them: a plain object at the root, no unions anywhere (several
 * clients refuse them), and no more words than a model needs, since it pays for every one.
 *
 * @module
 */
import { z } from "zod";

/** A JSON Schema as JSON. */
export type JsonSchema = { [keyword: string]: unknown };

/** A schema whose root is an object, as MCP demands. */
export type ObjectSchema = JsonSchema & { type: "object" };

const UNIONS = ["anyOf", "oneOf", "allOf", "not", "$ref"];

/** What a tool takes; unknown parameters are refused. */
export function inputSchema(input: z.ZodObject): ObjectSchema {
  const { properties, required } = generated(input, "input");
  return {
    type: "object",
    properties,
    ...(required === undefined ? {} : { required }),
    additionalProperties: false,
  };
}

/**
 * What a tool gives; room is left for members that come later. Which members are always there is not
 * said: it would cost a model a tenth of the whole catalogue.
 */
export function outputSchema(output: z.ZodObject): ObjectSchema {
  const { properties } = generated(output, "output");
  return { type: "object", properties: mapValues(properties as JsonSchema, withoutRequired) };
}

function generated(schema: z.ZodObject, io: "input" | "output"): JsonSchema {
  return plain(z.toJSONSchema(schema, { io, unrepresentable: "any" })) as JsonSchema;
}

/** @throws Error at start, when a schema has grown a union. */
function plain(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plain);
  if (typeof node !== "object" || node === null) return node;
  const kept: JsonSchema = {};
  for (const [key, value] of Object.entries(node)) {
    if (UNIONS.includes(key) || (key === "type" && Array.isArray(value))) {
      throw new Error(`JSON Schema has a union in "${key}", which clients refuse`);
    }
    if (key === "additionalProperties" || key === "propertyNames" || isSafeIntegerBound(value)) {
      continue;
    }
    kept[key] = key === "properties" ? mapValues(value as JsonSchema, plain) : plain(value);
  }
  return kept;
}

function withoutRequired(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutRequired);
  if (typeof node !== "object" || node === null) return node;
  const { required: _, ...rest } = node as JsonSchema;
  return mapValues(rest, withoutRequired);
}

/** The bounds that zod gives to every integer. */
function isSafeIntegerBound(value: unknown): boolean {
  return value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER;
}

function mapValues(object: JsonSchema, map: (value: unknown) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
