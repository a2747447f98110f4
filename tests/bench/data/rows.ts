/**
 * The rows of a client's past, made inside the database: what the server would have written had
 * it dialled all those calls. Every value follows from the row's number, so a run can be repeated.
 *
 * Not here: `call_events`, the reports that were seen already, which no tool or resource reads.
 *
 * @module
 */

/** Tables that are filled, in the order of their references. */
export const FILLED = [
  "records",
  "notes",
  "call_orders",
  "calls",
  "call_transcripts",
  "call_outcomes",
  "ledger",
] as const;

/** A stretch of one client's records, by number from 1. */
export interface Stretch {
  clientId: string;
  /** All records of the client, over which its history is spread. */
  records: number;
  from: number;
  to: number;
}

const FIRST_NAMES =
  "Ada Ben Chloe Dan Eva Finn Grace Hugo Ivy Jack Kira Leo Maria Noah Olga Paul " +
  "Quinn Rosa Sam Tara Uma Vera Will Xenia Yara Zoe Amir Bella Carl Dora";
const LAST_NAMES = "Adams Baker Clark Davis Evans Foster Garcia Hughes Ibrahim Jones Khan Lopez " +
  "Miller Novak Ortiz Parker Quist Rossi Smith Turner Ueda Vargas Walker Xu Young Zhang Abbott " +
  "Brandt Castro Dubois Eriksson Fischer Greco Haddad Ivanov Jansen Kovacs Larsen Moreau Nunes";

/** Functions that the rows are made with; dropped again by {@link DROP_FUNCTIONS}. */
export const FUNCTIONS = `
  create schema bench;
  -- A UUIDv7 of a moment, the same for the same seed.
  create function bench.id(at timestamptz, seed text) returns uuid language sql immutable as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
      || substr(md5(seed), 1, 3) || '8' || substr(md5(seed), 4, 15))::uuid
  $$;
  create function bench.iso(at timestamptz) returns text language sql stable as $$
    select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  $$;
  -- From 0 to below, evenly enough.
  create function bench.pick(seed text, below int) returns int language sql immutable as $$
    select (hashtext(seed) & 2147483647) % below
  $$;`;

/** Leaves nothing behind but the rows. */
export const DROP_FUNCTIONS = "drop schema bench cascade";

