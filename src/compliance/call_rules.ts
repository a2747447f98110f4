/**
 * What may be called, when and where; set per client and per campaign, and the stricter wins.
 *
 * @module
 */

import type { CallCaps } from "./call_caps.ts";

/** Hours of the callee's own day in which the phone may ring. */
export type CallingWindow = {
  /** First minute, `HH:MM`. */
  start: string;
  /** First minute that is too late, `HH:MM`, after `start`; `24:00` for the whole evening. */
  end: string;
  /** ISO weekdays, 1 (Monday) to 7 (Sunday). */
  days: number[];
};

/** The rules of a client or of a campaign. */
export type CallRules = {
  /** Null allows any hour. */
  window: CallingWindow | null;
  /** ISO 3166-1 alpha-2 codes that may be called; null allows any. */
  countries: string[] | null;
  /** Whether a record without consent on file may not be called. */
  requireConsent: boolean;
  /** Calls that may be live at once. */
  maxConcurrentCalls: number;
  /**
   * Highest price per minute at which a number may be called, the client's own and the phone
   * network's, as decimal text in the client's currency; null or absent: any.
   */
  maxPricePerMinute?: string | null;
};

/** The rules of a client, with caps on what it may start. */
export type ClientRules = CallRules & CallCaps;

/** Safe for real telephony: daytime, the client's own country, consent on file. */
export function defaultRules(country: string): CallRules {
  return {
    window: { start: "09:00", end: "20:00", days: [1, 2, 3, 4, 5, 6] },
    countries: [country],
    requireConsent: true,
    maxConcurrentCalls: 10,
  };
}
