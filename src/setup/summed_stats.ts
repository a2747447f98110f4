/**
 * Figures that are summed up first and written once per campaign: of many changes in one
 * transaction, the database would keep a row version each.
 *
 * @module
 */
import type { Outcome } from "../calls/outcome.ts";
import {
  addFigures,
  type CampaignFigures,
  type DayFigures,
  dayFigures,
  noFigures,
} from "../campaigns/stats.ts";
import type { StatsRepo } from "../campaigns/stats_repo.ts";
import type { Uuid } from "../kernel/ids.ts";

interface Sum {
  clientId: Uuid;
  campaignId: Uuid;
  figures: CampaignFigures | null;
  days: Map<string, DayFigures>;
  outcomes: Outcome[];
}

/** The repository, but additions wait until they are flushed. */
export function summed(stats: StatsRepo): { stats: StatsRepo; flush(): Promise<void> } {
  const sums = new Map<Uuid, Sum>();

  function sumOf(clientId: Uuid, campaignId: Uuid): Sum {
    const known = sums.get(campaignId);
    if (known) return known;
    const made: Sum = { clientId, campaignId, figures: null, days: new Map(), outcomes: [] };
    sums.set(campaignId, made);
    return made;
  }

  return {
    stats: {
      ofCampaign: (campaignId) => stats.ofCampaign(campaignId),
      all: (limit) => stats.all(limit),
      totalCosts: () => stats.totalCosts(),
      days: (campaignId, first, last) => stats.days(campaignId, first, last),
      outcomes: (campaignId, valuesPerName) => stats.outcomes(campaignId, valuesPerName),
      add(clientId, campaignId, change) {
        const sum = sumOf(clientId, campaignId);
        sum.figures = sum.figures === null ? change : addFigures(sum.figures, change, 1);
        return Promise.resolve();
      },
      addToDay(clientId, campaignId, day, change) {
        const { days } = sumOf(clientId, campaignId);
        const sum = { ...noFigures(), ...days.get(day) };
        days.set(day, dayFigures(addFigures(sum, { ...noFigures(), ...change }, 1)));
        return Promise.resolve();
      },
      addOutcomes(clientId, campaignId, outcomes, sign) {
        if (sign !== 1) return Promise.reject(new Error("history takes no outcomes back"));
        sumOf(clientId, campaignId).outcomes.push(...outcomes);
        return Promise.resolve();
      },
    },
    async flush() {
      await Promise.all(Array.from(sums.values(), async (sum) => {
        const { clientId, campaignId, figures, days, outcomes } = sum;
        await Promise.all([
          figures && stats.add(clientId, campaignId, figures),
          ...Array.from(days, ([day, sum]) => stats.addToDay(clientId, campaignId, day, sum)),
          outcomes.length ? stats.addOutcomes(clientId, campaignId, outcomes, 1) : undefined,
        ]);
      }));
    },
  };
}