/** Statements that make a stretch. Triggers and foreign keys must be off meanwhile. */
export function rowsOf({ clientId, records, from, to }: Stretch): string[] {
  const some = `r.client_id = '${clientId}' and r.created_at > moment(${from} - 1)
    and r.created_at <= moment(${to})`;
  const client = `'${clientId}'::uuid`;
  const moment = (number: string) =>
    `(timestamptz '2025-01-01Z' + interval '500 days' * (${number})::float8 / ${records})::timestamptz(3)`;
  const chosen = some.replaceAll(/moment\(([^)]*)\)/g, (_, number) => moment(number));
  return [
    `insert into records (client_id, id, type_id, name, first_name, last_name, email, phone_number,
       country, status, time_zone, consent_at, consent_source, parameters, created_at, updated_at)
     select ${client}, bench.id(at, 'r${clientId}' || i), types.ids[kind], first || ' ' || last, first, last,
       lower(first || '.' || last) || i || case when i % 3 = 0 then '@example.org' else '@example.com' end,
       '+1415' || (2000000 + i), 'US',
       case when s < 90 then 'active' when s < 96 then 'inactive' else 'archived' end,
       'America/Los_Angeles', at, 'web form', jsonb_build_object('plan', (array['free', 'gold', 'team'])[1 + i % 3],
         'score', i % 100, 'city', (array['Austin', 'Boston', 'Chicago', 'Denver'])[1 + i % 4]), at, at
     from generate_series(${from}, ${to}) i
     cross join lateral (
       select ${
      moment("i")
    } as at, s, case when k < 70 then 1 when k < 95 then 2 else 3 end as kind,
         (string_to_array('${FIRST_NAMES}', ' '))[1 + bench.pick('f' || i, 30)] as first,
         (string_to_array('${LAST_NAMES}', ' '))[1 + bench.pick('l' || i, 40)] as last
       from (select bench.pick('s' || i, 100) as s, bench.pick('k' || i, 100) as k) as picked
     ) as made
     cross join (
       select array_agg(id order by name) as ids from record_types where client_id = ${client}
     ) as types`,
    `insert into notes (client_id, id, record_id, author, text, at)
     select client_id, bench.id(created_at, 'n' || id), id, 'Ana', 'Prefers calls in the morning.', created_at
     from records r where ${chosen} and bench.pick(r.id::text, 10) = 0`,
    `insert into call_orders (client_id, id, record_id, campaign_id, call_type, status, scheduled_time,
       instructions, attempts, next_dial_at, created_by, created_at, updated_at)
     select r.client_id, bench.id(at, 'o' || k || r.id), r.id,
       campaigns.ids[1 + (bench.pick('c' || r.id, cardinality(campaigns.ids)) + k) % cardinality(campaigns.ids)],
       'phone_out',
       case when fate < 60 then 'contacted' when fate < 75 then 'rescheduled' when fate < 85 then 'failed'
         when fate < 92 then 'canceled' else 'planned' end,
       null, 'Ask about the spring offer.', 3 - k, null, users.id, at, at + interval '4 days'
     from records r cross join generate_series(0, 1) k
     cross join lateral (
       select r.created_at + interval '1 hour' + k * interval '7 days' as at, bench.pick(k || r.id::text, 100) as fate
     ) as made
     cross join (
       select array_agg(id order by name) as ids from campaigns where client_id = ${client}
     ) as campaigns
     cross join (select id from users where client_id = ${client}) as users
     where ${chosen}`,
    `insert into calls (client_id, id, order_id, record_id, campaign_id, assistant_id, phone_number, status,
       end_reason, answered_by, created_at, answered_at, ended_at, duration_seconds, timeline, summary,
       recording_reference, recording_seconds, provider, provider_call_id, currency, setup, per_minute,
       increment_seconds, operational_per_minute, phone_per_minute, reserved, price, operational_cost,
       phone_cost, phone_currency, max_seconds, initiated_by, updated_at)
     select o.client_id, bench.id(at, 'l' || n || o.id), o.id, o.record_id, o.campaign_id, k.assistant_id,
       r.phone_number, how.status, end_reason, answered_by, at, answered_at, ended_at, seconds,
       jsonb_build_array(
         jsonb_build_object('status', 'dialing', 'at', bench.iso(at)),
         jsonb_build_object('status', 'ringing', 'at', bench.iso(at + interval '1 second')))
       || case when answered_at is null then '[]' else
         jsonb_build_array(jsonb_build_object('status', 'in_progress', 'at', bench.iso(answered_at))) end
       || jsonb_build_array(jsonb_build_object('status', how.status, 'at', bench.iso(ended_at))),
       case when answered_by = 'person' then 'Talked about the spring offer.' end,
       case when answered_by = 'person' then 'rec-' || n || o.id end,
       case when answered_by = 'person' then seconds end,
       'simulated', 'sim-' || n || o.id, c.currency, c.setup, c.per_minute, c.increment_seconds,
       a.operational_per_minute, null, c.setup + (c.per_minute * 600 + 59) / 60,
       case when seconds is null then 0 else c.setup
         + (c.per_minute * (ceil(seconds::numeric / c.increment_seconds)::bigint * c.increment_seconds) + 59) / 60 end,
       case when seconds is null then 0 else (a.operational_per_minute * seconds + 59) / 60 end,
       case when seconds is null then 0 else 14000::bigint * ceil(seconds / 60.0)::bigint end,
       'USD', 600, o.created_by, ended_at
     from records r
     join call_orders o on o.client_id = r.client_id and o.record_id = r.id
     join campaigns k on k.client_id = o.client_id and k.id = o.campaign_id
     join assistants a on a.client_id = k.client_id and a.id = k.assistant_id
     join clients c on c.id = o.client_id
     cross join lateral generate_series(1, o.attempts) n
     cross join lateral (
       select o.created_at + n * interval '1 day' as at, bench.pick(n || o.id::text, 100) as fate,
         10 + bench.pick('d' || n || o.id, 290) as length, n = o.attempts as last
     ) as made
     cross join lateral (
       select case
         when last and o.status = 'contacted' then 'contact_hangup'
         when last and o.status = 'failed' then 'invalid_number'
         when last and o.status = 'planned' then 'forbidden'
         when fate < 50 then 'no_answer' when fate < 70 then 'busy' else 'voicemail' end as end_reason
     ) as ended
     cross join lateral (
       select case end_reason when 'contact_hangup' then 'person' when 'voicemail' then 'machine' end as answered_by,
         case end_reason when 'contact_hangup' then 'completed' when 'voicemail' then 'completed'
           when 'busy' then 'busy' when 'no_answer' then 'no_answer' else 'failed' end as status,
         case when end_reason in ('contact_hangup', 'voicemail') then length end as seconds
     ) as how
     cross join lateral (
       select case when seconds is not null then at + interval '9 seconds' end as answered_at,
         at + interval '9 seconds' + coalesce(seconds, 12) * interval '1 second' as ended_at
     ) as times
     where ${chosen}`,
    `insert into call_transcripts (client_id, call_id, turns)
     select l.client_id, l.id, jsonb_build_array(
       jsonb_build_object('role', 'agent', 'startSeconds', 1, 'text', 'Hello, this is Ada of Brightline.'),
       jsonb_build_object('role', 'contact', 'startSeconds', 5, 'text', 'Good morning. What is it about?'),
       jsonb_build_object('role', 'agent', 'startSeconds', 9, 'text', 'Our spring offer. May I tell you more?'),
       jsonb_build_object('role', 'contact', 'startSeconds', 14, 'text', 'Please do, I have a minute.'))
     ${ofPeople(chosen)}`,
    `insert into call_outcomes (client_id, call_id, outcomes)
     select l.client_id, l.id, jsonb_build_array(
       jsonb_build_object('name', 'interested', 'type', 'boolean', 'value', l.duration_seconds % 3 = 0, 'turn', 3),
       jsonb_build_object('name', 'budget', 'type', 'number', 'value', 100 * (l.duration_seconds % 50), 'turn', null),
       jsonb_build_object('name', 'next step', 'type', 'choice',
         'value', (array['demo', 'email', 'none'])[1 + l.duration_seconds % 3], 'turn', 3))
     ${ofPeople(chosen)}`,
    `insert into ledger (client_id, id, kind, at, amount, currency, call_id)
     select l.client_id, bench.id(moment, kind || l.id), kind, moment, amount, l.currency, l.id
     from records r join calls l on l.client_id = r.client_id and l.record_id = r.id
     cross join lateral (values ('reserve', l.created_at, l.reserved),
       ('settle', l.ended_at, l.price), ('release', l.ended_at, l.reserved - l.price)) as entry (kind, moment, amount)
     where ${chosen} and amount <> 0`,
  ];
}

