-- The studio's own books. One file because the first migration is one idea: every table, who may touch it, and which
-- rows of it they may see. Written to the level of PostgreSQL 15.
--
-- Conventions
--   * Tenant tables: primary key (client_id, id), foreign keys composite with client_id, every unique index begins
--     with client_id, so that they can be distributed by client_id. clients, roles, users and tokens are small and
--     shared: reference tables.
--   * Closed sets are text with CHECK: equality of enums is not leakproof, which would cost the indexes under
--     row-level security.
--   * Money is bigint, millionths of the currency's major unit. Times have milliseconds, as the application's have.
--   * Uuids come from the application (version 7).

create extension if not exists pg_trgm;
create extension if not exists btree_gin;

-- Roles belong to the cluster, so another database may have made them already, or may be making them now.
do $$
declare
  name text;
begin
  foreach name in array array['app_tenant', 'app_master', 'app_auth', 'app_functions'] loop
    begin
      if not exists (select from pg_roles where rolname = name) then
        execute format('create role %I nologin', name);
      end if;
    exception when duplicate_object or unique_violation then
      null;
    end;
    if not pg_has_role(current_user, name, 'member') then
      execute format('grant %I to current_user', name);
    end if;
  end loop;
end $$;

-- The client that the transaction is for.
create function app_client_id() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.client_id', true), '')::uuid;

----------------------------------------------------------------------------------------------- access

create table clients (
  id uuid primary key,
  name text not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  setup bigint not null check (setup >= 0),
  per_minute bigint not null check (per_minute >= 0),
  increment_seconds integer not null check (increment_seconds > 0),
  rules jsonb not null,
  created_at timestamptz(3) not null,
  -- Stands for the operator in the audit trail.
  check (id <> '00000000-0000-0000-0000-000000000000')
);
create unique index clients_name on clients (lower(name));

create table roles (
  id uuid primary key,
  -- Null: the operator's.
  client_id uuid references clients,
  name text not null,
  admin boolean not null,
  permissions jsonb not null
);
create unique index roles_name on roles (client_id, lower(name)) nulls not distinct;

create table users (
  id uuid primary key,
  client_id uuid references clients,
  role_id uuid not null references roles,
  email text not null,
  name text not null,
  master boolean not null,
  created_at timestamptz(3) not null
);
create unique index users_email on users (lower(email));
create index users_client on users (client_id);

create table tokens (
  id uuid primary key,
  user_id uuid not null references users,
  name text not null,
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  read_only boolean not null,
  permissions jsonb,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);
create index tokens_user on tokens (user_id);

-- The nil uuid stands for the operator, because a distributed table's key is never null. No foreign keys: the trail
-- outlives what it tells of.
create table audit_log (
  client_id uuid not null,
  id uuid not null,
  at timestamptz(3) not null,
  user_id uuid,
  token_id uuid,
  actor text not null,
  action text not null,
  subject_id uuid,
  primary key (client_id, id)
);
create index audit_log_newest on audit_log (client_id, at desc, id desc);
create index audit_log_newest_of_all on audit_log (at desc, id desc);

---------------------------------------------------------------------------------------------- records

create table record_types (
  client_id uuid not null references clients,
  id uuid not null,
  name text not null,
  description text,
  created_at timestamptz(3) not null,
  primary key (client_id, id)
);
create unique index record_types_name on record_types (client_id, lower(name));
create index record_types_newest on record_types (client_id, created_at desc, id desc);

