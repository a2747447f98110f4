import { assertEquals } from "@std/assert";
import { checkOutcomes } from "../../src/calls/agent_outcomes.ts";
import type { OutcomeDefinition } from "../../src/campaigns/assistant.ts";
import type { Json } from "../../src/kernel/json.ts";

const DEFINITIONS: OutcomeDefinition[] = [
  { name: "interested", type: "boolean", description: "" },
  { name: "seats", type: "number", description: "" },
  { name: "wish", type: "text", description: "" },
  { name: "size", type: "choice", description: "", choices: ["Small", "large"] },
  { name: "when", type: "date", description: "" },
];

function check(name: string, value: Json, turn: number | null = null, turns: number | null = null) {
  return checkOutcomes([{ name, value, turn }], DEFINITIONS, turns);
}

/** A reported value, and what is kept of it; undefined for nothing. */
const VALUES: [string, Json, Json | undefined][] = [
  ["interested", true, true],
  ["interested", " False ", false],
  ["interested", "yes", undefined],
  ["interested", 1, undefined],
  ["seats", 3.5, 3.5],
  ["seats", " -12.50 ", -12.5],
  ["seats", "", undefined],
  ["seats", "12 seats", undefined],
  ["seats", "0x10", undefined],
  ["seats", true, undefined],
  ["wish", " call\u0000 again ", "call  again"],
  ["wish", " \u0007 ", undefined],
  ["wish", 5, undefined],
  ["size", "LARGE", "large"],
  ["size", "small", "Small"],
  ["size", "medium", undefined],
  ["size", ["large"], undefined],
  ["when", "2026-02-28", "2026-02-28"],
  ["when", "2026-05-04T15:30:00+02:00", "2026-05-04T15:30:00+02:00"],
  ["when", "2026-02-29", undefined],
  ["when", "2026-05-04T15:30:00", undefined],
  ["when", "tomorrow", undefined],
  ["when", 20260504, undefined],
];
for (const [name, value, kept] of VALUES) {
  const fate = kept === undefined ? "left out with a note" : `kept as ${JSON.stringify(kept)}`;
  Deno.test(`agent outcomes: ${name} reported as ${JSON.stringify(value)} is ${fate}`, () => {
    const { outcomes, notes } = check(name, value);
    assertEquals(outcomes.map((outcome) => outcome.value), kept === undefined ? [] : [kept]);
    assertEquals(notes.length, kept === undefined ? 1 : 0);
  });
}

Deno.test("agent outcomes: a note says which outcome and what is allowed, never the value", () => {
  assertEquals(check("size", "secret words").notes, [
    'outcome "size": must be one of Small, large; left out',
  ]);
  assertEquals(check("sizes", "secret words").notes, [
    'outcome "sizes": the assistant has none of that name; left out',
  ]);
});

Deno.test("agent outcomes: what was not found out is no outcome, and nothing to note", () => {
  assertEquals(check("interested", null), { outcomes: [], notes: [] });
});

Deno.test("agent outcomes: the last of one name counts", () => {
  const reported = [true, false].map((value) => ({ name: "interested", value, turn: null }));
  assertEquals(checkOutcomes(reported, DEFINITIONS, null).outcomes, [
    { name: "interested", type: "boolean", value: false, turn: null },
  ]);
});

Deno.test("agent outcomes: a turn that the transcript does not have is dropped with a note", () => {
  assertEquals(check("interested", true, 2, 3).outcomes[0].turn, 2);
  assertEquals(check("interested", true, 3, null).outcomes[0].turn, 3);
  const lost = check("interested", true, 3, 3);
  assertEquals([lost.outcomes[0].turn, lost.notes], [null, [
    'outcome "interested": there is no turn 3; kept without it',
  ]]);
});
