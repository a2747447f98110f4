/**
 * Campaigns: the figures of all together, and each campaign's own in a table. They are those of the
 * resources `studio://campaigns/stats` and `studio://costs/total`.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";
import type { Balance } from "../../../src/billing/balance_service.ts";
import type { CallOrderStatus } from "../../../src/call_orders/call_order.ts";
import type { CampaignStatus } from "../../../src/campaigns/campaign.ts";
import type { CampaignView } from "../../../src/campaigns/campaign_repo.ts";
import { MAX_CAMPAIGNS, type TotalCosts } from "../../../src/campaigns/queries.ts";
import type { CampaignStats, CostSums } from "../../../src/campaigns/stats.ts";
import type { Page } from "../../../src/kernel/page.ts";
import { BarTable, countBars } from "../charts/bar_table.tsx";
import { DayColumns } from "../charts/day_columns.tsx";
import { Figures } from "../charts/figures.tsx";
import { countText, durationText, moneyText, NOTHING, shareText, wordsOf } from "../ui/format.ts";
import {
  Badge,
  EmptyState,
  Facts,
  LinkButton,
  PageHeader,
  Pagination,
  Section,
  Table,
  type Tone,
} from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { pageOf, paging } from "./listing.ts";

/** Spans that calls over time may be looked at in. */
const SPANS = [30, 90];

const STATUS_TONES: Record<CampaignStatus, Tone> = {
  draft: "neutral",
  active: "good",
  paused: "warn",
  finished: "neutral",
};

/** All campaigns. */
export const CAMPAIGNS_PAGES: readonly PageRoute[] = [
  { path: "/campaigns", ofClient: true, get: campaignsPage },
];

/** A campaign's status. */
export function CampaignBadge({ status }: { status: CampaignStatus }) {
  return <Badge tone={STATUS_TONES[status]}>{wordsOf(status)}</Badge>;
}

/** How many days the reader wants to see; the shortest span unless it is one of those offered. */
export function spanOf(visit: Visit): number {
  return SPANS.find((days) => String(days) === visit.query("days")) ?? SPANS[0];
}

/** Lets the reader choose between spans, without a script. */
export function Spans({ visit, path, days }: { visit: Visit; path: string; days: number }) {
  return (
    <nav class="spans" aria-label="Days shown">
      {SPANS.map((each) => (
        <a
          href={visit.link(`${path}?days=${each}`)}
          aria-current={each === days ? "true" : undefined}
        >
          {each} days
        </a>
      ))}
    </nav>
  );
}

async function campaignsPage(visit: Visit): Promise<Response> {
  const { campaigns } = visit.app;
  const { principal } = visit;
  const days = spanOf(visit);
  const [costs, list, perDay] = await Promise.all([
    campaigns.totalCosts(principal),
    campaigns.list(principal, { page: pageOf(visit) }),
    campaigns.callsPerDay(principal, { days }),
  ]);
  return await visit.page(
    { title: "Campaigns" },
    <>
      <PageHeader title="Campaigns" lead="How calling goes, over all campaigns.">
        <LinkButton href={visit.link("/calls")} quiet>All calls</LinkButton>
      </PageHeader>
      <Totals costs={costs} />
      <Section title="Calls over time" about="By the day on which they were made, in UTC.">
        <Spans visit={visit} path="/campaigns" days={days} />
        <DayColumns days={perDay} title={`Calls of the last ${days} days`} />
      </Section>
      <div class="halves">
        <Section title="Orders by status">
          <OrderBars all={costs.campaigns} />
        </Section>
        <Section title="Money">
          <Money sums={costs.totals} balance={costs.balance} />
        </Section>
      </div>
      <Section title="Every campaign">
        <Campaigns visit={visit} list={list} stats={costs.campaigns} />
      </Section>
    </>,
  );
}

function Totals({ costs: { campaigns } }: { costs: TotalCosts }) {
  const sum = (key: "calls" | "answered" | "answeredEnded" | "answeredSeconds") =>
    campaigns.reduce((all, each) => all + each[key], 0);
  const notice = campaigns.length === MAX_CAMPAIGNS ? `of the latest ${MAX_CAMPAIGNS}` : undefined;
  return (
    <Figures
      items={[
        ["Campaigns", countText(campaigns.length), notice],
        ["Calls", countText(sum("calls")), notice],
        [
          "Answered",
          shareText(sum("answered"), sum("calls")),
          `${countText(sum("answered"))} picked up`,
        ],
        [
          "Average call",
          durationText(average(sum("answeredSeconds"), sum("answeredEnded"))),
          "of those answered",
        ],
      ]}
    />
  );
}