create table records (
  client_id uuid not null references clients,
  id uuid not null,
  type_id uuid not null,
  name text not null,
  first_name text,
  last_name text,
  email text,
  phone_number text not null check (phone_number ~ '^\+[1-9][0-9]{1,14}$'),
  country text check (country ~ '^[A-Z]{2}$'),
  status text not null check (status in ('active', 'inactive', 'archived')),
  time_zone text,
  consent_at timestamptz(3),
  consent_source text,
  do_not_call_at timestamptz(3),
  parameters jsonb not null check (jsonb_typeof(parameters) = 'object'),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  -- U+0001 is in no name and no address, so nothing is found across the two.
  search_text text not null generated always as (lower(name || U&'\0001' || coalesce(email, ''))) stored,
  primary key (client_id, id),
  foreign key (client_id, type_id) references record_types,
  check ((consent_at is null) = (consent_source is null))
);
create unique index records_phone on records (client_id, type_id, phone_number);
create index records_id on records (id);
create index records_newest on records (client_id, created_at desc, id desc);
create index records_by_status on records (client_id, status, created_at desc, id desc);
create index records_by_type on records (client_id, type_id, created_at desc, id desc);
create index records_by_name on records (client_id, lower(name) collate "C", id);
-- Each search reads what was inserted since the last merge: 1 MB is 0.3 ms of it, and imports take twice as long as
-- with the default of 4 MB (without any such list, ten times).
create index records_search on records using gin (client_id, search_text gin_trgm_ops, phone_number gin_trgm_ops)
  with (gin_pending_list_limit = 1024);

create table notes (
  client_id uuid not null references clients,
  id uuid not null,
  record_id uuid not null,
  author text not null,
  text text not null,
  at timestamptz(3) not null,
  primary key (client_id, id),
  foreign key (client_id, record_id) references records
);
create index notes_by_record on notes (client_id, record_id, at desc, id desc);

-------------------------------------------------------------------------------------------- campaigns

create table assistants (
  client_id uuid not null references clients,
  id uuid not null,
  name text not null,
  connection jsonb not null,
  outcomes jsonb not null,
  operational_per_minute bigint not null check (operational_per_minute >= 0),
  created_at timestamptz(3) not null,
  primary key (client_id, id)
);
create unique index assistants_name on assistants (client_id, lower(name));

create table campaigns (
  client_id uuid not null references clients,
  id uuid not null,
  assistant_id uuid not null,
  name text not null,
  description text,
  status text not null check (status in ('draft', 'active', 'paused', 'finished')),
  rules jsonb not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (client_id, id),
  foreign key (client_id, assistant_id) references assistants
);
create unique index campaigns_name on campaigns (client_id, lower(name));
create index campaigns_newest on campaigns (client_id, created_at desc, id desc);

------------------------------------------------------------------------------------------ call orders

create table call_orders (
  client_id uuid not null references clients,
  id uuid not null,
  record_id uuid not null,
  campaign_id uuid not null,
  call_type text not null check (call_type in ('phone_out', 'phone_in', 'web')),
  status text not null check (
    status in ('planned', 'busy', 'contacted', 'canceled', 'do_not_call', 'rescheduled', 'failed')
  ),
  scheduled_time timestamptz(3),
  instructions text,
  attempts integer not null check (attempts >= 0),
  next_dial_at timestamptz(3),
  created_by uuid,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (client_id, id),
  foreign key (client_id, record_id) references records,
  foreign key (client_id, campaign_id) references campaigns
);
-- A record has at most one open order per campaign.
create unique index call_orders_open on call_orders (client_id, record_id, campaign_id)
  where status in ('planned', 'busy', 'rescheduled');
create index call_orders_id on call_orders (id);
create index call_orders_newest on call_orders (client_id, created_at desc, id desc);
create index call_orders_by_campaign on call_orders (client_id, campaign_id, created_at desc, id desc);
create index call_orders_by_record on call_orders (client_id, record_id, created_at desc, id desc);
create index call_orders_by_status on call_orders (client_id, status, created_at desc, id desc);
create index call_orders_due on call_orders (next_dial_at)
  where call_type = 'phone_out' and status in ('planned', 'busy', 'rescheduled');

------------------------------------------------------------------------------------------------ calls

