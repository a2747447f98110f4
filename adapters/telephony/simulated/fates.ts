/**
 * What becomes of a call, by the number that is dialled.
 *
 * @module
 */
import type { Chance } from "./random.ts";

/** How a call may go. */
export type Fate =
  | "interested"
  | "not_interested"
  | "asks_callback"
  | "opts_out"
  | "hangs_up"
  | "hour_long"
  | "voicemail"
  | "busy"
  | "no_answer"
  | "invalid_number"
  | "refused"
  | "times_out";

/** Numbers whose last four digits decide, as test cards do. */
const MAGIC: Record<string, Fate> = {
  "0001": "interested",
  "0002": "busy",
  "0003": "no_answer",
  "0004": "invalid_number",
  "0005": "voicemail",
  "0006": "opts_out",
  "0007": "refused",
  "0008": "times_out",
  "0009": "hangs_up",
  "0010": "hour_long",
};

/** What becomes of a hundred calls to other numbers. */
const MIX: [Fate, number][] = [
  ["interested", 30],
  ["not_interested", 17],
  ["asks_callback", 8],
  ["voicemail", 15],
  ["no_answer", 15],
  ["busy", 8],
  ["hangs_up", 4],
  ["opts_out", 2],
  ["invalid_number", 1],
];

/** The fate that the number's last four digits name, if any. */
export function magicFate(number: string): Fate | null {
  return MAGIC[number.slice(-4)] ?? null;
}

/** The fate of one call to the number. */
export function fateOf(number: string, chance: Chance): Fate {
  // Drawn for every number, so that a magic one leaves the rest of the sequence where it is.
  let left = chance.fraction() * MIX.reduce((sum, [, share]) => sum + share, 0);
  const drawn = MIX.find(([, share]) => (left -= share) < 0);
  return magicFate(number) ?? drawn?.[0] ?? "no_answer";
}