/** Whole seconds on average, or null of nothing; as `avgDurationSeconds` of the resources. */
export function average(seconds: number, calls: number): number | null {
  return calls === 0 ? null : Math.round(seconds / calls);
}

/** Orders by status as bars. */
export function OrderBars({ all }: { all: Pick<CampaignStats, "orders">[] }) {
  const counts = new Map<CallOrderStatus, number>();
  for (const { orders } of all) {
    for (const [status, each] of Object.entries(orders) as [CallOrderStatus, number][]) {
      counts.set(status, (counts.get(status) ?? 0) + each);
    }
  }
  if (counts.size === 0) return <EmptyState title="No orders yet" />;
  const bars = countBars([...counts].map(([status, each]) => [wordsOf(status), each]));
  return <BarTable caption="Orders by status" of="Status" value="Orders" bars={bars} />;
}

/** What calls cost in each currency and, where it is one client's, what is left to call with. */
export function Money({ sums, balance }: { sums: CostSums[]; balance: Balance | null }) {
  return (
    <div class="stack">
      {balance && (
        <Facts
          items={[
            [
              "Balance available",
              <strong>{moneyText(balance.available, balance.currency)}</strong>,
            ],
            ["Reserved for live calls", moneyText(balance.reserved, balance.currency)],
          ]}
        />
      )}
      {sums.length === 0 && <p class="muted">Calls have cost nothing yet.</p>}
      {sums.map((each) => <CostBars sums={each} alone={sums.length === 1} />)}
      {sums.length > 1 && (
        <p class="muted">
          There is no margin, because costs in several currencies do not add up.
        </p>
      )}
    </div>
  );
}

/** Price, costs and margin in one currency; no margin is left of a price that costs are not in. */
function CostBars({ sums, alone }: { sums: CostSums; alone: boolean }) {
  const { currency, price, operational, phone } = sums;
  const rows: [string, bigint][] = [
    ["Price of calls", price],
    ["Agent platform", operational],
    ["Phone network", phone],
    ...alone ? [["Margin", price - operational - phone] as [string, bigint]] : [],
  ];
  const bars = rows.map(([label, amount]) => ({
    label,
    size: Number(amount),
    text: moneyText(amount, currency),
  }));
  return <BarTable caption={`Costs in ${currency}`} of="What" value={currency} bars={bars} />;
}

function Campaigns(
  { visit, list, stats }: { visit: Visit; list: Page<CampaignView>; stats: CampaignStats[] },
) {
  if (list.total === 0) {
    return (
      <EmptyState title="There are no campaigns yet">
        Campaigns are set up together with the operator.
      </EmptyState>
    );
  }
  const figures = new Map(stats.map((each) => [each.campaignId, each]));
  return (
    <>
      <Table
        caption="Campaigns, newest first"
        columns={[
          { label: "Campaign" },
          { label: "Status" },
          { label: "Calls", numeric: true },
          { label: "Answered", numeric: true },
          { label: "Average", numeric: true },
          { label: "Open orders", numeric: true },
          { label: "Price", numeric: true },
        ]}
        rows={list.items.map(({ campaign, assistantName }) => [
          <>
            <a href={visit.link(`/campaigns/${campaign.id}`)}>{campaign.name}</a>
            <small>{assistantName}</small>
          </>,
          <CampaignBadge status={campaign.status} />,
          ...keyFigures(figures.get(campaign.id)),
        ])}
      />
      <Pagination {...paging(visit, list)} />
    </>
  );
}

/** Figures of a row; those of campaigns beyond the latest {@link MAX_CAMPAIGNS} are on their pages. */
function keyFigures(stats: CampaignStats | undefined): Child[] {
  if (stats === undefined) return Array(5).fill(NOTHING);
  const { calls, answered, answeredSeconds, answeredEnded, orders, costs } = stats;
  const prices = costs.filter(({ price }) => price !== 0n);
  return [
    countText(calls),
    shareText(answered, calls),
    durationText(average(answeredSeconds, answeredEnded)),
    countText((orders.planned ?? 0) + (orders.busy ?? 0) + (orders.rescheduled ?? 0)),
    prices.map(({ price, currency }) => moneyText(price, currency)).join(", ") || NOTHING,
  ];
}
