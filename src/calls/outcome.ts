/**
 * What the assistant found out on a call.
 *
 * @module
 */
import type { OutcomeType } from "../campaigns/assistant.ts";

/** One finding. */
export type Outcome = {
  /** Name of the assistant's outcome definition. */
  name: string;
  type: OutcomeType;
  value: boolean | number | string;
  /** Index of the transcript's turn that it rests on, from 0, where known. */
  turn: number | null;
};
