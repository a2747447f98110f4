import { assert, assertEquals } from "@std/assert";
import { exchangeOn, workdayAfter } from "../../adapters/telephony/simulated/answers.ts";
import { converse } from "../../adapters/telephony/simulated/conversation.ts";
import { type Fate, fateOf } from "../../adapters/telephony/simulated/fates.ts";
import {
  FRAME_BYTES,
  FRAMES_PER_SECOND,
  recordingOf,
} from "../../adapters/telephony/simulated/mp3.ts";
import type { BookedCall } from "../../adapters/telephony/simulated/phone_books.ts";
import { Chance } from "../../adapters/telephony/simulated/random.ts";
import type { Conversation, Topic } from "../../adapters/telephony/simulated/talk.ts";
import { eventsOf, timelineOf } from "../../adapters/telephony/simulated/timeline.ts";
import type { Turn } from "../../src/calls/transcript.ts";
import type { OutcomeDefinition } from "../../src/campaigns/assistant.ts";
import { bookEntry } from "../contracts/phone_books.ts";

const MONDAY = new Date("2026-11-23T10:00:00Z");
const TALKING: Fate[] = [
  "interested",
  "not_interested",
  "asks_callback",
  "opts_out",
  "hangs_up",
  "hour_long",
  "voicemail",
];
const OUTCOMES: OutcomeDefinition[] = [
  { name: "interested", type: "boolean", description: "Whether the contact is interested" },
  { name: "not_reachable_again", type: "boolean", description: "" },
  { name: "budget", type: "number", description: "The monthly budget in USD" },
  { name: "callback_date", type: "date", description: "When the contact wants to be called" },
  { name: "level", type: "choice", description: "How interested", choices: ["hot", "cold"] },
  { name: "plan", type: "choice", description: "Preferred plan", choices: ["basic", "pro_plus"] },
  { name: "main_concern", type: "text", description: "The main concern of the contact" },
];

function booked(overrides: Partial<BookedCall> = {}): BookedCall {
  return {
    ...bookEntry({ dialedAt: MONDAY, outcomes: OUTCOMES }),
    nth: 0,
    requests: 1,
    pushed: 0,
    hungUpAt: null,
    ...overrides,
  };
}

function talk(fate: Fate, seed: string, overrides: Partial<Topic> = {}): Conversation {
  const context = { contact: "Ana Lima", campaign: "Spring renewal" };
  const topic = { outcomes: OUTCOMES, context, today: MONDAY, maxSeconds: 7200, ...overrides };
  return converse(fate, topic, new Chance(seed));
}

function seeds(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `seed ${i}`);
}

Deno.test("a call goes the same way whenever somebody looks", () => {
  const call = booked({ to: "+14155551234" });
  assertEquals(timelineOf(call, "USD"), timelineOf({ ...call, pushed: 3, requests: 9 }, "USD"));
});

Deno.test("another seed, number or try makes another call", () => {
  const fates = (vary: (i: number) => string) =>
    new Set(seeds(60).map((_, i) => fateOf("+14155551234", new Chance(vary(i)))));
  assert(fates((i) => `studio +14155551234 ${i}`).size > 3);
  const lives = (vary: (i: number) => Partial<BookedCall>) =>
    new Set(
      Array.from({ length: 20 }, (_, i) => timelineOf(booked(vary(i)), "USD").at(-1)!.offset),
    );
  assert(lives((i) => ({ to: "+14155551234", nth: i })).size > 5);
  assert(lives((i) => ({ to: "+14155551234", seed: `${i}` })).size > 5);
  assert(lives((i) => ({ to: `+1415555${2000 + i}` })).size > 5);
});

Deno.test("numbers that are not magic meet every fate but those that only tests want", () => {
  const met = new Set(
    seeds(2000).map((_, i) => fateOf("+14155551234", new Chance(`studio +14155551234 ${i}`))),
  );
  const expected = new Set<Fate>([
    ...TALKING.filter((fate) => fate !== "hour_long"),
    "busy",
    "no_answer",
    "invalid_number",
  ]);
  assertEquals(met, expected);
});

