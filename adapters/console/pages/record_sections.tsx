/**
 * The sections of a record's page. One file, because they are one page, and only this one's.
 *
 * @module
 */
import { type Call, isLive } from "../../../src/calls/call.ts";
import { MAX_INSTRUCTIONS } from "../../../src/call_orders/create_call_order.ts";
import type { ForeseenOrder } from "../../../src/call_orders/foresee_refusal.ts";
import { isOpenOrder, nextStatuses } from "../../../src/call_orders/call_order.ts";
import type { Campaign } from "../../../src/campaigns/campaign.ts";
import type { Json, JsonObject } from "../../../src/kernel/json.ts";
import type { RecordProfile } from "../../../src/records/queries.ts";
import type { ContactRecord } from "../../../src/records/record.ts";
import type { Form } from "../form.ts";
import { durationText, moneyText, NOTHING, wordsOf } from "../ui/format.ts";
import { SelectField, SubmitButton, TextAreaField, TextField } from "../ui/form.tsx";
import { Badge, EmptyState, Facts, Moment, Section, Table, type Tone } from "../ui/parts.tsx";
import { outcomeText, Said } from "../ui/said.tsx";
import type { Visit } from "../visit.tsx";
import { Obstacle, OrderBadge, Scheduled } from "./order_parts.tsx";

/** A record's page as a section sees it. */
interface Of {
  visit: Visit;
  profile: RecordProfile;
}

/** Who it is, how to reach them, and whether that is allowed. */
export function About({ profile: { record, typeName } }: Pick<Of, "profile">) {
  const { consent } = record;
  return (
    <Section title="Contact">
      <Facts
        items={[
          ["Phone number", <span class="nowrap">{record.phoneNumber}</span>],
          ["E-mail address", record.email ?? <None />],
          ["First name", record.firstName ?? <None />],
          ["Last name", record.lastName ?? <None />],
          ["Country", record.country ?? <None />],
          ["Time zone", record.timeZone ?? <span class="muted">that of the number</span>],
          [
            "Do not call",
            record.doNotCallAt === null ? <Badge tone="good">Not marked</Badge> : (
              <>
                <Badge tone="bad">Marked</Badge>
                <small class="under">
                  <Moment at={record.doNotCallAt} />
                </small>
              </>
            ),
          ],
          [
            "Consent",
            consent === null ? <Badge tone="warn">None on file</Badge> : (
              <>
                <Badge tone="good">On file</Badge>
                <small class="under">
                  {consent.source}, <Moment at={consent.at} />
                </small>
              </>
            ),
          ],
          ["Type", typeName],
          ["Added", <Moment at={record.createdAt} />],
          ["Changed", <Moment at={record.updatedAt} />],
        ]}
      />
    </Section>
  );
}

function None() {
  return <span class="muted">none</span>;
}

/** The client's own data. */
export function Parameters({ parameters }: { parameters: JsonObject }) {
  const entries = Object.entries(parameters);
  return (
    <Section title="Parameters">
      {entries.length === 0
        ? <p class="muted">Nothing is noted.</p>
        : <Facts items={entries.map(([key, value]) => [key, <Value value={value} />])} />}
    </Section>
  );
}

function Value({ value }: { value: Json }) {
  if (typeof value === "boolean") return <>{value ? "Yes" : "No"}</>;
  if (value === null || typeof value === "object") return <code>{JSON.stringify(value)}</code>;
  return <>{String(value)}</>;
}

