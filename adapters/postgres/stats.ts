/**
 * SQL of campaigns' figures and outcome counts: sums to which each change is added. One file,
 * because it is one repository.
 *
 * @module
 */
import type { EndReason } from "../../src/calls/call.ts";
import type { Outcome } from "../../src/calls/outcome.ts";
import type { CallOrderStatus } from "../../src/call_orders/call_order.ts";
import type { CampaignStats, CostSums, DayStats } from "../../src/campaigns/stats.ts";
import type { OutcomeSummary, StatsRepo } from "../../src/campaigns/stats_repo.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { alsoOf, type ClientFilter, owned, requireOwn } from "./client_filter.ts";
import { type Fragment, fragment, json, type Sql } from "./sql.ts";

/** Sums as decimal text, because JSON numbers are floats. */
type CostRow = { currency: string } & Record<"price" | "operational" | "phone", string>;

interface StatsRow {
  client_id: Uuid;
  client_name: string;
  currency: string;
  campaign_id: Uuid;
  campaign_name: string;
  calls: number;
  answered: number;
  answered_ended: number;
  answered_seconds: number;
  end_reasons: Partial<Record<EndReason, number>>;
  orders: Partial<Record<CallOrderStatus, number>>;
  costs: CostRow[];
}

interface DayRow {
  day: string;
  calls: number;
  answered: number;
  answered_ended: number;
  answered_seconds: number;
  costs: CostRow[];
}

interface OutcomeRow {
  name: string;
  type: Outcome["type"];
  count: number;
  distinct_values: number;
  most_frequent: { value: Outcome["value"]; count: number }[];
}