create table calls (
  client_id uuid not null references clients,
  id uuid not null,
  order_id uuid not null,
  record_id uuid not null,
  campaign_id uuid not null,
  assistant_id uuid not null,
  phone_number text not null,
  status text not null check (
    status in ('dialing', 'queued', 'ringing', 'in_progress', 'completed', 'busy', 'no_answer', 'failed', 'canceled')
  ),
  end_reason text check (
    end_reason in (
      'contact_hangup', 'agent_hangup', 'ended_by_client', 'max_duration', 'contact_lost', 'agent_lost', 'voicemail',
      'busy', 'no_answer', 'canceled', 'invalid_number', 'forbidden', 'auth_failed', 'media_incompatible',
      'provider_balance', 'provider_unavailable', 'declined', 'unwanted', 'rejected_by_network', 'agent_unavailable'
    )
  ),
  answered_by text check (answered_by in ('person', 'machine')),
  created_at timestamptz(3) not null,
  answered_at timestamptz(3),
  ended_at timestamptz(3),
  duration_seconds integer check (duration_seconds >= 0),
  timeline jsonb not null,
  summary text,
  recording_reference text,
  recording_seconds integer check (recording_seconds >= 0),
  provider text not null,
  provider_call_id text,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- What the call is reckoned by, as it was when it was dialled.
  setup bigint not null,
  per_minute bigint not null,
  increment_seconds integer not null,
  operational_per_minute bigint not null,
  reserved bigint not null check (reserved >= 0),
  price bigint check (price >= 0),
  operational_cost bigint check (operational_cost >= 0),
  phone_cost bigint,
  phone_currency text check (phone_currency ~ '^[A-Z]{3}$'),
  max_seconds integer not null check (max_seconds > 0),
  initiated_by uuid,
  updated_at timestamptz(3) not null,
  primary key (client_id, id),
  foreign key (client_id, order_id) references call_orders,
  foreign key (client_id, record_id) references records,
  foreign key (client_id, campaign_id) references campaigns,
  foreign key (client_id, assistant_id) references assistants,
  check ((end_reason is null) = (status in ('dialing', 'queued', 'ringing', 'in_progress'))),
  check ((phone_cost is null) = (phone_currency is null))
);
-- One order never has two live calls.
create unique index calls_live on calls (client_id, order_id)
  where status in ('dialing', 'queued', 'ringing', 'in_progress');
create index calls_live_of_campaign on calls (client_id, campaign_id)
  where status in ('dialing', 'queued', 'ringing', 'in_progress');
create index calls_silent on calls (updated_at)
  where status in ('dialing', 'queued', 'ringing', 'in_progress');
create index calls_id on calls (id);
create index calls_by_record on calls (client_id, record_id, created_at desc, id desc);

create table call_events (
  client_id uuid not null,
  call_id uuid not null,
  event_id text not null,
  at timestamptz(3) not null,
  primary key (client_id, call_id, event_id),
  foreign key (client_id, call_id) references calls
);

create table call_transcripts (
  client_id uuid not null,
  call_id uuid not null,
  turns jsonb not null,
  primary key (client_id, call_id),
  foreign key (client_id, call_id) references calls
);

-- All outcomes of a call in one row, because they come and are replaced together.
create table call_outcomes (
  client_id uuid not null,
  call_id uuid not null,
  outcomes jsonb not null check (jsonb_typeof(outcomes) = 'array'),
  primary key (client_id, call_id),
  foreign key (client_id, call_id) references calls
);

create table idempotency_keys (
  client_id uuid not null,
  key text not null,
  fingerprint text not null,
  call_id uuid not null,
  at timestamptz(3) not null,
  primary key (client_id, key)
);
create index idempotency_keys_at on idempotency_keys (at);

create table do_not_call (
  client_id uuid not null references clients,
  phone_number text not null,
  at timestamptz(3) not null,
  primary key (client_id, phone_number)
);

---------------------------------------------------------------------------------------------- billing

create table balances (
  client_id uuid primary key references clients,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  paid_in bigint not null check (paid_in >= 0),
  available bigint not null,
  reserved bigint not null check (reserved >= 0),
  spent bigint not null check (spent >= 0),
  check (paid_in = available + reserved + spent)
);