/** What was written down, newest first. */
export function Notes({ profile: { notes, counts } }: Pick<Of, "profile">) {
  if (notes.length === 0) return null;
  const about = counts.notes > notes.length
    ? `The latest ${notes.length} of ${counts.notes}.`
    : undefined;
  return (
    <Section title="Notes" about={about}>
      <ul class="notes">
        {notes.map(({ author, text, at }) => (
          <li>
            <p class="as-written">{text}</p>
            <small class="muted">
              {author}, <Moment at={at} />
            </small>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Orders, with what would stop each. */
export function Orders({ visit, profile: { record, orders, counts } }: Of) {
  const total = Object.values(counts.ordersByStatus).reduce((sum, count) => sum + count, 0);
  const mayCall = visit.principal.permissions.has("calls.manage");
  return (
    <Section
      id="orders"
      title="Call orders"
      about={total > orders.length ? `The latest ${orders.length} of ${total}.` : undefined}
    >
      {orders.length === 0 ? <EmptyState title="No call was ordered yet" /> : (
        <Table
          caption="Call orders, newest first"
          columns={[
            { label: "Campaign" },
            { label: "Status" },
            { label: "Scheduled" },
            { label: "What stands in the way" },
            { label: "" },
          ]}
          rows={orders.map((view) => [
            <>
              <a href={visit.link(`/campaigns/${view.order.campaignId}`)}>{view.campaignName}</a>
              <small>{attempts(view.order.attempts)}</small>
              {view.order.instructions && (
                <small class="as-written">{view.order.instructions}</small>
              )}
            </>,
            <OrderBadge status={view.order.status} />,
            isOpenOrder(view.order.status)
              ? <Scheduled order={view.order} />
              : <span class="muted">{NOTHING}</span>,
            isOpenOrder(view.order.status)
              ? <Obstacle visit={visit} view={view} />
              : <span class="muted">It is closed</span>,
            <span class="row-actions">
              {mayCall && isOpenOrder(view.order.status) && view.order.callType === "phone_out" && (
                <a
                  class="button small"
                  href={visit.link(`/records/${record.id}/orders/${view.order.id}/call`)}
                >
                  Call now
                </a>
              )}
              <ChangeStatus visit={visit} view={view} />
            </span>,
          ])}
        />
      )}
    </Section>
  );
}

/** How often an order was dialled. */
export function attempts(count: number): string {
  return count === 0 ? "Not called yet" : `Called ${count === 1 ? "once" : `${count} times`}`;
}

/** The form that moves an order on. */
export function ChangeStatus({ visit, view: { order } }: { visit: Visit; view: ForeseenOrder }) {
  const next = nextStatuses(order.status);
  if (next.length === 0) return null;
  const id = `status-${order.id}`;
  return (
    <details class="confirm">
      <summary class="button quiet small">Change status</summary>
      <form
        method="post"
        action={visit.link(`/records/${order.recordId}/orders/${order.id}/status`)}
      >
        <label class="field" for={id}>
          New status
          <select id={id} name="status">
            {next.map((status) => <option value={status}>{wordsOf(status)}</option>)}
          </select>
        </label>
        {next.includes("do_not_call") && (
          <p class="hint">“Do not call” marks the person too, for good.</p>
        )}
        <button class="button small" type="submit">Change</button>
      </form>
    </details>
  );
}

/** The form that puts the record into a campaign. */
export function NewOrder(
  { visit, record, campaigns, form, problems }: {
    visit: Visit;
    record: ContactRecord;
    campaigns: Campaign[];
    form?: Form;
    problems: Record<string, string>;
  },
) {
  if (campaigns.length === 0) return null;
  return (
    <Section title="Order a call" about="It costs nothing until the call is made.">
      <form class="form" method="post" action={visit.link(`/records/${record.id}/orders`)}>
        <div class="form-row">
          <SelectField
            label="Campaign"
            name="campaignUuid"
            hint="Whose assistant talks, under its rules"
            options={campaigns.map(({ id, name, status }) => [
              id,
              status === "active" ? name : `${name} (${status})`,
            ])}
            value={form?.text("campaignUuid")}
            error={problems.campaignUuid}
          />
          <TextField
            label="Scheduled time"
            name="scheduledTime"
            type="datetime-local"
            hint="In UTC; blank: you start it"
            value={form?.text("scheduledTime")}
            error={problems.scheduledTime}
          />
        </div>
        <input type="hidden" name="offset" value="Z" data-offset-of="scheduledTime" />
        <TextAreaField
          label="Instructions"
          name="instructions"
          hint="What the assistant is to know of this call in particular; may be left blank"
          value={form?.text("instructions")}
          error={problems.instructions}
          maxlength={MAX_INSTRUCTIONS}
          rows={3}
        />
        <div class="form-end">
          <SubmitButton quiet>Order call</SubmitButton>
        </div>
      </form>
    </Section>
  );
}

/** Every call, with how it ended and what it cost. */
export function Calls({ visit, profile: { calls, counts, orders } }: Of) {
  const names = new Map(orders.map(({ order, campaignName }) => [order.id, campaignName]));
  const open = visit.principal.permissions.has("calls.view");
  return (
    <Section
      title="Calls"
      about={counts.calls > calls.length
        ? `The latest ${calls.length} of ${counts.calls}.`
        : undefined}
    >
      {calls.length === 0 ? <EmptyState title="No call was made yet" /> : (
        <Table
          caption="Calls, newest first"
          columns={[
            { label: "When" },
            { label: "How it went" },
            { label: "Campaign" },
            { label: "Duration", numeric: true },
            { label: "Price", numeric: true },
          ]}
          rows={calls.map((call) => [
            open
              ? (
                <a class="row-link nowrap" href={visit.link(`/calls/${call.id}`)}>
                  <Moment at={call.createdAt} />
                </a>
              )
              : <Moment at={call.createdAt} />,
            <>
              <Badge tone={toneOf(call)}>{wordsOf(call.endReason ?? call.status)}</Badge>
              {call.summary && (
                <small>
                  <Said>{call.summary}</Said>
                </small>
              )}
            </>,
            names.get(call.orderId) ?? NOTHING,
            durationText(call.durationSeconds),
            call.price === null ? NOTHING : moneyText(call.price, call.currency),
          ])}
        />
      )}
    </Section>
  );
}

function toneOf(call: Call): Tone {
  if (isLive(call)) return "info";
  return call.answeredAt ? "good" : call.status === "failed" ? "bad" : "neutral";
}

/** What the assistants found out. */
export function Outcomes({ visit, profile: { outcomes } }: Of) {
  if (outcomes.length === 0) return null;
  return (
    <Section title="Outcomes">
      <Table
        caption="Outcomes, newest call first"
        columns={[{ label: "Outcome" }, { label: "Value" }, { label: "Campaign" }, {
          label: "When",
        }]}
        rows={outcomes.map(({ outcome, callId, campaignName, at }) => [
          <strong>{wordsOf(outcome.name)}</strong>,
          outcome.type === "text"
            ? <Said>{outcomeText(outcome.value)}</Said>
            : outcomeText(outcome.value),
          campaignName,
          visit.principal.permissions.has("calls.view")
            ? (
              <a href={visit.link(`/calls/${callId}`)}>
                <Moment at={at} />
              </a>
            )
            : <Moment at={at} />,
        ])}
      />
    </Section>
  );
}
