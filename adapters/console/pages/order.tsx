/**
 * A call order: who is to be called for what, what would stop it, and what came of it so far.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";
import { isOpenOrder } from "../../../src/call_orders/call_order.ts";
import type { ForeseenOrder } from "../../../src/call_orders/foresee_refusal.ts";
import type { CallView } from "../../../src/calls/call_repo.ts";
import { MAX_LIMIT } from "../../../src/kernel/page.ts";
import { wordsOf } from "../ui/format.ts";
import { EmptyState, Facts, LinkButton, Moment, PageHeader, Section } from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { CallTable } from "./calls.tsx";
import { Obstacle, OrderBadge, Scheduled } from "./order_parts.tsx";
import { attempts, ChangeStatus } from "./record_sections.tsx";

/** An order's page. */
export const ORDER_PAGE: PageRoute = { path: "/orders/:uuid", ofClient: true, get: orderPage };

async function orderPage(visit: Visit): Promise<Response> {
  const { app, principal, params: { uuid } } = visit;
  const maySee = principal.permissions.has("calls.view");
  const [view, calls] = await Promise.all([
    app.callOrders.get(principal, uuid),
    maySee ? app.calls.list(principal, { orderUuid: uuid, limit: MAX_LIMIT }) : null,
  ]);
  const { order, recordName } = view;
  const open = isOpenOrder(order.status);
  const mayCall = principal.permissions.has("calls.manage");
  return await visit.page(
    { title: `Order: ${recordName}`, crumbs: [{ label: "Call orders", path: "/orders" }] },
    <>
      <PageHeader
        title={`Order to call ${recordName}`}
        lead={
          <>
            <OrderBadge status={order.status} /> {attempts(order.attempts)}
          </>
        }
      >
        <LinkButton href={visit.link(`/audit?subject=${order.id}`)} quiet>History</LinkButton>
        <ChangeStatus visit={visit} view={view} />
        {mayCall && open && order.callType === "phone_out" && (
          <LinkButton href={visit.link(`/records/${order.recordId}/orders/${order.id}/call`)}>
            Call now
          </LinkButton>
        )}
      </PageHeader>
      <div class="two-columns">
        <Section title="What is ordered">
          <FactsOfOrder visit={visit} view={view} open={open} />
        </Section>
        <Section
          title="Instructions"
          about="What the assistant is to know of this call in particular."
        >
          {order.instructions === null
            ? <p class="muted">There are none.</p>
            : <p class="as-written">{order.instructions}</p>}
        </Section>
      </div>
      {calls && (
        <Section title="Attempts" about="Every call made for this order, newest first.">
          <Attempts visit={visit} calls={calls.items} />
        </Section>
      )}
    </>,
  );
}

function Attempts({ visit, calls }: { visit: Visit; calls: CallView[] }) {
  return calls.length === 0
    ? <EmptyState title="No call was made yet" />
    : <CallTable visit={visit} calls={calls} campaigns={false} />;
}

function FactsOfOrder({ visit, view, open }: { visit: Visit; view: ForeseenOrder; open: boolean }) {
  const { order, recordName, campaignName } = view;
  const when: [Child, Child][] = open
    ? [
      ["Scheduled", <Scheduled order={order} />],
      ["What stands in the way", <Obstacle visit={visit} view={view} />],
    ]
    : [];
  return (
    <Facts
      items={[
        ["Record", <a href={visit.link(`/records/${order.recordId}`)}>{recordName}</a>],
        ["Campaign", <a href={visit.link(`/campaigns/${order.campaignId}`)}>{campaignName}</a>],
        ["Way", wordsOf(order.callType)],
        ...when,
        ["Ordered", <Moment at={order.createdAt} />],
        ["Changed", <Moment at={order.updatedAt} />],
        ["Order", <code class="id">{order.id}</code>],
      ]}
    />
  );
}
