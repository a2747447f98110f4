import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { buildCatalogue } from "../../adapters/mcp/catalogue.ts";
import { defineTool, READS } from "../../adapters/mcp/define_tool.ts";
import { RESOURCES } from "../../adapters/mcp/resources.ts";
import { TOOLS } from "../../adapters/mcp/tools/mod.ts";
import { z } from "zod";
import { type Permission, PERMISSIONS } from "../../src/access/principal.ts";
import { ask, openEndpoint } from "./harness.ts";

const ADMIN = { permissions: new Set(["calls.view", "calls.manage"] as const), readOnly: false };
const catalogue = buildCatalogue(TOOLS);
const { tools: listed, instructions: INSTRUCTIONS } = catalogue.offerTo(ADMIN, "all");

// A change of these files is a change of what every client's model reads: look at it as at an interface.
Deno.test("tools/list is as reviewed", async (t) => {
  await t.assertSnapshot(listed);
});

Deno.test("resources, templates, prompts and instructions are as reviewed", async (t) => {
  const endpoint = await openEndpoint();
  for (const method of ["resources/list", "resources/templates/list", "prompts/list"]) {
    const { result } = await ask(endpoint, method, {}, { era: "legacy" });
    await t.assertSnapshot(result);
  }
  await t.assertSnapshot(INSTRUCTIONS);
});

Deno.test("both eras are served the same lists", async () => {
  const endpoint = await openEndpoint();
  for (
    const [method, key] of [
      ["tools/list", "tools"],
      ["resources/list", "resources"],
      ["resources/templates/list", "resourceTemplates"],
      ["prompts/list", "prompts"],
    ]
  ) {
    const modern = await ask(endpoint, method, {}, { era: "modern" });
    const legacy = await ask(endpoint, method, {}, { era: "legacy" });
    assertEquals(modern.result[key], legacy.result[key]);
    assertEquals(modern.result.cacheScope, "private");
    assertEquals(modern.result.ttlMs, 300_000);
  }
});

Deno.test("tools/list is the same every time, byte for byte", async () => {
  const endpoint = await openEndpoint();
  const texts = new Set<string>();
  for (let i = 0; i < 3; i++) {
    texts.add(JSON.stringify((await ask(endpoint, "tools/list")).result.tools));
  }
  assertEquals(texts.size, 1);
});

Deno.test("the tools are the twelve of the product page, and three for discovery", () => {
  const core = TOOLS.filter(({ toolset }) => toolset === "core").map(({ name }) => name);
  assertEquals(core, [
    "list-records",
    "get-record",
    "create-record",
    "update-record",
    "list-call-orders",
    "create-call-order",
    "update-call-order-status",
    "initiate-call",
    "get-call-details",
    "get-call-recording",
    "get-call-transcript",
    "get-call-outcomes",
  ]);
  const discovery = TOOLS.filter(({ toolset }) => toolset === "discovery").map(({ name }) => name);
  assertEquals(discovery, ["list-campaigns", "list-record-types", "read-resource"]);
});

Deno.test("each tool has the product page's parameters, and no other than we meant", () => {
  const parameters = Object.fromEntries(
    TOOLS.map(({ name, input }) => [
      name,
      Object.entries(input.shape).map(([key, field]) =>
        field.safeParse(undefined).success ? `${key}?` : key
      ).join(" "),
    ]),
  );
  assertEquals(parameters, {
    "list-records": "search? status? recordTypeUuid? page? limit?",
    "get-record": "uuid",
    "create-record":
      "name phoneNumber recordTypeUuid email? firstName? lastName? country? parameters?",
    "update-record": "uuid name? email? phoneNumber? status? firstName? lastName? parameters?",
    "list-call-orders": "campaignUuid? recordUuid? status? page? limit?",
    "create-call-order": "recordUuid campaignUuid callType? scheduledTime? instructions?",
    "update-call-order-status": "uuid status",
    "initiate-call": "callOrderUuid idempotencyKey?",
    "get-call-details": "callUuid waitSeconds?",
    "get-call-recording": "callUuid",
    "get-call-transcript": "callUuid fromTurn?",
    "get-call-outcomes": "callUuid fromOutcome?",
    "list-campaigns": "search? status? page? limit?",
    "list-record-types": "page? limit?",
    "read-resource": "uri",
  });
});

