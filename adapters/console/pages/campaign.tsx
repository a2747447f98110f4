/**
 * A campaign: what its calls came to. The figures are those of its three resources.
 *
 * @module
 */
import type { EndReason } from "../../../src/calls/call.ts";
import type { CampaignStats } from "../../../src/campaigns/stats.ts";
import type { OutcomeSummary } from "../../../src/campaigns/stats_repo.ts";
import { type Bar, BarTable, countBars } from "../charts/bar_table.tsx";
import { DayColumns } from "../charts/day_columns.tsx";
import { Figures } from "../charts/figures.tsx";
import { countText, durationText, shareText, wordsOf } from "../ui/format.ts";
import { EmptyState, LinkButton, PageHeader, Section } from "../ui/parts.tsx";
import { outcomeText, Said } from "../ui/said.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { average, CampaignBadge, Money, OrderBars, spanOf, Spans } from "./campaigns.tsx";

/** Values of an outcome that are seen at once. */
const SEEN_VALUES = 6;

/** A campaign's page. */
export const CAMPAIGN_PAGES: readonly PageRoute[] = [
  { path: "/campaigns/:uuid", ofClient: true, get: campaignPage },
];

async function campaignPage(visit: Visit): Promise<Response> {
  const { campaigns } = visit.app;
  const { principal, params: { uuid } } = visit;
  const days = spanOf(visit);
  const [{ campaign, assistantName, outcomes }, stats, perDay] = await Promise.all([
    campaigns.outcomes(principal, uuid),
    campaigns.stats(principal, uuid),
    campaigns.callsPerDay(principal, { campaignUuid: uuid, days }),
  ]);
  const path = `/campaigns/${campaign.id}`;
  return await visit.page(
    { title: campaign.name, crumbs: [{ label: "Campaigns", path: "/campaigns" }] },
    <>
      <PageHeader
        title={campaign.name}
        lead={
          <>
            <CampaignBadge status={campaign.status} /> called by {assistantName}
            {campaign.description && <span class="about">{campaign.description}</span>}
          </>
        }
      >
        <LinkButton href={visit.link(`${path}/calls`)}>See its calls</LinkButton>
      </PageHeader>
      <KeyFigures stats={stats} />
      <Section title="Calls per day" about="By the day on which they were made, in UTC.">
        <Spans visit={visit} path={path} days={days} />
        <DayColumns days={perDay} title={`Calls of the last ${days} days`} />
      </Section>
      <div class="halves">
        <Section title="How calls ended">
          <EndReasons visit={visit} stats={stats} />
        </Section>
        <Section title="Orders by status">
          <OrderBars all={[stats]} />
        </Section>
      </div>
      <Section
        title="Outcomes"
        about="What the assistant took from its calls. Texts rest on what callers said."
      >
        <Outcomes outcomes={outcomes} />
      </Section>
      <Section title="Cost and margin">
        <Money sums={stats.costs} balance={null} />
      </Section>
    </>,
  );
}

function KeyFigures({ stats }: { stats: CampaignStats }) {
  const { calls, answered, answeredSeconds, answeredEnded, orders } = stats;
  const all = Object.values(orders).reduce((sum, each) => sum + each, 0);
  return (
    <Figures
      items={[
        ["Calls", countText(calls)],
        ["Answered", shareText(answered, calls), `${countText(answered)} picked up`],
        [
          "Average call",
          durationText(average(answeredSeconds, answeredEnded)),
          "of those answered",
        ],
        ["Contacted", countText(orders.contacted ?? 0), `of ${countText(all)} orders`],
      ]}
    />
  );
}

function EndReasons({ visit, stats }: { visit: Visit; stats: CampaignStats }) {
  const reasons = Object.entries(stats.endReasons) as [EndReason, number][];
  if (reasons.length === 0) return <EmptyState title="No call has ended yet" />;
  const calls = visit.link(`/campaigns/${stats.campaignId}/calls`);
  const bars = countBars(reasons.map(([reason, each]) => [
    <a href={`${calls}?reason=${reason}`}>{wordsOf(reason)}</a>,
    each,
  ]));
  return <BarTable caption="Calls by end reason" of="End reason" value="Calls" bars={bars} />;
}

function Outcomes({ outcomes }: { outcomes: OutcomeSummary[] }) {
  if (outcomes.length === 0) return <EmptyState title="No outcomes yet" />;
  return (
    <div class="outcomes">
      {outcomes.map((each) => (
        <section>
          <h3>
            {wordsOf(each.name)} <small>from {countText(each.count)} calls</small>
          </h3>
          <Values outcome={each} />
        </section>
      ))}
    </div>
  );
}

function Values({ outcome: { name, type, count, distinctValues, values } }: {
  outcome: OutcomeSummary;
}) {
  // Numbers tell more in their own order; everything else comes as it is given, by frequency.
  const numbers = type === "number";
  const ordered = numbers ? values.toSorted((a, b) => Number(a.value) - Number(b.value)) : values;
  const bars = ordered.map((one) => ({
    label: type === "text" ? <Said>{outcomeText(one.value)}</Said> : outcomeText(one.value),
    size: one.count,
    text: countText(one.count),
    more: shareText(one.count, count),
  }));
  const table = (some: Bar[], caption: string) => (
    <BarTable caption={caption} of="Value" value="Calls" bars={some} longest={values[0].count} />
  );
  const rest = bars.slice(SEEN_VALUES);
  return (
    <>
      {table(
        bars.slice(0, SEEN_VALUES),
        `Values of ${name}, ${numbers ? "in order" : "most frequent first"}`,
      )}
      {rest.length > 0 && (
        <details class="figures">
          <summary>{rest.length} more values</summary>
          {table(rest, `More values of ${name}`)}
          {distinctValues > values.length && (
            <p class="muted">
              These are the {values.length} most frequent of {countText(distinctValues)} values.
            </p>
          )}
        </details>
      )}
    </>
  );
}
