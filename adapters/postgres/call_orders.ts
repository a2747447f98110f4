/**
 * SQL of call orders.
 *
 * @module
 */
import type { PhoneRates } from "../../src/billing/pricing.ts";
import type { CallOrder, CallOrderStatus, CallType } from "../../src/call_orders/call_order.ts";
import type {
  CallOrderRepo,
  CallOrderView,
  OrderCircumstances,
} from "../../src/call_orders/call_order_repo.ts";
import type { CampaignStatus, DialingRules } from "../../src/campaigns/campaign.ts";
import type { CallRules } from "../../src/compliance/call_rules.ts";
import type { RecordStatus } from "../../src/records/record.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { offsetOf } from "../../src/kernel/page.ts";
import { alsoOf, type ClientFilter, owned, requireOwn, requireWritten } from "./client_filter.ts";
import { countedPage, toSlice, type Total } from "./pages.ts";
import { type Fragment, fragment, type Sql } from "./sql.ts";

interface OrderRow {
  id: Uuid;
  client_id: Uuid;
  record_id: Uuid;
  campaign_id: Uuid;
  call_type: CallType;
  status: CallOrderStatus;
  scheduled_time: Date | null;
  instructions: string | null;
  attempts: number;
  next_dial_at: Date | null;
  created_by: Uuid | null;
  created_at: Date;
  updated_at: Date;
}

interface Names {
  record_name: string;
  campaign_name: string;
  client_name: string;
}

type ViewRow = OrderRow & Names & CircumstancesRow;

interface CircumstancesRow {
  record_status: RecordStatus;
  phone_number: string;
  time_zone: string | null;
  consent_at: Date | null;
  consent_source: string | null;
  do_not_call_at: Date | null;
  campaign_status: CampaignStatus;
  campaign_rules: DialingRules;
  currency: string;
  setup: bigint;
  per_minute: bigint;
  increment_seconds: number;
  phone_rates: PhoneRates;
  client_rules: CallRules;
  listed: boolean;
  live_of_client: number;
  live_of_campaign: number;
  live_call_id: Uuid | null;
  available: bigint;
}

const ORDER = fragment`o.id, o.client_id, o.record_id, o.campaign_id, o.call_type, o.status,
  o.scheduled_time, o.instructions, o.attempts, o.next_dial_at, o.created_by, o.created_at,
  o.updated_at`;
const NAMES = fragment`r.name as record_name, k.name as campaign_name, c.name as client_name`;
const CIRCUMSTANCES = fragment`r.status as record_status, r.phone_number, r.time_zone, r.consent_at,
  r.consent_source, r.do_not_call_at, k.status as campaign_status, k.rules as campaign_rules,
  c.currency, c.setup, c.per_minute, c.increment_seconds, c.phone_rates, c.rules as client_rules,
  d.phone_number is not null as listed, coalesce(of_client.calls, 0) as live_of_client,
  coalesce(of_campaign.calls, 0) as live_of_campaign, l.id as live_call_id,
  coalesce(b.available, 0) as available`;
const LIVE = fragment`('dialing', 'queued', 'ringing', 'in_progress')`;
/** As in the predicates of the partial indexes. */
const OPEN = fragment`('planned', 'busy', 'rescheduled')`;

