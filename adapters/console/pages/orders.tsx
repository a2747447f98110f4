/**
 * Call orders of every record: what is planned, what was done, and what would be refused.
 *
 * @module
 */
import { CALL_ORDER_STATUSES, isOpenOrder } from "../../../src/call_orders/call_order.ts";
import type { ForeseenOrder } from "../../../src/call_orders/foresee_refusal.ts";
import type { CampaignView } from "../../../src/campaigns/campaign_repo.ts";
import type { Page } from "../../../src/kernel/page.ts";
import { countText, NOTHING, wordsOf } from "../ui/format.ts";
import { SelectField, SubmitButton } from "../ui/form.tsx";
import { EmptyState, Moment, PageHeader, Pagination, Table } from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { asked, chosen, pageOf, paging } from "./listing.ts";
import { Obstacle, OrderBadge, Scheduled } from "./order_parts.tsx";

/** The list. */
export const ORDER_LIST: PageRoute = {
  path: "/orders",
  ofClient: true,
  async get(visit) {
    const [found, campaigns] = await Promise.all([
      visit.app.callOrders.list(visit.principal, {
        campaignUuid: asked(visit, "campaign"),
        status: chosen(visit, "status", CALL_ORDER_STATUSES),
        page: pageOf(visit),
      }),
      visit.app.campaigns.list(visit.principal, { limit: 100 }),
    ]);
    return visit.page(
      { title: "Call orders" },
      <>
        <PageHeader
          title="Call orders"
          lead="Who is to be called for which campaign, and what would stop the call. Orders are made on a record's page."
        />
        <section class="panel" aria-label="Call orders">
          <Filters visit={visit} campaigns={campaigns.items} />
          <Found visit={visit} found={found} />
        </section>
      </>,
    );
  },
};

function Filters({ visit, campaigns }: { visit: Visit; campaigns: CampaignView[] }) {
  return (
    <form class="filters" method="get" action={visit.url.pathname} role="search">
      <SelectField
        label="Campaign"
        name="campaign"
        options={[
          ["", "Any campaign"],
          ...campaigns.map(({ campaign }): [string, string] => [campaign.id, campaign.name]),
        ]}
        value={visit.query("campaign") ?? ""}
      />
      <SelectField
        label="Status"
        name="status"
        options={[
          ["", "Any status"],
          ...CALL_ORDER_STATUSES.map((each): [string, string] => [each, wordsOf(each)]),
        ]}
        value={visit.query("status") ?? ""}
      />
      <SubmitButton quiet>Filter</SubmitButton>
    </form>
  );
}

function Found({ visit, found }: { visit: Visit; found: Page<ForeseenOrder> }) {
  if (found.total === 0) {
    return visit.url.search === ""
      ? (
        <EmptyState title="No call is ordered yet">
          Open <a href={visit.link("/records")}>a record</a>, and order the first one there.
        </EmptyState>
      )
      : (
        <EmptyState title="No order fits">
          <a href={visit.url.pathname}>Look at all orders</a>
        </EmptyState>
      );
  }
  return (
    <>
      <Table
        caption={`Call orders, newest first: ${countText(found.total)}`}
        columns={[
          { label: "Record" },
          { label: "Campaign" },
          { label: "Status" },
          { label: "Scheduled" },
          { label: "What stands in the way" },
          { label: "Ordered" },
        ]}
        rows={found.items.map((view) => row(visit, view))}
      />
      <Pagination {...paging(visit, found)} />
    </>
  );
}

function row(visit: Visit, view: ForeseenOrder) {
  const { order, recordName, campaignName } = view;
  const open = isOpenOrder(order.status);
  return [
    <a class="row-link" href={visit.link(`/records/${order.recordId}#orders`)}>{recordName}</a>,
    <a href={visit.link(`/campaigns/${order.campaignId}`)}>{campaignName}</a>,
    <OrderBadge status={order.status} />,
    open ? <Scheduled order={order} /> : <span class="muted">{NOTHING}</span>,
    open ? <Obstacle visit={visit} view={view} /> : <span class="muted">It is closed</span>,
    <Moment at={order.createdAt} />,
  ];
}