Deno.test("events carry the real time, and nothing of the future", () => {
  const call = booked({ to: "+14155550001", speed: 20 });
  const steps = timelineOf(call, "USD");
  const events = eventsOf(call, "USD");
  assertEquals(
    events.map(({ at }) => at.getTime() - MONDAY.getTime()),
    steps.map(({ offset }) => offset * 50),
  );
  for (const { at } of events) {
    const known = eventsOf(call, "USD", at);
    assertEquals(known, events.filter((event) => event.at <= at));
  }
  assertEquals(eventsOf(call, "USD", new Date(MONDAY.getTime() - 1)), []);
});

Deno.test("nobody answers a phone that has stopped ringing", () => {
  for (const to of ["+14155550001", "+14155550005"]) {
    const steps = timelineOf(booked({ to, ringSeconds: 2 }), "USD");
    const [rings, answered] = ["ringing", "answered"].map((type) =>
      steps.find(({ report }) => report.type === type)!.offset
    );
    assertEquals(answered - rings, 2);
  }
});

Deno.test("a call that is talked on costs its minutes begun", () => {
  const costs = [[60, 14_000n], [61, 28_000n], [3600, 840_000n]] as const;
  for (const [maxSeconds, amount] of costs) {
    const cost = timelineOf(booked({ to: "+14155550010", maxSeconds }), "EUR").at(-2)!;
    assertEquals(cost.report, { type: "phone_cost", cost: { amount, currency: "EUR" } });
  }
});

Deno.test("an interested contact answers every question, each in a turn of its own", () => {
  for (const seed of seeds(50)) {
    const { outcomes, turns } = talk("interested", seed);
    assertEquals(outcomes.map(({ name }) => name), OUTCOMES.map(({ name }) => name));
    for (const { turn } of outcomes) assertEquals(turns[turn!].role, "contact");
    assertEquals(new Set(outcomes.map(({ turn }) => turn)).size, outcomes.length);
    assertEquals(outcomes.find(({ name }) => name === "level")?.value, "hot");
    assertEquals(outcomes.find(({ name }) => name === "not_reachable_again")?.value, false);
  }
});

Deno.test("whatever the call, each outcome's value is of its type", () => {
  for (const fate of TALKING) {
    for (const seed of seeds(30)) {
      for (const { name, type, value, turn } of talk(fate, seed).outcomes) {
        const definition = OUTCOMES.find((known) => known.name === name)!;
        assertEquals(type, definition.type);
        assert(turn !== null && turn >= 0);
        switch (type) {
          case "boolean":
          case "number":
            assertEquals(typeof value, type);
            break;
          case "choice":
            assert(definition.choices!.includes(String(value)));
            break;
          case "date":
            assert(/^\d{4}-\d{2}-\d{2}$/.test(String(value)) && new Date(String(value)) > MONDAY);
            break;
          case "text":
            assert(String(value).length > 0);
        }
      }
    }
  }
});

Deno.test("a contact that is not interested, or opts out, is on record as such", () => {
  for (const fate of ["not_interested", "opts_out"] as const) {
    const { outcomes, turns } = talk(fate, "seed");
    const interested = outcomes.find(({ name }) => name === "interested")!;
    assertEquals(interested.value, false);
    assertEquals(turns[interested.turn!].role, "contact");
    assertEquals(outcomes.find(({ name }) => name === "level")?.value, "cold");
  }
});

Deno.test("a conversation takes half a minute to three, an hour-long one an hour", () => {
  for (const seed of seeds(50)) {
    const { seconds } = talk("interested", seed);
    assert(seconds >= 30 && seconds <= 180, `${seconds} s`);
    assertEquals(talk("hour_long", seed).seconds, 3600);
    assertEquals(talk("hangs_up", seed).seconds, 2);
  }
});

Deno.test("turns follow each other, and end with the call", () => {
  for (const fate of TALKING) {
    for (const seed of seeds(30)) {
      const { turns, seconds } = talk(fate, seed);
      const starts = turns.map(({ startSeconds }) => startSeconds);
      assert(starts.every((start, i) => Number.isInteger(start) && start > (starts[i - 1] ?? -1)));
      assert(starts.at(-1)! < seconds);
      assert(turns.every(({ text }) => text.trim() === text && text !== ""));
    }
  }
});

