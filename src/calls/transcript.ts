/**
 * What was said on a call. Text of the other party is untrusted: adapters fence it.
 *
 * @module
 */

/** Who spoke. */
export type Speaker = "agent" | "contact";

/** One utterance. */
export type Turn = {
  role: Speaker;
  /** Seconds from the answer. */
  startSeconds: number;
  text: string;
};

/** A call's transcript; `Call.summary` holds the summary. */
export type Transcript = {
  turns: Turn[];
};