/** Figures of the client that the filter names. */
export function statsRepo(sql: Sql, filter: ClientFilter): StatsRepo {
  const own = owned(filter, fragment`k.client_id`);

  return {
    async add(clientId, campaignId, change) {
      requireOwn(filter, clientId);
      const { calls, answered, answeredEnded, answeredSeconds } = change;
      const costs = change.costs.map(fromCosts);
      // In the order of their keys, so that two transactions do not wait for each other.
      await sql`
        with campaign (client_id, campaign_id) as (
          select ${clientId}::uuid, ${campaignId}::uuid
        ), figures as (
          insert into campaign_stats as s (
            client_id, campaign_id, calls, answered, answered_ended, answered_seconds
          )
          select client_id, campaign_id, ${calls}::bigint, ${answered}::bigint,
            ${answeredEnded}::bigint, ${answeredSeconds}::bigint
          from campaign
          on conflict (client_id, campaign_id) do update set
            calls = s.calls + excluded.calls, answered = s.answered + excluded.answered,
            answered_ended = s.answered_ended + excluded.answered_ended,
            answered_seconds = s.answered_seconds + excluded.answered_seconds
        ), end_reasons as (
          insert into campaign_end_reasons as s (client_id, campaign_id, end_reason, count)
          select client_id, campaign_id, key, value::bigint
          from campaign, jsonb_each_text(${json(change.endReasons)}) order by key
          on conflict (client_id, campaign_id, end_reason)
            do update set count = s.count + excluded.count
        ), orders as (
          insert into campaign_order_statuses as s (client_id, campaign_id, status, count)
          select client_id, campaign_id, key, value::bigint
          from campaign, jsonb_each_text(${json(change.orders)}) order by key
          on conflict (client_id, campaign_id, status)
            do update set count = s.count + excluded.count
        )
        insert into campaign_costs as s (
          client_id, campaign_id, currency, price, operational, phone
        )
        select client_id, campaign_id, currency, price, operational, phone
        from campaign, jsonb_to_recordset(${json(costs)})
          as (currency text, price bigint, operational bigint, phone bigint)
        order by currency
        on conflict (client_id, campaign_id, currency) do update set
          price = s.price + excluded.price, operational = s.operational + excluded.operational,
          phone = s.phone + excluded.phone`;
    },
    async ofCampaign(campaignId) {
      const [row] = await sql<StatsRow>`
        ${statsOf(fragment`select * from campaigns k where k.id = ${campaignId} and ${own}`)}`;
      return row ? toStats(row) : null;
    },
    async all(limit) {
      const rows = await sql<StatsRow>`
        ${
        statsOf(fragment`
          select * from campaigns k where ${own}
          order by k.created_at desc, k.id desc limit ${limit}`)
      }
        order by k.created_at desc, k.id desc`;
      return rows.map(toStats);
    },
    async totalCosts() {
      const rows = await sql<CostRow>`
        select k.currency, sum(k.price)::text as price, sum(k.operational)::text as operational,
          sum(k.phone)::text as phone
        from campaign_costs k where ${own} group by k.currency
        having sum(k.price) <> 0 or sum(k.operational) <> 0 or sum(k.phone) <> 0
        order by k.currency`;
      return rows.map(toCosts);
    },

    async addToDay(clientId, campaignId, day, change) {
      requireOwn(filter, clientId);
      const { calls, answered, answeredEnded, answeredSeconds } = change;
      const costs = change.costs.map(fromCosts);
      await sql`
        with day (client_id, campaign_id, day) as (
          select ${clientId}::uuid, ${campaignId}::uuid, ${day}::date
        ), figures as (
          insert into campaign_days as s (
            client_id, campaign_id, day, calls, answered, answered_ended, answered_seconds
          )
          select client_id, campaign_id, day, ${calls}::bigint, ${answered}::bigint,
            ${answeredEnded}::bigint, ${answeredSeconds}::bigint
          from day
          on conflict (client_id, campaign_id, day) do update set
            calls = s.calls + excluded.calls, answered = s.answered + excluded.answered,
            answered_ended = s.answered_ended + excluded.answered_ended,
            answered_seconds = s.answered_seconds + excluded.answered_seconds
        )
        insert into campaign_day_costs as s (
          client_id, campaign_id, day, currency, price, operational, phone
        )
        select client_id, campaign_id, day, currency, price, operational, phone
        from day, jsonb_to_recordset(${json(costs)})
          as (currency text, price bigint, operational bigint, phone bigint)
        order by currency
        on conflict (client_id, campaign_id, day, currency) do update set
          price = s.price + excluded.price, operational = s.operational + excluded.operational,
          phone = s.phone + excluded.phone`;
    },
    async days(campaignId, first, last) {
      const owner = fragment`select client_id from campaigns where id = ${campaignId}`;
      const condition = fragment`${own} and k.day between ${first} and ${last}
        ${
        campaignId === null ? fragment`` : fragment`and k.campaign_id = ${campaignId}
            ${alsoOf(filter, fragment`k.client_id`, owner)}`
      }`;
      const rows = await sql<DayRow>`
        with figures as (
          select k.day, sum(k.calls)::float8 as calls, sum(k.answered)::float8 as answered,
            sum(k.answered_ended)::float8 as answered_ended,
            sum(k.answered_seconds)::float8 as answered_seconds
          from campaign_days k where ${condition} group by k.day
        ), sums as (
          select k.day, k.currency, sum(k.price) as price, sum(k.operational) as operational,
            sum(k.phone) as phone
          from campaign_day_costs k where ${condition} group by k.day, k.currency
          having sum(k.price) <> 0 or sum(k.operational) <> 0 or sum(k.phone) <> 0
        ), costs as (
          select day, jsonb_agg(
            jsonb_build_object('currency', currency, 'price', price::text,
              'operational', operational::text, 'phone', phone::text)
            order by currency
          ) as costs
          from sums group by day
        )
        select day::text, calls, answered, answered_ended, answered_seconds,
          coalesce(costs, '[]') as costs
        from figures left join costs using (day) order by day`;
      return rows.map(toDay);
    },

    async addOutcomes(clientId, campaignId, outcomes, sign) {
      requireOwn(filter, clientId);
      await sql`
        with campaign (client_id, campaign_id) as (
          select ${clientId}::uuid, ${campaignId}::uuid
        ), change as (
          select name, type, value, count(*) * ${sign}::int as count
          from jsonb_to_recordset(${json(outcomes)}) as (name text, type text, value jsonb)
          group by name, type, value
        ), counted as (
          insert into campaign_outcome_values as s (
            client_id, campaign_id, name, type, value, count
          )
          select client_id, campaign_id, name, type, value, count from campaign, change
          order by name, type, md5(value::text)
          on conflict (client_id, campaign_id, name, type, value_hash)
            do update set count = s.count + excluded.count
          returning name, type, value, count
        ), named as (
          select name, type, sum(change.count) as count,
            sum((counted.count <> 0)::int - (counted.count <> change.count)::int)
              as distinct_values
          from change join counted using (name, type, value) group by name, type
        )
        insert into campaign_outcomes as s (
          client_id, campaign_id, name, type, count, distinct_values
        )
        select client_id, campaign_id, name, type, count, distinct_values from campaign, named
        order by name, type
        on conflict (client_id, campaign_id, name, type) do update set
          count = s.count + excluded.count,
          distinct_values = s.distinct_values + excluded.distinct_values`;
    },
    async outcomes(campaignId, valuesPerName) {
      const rows = await sql<OutcomeRow>`
        select o.name, o.type, o.count::float8 as count,
          o.distinct_values::float8 as distinct_values, (
            select coalesce(jsonb_agg(jsonb_build_object('value', value, 'count', count)), '[]')
            from (
              select v.value, v.count from campaign_outcome_values v
              where v.client_id = o.client_id and v.campaign_id = o.campaign_id
                and v.name = o.name and v.type = o.type and v.count > 0
              order by v.count desc, left(v.value::text, 100) collate "C", v.value_hash
              limit ${valuesPerName}
            ) as top
          ) as most_frequent
        from campaigns k
        join campaign_outcomes o on o.client_id = k.client_id and o.campaign_id = k.id
        where k.id = ${campaignId} and ${own} and o.count <> 0
        order by o.name collate "C", o.type collate "C"`;
      return rows.map(toSummary);
    },
  };
}

