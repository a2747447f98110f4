/**
 * A simulated conversation as it grows, turn by turn, each taking the time that it takes to say.
 *
 * @module
 */
import type { EndReason } from "../../../src/calls/call.ts";
import type { Outcome } from "../../../src/calls/outcome.ts";
import type { Speaker, Turn } from "../../../src/calls/transcript.ts";
import type { OutcomeDefinition } from "../../../src/campaigns/assistant.ts";
import type { Mood } from "./answers.ts";
import type { Chance } from "./random.ts";

/** A call from the answer to the end. */
export interface Conversation {
  turns: Turn[];
  /** From the answer to the end, whole seconds. */
  seconds: number;
  reason: EndReason;
  summary: string;
  outcomes: Outcome[];
  /** Turn in which the contact asks not to be called again; null when it does not. */
  optOutTurn: number | null;
}

/** Who is called, about what, and what is to be found out. */
export interface Topic {
  outcomes: OutcomeDefinition[];
  context: Record<string, string>;
  /** When the call was dialled. */
  today: Date;
  maxSeconds: number;
}

/** Seconds that it takes to say something, at an unhurried fifteen letters a second. */
export function speakingSeconds(text: string): number {
  return Math.max(1, Math.ceil(text.length / 15));
}

/** A conversation as it grows. */
export class Talk {
  /** What was said so far. */
  readonly turns: Turn[] = [];
  /** What was found out so far. */
  readonly outcomes: Outcome[] = [];
  /** When the next turn begins, from the answer. */
  seconds = 0;
  /** What is to be found out. */
  readonly definitions: OutcomeDefinition[];
  /** The contact's. */
  readonly mood: Mood;
  /** First name, or nothing when the record has no name. */
  readonly first: string;
  /** The campaign. */
  readonly about: string;
  /** The order's own, or nothing. */
  readonly instructions: string;

  constructor(
    { outcomes, context, today }: Topic,
    /** Decides how things are put. */
    readonly chance: Chance,
  ) {
    this.definitions = outcomes;
    this.mood = { warm: true, today, chance };
    this.first = clip(context.contact ?? "", 60).split(/\s+/)[0];
    this.about = clip(context.campaign ?? "", 100) || "our offer";
    this.instructions = clip(context.instructions ?? "", 240);
  }

  /** Adds a turn after the last one; its index. */
  say(role: Speaker, text: string): number {
    this.turns.push({ role, startSeconds: this.seconds, text });
    this.seconds += speakingSeconds(text) + this.chance.between(0, 1);
    return this.turns.length - 1;
  }

  /** Adds a finding that rests on a turn. */
  note({ name, type }: OutcomeDefinition, value: Outcome["value"], turn: number): void {
    this.outcomes.push({ name, type, value, turn });
  }

  /** The conversation, once all is said. */
  close(
    reason: EndReason,
    summary: string,
    rest: Partial<Pick<Conversation, "seconds" | "optOutTurn">> = {},
  ): Conversation {
    const { turns, outcomes, seconds } = this;
    return { turns, outcomes, seconds, optOutTurn: null, reason, summary, ...rest };
  }

  /** The contact, for a summary. */
  get who(): string {
    return this.first || "The contact";
  }
}

function clip(text: string, most: number): string {
  const letters = Array.from(text.replace(/\s+/g, " ").trim());
  return letters.length <= most ? letters.join("") : `${letters.slice(0, most - 1).join("")}…`;
}
