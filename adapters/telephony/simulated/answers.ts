/**
 * How a simulated contact answers an assistant's questions, whatever those are: one question and one
 * answer for each outcome definition, by its type.
 *
 * @module
 */
import type { OutcomeDefinition } from "../../../src/campaigns/assistant.ts";
import type { Outcome } from "../../../src/calls/outcome.ts";
import type { Chance } from "./random.ts";

/** A question, what the contact says to it, and what that amounts to. */
export interface Exchange {
  question: string;
  answer: string;
  value: Outcome["value"];
}

/** What answers hang on. */
export interface Mood {
  /** Whether the contact likes what is offered. */
  warm: boolean;
  /** Day of the call: dates that the contact names come after it. */
  today: Date;
  chance: Chance;
}

const NEGATIVE_NAME = /^(not|no|dont|do_not|opt|refus|declin|reject|unsubscrib|complain|wrong)/i;
const NEGATIVE_CHOICE =
  /\b(not|no|none|never|cold|low|unlikely|uninterested|negative|declin\w+|refus\w+|lost)\b/i;
const POSITIVE_CHOICE = /\b(interested|yes|hot|warm|high|very|positive|ready|now)\b/i;

const YES = ["Yes, definitely.", "Yes, I would say so.", "Yes, that is right."];
const NO = ["No, not really.", "No, I don't think so.", "Not at the moment, no."];
const REMARKS = [
  "We are still comparing a few options",
  "It has to fit in with what we already use",
  "Mostly it has to save us time",
  "I would have to talk it over with my partner first",
  "We had a good experience with something similar before",
];

/** The contact's answer to one question. */
export function exchangeOn(definition: OutcomeDefinition, mood: Mood): Exchange {
  const question = questionOn(definition);
  const { chance } = mood;
  switch (definition.type) {
    case "boolean": {
      const value = leaning(definition.name, mood.warm);
      return { question, answer: chance.pick(value ? YES : NO), value };
    }
    case "choice": {
      const value = choiceOf(definition, mood);
      const said = value.replaceAll("_", " ");
      return { question, answer: `I would say ${said}.`, value };
    }
    case "number": {
      const value = numberOf(definition, mood);
      const said = value.toLocaleString("en-US");
      return { question, answer: chance.pick([`About ${said}.`, `Let's say ${said}.`]), value };
    }
    case "date": {
      const day = workdayAfter(mood.today, chance.between(1, 9));
      return {
        question,
        answer: `${spoken(day)} would suit me.`,
        value: day.toISOString().slice(0, 10),
      };
    }
    case "text": {
      const value = chance.pick(REMARKS);
      return { question, answer: `${value}.`, value };
    }
  }
}

/** Whether a yes-or-no outcome comes out true for somebody of that mind. */
export function leaning(name: string, warm: boolean): boolean {
  return NEGATIVE_NAME.test(name) ? !warm : warm;
}

/** A choice that is true to somebody's mind; null when none says so. */
export function telling(definition: OutcomeDefinition, warm: boolean): string | null {
  const choices = (definition.choices ?? []).map((choice) => ({
    choice,
    negative: NEGATIVE_CHOICE.test(choice.replaceAll("_", " ")),
  }));
  const fitting = warm
    ? choices.filter(({ choice, negative }) =>
      !negative && POSITIVE_CHOICE.test(choice.replaceAll("_", " "))
    )
    : choices.filter(({ negative }) => negative);
  return fitting[0]?.choice ?? null;
}

/** A day in words: `Tuesday, November 24`. */
export function spoken(day: Date): string {
  const form = { weekday: "long", month: "long", day: "numeric", timeZone: "UTC" } as const;
  return day.toLocaleDateString("en-US", form);
}

/** Midnight UTC, that many days on, or the Monday after when that is a weekend. */
export function workdayAfter(today: Date, days: number): Date {
  const day = new Date(today.toISOString().slice(0, 10));
  day.setUTCDate(day.getUTCDate() + days);
  const weekday = day.getUTCDay();
  if (weekday === 6) day.setUTCDate(day.getUTCDate() + 2);
  if (weekday === 0) day.setUTCDate(day.getUTCDate() + 1);
  return day;
}

function choiceOf(definition: OutcomeDefinition, { warm, chance }: Mood): string {
  const choices = definition.choices?.length ? definition.choices : ["other"];
  return telling(definition, warm) ?? chance.pick(choices);
}

function numberOf({ name, description }: OutcomeDefinition, { warm, chance }: Mood): number {
  const about = `${name} ${description}`;
  if (/budget|spend|price|cost|amount|revenue|salary|rent\b/i.test(about)) {
    return chance.between(4, 60) * 250;
  }
  if (/rating|score|satisf|scale|nps/i.test(about)) return chance.between(...range(warm));
  if (/size|employee|seat|user|people|team|guest|unit|quantit|count|many/i.test(about)) {
    return chance.between(2, 80);
  }
  return chance.between(1, 12);
}

function range(warm: boolean): [number, number] {
  return warm ? [7, 10] : [2, 5];
}

/** The definition's description as a question to the contact. */
function questionOn({ name, type, description, choices }: OutcomeDefinition): string {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
  const topic = toContact(description.trim().replace(/[.?!\s]+$/, "") || words);
  const asked = /^(if|whether|what|when|which|how|why|who|where)\b/.test(topic);
  if (asked) return `May I ask ${topic}?${options(choices)}`;
  if (type === "boolean") {
    const [verb, ...rest] = topic.split(" ");
    if (rest.length > 0 && plain(verb) !== verb) {
      return `May I ask whether you ${[plain(verb), ...rest].join(" ")}?`;
    }
    return `One thing about ${topic}: is that a yes or a no?`;
  }
  return `May I ask for your ${topic.replace(/^(the|a|an|your) /, "")}?${options(choices)}`;
}

function options(choices: string[] | undefined): string {
  if (!choices?.length) return "";
  const said = choices.map((choice) => choice.replaceAll("_", " "));
  const last = said.at(-1);
  return said.length === 1 ? "" : ` Would you say ${said.slice(0, -1).join(", ")} or ${last}?`;
}

const CONTACT = "(?:the (?:contact|customer|lead|caller|prospect|person)|they)";
const THEIRS = new RegExp(`\\b(?:${CONTACT}'s|their|his or her)\\b`, "gi");
const OF_THEM = new RegExp(` of ${CONTACT}\\b`, "gi");
const THEY_DO = new RegExp(`\\b${CONTACT} (\\w+)`, "gi");
const THEM = new RegExp(`\\b${CONTACT}\\b`, "gi");

/** Speaks of the contact as "you": `Whether the contact wants a demo` → `whether you want a demo`. */
function toContact(description: string): string {
  return description
    .replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase())
    .replace(THEIRS, "your")
    .replace(OF_THEM, "")
    .replace(THEY_DO, (_, verb) => `you ${plain(verb)}`)
    .replace(THEM, "you");
}

function plain(verb: string): string {
  const odd: Record<string, string> = { is: "are", has: "have", was: "were", does: "do" };
  return odd[verb] ?? (/[^s]s$/.test(verb) ? verb.slice(0, -1) : verb);
}
