/**
 * A campaign: why records are called, by which assistant, and under which rules.
 *
 * @module
 */
import { type CallRules, defaultRules } from "../compliance/call_rules.ts";
import type { Uuid } from "../kernel/ids.ts";

/** Every status of a campaign. */
export const CAMPAIGN_STATUSES = ["draft", "active", "paused", "finished"] as const;

/** Only `active` campaigns dial; `finished` ones take no new orders. */
export type CampaignStatus = typeof CAMPAIGN_STATUSES[number];

/** How a campaign dials, on top of what may be called at all. */
export type DialingRules = CallRules & {
  /** Whether the server dials orders with a scheduled time by itself when they are due. */
  autoDial: boolean;
  /** Calls that one order may take. */
  maxAttempts: number;
  /** Minutes until an order that was busy or not answered is due again, when `autoDial` is on. */
  retryAfterMinutes: number;
  /** Seconds that the phone rings. */
  ringSeconds: number;
  /** Seconds from the answer after which the provider ends the call. */
  maxCallSeconds: number;
};

/** A campaign of one client. */
export type Campaign = {
  id: Uuid;
  clientId: Uuid;
  assistantId: Uuid;
  /** Unique within the client, compared without case. */
  name: string;
  description: string | null;
  status: CampaignStatus;
  rules: DialingRules;
  createdAt: Date;
  updatedAt: Date;
};

/** Safe for real telephony; `autoDial` stays off until somebody wants it. */
export function defaultDialingRules(country: string): DialingRules {
  return {
    ...defaultRules(country),
    autoDial: false,
    maxAttempts: 3,
    retryAfterMinutes: 60,
    ringSeconds: 30,
    maxCallSeconds: 900,
  };
}
