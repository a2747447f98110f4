import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseSetupFile, SetupFileError } from "../../adapters/cli/setup_file.ts";
import { setupJsonSchema } from "../../adapters/cli/setup_schema.ts";
import { openShell, WHOLE } from "./harness.ts";

function problems(document: unknown): string[] {
  const text = typeof document === "string" ? document : JSON.stringify(document);
  return assertThrows(() => parseSetupFile(text), SetupFileError).problems;
}

Deno.test("a setup file with everything in it is understood", () => {
  const { $schema: _, ...setup } = WHOLE;
  assertEquals(parseSetupFile(JSON.stringify(WHOLE)) as unknown, setup);
  assertEquals(parseSetupFile("\uFEFF{}"), {});
});

Deno.test("each problem of a setup file names its path, what is wrong, and what is allowed", () => {
  const campaign = { name: "Spring" };
  for (
    const [document, problem] of [
      [{ clints: [] }, 'the document: unknown "clints"; allowed: $schema, masters, unassigned'],
      [[], "the document: must be an object in { }, got an empty list"],
      [{ clients: {} }, "clients: must be a list in [ ], got an object"],
      [{ clients: [{}] }, "clients[0].name: is needed"],
      [
        { clients: [{ name: "A", campaigns: [campaign, { ...campaign, status: "on" }] }] },
        'clients[0].campaigns[1].status: must be one of "draft", "active", "paused", "finished", got "on"',
      ],
      [
        { clients: [{ name: "A", campaigns: [{ ...campaign, rules: { maxAttempts: 0 } }] }] },
        "clients[0].campaigns[0].rules.maxAttempts: must be at least 1, got 0",
      ],
      [
        { clients: [{ name: "A", rules: { window: { start: "9", end: "20:00", days: [1] } } }] },
        'clients[0].rules.window.start: must be HH:MM, from 00:00 to 24:00, got "9"',
      ],
      [
        { clients: [{ name: "A", tariff: { currency: "USD", perMinute: 0.12 } }] },
        "clients[0].tariff.perMinute: must be text in quotes, got 0.12",
      ],
      [
        {
          clients: [{
            name: "A",
            assistants: [{ name: "N", webhook: { platform: "studio", secret: "hush" } }],
          }],
        },
        "clients[0].assistants[0].webhook.secret: must be at least 16 characters long",
      ],
      [
        { clients: [{ name: "A", assistants: [{ name: "N", webhook: "hush" }] }] },
        "clients[0].assistants[0].webhook: must be an object in { }",
      ],
      [
        { clients: [{ name: "A", topUps: [{ reference: "1", amount: "1,50" }] }] },
        'clients[0].topUps[0].amount: must be a decimal number in quotes with at most 10 digits and 6 places, such as "0.12", got "1,50"',
      ],
      [
        { clients: [{ name: "A", assistants: [{ name: "N", connection: { kind: "phone" } }] }] },
        'clients[0].assistants[0].connection.kind: must be one of "simulated", "sip", "websocket", "conversation_relay"',
      ],
      [
        {
          clients: [{
            name: "A",
            assistants: [{ name: "N", outcomes: [{ name: "x", type: "choice", description: "" }] }],
          }],
        },
        "clients[0].assistants[0].outcomes[0].choices: is needed",
      ],
      [
        { clients: [{ name: "A", roles: [{ name: "R", permissions: ["calls.veiw"] }] }] },
        'clients[0].roles[0].permissions[0]: must be one of "calls.view", "calls.manage", got "calls.veiw"',
      ],
      [
        { clients: [{ name: "x".repeat(201) }] },
        'clients[0].name: must be at most 200 characters long, got "xxx',
      ],
      [{ clients: [{ name: "" }] }, "clients[0].name: must not be empty"],
    ] as const
  ) {
    const found = problems(document);
    assertEquals(found.length, 1, found.join("\n"));
    assertStringIncludes(found[0], problem);
  }
});

Deno.test("all problems of a setup file are told at once, and broken JSON as such", () => {
  assertEquals(problems({ masters: [{ email: "a@b.co" }], clients: [{ name: 1 }] }), [
    "masters[0].name: is needed",
    "clients[0].name: must be text in quotes, got 1",
  ]);
  assertStringIncludes(problems('{"clients": [,]}')[0], "is not JSON");
});

Deno.test("the committed JSON Schema is that of this version", async () => {
  const path = new URL("../../adapters/cli/setup.schema.json", import.meta.url);
  const { stdout } = await openShell().done("schema");
  assertEquals(
    await Deno.readTextFile(path),
    stdout,
    "run: deno task studio schema > adapters/cli/setup.schema.json",
  );
});

Deno.test("the JSON Schema describes every key and allows no other", () => {
  let keys = 0;
  const visit = (schema: unknown, path: string): void => {
    if (schema === null || typeof schema !== "object") return;
    const { type, properties, additionalProperties } = schema as Record<string, unknown>;
    if (type === "object" && properties) assertEquals(additionalProperties, false, path);
    for (const [key, value] of Object.entries(schema)) {
      if (key === "properties") keys += Object.keys(value as object).length;
      visit(value, `${path}.${key}`);
    }
  };
  visit(setupJsonSchema(), "");
  assertEquals(keys > 60, true);
});