Deno.test("every file in the tools folder is one tool of the catalogue, and the other way round", async () => {
  const folder = new URL("../../adapters/mcp/tools/", import.meta.url);
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name !== "mod.ts") files.push(name);
  const expected = TOOLS.map(({ name }) => `${name.replaceAll("-", "_")}.ts`);
  assertEquals(files.sort(), expected.sort());
});

Deno.test("every tool has a title, a description, and all four hints", () => {
  for (const { name, title, description, annotations = {} } of listed) {
    assertMatch(name, /^[a-z]+(-[a-z]+)+$/);
    assert(title && title.length <= 40, name);
    assert(description && description.length >= 60, name);
    assertEquals(Object.keys(annotations).sort(), [
      "destructiveHint",
      "idempotentHint",
      "openWorldHint",
      "readOnlyHint",
    ], name);
    for (const hint of Object.values(annotations)) assertEquals(typeof hint, "boolean", name);
  }
});

Deno.test("hints are coherent: what only reads destroys nothing, and only calling reaches the world", () => {
  for (const { name, hints } of TOOLS) {
    if (hints.readOnlyHint) assertEquals(hints, READS, name);
    assertEquals(hints.openWorldHint, name === "initiate-call", name);
    const writes = /^(create|update|initiate)-/.test(name);
    assertEquals(hints.readOnlyHint, !writes, name);
  }
});

Deno.test("schemas are plain: an object at the root, and no unions anywhere", () => {
  for (const { name, inputSchema, outputSchema } of listed) {
    assertEquals(inputSchema.type, "object", name);
    assertEquals(inputSchema.additionalProperties, false, name);
    assertEquals(outputSchema?.type, "object", name);
    const keys = new Set<string>();
    JSON.stringify([inputSchema, outputSchema], (key, value) => {
      keys.add(key);
      if (key === "type") assertEquals(Array.isArray(value), false, name);
      return value;
    });
    for (const key of ["anyOf", "oneOf", "allOf", "not", "$ref", "$defs", "$schema", "pattern"]) {
      assertEquals(keys.has(key), false, `${name} has ${key}`);
    }
  }
});