-- No foreign key to the call: its money is reserved before its row is written, and the ledger outlives it.
create table ledger (
  client_id uuid not null references balances,
  id uuid not null,
  kind text not null check (kind in ('top_up', 'reserve', 'settle', 'release', 'adjust')),
  at timestamptz(3) not null,
  amount bigint not null,
  currency text not null,
  call_id uuid,
  reference text,
  primary key (client_id, id, kind),
  check (amount >= 0 or kind = 'adjust'),
  check ((kind = 'top_up') = (call_id is null)),
  check ((kind = 'top_up') = (reference is not null))
);
create unique index ledger_reference on ledger (client_id, reference) where reference is not null;
-- A call's money is reserved once, and settled once.
create unique index ledger_once on ledger (client_id, call_id, kind) where kind in ('reserve', 'settle', 'release');
create index ledger_newest on ledger (client_id, at desc, id desc, kind desc);

------------------------------------------------------------------------------------------------ stats

-- Sums that whoever changes a call or an order keeps up to date in the same transaction.
create table campaign_stats (
  client_id uuid not null,
  campaign_id uuid not null,
  calls bigint not null,
  answered bigint not null,
  answered_ended bigint not null,
  answered_seconds bigint not null,
  primary key (client_id, campaign_id),
  foreign key (client_id, campaign_id) references campaigns
);

create table campaign_end_reasons (
  client_id uuid not null,
  campaign_id uuid not null,
  end_reason text not null,
  count bigint not null,
  primary key (client_id, campaign_id, end_reason),
  foreign key (client_id, campaign_id) references campaigns
);

create table campaign_order_statuses (
  client_id uuid not null,
  campaign_id uuid not null,
  status text not null,
  count bigint not null,
  primary key (client_id, campaign_id, status),
  foreign key (client_id, campaign_id) references campaigns
);

create table campaign_costs (
  client_id uuid not null,
  campaign_id uuid not null,
  currency text not null,
  price bigint not null,
  operational bigint not null,
  phone bigint not null,
  primary key (client_id, campaign_id, currency),
  foreign key (client_id, campaign_id) references campaigns
);

create table campaign_outcomes (
  client_id uuid not null,
  campaign_id uuid not null,
  name text not null,
  type text not null check (type in ('boolean', 'number', 'text', 'choice', 'date')),
  count bigint not null,
  -- Values whose count is not zero.
  distinct_values bigint not null,
  primary key (client_id, campaign_id, name, type),
  foreign key (client_id, campaign_id) references campaigns
);

create table campaign_outcome_values (
  client_id uuid not null,
  campaign_id uuid not null,
  name text not null,
  type text not null,
  value jsonb not null,
  -- A value may be too long for a key of its own.
  value_hash text not null generated always as (md5(value::text)) stored,
  count bigint not null,
  primary key (client_id, campaign_id, name, type, value_hash),
  foreign key (client_id, campaign_id) references campaigns
);
-- Serves the most frequent values without a look at the others, equally frequent ones in the order of their text.
create index campaign_outcome_values_top on campaign_outcome_values
  (client_id, campaign_id, name, type, count desc, left(value::text, 100) collate "C", value_hash) where count > 0;

-------------------------------------------------------------------------------- who sees which rows

do $$
declare
  name text;
begin
  -- As a scalar subquery the setting is read once per statement, not once per row.
  foreach name in array array[
    'roles', 'users', 'audit_log', 'record_types', 'records', 'notes', 'assistants', 'campaigns', 'call_orders', 'calls',
    'call_events', 'call_transcripts', 'call_outcomes', 'idempotency_keys', 'do_not_call', 'balances', 'ledger',
    'campaign_stats', 'campaign_end_reasons', 'campaign_order_statuses', 'campaign_costs', 'campaign_outcomes',
    'campaign_outcome_values'
  ] loop
    execute format(
      'create policy tenant on %I to app_tenant using (client_id = (select app_client_id()))'
        || ' with check (client_id = (select app_client_id()))',
      name
    );
  end loop;
  create policy tenant on clients to app_tenant
    using (id = (select app_client_id())) with check (id = (select app_client_id()));
  -- A tenant sees only its own users, so the subquery holds no others.
  create policy tenant on tokens to app_tenant
    using (user_id in (select id from users)) with check (user_id in (select id from users));

  for name in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
    continue when not exists (select from pg_policy where polrelid = name::regclass);
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    -- A policy of its own: "or is_master" in the tenants' policy would keep indexes from being used.
    execute format('create policy master on %I to app_master using (true) with check (true)', name);
  end loop;

  foreach name in array array['tokens', 'users', 'roles', 'records'] loop
    execute format('create policy functions on %I to app_functions using (true) with check (true)', name);
  end loop;
