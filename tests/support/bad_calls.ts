/**
 * Tool calls that are wrong in one way each, made from the tools' own schemas: what is required is left
 * out, a value has another type, is out of its bounds or none of its words, text cannot be stored or
 * read, and parameters that there are not.
 *
 * @module
 */
import fc from "fast-check";
import { inputSchema, type JsonSchema } from "../../adapters/mcp/json_schema.ts";
import type { Tool } from "../../adapters/mcp/define_tool.ts";
import { TOOLS } from "../../adapters/mcp/tools/mod.ts";

/** A call, and the field that its refusal must name; null when the call itself has no shape. */
export interface BadCall {
  tool: string;
  args: unknown;
  field: string | null;
  /** Whether the fault is a uuid that nothing has, which is answered as any unknown one. */
  nowhere: boolean;
}

const LONG = "x".repeat(20_000);
const UNSTORABLE = ["a\u0000b", "a\ud800", "\udfffb", "\u001b[31m"];
const deep = (levels: number): unknown => levels === 0 ? 1 : { a: deep(levels - 1) };

/** What the schemas do not say of a text, because the use case checks it. */
const BAD_TEXTS: Record<string, string[]> = {
  name: ["", "  ", LONG, ...UNSTORABLE],
  firstName: [LONG, ...UNSTORABLE],
  lastName: [LONG, ...UNSTORABLE],
  phoneNumber: ["", "abc", "+1", "911", "+9999999999999999999999", LONG, ...UNSTORABLE],
  email: ["nobody", "a@b@c", "a b@example.com", `${LONG}@example.com`, ...UNSTORABLE],
  country: ["USA", "1", "??", LONG, ...UNSTORABLE],
  scheduledTime: ["", "tomorrow", "2026-13-40T00:00:00Z", "2026-05-04T15:30:00", LONG],
  instructions: [LONG, ...UNSTORABLE],
  idempotencyKey: [LONG, ...UNSTORABLE],
  search: [LONG, ...UNSTORABLE],
  uri: ["", "studio://nothing", "file:///etc/passwd", "studio://records/", LONG, ...UNSTORABLE],
};

const BAD_PARAMETERS = [
  ["a"],
  "a",
  deep(9),
  deep(60),
  { a: LONG },
  { ["k".repeat(200)]: 1 },
  { "a\u0000": 1 },
  { a: "\ud800" },
  Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`k${i}`, i])),
];

const UNKNOWN = ["__proto__", "constructor", "toString", "hasOwnProperty", "id", "clientId", ""];

const notText = fc.oneof(
  fc.boolean(),
  fc.double({ noInteger: true, noNaN: true, noDefaultInfinity: true }),
  fc.array(fc.jsonValue(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
);

/** Values that a field does not take. */
function wrongFor(field: string, schema: JsonSchema): fc.Arbitrary<unknown> {
  const { type, format, minimum, maximum } = schema;
  if (Array.isArray(schema.enum)) {
    const words: unknown[] = schema.enum;
    return fc.oneof(notText, fc.string({ unit: "binary" }).filter((word) => !words.includes(word)));
  }
  if (type === "integer") {
    return fc.oneof(
      fc.integer({ max: Number(minimum) - 1 }),
      ...(maximum === undefined ? [] : [fc.integer({ min: Number(maximum) + 1 })]),
      fc.double({ noInteger: true, noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom<unknown>("1", "", true, [1], {}, 1e300, -1e300, 2 ** 53),
    );
  }
  if (type === "object") return fc.constantFrom<unknown>(...BAD_PARAMETERS, 1, true);
  if (format === "uuid") return fc.oneof(notText, fc.string({ unit: "binary" }));
  return fc.oneof(notText, fc.constantFrom(...BAD_TEXTS[field]));
}

/** Calls that are wrong; `good` has a right value for every field that is required anywhere. */
export function badCalls(good: Record<string, unknown>): fc.Arbitrary<BadCall> {
  return fc.oneof(...TOOLS.map((tool) => badCallsOf(tool, good)));
}

function badCallsOf(tool: Tool, good: Record<string, unknown>): fc.Arbitrary<BadCall> {
  const { properties, required = [] } = inputSchema(tool.input) as unknown as {
    properties: Record<string, JsonSchema>;
    required?: string[];
  };
  const right = Object.fromEntries(
    required.map((field) => [field, field === "uuid" ? good[`${tool.name} uuid`] : good[field]]),
  );
  const without = (field: string) =>
    Object.fromEntries(Object.entries(right).filter(([key]) => key !== field));
  // Not by a spread or an assignment, which would take "__proto__" for something else.
  const withField = (field: string, value: unknown) =>
    Object.fromEntries([...Object.entries(without(field)), [field, value]]);
  const of = (args: unknown, field: string | null, nowhere = false): BadCall => ({
    tool: tool.name,
    args,
    field,
    nowhere,
  });
  const fields = Object.entries(properties);
  return fc.oneof(
    ...(fields.length === 0 ? [] : [{
      weight: 12,
      arbitrary: fc.constantFrom(...fields).chain(([field, schema]) =>
        wrongFor(field, schema).map((value) => {
          const nowhere = schema.format === "uuid" && typeof value === "string";
          return of(withField(field, value), field, nowhere);
        })
      ),
    }]),
    ...(required.length === 0 ? [] : [{
      weight: 2,
      arbitrary: fc.constantFrom(...required).map((field) => of(without(field), field)),
    }]),
    {
      weight: 4,
      arbitrary: fc.tuple(
        fc.oneof(fc.constantFrom(...UNKNOWN), fc.string({ unit: "binary", maxLength: 30 })),
        fc.jsonValue(),
      ).filter(([field]) => !(Object.hasOwn(properties, field) || field === "wait_for_previous"))
        .map(([field, value]) => of(withField(field, value), field)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<unknown>([], [right], "x", 7, true, "{}").map((args) =>
        of(args, null)
      ),
    },
  );
}