Deno.test("every parameter has a description that repeats its limits and default", () => {
  for (const { name, inputSchema } of listed) {
    for (const [key, field] of Object.entries(inputSchema.properties ?? {})) {
      const { description = "", minimum, maximum } = field as Record<string, string | undefined>;
      assert(description.length > 0, `${name}.${key}`);
      if (maximum !== undefined) assert(description.includes(`${minimum}-${maximum}`), key);
      if (["page", "limit", "waitSeconds", "callType"].includes(key)) {
        assertMatch(description, /\(default: /, `${name}.${key}`);
      }
    }
  }
});

Deno.test("every tool tells what it does, when to use it, what comes next, and what costs", () => {
  for (const { name, description } of TOOLS) {
    assertMatch(description, /^[A-Z][^.]+\. Use it /m, name);
    assertMatch(description, /\bNext: /, name);
    const charges = ["initiate-call", "create-call-order"].includes(name);
    assertEquals(/\b(?:costs? money|pays)\b/.test(description), charges, name);
    assert(!/\bfree\b/i.test(description), name);
  }
});

Deno.test("nobody is told of a tool that is not there, neither in instructions nor descriptions", () => {
  for (const toolset of ["all", "core"] as const) {
    for (const readOnly of [false, true]) {
      for (const held of [[], ["calls.view"], ["calls.manage"], [...PERMISSIONS]]) {
        const permissions = new Set(held as Permission[]);
        const { tools, instructions } = catalogue.offerTo({ permissions, readOnly }, toolset);
        const absent = TOOLS.map(({ name }) => name).filter((name) =>
          !tools.some((tool) => tool.name === name)
        );
        for (const text of [instructions, ...tools.map(({ inputSchema: _, ...rest }) => rest)]) {
          const words: string[] = JSON.stringify(text).match(/[a-z]+(?:-[a-z]+)+/g) ?? [];
          for (const name of absent) assert(!words.includes(name), `${toolset} ${held}: ${name}`);
        }
        for (const { name, description = "" } of tools) assert(description.length >= 60, name);
      }
    }
  }
});

Deno.test("a connection's instructions are those of its toolset and caller, in both eras", async () => {
  const endpoint = await openEndpoint();
  const initialize = {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  };
  for (const [who, path] of [["admin", "/mcp?toolsets=core"], ["readOnly", "/mcp"]]) {
    const legacy = await ask(endpoint, "initialize", initialize, { era: "legacy", who, path });
    const modern = await ask(endpoint, "server/discover", {}, { who, path });
    assertEquals(modern.result.instructions, legacy.result.instructions);
    const absent = who === "admin" ? "list-campaigns" : "create-record";
    assert(!legacy.result.instructions.includes(absent), who);
  }
});

Deno.test("a union in a schema is found when the catalogue is built", () => {
  const unions = [
    z.union([z.string(), z.number()]),
    z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
    z.string().nullable(),
    z.array(z.union([z.string(), z.number()])),
  ];
  for (const either of unions) {
    const tool = defineTool({ ...TOOLS[0], input: z.object({ either }) });
    assertThrows(() => buildCatalogue([tool]), Error, "union");
  }
});

Deno.test("two tools of one name are found when the catalogue is built", () => {
  assertThrows(() => buildCatalogue([TOOLS[0], TOOLS[0]]), Error, "name");
});

// Measured with the o200k and cl100k vocabularies: this list has 4.1 characters a token at worst.
Deno.test("the whole tool list costs a model less than 5,000 tokens", () => {
  const { length } = JSON.stringify({ tools: listed });
  assert(length < 20_000, `${length} characters`);
});

Deno.test("?toolsets=core lists and serves the product page's tools alone", async () => {
  const endpoint = await openEndpoint();
  for (const era of ["modern", "legacy"] as const) {
    const options = { era, path: "/mcp?toolsets=core" };
    const { result } = await ask(endpoint, "tools/list", {}, options);
    assertEquals(result.tools.length, 12);
    for (const name of ["list-campaigns", "list-record-types", "read-resource"]) {
      const { error } = await ask(endpoint, "tools/call", { name, arguments: {} }, options);
      assertEquals(error?.code, -32602, name);
    }
    const records = await ask(endpoint, "tools/call", { name: "list-records" }, options);
    assertEquals(records.result.isError, undefined);
  }
});

Deno.test("another toolset than core is refused, so that a typing error does not open the rest", async () => {
  const endpoint = await openEndpoint();
  const { status, error } = await ask(endpoint, "tools/list", {}, { path: "/mcp?toolsets=cor" });
  assertEquals(status, 400);
  assertMatch(error?.message ?? "", /core/);
});

Deno.test("the instructions name only tools, resources and parameters that exist, in the order of the job", () => {
  const names = TOOLS.map(({ name }) => name);
  const verbs = /\b(?:list|get|create|update|initiate|read)-[a-z-]+[a-z]/g;
  const mentioned = [...INSTRUCTIONS.matchAll(verbs)].map(([name]) => name);
  for (const name of mentioned) assert(names.includes(name), name);
  for (const [uri] of INSTRUCTIONS.matchAll(/studio:\/\/[\w/{}]+/g)) {
    assert(RESOURCES.some((resource) => resource.uri === uri), uri);
  }
  const job = ["create-record", "create-call-order", "initiate-call", "get-call-details"];
  const places = job.map((name) => INSTRUCTIONS.indexOf(name));
  assertEquals(places, places.toSorted((a, b) => a - b));
  const details = TOOLS.find(({ name }) => name === "get-call-details");
  assert("waitSeconds" in (details?.input.shape ?? {}));
  assert(INSTRUCTIONS.length < 1600, `${INSTRUCTIONS.length} characters`);
});

Deno.test("descriptions of tools name only tools, parameters and resources that exist", () => {
  const names = TOOLS.map(({ name }) => name);
  for (const { name, description } of TOOLS) {
    for (
      const [word] of description.matchAll(
        /\b(?:list|get|create|update|initiate|read)-[a-z-]+[a-z]/g,
      )
    ) {
      assert(names.includes(word), `${name} mentions ${word}`);
    }
    for (const [uri] of description.matchAll(/studio:\/\/[\w/{}]+/g)) {
      assert(RESOURCES.some((resource) => resource.uri === uri), `${name} mentions ${uri}`);
    }
  }
});