function ofPeople(chosen: string): string {
  return `from records r join calls l on l.client_id = r.client_id and l.record_id = r.id
     where ${chosen} and l.answered_by = 'person'`;
}

/** Statements that reckon the kept sums from the rows, and hand the money over. */
export const SUMS = [
  `insert into campaign_stats (client_id, campaign_id, calls, answered, answered_ended, answered_seconds)
   select client_id, campaign_id, count(*), count(answered_at), count(answered_at), coalesce(sum(duration_seconds), 0)
   from calls group by client_id, campaign_id`,
  `insert into campaign_end_reasons (client_id, campaign_id, end_reason, count)
   select client_id, campaign_id, end_reason, count(*) from calls group by client_id, campaign_id, end_reason`,
  `insert into campaign_order_statuses (client_id, campaign_id, status, count)
   select client_id, campaign_id, status, count(*) from call_orders group by client_id, campaign_id, status`,
  `insert into campaign_costs (client_id, campaign_id, currency, price, operational, phone)
   select client_id, campaign_id, currency, sum(price), sum(operational_cost), sum(phone_cost)
   from calls group by client_id, campaign_id, currency`,
  `insert into campaign_days (client_id, campaign_id, day, calls, answered, answered_ended, answered_seconds)
   select client_id, campaign_id, (created_at at time zone 'UTC')::date, count(*), count(answered_at),
     count(answered_at), coalesce(sum(duration_seconds), 0)
   from calls group by 1, 2, 3`,
  `insert into campaign_day_costs (client_id, campaign_id, day, currency, price, operational, phone)
   select client_id, campaign_id, (created_at at time zone 'UTC')::date, currency, sum(price), sum(operational_cost),
     sum(phone_cost)
   from calls group by 1, 2, 3, 4`,
  `insert into campaign_outcome_values (client_id, campaign_id, name, type, value, count)
   select l.client_id, l.campaign_id, x.name, x.type, x.value, count(*)
   from calls l join call_outcomes o on o.client_id = l.client_id and o.call_id = l.id
   cross join jsonb_to_recordset(o.outcomes) as x (name text, type text, value jsonb)
   group by l.client_id, l.campaign_id, x.name, x.type, x.value`,
  `insert into campaign_outcomes (client_id, campaign_id, name, type, count, distinct_values)
   select client_id, campaign_id, name, type, sum(count), count(*) from campaign_outcome_values
   group by client_id, campaign_id, name, type`,
  `update balances b set spent = l.spent, available = b.paid_in - l.spent
   from (select client_id, sum(price) as spent from calls group by client_id) as l
   where l.client_id = b.client_id`,
];

/** Statements that count lists for paging, as the triggers would have. */
export const LISTS = [
  "select count_lists('records', 'type_id')",
  "select count_lists('call_orders', 'campaign_id')",
];
