/**
 * Port: campaigns' figures and outcome counts, kept as sums.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";
import type { Outcome } from "../calls/outcome.ts";
import type {
  CampaignFigures,
  CampaignStats,
  CostSums,
  DayFigures,
  DayStats,
  OutcomeCount,
} from "./stats.ts";

/** An outcome's counts over a campaign. */
export type OutcomeSummary = {
  name: string;
  type: Outcome["type"];
  /** Calls that it came from. */
  count: number;
  /** How many different values came. */
  distinctValues: number;
  /** The most frequent values, most frequent first. */
  values: OutcomeCount[];
};

/** Sums of the clients in scope. */
export interface StatsRepo {
  /** Adds a change to a campaign's figures. */
  add(clientId: Uuid, campaignId: Uuid, change: CampaignFigures): Promise<void>;
  /** A campaign's figures; zeros when nothing happened yet, null when there is no campaign. */
  ofCampaign(campaignId: Uuid): Promise<CampaignStats | null>;
  /** Figures of all campaigns, newest campaign first. */
  all(limit: number): Promise<CampaignStats[]>;
  /** Costs of all campaigns together, one entry per currency. */
  totalCosts(): Promise<CostSums[]>;

  /**
   * Adds a change to a campaign's figures of a day (such as 2026-03-02); after `add`, whose row keeps
   * two of the campaign's changes from waiting for each other.
   */
  addToDay(clientId: Uuid, campaignId: Uuid, day: string, change: DayFigures): Promise<void>;
  /**
   * Figures of a campaign, or (null) of all together, for each day from the first to the last on
   * which anything was added; oldest first.
   */
  days(campaignId: Uuid | null, first: string, last: string): Promise<DayStats[]>;

  /** Adds (1) or takes back (-1) a call's outcomes. */
  addOutcomes(clientId: Uuid, campaignId: Uuid, outcomes: Outcome[], sign: 1 | -1): Promise<void>;
  /** Outcome counts of a campaign in the order of names, each with its most frequent values. */
  outcomes(campaignId: Uuid, valuesPerName: number): Promise<OutcomeSummary[]>;
}