end $$;

--------------------------------------------------------------------------------- who may do what

grant usage on schema public to app_tenant, app_master, app_auth, app_functions;

-- Neither role deletes or rewrites history; neither changes what it only reads.
grant select, insert on audit_log, ledger, notes, call_events, do_not_call to app_tenant, app_master;
grant select, insert, update on
  record_types, records, assistants, campaigns, call_orders, calls, call_transcripts, call_outcomes,
  campaign_stats, campaign_end_reasons, campaign_order_statuses, campaign_costs, campaign_outcomes,
  campaign_outcome_values
  to app_tenant, app_master;

-- A client moves its own money, but only the operator pays in; it manages its tokens, but not who it is.
grant select on clients, roles, users to app_tenant;
grant select, insert, update (revoked_at) on tokens to app_tenant;
grant select, update (available, reserved, spent) on balances to app_tenant;
grant select, insert on idempotency_keys to app_tenant;
grant select, insert, update on clients, roles, users, tokens, balances to app_master;
grant select, insert, delete on idempotency_keys to app_master;

--------------------------------------------------------- functions that see what their callers may not

-- They run as a role that may do nothing else, and answer one question each.
grant select on tokens, users, roles to app_functions;
grant update (last_used_at) on tokens to app_functions;
grant select (client_id, id, search_text, phone_number) on records to app_functions;

-- All that is open before anybody is known: whose token has this hash. Notes the use when the last one noted is a
-- minute old, without waiting for another who is noting it.
create function identify(token_hash text, moment timestamptz) returns table (
  token_id uuid, user_id uuid, token_name text, hash text, read_only boolean, token_permissions jsonb,
  token_created_at timestamptz, expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz,
  client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamptz,
  role_client_id uuid, role_name text, admin boolean, role_permissions jsonb
)
  language sql volatile security definer
  set search_path = public, pg_temp
as $$
  with noted as (
    update tokens set last_used_at = moment where id in (
      select id from tokens
      where tokens.hash = token_hash
        and (tokens.last_used_at is null or tokens.last_used_at <= moment - interval '1 minute')
      for no key update skip locked
    )
  )
  select t.id, t.user_id, t.name, t.hash, t.read_only, t.permissions, t.created_at, t.expires_at, t.last_used_at,
    t.revoked_at, u.client_id, u.role_id, u.email, u.name, u.master, u.created_at, r.client_id, r.name, r.admin,
    r.permissions
  from tokens t join users u on u.id = t.user_id join roles r on r.id = u.role_id
  where t.hash = token_hash
$$;

-- LIKE is not leakproof, so row-level security would keep app_tenant's own query from the trigram index. This function
-- looks into the index in its stead, for the transaction's own client alone. Both patterns are ready for LIKE; a null
-- one matches nothing.
create function search_records(client uuid, text_pattern text, phone_pattern text) returns setof uuid
  -- Few rows expected, so that each is then fetched by its key, and not found among all of the client's.
  language plpgsql stable security definer rows 50
  set search_path = public, pg_temp
  -- The plan depends on the pattern: one of two letters has no trigrams.
  set plan_cache_mode = force_custom_plan
as $$
begin
  return query
    select r.id from records r
    where r.client_id = client and client = (select app_client_id())
      and (r.search_text like text_pattern or r.phone_number like phone_pattern);
end $$;

revoke all on function identify, search_records from public;
grant execute on function identify to app_auth;
grant execute on function search_records to app_tenant;
-- To own a function a role must be able to make one, for a moment.
grant create on schema public to app_functions;
alter function identify owner to app_functions;
alter function search_records owner to app_functions;
revoke create on schema public from app_functions;
