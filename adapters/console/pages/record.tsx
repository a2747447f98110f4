/**
 * A record: all that is known of it, and what can be done about it. Its sections stand in
 * `record_sections.tsx`.
 *
 * @module
 */
import { CALL_ORDER_STATUSES } from "../../../src/call_orders/call_order.ts";
import type { ForeseenOrder } from "../../../src/call_orders/foresee_refusal.ts";
import { DomainError, invalid, notFound } from "../../../src/kernel/errors.ts";
import type { RecordProfile } from "../../../src/records/queries.ts";
import type { Form } from "../form.ts";
import { LinkButton, Notice, PageHeader } from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { About, Calls, NewOrder, Notes, Orders, Outcomes, Parameters } from "./record_sections.tsx";
import { RecordBadges } from "./records.tsx";
import { sentence } from "./sign_in.tsx";

const DONE: Record<string, string> = {
  created: "The record is there.",
  saved: "The record is saved.",
  ordered: "The call order is there.",
  status: "The call order is changed.",
  called: "The call is under way.",
};

/** What the page shows beside what is stored. */
interface State {
  notice?: string;
  /** Of the form for a new order, by field. */
  problems?: Record<string, string>;
  /** Values to keep after a refusal. */
  form?: Form;
  /** What was refused as a whole. */
  refused?: DomainError;
}

/** A record's page, and what its forms do. */
export const RECORD_PAGE: readonly PageRoute[] = [
  {
    path: "/records/:uuid",
    ofClient: true,
    get: (visit) => recordPage(visit, { notice: DONE[visit.query("done") ?? ""] }),
  },
  { path: "/records/:uuid/orders", ofClient: true, post: order },
  { path: "/records/:uuid/orders/:orderUuid/status", ofClient: true, post: changeStatus },
];

async function order(visit: Visit, form: Form): Promise<Response> {
  const { uuid: recordUuid } = visit.params;
  const at = form.text("scheduledTime");
  try {
    await visit.app.callOrders.create(visit.principal, {
      recordUuid,
      campaignUuid: form.text("campaignUuid"),
      scheduledTime: at === "" ? undefined : at + (form.text("offset") || "Z"),
      instructions: form.text("instructions"),
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { field = "" } = error.details;
    const here = ["scheduledTime", "instructions", "campaignUuid"].includes(field);
    if (here) return await recordPage(visit, { form, problems: { [field]: sentence(error) } });
    if (!isRefusal(error)) throw error;
    return await recordPage(visit, { form, refused: error });
  }
  return visit.redirect(`/records/${recordUuid}?done=ordered#orders`);
}

async function changeStatus(visit: Visit, form: Form): Promise<Response> {
  const { uuid, orderUuid } = visit.params;
  await orderOf(visit);
  try {
    const status = CALL_ORDER_STATUSES.find((each) => each === form.text("status"));
    if (!status) throw invalid("status", `must be one of ${CALL_ORDER_STATUSES.join(", ")}`);
    await visit.app.callOrders.updateStatus(visit.principal, { uuid: orderUuid, status });
  } catch (error) {
    if (!(error instanceof DomainError && isRefusal(error))) throw error;
    return await recordPage(visit, { refused: error });
  }
  return visit.redirect(`/records/${uuid}?done=status#orders`);
}

/**
 * The record and the order of the address, which belong together.
 *
 * @throws DomainError `not_found`.
 */
export async function orderOf(
  { app, principal, params }: Visit,
): Promise<{ profile: RecordProfile; view: ForeseenOrder }> {
  const profile = await app.records.profile(principal, params.uuid);
  const view = profile.orders.find(({ order }) => order.id === params.orderUuid.toLowerCase());
  if (!view) throw notFound("Call order");
  return { profile, view };
}

/** Whether the page itself can say so: the record is there, and one may do such things. */
export function isRefusal({ code }: DomainError): boolean {
  const others = ["not_found", "forbidden", "no_client", "unauthenticated", "unavailable"];
  return !others.includes(code);
}

async function recordPage(visit: Visit, state: State): Promise<Response> {
  const [profile, campaigns] = await Promise.all([
    visit.app.records.profile(visit.principal, visit.params.uuid),
    visit.app.campaigns.list(visit.principal, { limit: 100 }),
  ]);
  const { record } = profile;
  const { notice, refused, problems } = state;
  const theirs = campaigns.items.map(({ campaign }) => campaign).filter(
    ({ status }) => status !== "finished",
  );
  const status = refused?.code === "conflict" ? 409 : refused || problems ? 422 : 200;
  return await visit.page(
    {
      title: record.name,
      crumbs: [{ label: "Records", path: "/records" }],
      scripts: ["local_time.js"],
      status,
    },
    <>
      <PageHeader
        title={record.name}
        lead={<RecordBadges status={record.status} doNotCall={record.doNotCallAt !== null} />}
      >
        <LinkButton href={visit.link(`/audit?subject=${record.id}`)} quiet>History</LinkButton>
        <LinkButton href={visit.link(`/records/${record.id}/edit`)} quiet>Edit</LinkButton>
      </PageHeader>
      {notice && <Notice tone="good">{notice}</Notice>}
      {refused && <Notice tone="bad" title="This cannot be done">{refused.message}.</Notice>}
      {record.doNotCallAt !== null && (
        <Notice tone="bad" title="Do not call">
          This person does not wish to be called again. No order of theirs is dialled, and no new
          one is taken.
        </Notice>
      )}
      <div class="two-columns">
        <About profile={profile} />
        <div>
          <Parameters parameters={record.parameters} />
          <Notes profile={profile} />
        </div>
      </div>
      <Orders visit={visit} profile={profile} />
      {record.doNotCallAt === null && record.status !== "archived" && (
        <NewOrder
          visit={visit}
          record={record}
          campaigns={theirs}
          form={state.form}
          problems={problems ?? {}}
        />
      )}
      <Calls visit={visit} profile={profile} />
      <Outcomes visit={visit} profile={profile} />
    </>,
  );
}
