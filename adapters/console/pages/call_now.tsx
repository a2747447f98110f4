/**
 * Starting a call: what it may cost stands on the page before anybody's phone rings. The form carries
 * a key, so that sending it twice dials once.
 *
 * @module
 */
import type { ClientView } from "../../../src/access/queries.ts";
import { priceOf } from "../../../src/billing/pricing.ts";
import type { ForeseenOrder } from "../../../src/call_orders/foresee_refusal.ts";
import type { CampaignView } from "../../../src/campaigns/campaign_repo.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import { newId } from "../../../src/kernel/ids.ts";
import { durationText, moneyText } from "../ui/format.ts";
import { Facts, LinkButton, Notice, PageHeader } from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { Blocked } from "./order_parts.tsx";
import { isRefusal, orderOf } from "./record.tsx";

/** The question, and the call. */
export const CALL_NOW: PageRoute = {
  path: "/records/:uuid/orders/:orderUuid/call",
  ofClient: true,
  get: (visit) => questionPage(visit),
  async post(visit, form) {
    const { uuid, orderUuid } = visit.params;
    const key = form.text("idempotencyKey");
    await orderOf(visit);
    try {
      const { call } = await visit.app.calls.initiate(visit.principal, {
        callOrderUuid: orderUuid,
        idempotencyKey: key === "" ? undefined : key,
      });
      const mayLook = visit.principal.permissions.has("calls.view");
      return visit.redirect(mayLook ? `/calls/${call.id}` : `/records/${uuid}?done=called`);
    } catch (error) {
      if (!(error instanceof DomainError && isRefusal(error))) throw error;
      return await questionPage(visit, error);
    }
  },
};

async function questionPage(visit: Visit, refused?: DomainError): Promise<Response> {
  const { app, principal } = visit;
  const { profile: { record }, view } = await orderOf(visit);
  const [money, campaign] = await Promise.all([
    app.access.getClient(principal),
    app.campaigns.get(principal, view.order.campaignId),
  ]);
  const path = `/records/${record.id}`;
  const status = refused ? refused.code === "conflict" ? 409 : 422 : 200;
  const blocked = refused ?? view.blockedBy;
  const mayCall = principal.permissions.has("calls.manage");
  return await visit.page(
    {
      title: "Call now",
      crumbs: [{ label: "Records", path: "/records" }, { label: record.name, path }],
      status,
    },
    <>
      <PageHeader title={`Call ${record.name}?`} lead="Their phone rings at once." />
      {blocked && (
        <Notice tone="bad" title={refused ? "Not called" : "This call would be refused"}>
          <Blocked visit={visit} reason={blocked} />
        </Notice>
      )}
      <section class="panel narrow" aria-label="The call">
        <Terms view={view} money={money} campaign={campaign} />
        {mayCall
          ? (
            <form
              class="form-end spaced"
              method="post"
              action={visit.link(`${path}/orders/${view.order.id}/call`)}
            >
              <input type="hidden" name="idempotencyKey" value={newId(visit.now)} />
              <button class="button" type="submit" disabled={blocked !== null && !refused}>
                Call {record.phoneNumber}
              </button>
              <LinkButton href={visit.link(path)} quiet>Not now</LinkButton>
            </form>
          )
          : (
            <p class="muted spaced">
              Starting calls takes the permission calls.manage, which you do not have.
            </p>
          )}
      </section>
    </>,
  );
}

/** What the call is, and what it may cost. */
function Terms({ view: { order, campaignName }, money, campaign }: {
  view: ForeseenOrder;
  money: ClientView;
  campaign: CampaignView;
}) {
  const { client: { tariff }, balance } = money;
  const text = (amount: bigint) => moneyText(amount, tariff.currency);
  const { maxCallSeconds } = campaign.campaign.rules;
  return (
    <Facts
      items={[
        ["Campaign", campaignName],
        ["Who talks", campaign.assistantName],
        [
          "Instructions",
          order.instructions === null
            ? <span class="muted">none</span>
            : <span class="as-written">{order.instructions}</span>,
        ],
        ["Price", `${text(tariff.setup)} when answered, ${text(tariff.perMinute)} a minute`],
        ["Longest call", durationText(maxCallSeconds)],
        ["Held back until it ends", <strong>{text(priceOf(tariff, maxCallSeconds))}</strong>],
        ["Balance", balance ? text(balance.available) : "none"],
      ]}
    />
  );
}
