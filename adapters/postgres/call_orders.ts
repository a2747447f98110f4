/**
 * SQL of call orders.
 *
 * @module
 */
import type { CallOrder, CallOrderStatus, CallType } from "../../src/call_orders/call_order.ts";
import type { CallOrderRepo, CallOrderView } from "../../src/call_orders/call_order_repo.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { offsetOf } from "../../src/kernel/page.ts";
import { alsoOf, type ClientFilter, owned, requireOwn, requireWritten } from "./client_filter.ts";
import { toSlice, type Total } from "./pages.ts";
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

const ORDER = fragment`o.id, o.client_id, o.record_id, o.campaign_id, o.call_type, o.status,
  o.scheduled_time, o.instructions, o.attempts, o.next_dial_at, o.created_by, o.created_at,
  o.updated_at`;
const NAMES = fragment`r.name as record_name, k.name as campaign_name, c.name as client_name`;
/** As in the predicates of the partial indexes. */
const OPEN = fragment`('planned', 'busy', 'rescheduled')`;

/** Call orders of the client that the filter names. */
export function callOrderRepo(sql: Sql, filter: ClientFilter): CallOrderRepo {
  const client = fragment`o.client_id`;
  const own = owned(filter, client);

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
      const [row] = await sql<OrderRow & Names>`
        select ${ORDER}, ${NAMES} from call_orders o
        join records r on r.client_id = o.client_id and r.id = o.record_id
        join campaigns k on k.client_id = o.client_id and k.id = o.campaign_id
        join clients c on c.id = o.client_id
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
      const rows = await sql<OrderRow & Names & Total>`
        select ${ORDER}, ${NAMES}, total
        from (select count(*)::int as total from call_orders o where ${condition}) as counted
        left join (
          select * from call_orders o where ${condition}
          order by o.created_at desc, o.id desc limit ${page.limit} offset ${offsetOf(page)}
        ) as o on true
        left join records r on r.client_id = o.client_id and r.id = o.record_id
        left join campaigns k on k.client_id = o.client_id and k.id = o.campaign_id
        left join clients c on c.id = o.client_id
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

function toView(row: OrderRow & Names): CallOrderView {
  return {
    order: toOrder(row),
    recordName: row.record_name,
    campaignName: row.campaign_name,
    clientName: row.client_name,
  };
}