/** Figures of chosen campaigns; counts as float8, which holds integers up to 2^53 as JSON does. */
function statsOf(campaigns: Fragment): Fragment {
  return fragment`
    select k.client_id, c.name as client_name, c.currency, k.id as campaign_id, k.name as campaign_name,
      coalesce(s.calls, 0)::float8 as calls, coalesce(s.answered, 0)::float8 as answered,
      coalesce(s.answered_ended, 0)::float8 as answered_ended,
      coalesce(s.answered_seconds, 0)::float8 as answered_seconds,
      (select coalesce(jsonb_object_agg(e.end_reason, e.count), '{}')
        from campaign_end_reasons e
        where e.client_id = k.client_id and e.campaign_id = k.id and e.count <> 0) as end_reasons,
      (select coalesce(jsonb_object_agg(o.status, o.count), '{}')
        from campaign_order_statuses o
        where o.client_id = k.client_id and o.campaign_id = k.id and o.count <> 0) as orders,
      (select coalesce(
          jsonb_agg(
            jsonb_build_object('currency', m.currency, 'price', m.price::text,
              'operational', m.operational::text, 'phone', m.phone::text)
            order by m.currency
          ), '[]')
        from campaign_costs m
        where m.client_id = k.client_id and m.campaign_id = k.id
          and (m.price <> 0 or m.operational <> 0 or m.phone <> 0)) as costs
    from (${campaigns}) as k
    join clients c on c.id = k.client_id
    left join campaign_stats s on s.client_id = k.client_id and s.campaign_id = k.id`;
}

function fromCosts({ currency, price, operational, phone }: CostSums): CostRow {
  return {
    currency,
    price: String(price),
    operational: String(operational),
    phone: String(phone),
  };
}

function toCosts({ currency, price, operational, phone }: CostRow): CostSums {
  return {
    currency,
    price: BigInt(price),
    operational: BigInt(operational),
    phone: BigInt(phone),
  };
}

function toDay(row: DayRow): DayStats {
  return {
    day: row.day,
    calls: row.calls,
    answered: row.answered,
    answeredEnded: row.answered_ended,
    answeredSeconds: row.answered_seconds,
    costs: row.costs.map(toCosts),
  };
}

function toStats(row: StatsRow): CampaignStats {
  return {
    clientId: row.client_id,
    clientName: row.client_name,
    currency: row.currency,
    campaignId: row.campaign_id,
    campaignName: row.campaign_name,
    calls: row.calls,
    answered: row.answered,
    answeredEnded: row.answered_ended,
    answeredSeconds: row.answered_seconds,
    endReasons: row.end_reasons,
    orders: row.orders,
    costs: row.costs.map(toCosts),
  };
}

function toSummary(
  { name, type, count, distinct_values, most_frequent }: OutcomeRow,
): OutcomeSummary {
  const values = most_frequent.map((value) => ({ name, type, ...value }));
  return { name, type, count, distinctValues: distinct_values, values };
}
