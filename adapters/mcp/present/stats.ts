/**
 * A campaign's figures on the wire.
 *
 * @module
 */
import type { Principal } from "../../../src/access/principal.ts";
import type { CampaignView } from "../../../src/campaigns/campaign_repo.ts";
import type { CampaignStats } from "../../../src/campaigns/stats.ts";
import type { OutcomeSummary } from "../../../src/campaigns/stats_repo.ts";
import { presentAllCosts } from "./money.ts";
import { anyText, presentValue } from "./outcome.ts";
import { noticeFor } from "./untrusted.ts";
import { ownerOf } from "./wire.ts";

/** The campaign that figures belong to. */
function campaignOf(stats: CampaignStats, principal: Principal) {
  return {
    campaignUuid: stats.campaignId,
    campaignName: stats.campaignName,
    ...ownerOf(principal, stats, stats.clientName),
  };
}

/**
 * Performance. `answeredRate` is answered ÷ total, from 0 to 1; it and the average are null when there
 * is nothing to divide by.
 */
export function presentStats(stats: CampaignStats, principal: Principal) {
  const { calls, answered, answeredEnded, answeredSeconds, endReasons, orders } = stats;
  const { totalPrice, currency, otherCurrencies } = presentAllCosts(stats.costs, stats.currency);
  return {
    ...campaignOf(stats, principal),
    totalCalls: calls,
    answeredCalls: answered,
    answeredRate: calls === 0 ? null : answered / calls,
    avgDurationSeconds: answeredEnded === 0 ? null : Math.round(answeredSeconds / answeredEnded),
    totalCost: totalPrice,
    currency,
    ...(otherCurrencies === undefined ? {} : {
      otherCurrencies: otherCurrencies.map((sums) => ({
        totalCost: sums.totalPrice,
        currency: sums.currency,
      })),
    }),
    callsByEndReason: endReasons,
    ordersByStatus: orders,
  };
}

/** Costs. */
export function presentCampaignCosts(stats: CampaignStats, principal: Principal) {
  return { ...campaignOf(stats, principal), ...presentAllCosts(stats.costs, stats.currency) };
}

/** Outcomes by name, each with its most frequent values. */
export function presentCampaignOutcomes(
  view: CampaignView & { outcomes: OutcomeSummary[] },
  principal: Principal,
) {
  const { campaign, clientName, outcomes } = view;
  return {
    campaignUuid: campaign.id,
    campaignName: campaign.name,
    ...ownerOf(principal, campaign, clientName),
    ...noticeFor(anyText(outcomes)),
    outcomes: outcomes.map(({ name, type, count, distinctValues, values }) => ({
      name,
      type,
      count,
      values: values.map((one) => ({ value: presentValue(one), count: one.count })),
      ...(distinctValues > values.length
        ? { notice: `the ${values.length} most frequent of ${distinctValues} values` }
        : {}),
    })),
  };
}
