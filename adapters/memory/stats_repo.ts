import {
  addFigures,
  type CampaignFigures,
  type CampaignStats,
  type DayFigures,
  dayFigures,
  noFigures,
  type OutcomeCount,
} from "../../src/campaigns/stats.ts";
import type { Campaign } from "../../src/campaigns/campaign.ts";
import type { OutcomeSummary, StatsRepo } from "../../src/campaigns/stats_repo.ts";
import { compare, createdAt, newestFirst } from "./lists.ts";
import { keyOf } from "./tables.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** Campaigns' figures and outcome counts. */
export function statsRepo(tx: Transaction): AtOnce<StatsRepo> {
  function statsOf({ id, clientId, name }: Campaign): CampaignStats {
    const client = tx.find("clients", clientId);
    return {
      ...(tx.find("figures", id) ?? noFigures()),
      clientId,
      clientName: client?.name ?? "",
      currency: client?.tariff.currency ?? "",
      campaignId: id,
      campaignName: name,
    };
  }

  return {
    add(clientId, campaignId, change) {
      tx.require("campaigns", campaignId, clientId);
      const figures = tx.find("figures", campaignId) ?? noFigures();
      tx.save("figures", campaignId, clientId, addFigures(figures, change, 1));
    },
    ofCampaign(campaignId) {
      const campaign = tx.find("campaigns", campaignId);
      return campaign && statsOf(campaign);
    },
    all(limit) {
      return newestFirst(tx.all("campaigns"), createdAt).slice(0, limit).map(statsOf);
    },
    totalCosts() {
      const sum = tx.all("figures").reduce((a, b) => addFigures(a, b, 1), noFigures());
      return sum.costs;
    },

    addToDay(clientId, campaignId, day, change) {
      tx.require("campaigns", campaignId, clientId);
      const key = keyOf(campaignId, day);
      const sum = dayFigures(addFigures(whole(tx.find("dayFigures", key)), whole(change), 1));
      tx.save("dayFigures", key, clientId, { ...sum, campaignId, day });
    },
    days(campaignId, first, last) {
      const found = tx.all("dayFigures").filter((row) =>
        (campaignId === null || row.campaignId === campaignId) && row.day >= first &&
        row.day <= last
      );
      const days = Array.from(Map.groupBy(found, ({ day }) => day), ([day, rows]) => ({
        ...dayFigures(rows.reduce((sum, row) => addFigures(sum, whole(row), 1), noFigures())),
        day,
      }));
      return days.toSorted((a, b) => compare(a.day, b.day));
    },

    addOutcomes(clientId, campaignId, outcomes, sign) {
      tx.require("campaigns", campaignId, clientId);
      for (const { name, type, value } of outcomes) {
        const key = keyOf(campaignId, name, type, value);
        const count = (tx.find("outcomeCounts", key)?.count ?? 0) + sign;
        if (count === 0) tx.remove("outcomeCounts", key);
        else tx.save("outcomeCounts", key, clientId, { campaignId, name, type, value, count });
      }
    },
    outcomes(campaignId, valuesPerName) {
      const counts = tx.all("outcomeCounts").filter((count) => count.campaignId === campaignId);
      const groups = Map.groupBy(counts, ({ name, type }) => keyOf(name, type));
      const summaries = Array.from(groups.values(), (group) => summarize(group, valuesPerName));
      return summaries.toSorted((a, b) => compare(a.name, b.name) || compare(a.type, b.type));
    },
  };
}

/** A day's figures as a campaign's. */
function whole(day: DayFigures | null): CampaignFigures {
  return { ...noFigures(), ...day };
}

function summarize(counts: OutcomeCount[], most: number): OutcomeSummary {
  const [{ name, type }] = counts;
  const frequent = counts.toSorted((a, b) =>
    b.count - a.count || compare(keyOf(a.value), keyOf(b.value))
  );
  return {
    name,
    type,
    count: counts.reduce((sum, { count }) => sum + count, 0),
    distinctValues: counts.length,
    values: frequent.slice(0, most).map(({ value, count }) => ({ name, type, value, count })),
  };
}
