-- A campaign's figures day by day, for charts: sums kept like those of the whole campaign. A call counts for the UTC
-- day on which it was made, whatever becomes of it later, so that the days add up to the campaign.

create table campaign_days (
  client_id uuid not null,
  campaign_id uuid not null,
  day date not null,
  calls bigint not null,
  answered bigint not null,
  answered_ended bigint not null,
  answered_seconds bigint not null,
  primary key (client_id, campaign_id, day),
  foreign key (client_id, campaign_id) references campaigns
);
create index campaign_days_of_all on campaign_days (client_id, day);

create table campaign_day_costs (
  client_id uuid not null,
  campaign_id uuid not null,
  day date not null,
  currency text not null,
  price bigint not null,
  operational bigint not null,
  phone bigint not null,
  primary key (client_id, campaign_id, day, currency),
  foreign key (client_id, campaign_id) references campaigns
);
create index campaign_day_costs_of_all on campaign_day_costs (client_id, day);

do $$
declare
  name text;
begin
  foreach name in array array['campaign_days', 'campaign_day_costs'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy master on %I to app_master using (true) with check (true)', name);
    execute format(
      'create policy tenant on %I to app_tenant using (client_id = (select app_client_id()))'
        || ' with check (client_id = (select app_client_id()))',
      name
    );
  end loop;
end $$;

grant select, insert, update on campaign_days, campaign_day_costs to app_tenant, app_master;

-- Nobody changes a call while those that there are are counted.
lock table calls in share row exclusive mode;
-- The tables' owner sees none of their rows.
set local role app_master;

insert into campaign_days (client_id, campaign_id, day, calls, answered, answered_ended, answered_seconds)
select client_id, campaign_id, (created_at at time zone 'UTC')::date, count(*), count(answered_at),
  count(*) filter (where answered_at is not null and end_reason is not null),
  coalesce(sum(duration_seconds) filter (where answered_at is not null and end_reason is not null), 0)
from calls group by 1, 2, 3;

-- Telephony is estimated in whole minutes, in the client's currency, until the provider tells.
insert into campaign_day_costs (client_id, campaign_id, day, currency, price, operational, phone)
select client_id, campaign_id, (created_at at time zone 'UTC')::date, cost.currency, sum(cost.price),
  sum(cost.operational), sum(cost.phone)
from calls, lateral (values
  (calls.currency, coalesce(price, 0), coalesce(operational_cost, 0),
    case when phone_cost is null and answered_at is not null and end_reason is not null
      then coalesce(phone_per_minute, 0) * ((coalesce(duration_seconds, 0) + 59) / 60) else 0 end),
  (phone_currency, 0, 0, phone_cost)
) as cost (currency, price, operational, phone)
where cost.currency is not null
group by 1, 2, 3, 4
having sum(cost.price) <> 0 or sum(cost.operational) <> 0 or sum(cost.phone) <> 0;

reset role;