/** Call orders of the client that the filter names. */
export function callOrderRepo(sql: Sql, filter: ClientFilter): CallOrderRepo {
  const client = fragment`o.client_id`;
  const own = owned(filter, client);
  const ownLive = fragment`l.status in ${LIVE} and ${owned(filter, fragment`l.client_id`)}`;
  // Live calls are counted once for a whole page of orders.
  const circumstances = fragment`
    left join records r on r.client_id = o.client_id and r.id = o.record_id
    left join campaigns k on k.client_id = o.client_id and k.id = o.campaign_id
    left join clients c on c.id = o.client_id
    left join do_not_call d on d.client_id = o.client_id and d.phone_number = r.phone_number
    left join balances b on b.client_id = o.client_id
    left join calls l on l.client_id = o.client_id and l.order_id = o.id and ${ownLive}
    left join (
      select l.client_id, count(*)::int as calls from calls l where ${ownLive} group by l.client_id
    ) as of_client on of_client.client_id = o.client_id
    left join (
      select l.client_id, l.campaign_id, count(*)::int as calls from calls l where ${ownLive}
      group by l.client_id, l.campaign_id
    ) as of_campaign
      on of_campaign.client_id = o.client_id and of_campaign.campaign_id = o.campaign_id`;

  function ofCampaign(id: Uuid): Fragment {
    const owner = fragment`select client_id from campaigns where id = ${id}`;
    return fragment`o.campaign_id = ${id} ${alsoOf(filter, client, owner)}`;
  }

  function ofRecord(id: Uuid): Fragment {
    const owner = fragment`select client_id from records where id = ${id}`;
    return fragment`o.record_id = ${id} ${alsoOf(filter, client, owner)}`;
  }

  return {
    async get(id) {
      const [row] = await sql<ViewRow>`
        select ${ORDER}, ${NAMES}, ${CIRCUMSTANCES} from call_orders o ${circumstances}
        where o.id = ${id} and ${own}`;
      return row ? toView(row) : null;
    },
    async lock(id) {
      const [row] = await sql<OrderRow>`
        select ${ORDER} from call_orders o where o.id = ${id} and ${own} for no key update`;
      return row ? toOrder(row) : null;
    },
    async list({ campaignId, recordId, status }, page) {
      const condition = fragment`${own}
        and ${campaignId === undefined ? fragment`true` : ofCampaign(campaignId)}
        and ${recordId === undefined ? fragment`true` : ofRecord(recordId)}
        and ${status === undefined ? fragment`true` : fragment`o.status = ${status}`}`;
      if (recordId === undefined) {
        const list = { clientId: filter, relation: "call_orders", parentId: campaignId, status };
        const { counted, source } = countedPage(list, page, {
          table: fragment`call_orders`,
          alias: fragment`o`,
          condition,
        });
        const rows = await sql<ViewRow & Total>`
          with ${counted} select ${ORDER}, ${NAMES}, ${CIRCUMSTANCES}, total from ${source}
          ${circumstances}
          order by o.created_at desc, o.id desc`;
        return toSlice(rows, toView);
      }
      const rows = await sql<ViewRow & Total>`
        select ${ORDER}, ${NAMES}, ${CIRCUMSTANCES}, total
        from (select count(*)::int as total from call_orders o where ${condition}) as counted
        left join (
          select * from call_orders o where ${condition}
          order by o.created_at desc, o.id desc limit ${page.limit} offset ${offsetOf(page)}
        ) as o on true ${circumstances}
        order by o.created_at desc, o.id desc`;
      return toSlice(rows, toView);
    },
    async openOrderId(clientId, recordId, campaignId) {
      const [row] = await sql<{ id: Uuid }>`
        select o.id from call_orders o
        where o.client_id = ${clientId} and o.record_id = ${recordId}
          and o.campaign_id = ${campaignId} and o.status in ${OPEN} and ${own}`;
      return row?.id ?? null;
    },
    async insert(order) {
      requireOwn(filter, order.clientId);
      // The update changes nothing: it makes the statement return the order that is open already,
      // also when another transaction has only just committed it.
      const [row] = await sql<{ id: Uuid }>`
        insert into call_orders (
          client_id, id, record_id, campaign_id, call_type, status, scheduled_time, instructions,
          attempts, next_dial_at, created_by, created_at, updated_at
        ) values (
          ${order.clientId}, ${order.id}, ${order.recordId}, ${order.campaignId}, ${order.callType},
          ${order.status}, ${order.scheduledTime}, ${order.instructions}, ${order.attempts},
          ${order.nextDialAt}, ${order.createdBy}, ${order.createdAt}, ${order.updatedAt}
        ) on conflict (client_id, record_id, campaign_id) where status in ${OPEN}
          do update set status = call_orders.status
        returning id`;
      return row.id === order.id ? null : row.id;
    },
    async update(order) {
      const rows = await sql`
        update call_orders o set
          record_id = ${order.recordId}, campaign_id = ${order.campaignId},
          call_type = ${order.callType}, status = ${order.status},
          scheduled_time = ${order.scheduledTime}, instructions = ${order.instructions},
          attempts = ${order.attempts}, next_dial_at = ${order.nextDialAt},
          updated_at = ${order.updatedAt}
        where o.client_id = ${order.clientId} and o.id = ${order.id} and ${own}`;
      requireWritten(rows, "call_orders");
    },
    async claimDue(now, leaseUntil, limit) {
      const rows = await sql<OrderRow>`
        with due as (
          select o.client_id, o.id, o.next_dial_at from call_orders o
          join campaigns k on k.client_id = o.client_id and k.id = o.campaign_id
          where o.next_dial_at <= ${now} and o.call_type = 'phone_out' and o.status in ${OPEN}
            and k.status = 'active' and k.rules -> 'autoDial' = 'true' and ${own}
          order by o.next_dial_at, o.id limit ${limit}
          for no key update of o skip locked
        ), claimed as (
          update call_orders o set next_dial_at = ${leaseUntil}
          from due where o.client_id = due.client_id and o.id = due.id
          returning ${ORDER}, due.next_dial_at as due_at
        )
        select * from claimed order by due_at, id`;
      return rows.map(toOrder);
    },
  };
}

function toOrder(row: OrderRow): CallOrder {
  return {
    id: row.id,
    clientId: row.client_id,
    recordId: row.record_id,
    campaignId: row.campaign_id,
    callType: row.call_type,
    status: row.status,
    scheduledTime: row.scheduled_time,
    instructions: row.instructions,
    attempts: row.attempts,
    nextDialAt: row.next_dial_at,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toView(row: ViewRow): CallOrderView {
  return {
    order: toOrder(row),
    recordName: row.record_name,
    campaignName: row.campaign_name,
    clientName: row.client_name,
    circumstances: toCircumstances(row),
  };
}

function toCircumstances(row: ViewRow): OrderCircumstances {
  const { consent_at: at, consent_source: source } = row;
  return {
    record: {
      status: row.record_status,
      phoneNumber: row.phone_number,
      timeZone: row.time_zone,
      consent: at === null || source === null ? null : { at, source },
      doNotCallAt: row.do_not_call_at,
    },
    campaign: { status: row.campaign_status, rules: row.campaign_rules },
    client: {
      tariff: {
        currency: row.currency,
        setup: row.setup,
        perMinute: row.per_minute,
        incrementSeconds: row.increment_seconds,
      },
      phoneRates: row.phone_rates,
      rules: row.client_rules,
    },
    listed: row.listed,
    live: { ofClient: row.live_of_client, ofCampaign: row.live_of_campaign },
    liveCallId: row.live_call_id,
    available: row.available,
  };
}