Deno.test("what was not said before the call was cut off is not known", () => {
  const whole = talk("interested", "seed");
  for (let maxSeconds = 1; maxSeconds < whole.seconds; maxSeconds++) {
    const cut = talk("interested", "seed", { maxSeconds });
    assertEquals([cut.seconds, cut.reason], [maxSeconds, "max_duration"]);
    assertEquals(cut.turns, whole.turns.filter(({ startSeconds }) => startSeconds < maxSeconds));
    assertEquals(cut.outcomes, whole.outcomes.filter(({ turn }) => turn! < cut.turns.length));
  }
  assertEquals(talk("interested", "seed", { maxSeconds: whole.seconds }), whole);
  assertEquals(talk("opts_out", "seed", { maxSeconds: 3 }).optOutTurn, null);
});

Deno.test("the agent uses what it was told of the call, and does without", () => {
  const text = (context: Record<string, string>) =>
    talk("interested", "seed", { context }).turns.map((turn) => turn.text).join("\n");
  const told = text({
    contact: "Ana Lima",
    campaign: "Spring renewal",
    instructions: "mention the\nearly-bird discount.",
  });
  for (const part of ["Hello Ana", "Spring renewal", "mention the early-bird discount."]) {
    assert(told.includes(part), part);
  }
  assert(!text({}).includes("undefined"));
  const long = text({ instructions: "😀".repeat(5000) });
  assert(long.length < 3000 && long.isWellFormed());
});

Deno.test("questions are put to the contact, by what the outcome is described as", () => {
  const mood = { warm: true, today: MONDAY, chance: new Chance("seed") };
  const question = (definition: Partial<OutcomeDefinition>) =>
    exchangeOn({ name: "x", type: "text", description: "", ...definition }, mood).question;
  assertEquals(
    question({ type: "boolean", description: "Whether the contact wants a demo." }),
    "May I ask whether you want a demo?",
  );
  assertEquals(
    question({ type: "boolean", description: "Is the decision maker" }),
    "May I ask whether you are the decision maker?",
  );
  assertEquals(
    question({ description: "The main concern of the contact" }),
    "May I ask for your main concern?",
  );
  assertEquals(question({ name: "companySize" }), "May I ask for your company size?");
  assertEquals(
    question({ type: "choice", description: "Preferred plan", choices: ["basic", "pro_plus"] }),
    "May I ask for your preferred plan? Would you say basic or pro plus?",
  );
});

Deno.test("nobody asks to be called on a weekend", () => {
  for (let days = 1; days < 15; days++) {
    const day = workdayAfter(MONDAY, days);
    assert(![0, 6].includes(day.getUTCDay()) && day > MONDAY);
  }
});

const TURNS: Turn[] = [
  { role: "contact", startSeconds: 0, text: "Hello, who is there?" },
  { role: "agent", startSeconds: 3, text: "The automated assistant." },
];

async function bytesOf(turns: Turn[], seconds: number, start = 0, end: number | null = null) {
  const { body } = recordingOf(turns, seconds, { start, end });
  return new Uint8Array(await new Response(body).arrayBuffer());
}

Deno.test("a recording is a row of whole frames that last as long as the call", async () => {
  for (const seconds of [1, 2, 10, 61, 3600]) {
    const bytes = await bytesOf(TURNS, seconds);
    const frames = bytes.length / FRAME_BYTES;
    assert(Math.abs(frames / FRAMES_PER_SECOND - seconds) < 1 / FRAMES_PER_SECOND);
    for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
      // MPEG-2 Layer III, 16 kbit/s, 16 kHz, mono; and no bits borrowed from earlier frames.
      assertEquals([...bytes.subarray(at, at + 5)], [0xff, 0xf3, 0x28, 0xc4, 0], `byte ${at}`);
    }
  }
});

Deno.test("contact, agent and silence can be told apart in a recording", async () => {
  const second = async (from: number) => {
    const start = Math.round(from * FRAMES_PER_SECOND) * FRAME_BYTES;
    return (await bytesOf(TURNS, 10, start, start + 20 * FRAME_BYTES - 1)).join();
  };
  const parts = [await second(0), await second(3), await second(8)];
  assertEquals(new Set(parts).size, 3);
  const silence = parts[2].split(",").slice(4, FRAME_BYTES);
  assert(silence.every((byte) => byte === "0"));
});

Deno.test("a part of an hour's recording is made without the rest", async () => {
  const { body, totalBytes } = recordingOf(TURNS, 3600, null);
  const reader = body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  assert(value!.length < 100_000 && totalBytes > 7_000_000);
  const tail = await bytesOf(TURNS, 3600, totalBytes - 100);
  assertEquals(tail.length, 100);
});
