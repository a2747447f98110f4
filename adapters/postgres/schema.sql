create extension btree_gin;
create extension pg_trgm;

create table assistants (
  client_id uuid not null,
  id uuid not null,
  name text not null,
  connection jsonb not null,
  outcomes jsonb not null,
  operational_per_minute bigint not null,
  created_at timestamp(3) with time zone not null,
  webhook_platform text,
  webhook_secret text,
  webhook_api_key text,
  webhook_recording_hosts jsonb not null default '[]'::jsonb,
  constraint assistants_check CHECK (((webhook_platform IS NULL) = (webhook_secret IS NULL))),
  constraint assistants_check1 CHECK (((webhook_api_key IS NULL) OR (webhook_secret IS NOT NULL))),
  constraint assistants_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint assistants_operational_per_minute_check CHECK ((operational_per_minute >= 0)),
  constraint assistants_pkey PRIMARY KEY (client_id, id),
  constraint assistants_webhook_platform_check CHECK ((webhook_platform = ANY (ARRAY['studio'::text, 'elevenlabs'::text, 'vapi'::text])))
);
CREATE INDEX assistants_id ON public.assistants USING btree (id);
CREATE UNIQUE INDEX assistants_name ON public.assistants USING btree (client_id, lower(name));
alter table assistants enable row level security;
alter table assistants force row level security;
create policy master on assistants for all to app_master using (true) with check (true);
create policy tenant on assistants for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on assistants to app_master;
grant insert, select, update on assistants to app_tenant;

create table audit_chain (
  client_id uuid not null,
  seq bigint not null,
  entry_id uuid not null,
  hash text not null,
  key_id text not null,
  constraint audit_chain_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  constraint audit_chain_pkey PRIMARY KEY (client_id, seq),
  constraint audit_chain_seq_check CHECK ((seq > 0))
);
CREATE UNIQUE INDEX audit_chain_entry ON public.audit_chain USING btree (client_id, entry_id);
alter table audit_chain enable row level security;
alter table audit_chain force row level security;
create policy master on audit_chain for all to app_master using (true) with check (true);
create policy tenant on audit_chain for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select on audit_chain to app_master;

create table audit_log (
  client_id uuid not null,
  id uuid not null,
  at timestamp(3) with time zone not null,
  user_id uuid,
  token_id uuid,
  actor text not null,
  action text not null,
  subject_id uuid,
  application text,
  arguments_hash text,
  outcome text not null default 'ok'::text,
  times integer not null default 1,
  constraint audit_log_arguments_hash_check CHECK ((arguments_hash ~ '^[0-9a-f]{64}$'::text)),
  constraint audit_log_pkey PRIMARY KEY (client_id, id),
  constraint audit_log_times_check CHECK ((times > 0))
);
CREATE INDEX audit_log_by_action ON public.audit_log USING btree (client_id, action, at DESC, id DESC);
CREATE INDEX audit_log_by_subject ON public.audit_log USING btree (client_id, subject_id, at DESC, id DESC) WHERE (subject_id IS NOT NULL);
CREATE INDEX audit_log_by_user ON public.audit_log USING btree (client_id, user_id, at DESC, id DESC);
CREATE INDEX audit_log_newest ON public.audit_log USING btree (client_id, at DESC, id DESC);
CREATE INDEX audit_log_newest_of_all ON public.audit_log USING btree (at DESC, id DESC);
CREATE INDEX audit_log_refused ON public.audit_log USING btree (client_id, at DESC, id DESC) WHERE (outcome <> 'ok'::text);
alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy master on audit_log for all to app_master using (true) with check (true);
create policy tenant on audit_log for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select on audit_log to app_master;
grant insert, select on audit_log to app_tenant;

create table audit_pending (
  client_id uuid not null,
  id uuid not null,
  constraint audit_pending_pkey PRIMARY KEY (client_id, id)
);
alter table audit_pending enable row level security;
alter table audit_pending force row level security;
create policy master on audit_pending for all to app_master using (true) with check (true);
create policy tenant on audit_pending for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant delete, insert, select on audit_pending to app_master;
grant insert on audit_pending to app_tenant;

create table balances (
  client_id uuid not null,
  currency text not null,
  paid_in bigint not null,
  available bigint not null,
  reserved bigint not null,
  spent bigint not null,
  constraint balances_check CHECK ((paid_in = ((available + reserved) + spent))),
  constraint balances_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint balances_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint balances_paid_in_check CHECK ((paid_in >= 0)),
  constraint balances_pkey PRIMARY KEY (client_id),
  constraint balances_reserved_check CHECK ((reserved >= 0)),
  constraint balances_spent_check CHECK ((spent >= 0))
);
alter table balances enable row level security;
alter table balances force row level security;
create policy master on balances for all to app_master using (true) with check (true);
create policy tenant on balances for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on balances to app_master;
grant select, update (available, reserved, spent) on balances to app_tenant;

create table call_events (
  client_id uuid not null,
  call_id uuid not null,
  event_id text not null,
  at timestamp(3) with time zone not null,
  constraint call_events_client_id_call_id_fkey FOREIGN KEY (client_id, call_id) REFERENCES calls(client_id, id),
  constraint call_events_pkey PRIMARY KEY (client_id, call_id, event_id)
);
alter table call_events enable row level security;
alter table call_events force row level security;
create policy master on call_events for all to app_master using (true) with check (true);
create policy tenant on call_events for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select on call_events to app_master;
grant insert, select on call_events to app_tenant;

create table call_orders (
  client_id uuid not null,
  id uuid not null,
  record_id uuid not null,
  campaign_id uuid not null,
  call_type text not null,
  status text not null,
  scheduled_time timestamp(3) with time zone,
  instructions text,
  attempts integer not null,
  next_dial_at timestamp(3) with time zone,
  created_by uuid,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  constraint call_orders_attempts_check CHECK ((attempts >= 0)),
  constraint call_orders_call_type_check CHECK ((call_type = ANY (ARRAY['phone_out'::text, 'phone_in'::text, 'web'::text]))),
  constraint call_orders_client_id_campaign_id_fkey FOREIGN KEY (client_id, campaign_id) REFERENCES campaigns(client_id, id),
  constraint call_orders_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint call_orders_client_id_record_id_fkey FOREIGN KEY (client_id, record_id) REFERENCES records(client_id, id),
  constraint call_orders_pkey PRIMARY KEY (client_id, id),
  constraint call_orders_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'busy'::text, 'contacted'::text, 'canceled'::text, 'do_not_call'::text, 'rescheduled'::text, 'failed'::text])))
);
CREATE INDEX call_orders_by_campaign ON public.call_orders USING btree (client_id, campaign_id, created_at DESC, id DESC);
CREATE INDEX call_orders_by_campaign_status ON public.call_orders USING btree (client_id, campaign_id, status, created_at DESC, id DESC);
CREATE INDEX call_orders_by_record ON public.call_orders USING btree (client_id, record_id, created_at DESC, id DESC);
CREATE INDEX call_orders_by_status ON public.call_orders USING btree (client_id, status, created_at DESC, id DESC);
CREATE INDEX call_orders_due ON public.call_orders USING btree (next_dial_at) WHERE ((call_type = 'phone_out'::text) AND (status = ANY (ARRAY['planned'::text, 'busy'::text, 'rescheduled'::text])));
CREATE INDEX call_orders_id ON public.call_orders USING btree (id);
CREATE INDEX call_orders_newest ON public.call_orders USING btree (client_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX call_orders_open ON public.call_orders USING btree (client_id, record_id, campaign_id) WHERE (status = ANY (ARRAY['planned'::text, 'busy'::text, 'rescheduled'::text]));
alter table call_orders enable row level security;
alter table call_orders force row level security;
create policy functions on call_orders for all to app_functions using (true) with check ();
create policy master on call_orders for all to app_master using (true) with check (true);
create policy tenant on call_orders for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on call_orders to app_master;
grant insert, select, update on call_orders to app_tenant;
grant select (client_id, id, campaign_id, status, created_at) on call_orders to app_functions;

create table call_outcomes (
  client_id uuid not null,
  call_id uuid not null,
  outcomes jsonb not null,
  constraint call_outcomes_client_id_call_id_fkey FOREIGN KEY (client_id, call_id) REFERENCES calls(client_id, id),
  constraint call_outcomes_outcomes_check CHECK ((jsonb_typeof(outcomes) = 'array'::text)),
  constraint call_outcomes_pkey PRIMARY KEY (client_id, call_id)
);
alter table call_outcomes enable row level security;
alter table call_outcomes force row level security;
create policy master on call_outcomes for all to app_master using (true) with check (true);
create policy tenant on call_outcomes for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on call_outcomes to app_master;
grant insert, select, update on call_outcomes to app_tenant;

create table call_transcripts (
  client_id uuid not null,
  call_id uuid not null,
  turns jsonb not null,
  constraint call_transcripts_client_id_call_id_fkey FOREIGN KEY (client_id, call_id) REFERENCES calls(client_id, id),
  constraint call_transcripts_pkey PRIMARY KEY (client_id, call_id)
);
alter table call_transcripts enable row level security;
alter table call_transcripts force row level security;
create policy master on call_transcripts for all to app_master using (true) with check (true);
create policy tenant on call_transcripts for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on call_transcripts to app_master;
grant insert, select, update on call_transcripts to app_tenant;

create table calls (
  client_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  record_id uuid not null,
  campaign_id uuid not null,
  assistant_id uuid not null,
  phone_number text not null,
  status text not null,
  end_reason text,
  answered_by text,
  created_at timestamp(3) with time zone not null,
  answered_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  duration_seconds integer,
  timeline jsonb not null,
  summary text,
  recording_reference text,
  recording_seconds integer,
  provider text not null,
  provider_call_id text,
  currency text not null,
  setup bigint not null,
  per_minute bigint not null,
  increment_seconds integer not null,
  operational_per_minute bigint not null,
  reserved bigint not null,
  price bigint,
  operational_cost bigint,
  phone_cost bigint,
  phone_currency text,
  max_seconds integer not null,
  initiated_by uuid,
  updated_at timestamp(3) with time zone not null,
  phone_per_minute bigint,
  agent_recording_url text,
  token_id uuid,
  constraint calls_answered_by_check CHECK ((answered_by = ANY (ARRAY['person'::text, 'machine'::text]))),
  constraint calls_check CHECK (((end_reason IS NULL) = (status = ANY (ARRAY['dialing'::text, 'queued'::text, 'ringing'::text, 'in_progress'::text])))),
  constraint calls_check1 CHECK (((phone_cost IS NULL) = (phone_currency IS NULL))),
  constraint calls_client_id_assistant_id_fkey FOREIGN KEY (client_id, assistant_id) REFERENCES assistants(client_id, id),
  constraint calls_client_id_campaign_id_fkey FOREIGN KEY (client_id, campaign_id) REFERENCES campaigns(client_id, id),
  constraint calls_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint calls_client_id_order_id_fkey FOREIGN KEY (client_id, order_id) REFERENCES call_orders(client_id, id),
  constraint calls_client_id_record_id_fkey FOREIGN KEY (client_id, record_id) REFERENCES records(client_id, id),
  constraint calls_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint calls_duration_seconds_check CHECK ((duration_seconds >= 0)),
  constraint calls_end_reason_check CHECK ((end_reason = ANY (ARRAY['contact_hangup'::text, 'agent_hangup'::text, 'ended_by_client'::text, 'max_duration'::text, 'contact_lost'::text, 'agent_lost'::text, 'voicemail'::text, 'busy'::text, 'no_answer'::text, 'canceled'::text, 'invalid_number'::text, 'forbidden'::text, 'auth_failed'::text, 'media_incompatible'::text, 'provider_balance'::text, 'provider_unavailable'::text, 'declined'::text, 'unwanted'::text, 'rejected_by_network'::text, 'agent_unavailable'::text]))),
  constraint calls_max_seconds_check CHECK ((max_seconds > 0)),
  constraint calls_operational_cost_check CHECK ((operational_cost >= 0)),
  constraint calls_phone_currency_check CHECK ((phone_currency ~ '^[A-Z]{3}$'::text)),
  constraint calls_phone_per_minute_check CHECK ((phone_per_minute >= 0)),
  constraint calls_pkey PRIMARY KEY (client_id, id),
  constraint calls_price_check CHECK ((price >= 0)),
  constraint calls_recording_seconds_check CHECK ((recording_seconds >= 0)),
  constraint calls_reserved_check CHECK ((reserved >= 0)),
  constraint calls_status_check CHECK ((status = ANY (ARRAY['dialing'::text, 'queued'::text, 'ringing'::text, 'in_progress'::text, 'completed'::text, 'busy'::text, 'no_answer'::text, 'failed'::text, 'canceled'::text])))
);
CREATE INDEX calls_by_campaign ON public.calls USING btree (client_id, campaign_id, created_at DESC, id DESC);
CREATE INDEX calls_by_end_reason ON public.calls USING btree (client_id, end_reason, created_at DESC, id DESC) WHERE (end_reason IS NOT NULL);
CREATE INDEX calls_by_record ON public.calls USING btree (client_id, record_id, created_at DESC, id DESC);
CREATE INDEX calls_id ON public.calls USING btree (id);
CREATE INDEX calls_live_of_campaign ON public.calls USING btree (client_id, campaign_id) WHERE (status = ANY (ARRAY['dialing'::text, 'queued'::text, 'ringing'::text, 'in_progress'::text]));
CREATE INDEX calls_newest ON public.calls USING btree (client_id, created_at DESC, id DESC);
CREATE INDEX calls_silent ON public.calls USING btree (updated_at) WHERE (status = ANY (ARRAY['dialing'::text, 'queued'::text, 'ringing'::text, 'in_progress'::text]));
CREATE INDEX calls_started ON public.calls USING btree (client_id, created_at) INCLUDE (token_id, price, reserved);
CREATE INDEX calls_to_number ON public.calls USING btree (phone_number, created_at);
CREATE INDEX calls_unpriced ON public.calls USING btree (provider, ended_at, id) WHERE ((phone_cost IS NULL) AND (answered_at IS NOT NULL) AND (provider_call_id IS NOT NULL) AND (ended_at IS NOT NULL));
CREATE UNIQUE INDEX calls_live ON public.calls USING btree (client_id, order_id) WHERE (status = ANY (ARRAY['dialing'::text, 'queued'::text, 'ringing'::text, 'in_progress'::text]));
CREATE UNIQUE INDEX calls_provider_call ON public.calls USING btree (client_id, provider, provider_call_id) WHERE (provider_call_id IS NOT NULL);
alter table calls enable row level security;
alter table calls force row level security;
create policy master on calls for all to app_master using (true) with check (true);
create policy tenant on calls for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on calls to app_master;
grant insert, select, update on calls to app_tenant;

create table campaign_costs (
  client_id uuid not null,
  campaign_id uuid not null,
  currency text not null,
  price bigint not null,
  operational bigint not null,
  phone bigint not null,
  constraint campaign_costs_client_id_campaign_id_fkey FOREIGN KEY (client_id, campaign_id) REFERENCES campaigns(client_id, id),
  constraint campaign_costs_pkey PRIMARY KEY (client_id, campaign_id, currency)
);
alter table campaign_costs enable row level security;
alter table campaign_costs force row level security;
create policy master on campaign_costs for all to app_master using (true) with check (true);
create policy tenant on campaign_costs for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on campaign_costs to app_master;
grant insert, select, update on campaign_costs to app_tenant;

create table campaign_day_costs (
  client_id uuid not null,
  campaign_id uuid not null,
  day date not null,
  currency text not null,
  price bigint not null,
  operational bigint not null,
  phone bigint not null,
  constraint campaign_day_costs_client_id_campaign_id_fkey FOREIGN KEY (client_id, campaign_id) REFERENCES campaigns(client_id, id),
  constraint campaign_day_costs_pkey PRIMARY KEY (client_id, campaign_id, day, currency)
);
CREATE INDEX campaign_day_costs_of_all ON public.campaign_day_costs USING btree (client_id, day);
alter table campaign_day_costs enable row level security;
alter table campaign_day_costs force row level security;
create policy master on campaign_day_costs for all to app_master using (true) with check (true);
create policy tenant on campaign_day_costs for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on campaign_day_costs to app_master;
grant insert, select, update on campaign_day_costs to app_tenant;

create table campaign_days (
  client_id uuid not null,
  campaign_id uuid not null,
  day date not null,
  calls bigint not null,
  answered bigint not null,
  answered_ended bigint not null,
  answered_seconds bigint not null,
  constraint campaign_days_client_id_campaign_id_fkey FOREIGN KEY (client_id, campaign_id) REFERENCES campaigns(client_id, id),
  constraint campaign_days_pkey PRIMARY KEY (client_id, campaign_id, day)
);
CREATE INDEX campaign_days_of_all ON public.campaign_days USING btree (client_id, day);
alter table campaign_days enable row level security;
alter table campaign_days force row level security;
create policy master on campaign_days for all to app_master using (true) with check (true);
create policy tenant on campaign_days for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on campaign_days to app_master;
grant insert, select, update on campaign_days to app_tenant;

create table campaign_end_reasons (
  client_id uuid not null,
  campaign_id uuid not null,
  end_reason text not null,
  count bigint not null,
  constraint campaign_end_reasons_client_id_campaign_id_fkey FOREIGN KEY (client_id, campaign_id) REFERENCES campaigns(client_id, id),
  constraint campaign_end_reasons_pkey PRIMARY KEY (client_id, campaign_id, end_reason)
);
alter table campaign_end_reasons enable row level security;
alter table campaign_end_reasons force row level security;
create policy master on campaign_end_reasons for all to app_master using (true) with check (true);
create policy tenant on campaign_end_reasons for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on campaign_end_reasons to app_master;
grant insert, select, update on campaign_end_reasons to app_tenant;

create table campaign_order_statuses (
  client_id uuid not null,
  campaign_id uuid not null,
  status text not null,
  count bigint not null,
  constraint campaign_order_statuses_client_id_campaign_id_fkey FOREIGN KEY (client_id, campaign_id) REFERENCES campaigns(client_id, id),
  constraint campaign_order_statuses_pkey PRIMARY KEY (client_id, campaign_id, status)
);
alter table campaign_order_statuses enable row level security;
alter table campaign_order_statuses force row level security;
create policy master on campaign_order_statuses for all to app_master using (true) with check (true);
create policy tenant on campaign_order_statuses for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on campaign_order_statuses to app_master;
grant insert, select, update on campaign_order_statuses to app_tenant;

create table campaign_outcome_values (
  client_id uuid not null,
  campaign_id uuid not null,
  name text not null,
  type text not null,
  value jsonb not null,
  value_hash text not null generated always as (md5((value)::text)) stored,
  count bigint not null,
  constraint campaign_outcome_values_client_id_campaign_id_fkey FOREIGN KEY (client_id, campaign_id) REFERENCES campaigns(client_id, id),
  constraint campaign_outcome_values_pkey PRIMARY KEY (client_id, campaign_id, name, type, value_hash)
);
CREATE INDEX campaign_outcome_values_top ON public.campaign_outcome_values USING btree (client_id, campaign_id, name, type, count DESC, "left"((value)::text, 100) COLLATE "C", value_hash) WHERE (count > 0);
alter table campaign_outcome_values enable row level security;
alter table campaign_outcome_values force row level security;
create policy master on campaign_outcome_values for all to app_master using (true) with check (true);
create policy tenant on campaign_outcome_values for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on campaign_outcome_values to app_master;
grant insert, select, update on campaign_outcome_values to app_tenant;

create table campaign_outcomes (
  client_id uuid not null,
  campaign_id uuid not null,
  name text not null,
  type text not null,
  count bigint not null,
  distinct_values bigint not null,
  constraint campaign_outcomes_client_id_campaign_id_fkey FOREIGN KEY (client_id, campaign_id) REFERENCES campaigns(client_id, id),
  constraint campaign_outcomes_pkey PRIMARY KEY (client_id, campaign_id, name, type),
  constraint campaign_outcomes_type_check CHECK ((type = ANY (ARRAY['boolean'::text, 'number'::text, 'text'::text, 'choice'::text, 'date'::text])))
);
alter table campaign_outcomes enable row level security;
alter table campaign_outcomes force row level security;
create policy master on campaign_outcomes for all to app_master using (true) with check (true);
create policy tenant on campaign_outcomes for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on campaign_outcomes to app_master;
grant insert, select, update on campaign_outcomes to app_tenant;

create table campaign_stats (
  client_id uuid not null,
  campaign_id uuid not null,
  calls bigint not null,
  answered bigint not null,
  answered_ended bigint not null,
  answered_seconds bigint not null,
  constraint campaign_stats_client_id_campaign_id_fkey FOREIGN KEY (client_id, campaign_id) REFERENCES campaigns(client_id, id),
  constraint campaign_stats_pkey PRIMARY KEY (client_id, campaign_id)
);
alter table campaign_stats enable row level security;
alter table campaign_stats force row level security;
create policy master on campaign_stats for all to app_master using (true) with check (true);
create policy tenant on campaign_stats for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on campaign_stats to app_master;
grant insert, select, update on campaign_stats to app_tenant;

create table campaigns (
  client_id uuid not null,
  id uuid not null,
  assistant_id uuid not null,
  name text not null,
  description text,
  status text not null,
  rules jsonb not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  constraint campaigns_client_id_assistant_id_fkey FOREIGN KEY (client_id, assistant_id) REFERENCES assistants(client_id, id),
  constraint campaigns_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint campaigns_pkey PRIMARY KEY (client_id, id),
  constraint campaigns_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'finished'::text])))
);
CREATE INDEX campaigns_newest ON public.campaigns USING btree (client_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX campaigns_name ON public.campaigns USING btree (client_id, lower(name));
alter table campaigns enable row level security;
alter table campaigns force row level security;
create policy master on campaigns for all to app_master using (true) with check (true);
create policy tenant on campaigns for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on campaigns to app_master;
grant insert, select, update on campaigns to app_tenant;

create table clients (
  id uuid not null,
  name text not null,
  country text not null,
  currency text not null,
  setup bigint not null,
  per_minute bigint not null,
  increment_seconds integer not null,
  rules jsonb not null,
  created_at timestamp(3) with time zone not null,
  phone_rates jsonb not null default '{}'::jsonb,
  constraint clients_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint clients_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint clients_id_check CHECK ((id <> '00000000-0000-0000-0000-000000000000'::uuid)),
  constraint clients_increment_seconds_check CHECK ((increment_seconds > 0)),
  constraint clients_per_minute_check CHECK ((per_minute >= 0)),
  constraint clients_pkey PRIMARY KEY (id),
  constraint clients_setup_check CHECK ((setup >= 0))
);
CREATE UNIQUE INDEX clients_name ON public.clients USING btree (lower(name));
alter table clients enable row level security;
alter table clients force row level security;
create policy functions on clients for all to app_functions using (true) with check ();
create policy master on clients for all to app_master using (true) with check (true);
create policy tenant on clients for all to app_tenant using ((id = ( SELECT app_client_id() AS app_client_id))) with check ((id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on clients to app_master;
grant select (id, name) on clients to app_functions;
grant select on clients to app_tenant;

create table contact_import_rows (
  client_id uuid not null,
  import_id uuid not null,
  "position" integer not null,
  rows jsonb not null,
  constraint contact_import_rows_client_id_import_id_fkey FOREIGN KEY (client_id, import_id) REFERENCES contact_imports(client_id, id),
  constraint contact_import_rows_pkey PRIMARY KEY (client_id, import_id, "position")
);
alter table contact_import_rows enable row level security;
alter table contact_import_rows force row level security;
create policy master on contact_import_rows for all to app_master using (true) with check (true);
create policy tenant on contact_import_rows for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant delete, insert, select on contact_import_rows to app_master;
grant delete, insert, select on contact_import_rows to app_tenant;

create table contact_imports (
  client_id uuid not null,
  id uuid not null,
  type_id uuid not null,
  user_id uuid,
  actor text not null,
  file_name text not null,
  status text not null,
  rows integer not null,
  next_row integer not null,
  expected_created integer not null,
  expected_duplicates integer not null,
  created integer not null,
  duplicates integer not null,
  refused integer not null,
  problems jsonb not null,
  lease_until timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null,
  started_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  constraint contact_imports_check CHECK (((next_row >= 0) AND (next_row <= rows))),
  constraint contact_imports_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint contact_imports_client_id_type_id_fkey FOREIGN KEY (client_id, type_id) REFERENCES record_types(client_id, id),
  constraint contact_imports_created_check CHECK ((created >= 0)),
  constraint contact_imports_duplicates_check CHECK ((duplicates >= 0)),
  constraint contact_imports_expected_created_check CHECK ((expected_created >= 0)),
  constraint contact_imports_expected_duplicates_check CHECK ((expected_duplicates >= 0)),
  constraint contact_imports_pkey PRIMARY KEY (client_id, id),
  constraint contact_imports_refused_check CHECK ((refused >= 0)),
  constraint contact_imports_rows_check CHECK ((rows >= 0)),
  constraint contact_imports_status_check CHECK ((status = ANY (ARRAY['previewed'::text, 'running'::text, 'done'::text, 'discarded'::text])))
);
CREATE INDEX contact_imports_id ON public.contact_imports USING btree (id);
CREATE INDEX contact_imports_newest ON public.contact_imports USING btree (client_id, created_at DESC, id DESC);
CREATE INDEX contact_imports_previewed ON public.contact_imports USING btree (created_at) WHERE (status = 'previewed'::text);
CREATE INDEX contact_imports_running ON public.contact_imports USING btree (started_at, id) WHERE (status = 'running'::text);
alter table contact_imports enable row level security;
alter table contact_imports force row level security;
create policy master on contact_imports for all to app_master using (true) with check (true);
create policy tenant on contact_imports for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on contact_imports to app_master;
grant insert, select, update on contact_imports to app_tenant;

create table do_not_call (
  client_id uuid not null,
  phone_number text not null,
  at timestamp(3) with time zone not null,
  constraint do_not_call_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint do_not_call_pkey PRIMARY KEY (client_id, phone_number)
);
alter table do_not_call enable row level security;
alter table do_not_call force row level security;
create policy master on do_not_call for all to app_master using (true) with check (true);
create policy tenant on do_not_call for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select on do_not_call to app_master;
grant insert, select on do_not_call to app_tenant;

create table idempotency_keys (
  client_id uuid not null,
  key text not null,
  fingerprint text not null,
  call_id uuid not null,
  at timestamp(3) with time zone not null,
  constraint idempotency_keys_pkey PRIMARY KEY (client_id, key)
);
CREATE INDEX idempotency_keys_at ON public.idempotency_keys USING btree (at);
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy master on idempotency_keys for all to app_master using (true) with check (true);
create policy tenant on idempotency_keys for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant delete, insert, select on idempotency_keys to app_master;
grant insert, select on idempotency_keys to app_tenant;

create table invitations (
  id uuid not null,
  user_id uuid not null,
  hash text not null,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  used_at timestamp(3) with time zone,
  constraint invitations_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  constraint invitations_hash_key UNIQUE (hash),
  constraint invitations_pkey PRIMARY KEY (id),
  constraint invitations_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
alter table invitations enable row level security;
alter table invitations force row level security;
create policy functions on invitations for all to app_functions using (true) with check (true);
create policy master on invitations for all to app_master using (true) with check (true);
grant insert, select, update on invitations to app_master;
grant select on invitations to app_functions;

create table ledger (
  client_id uuid not null,
  id uuid not null,
  kind text not null,
  at timestamp(3) with time zone not null,
  amount bigint not null,
  currency text not null,
  call_id uuid,
  reference text,
  constraint ledger_check CHECK (((amount >= 0) OR (kind = 'adjust'::text))),
  constraint ledger_check1 CHECK (((kind = 'top_up'::text) = (call_id IS NULL))),
  constraint ledger_check2 CHECK (((kind = 'top_up'::text) = (reference IS NOT NULL))),
  constraint ledger_client_id_fkey FOREIGN KEY (client_id) REFERENCES balances(client_id),
  constraint ledger_kind_check CHECK ((kind = ANY (ARRAY['top_up'::text, 'reserve'::text, 'settle'::text, 'release'::text, 'adjust'::text]))),
  constraint ledger_pkey PRIMARY KEY (client_id, id, kind)
);
CREATE INDEX ledger_newest ON public.ledger USING btree (client_id, at DESC, id DESC, kind DESC);
CREATE UNIQUE INDEX ledger_once ON public.ledger USING btree (client_id, call_id, kind) WHERE (kind = ANY (ARRAY['reserve'::text, 'settle'::text, 'release'::text]));
CREATE UNIQUE INDEX ledger_reference ON public.ledger USING btree (client_id, reference) WHERE (reference IS NOT NULL);
alter table ledger enable row level security;
alter table ledger force row level security;
create policy master on ledger for all to app_master using (true) with check (true);
create policy tenant on ledger for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select on ledger to app_master;
grant insert, select on ledger to app_tenant;

create table list_blocks (
  client_id uuid not null,
  relation text not null,
  parent_id uuid not null,
  status text not null,
  from_at timestamp(3) with time zone not null,
  from_id uuid not null,
  rows integer not null,
  constraint list_blocks_pkey PRIMARY KEY (client_id, relation, parent_id, status, from_at, from_id),
  constraint list_blocks_rows_check CHECK ((rows >= 0))
) with (fillfactor=50);
alter table list_blocks enable row level security;
alter table list_blocks force row level security;
create policy functions on list_blocks for all to app_functions using (true) with check (true);
create policy master on list_blocks for all to app_master using (true) with check ();
create policy tenant on list_blocks for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ();
grant insert, select, update on list_blocks to app_functions;
grant select on list_blocks to app_master;
grant select on list_blocks to app_tenant;

create table lists (
  client_id uuid not null,
  relation text not null,
  parent_id uuid not null,
  status text not null,
  rows bigint not null,
  constraint lists_pkey PRIMARY KEY (client_id, relation, parent_id, status),
  constraint lists_rows_check CHECK ((rows >= 0))
) with (fillfactor=50);
alter table lists enable row level security;
alter table lists force row level security;
create policy functions on lists for all to app_functions using (true) with check (true);
create policy master on lists for all to app_master using (true) with check ();
create policy tenant on lists for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ();
grant insert, select, update on lists to app_functions;
grant select on lists to app_master;
grant select on lists to app_tenant;

create table notes (
  client_id uuid not null,
  id uuid not null,
  record_id uuid not null,
  author text not null,
  text text not null,
  at timestamp(3) with time zone not null,
  constraint notes_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint notes_client_id_record_id_fkey FOREIGN KEY (client_id, record_id) REFERENCES records(client_id, id),
  constraint notes_pkey PRIMARY KEY (client_id, id)
);
CREATE INDEX notes_by_record ON public.notes USING btree (client_id, record_id, at DESC, id DESC);
alter table notes enable row level security;
alter table notes force row level security;
create policy master on notes for all to app_master using (true) with check (true);
create policy tenant on notes for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select on notes to app_master;
grant insert, select on notes to app_tenant;

create table passwords (
  user_id uuid not null,
  hash text not null,
  changed_at timestamp(3) with time zone not null,
  signed_in_at timestamp(3) with time zone,
  constraint passwords_pkey PRIMARY KEY (user_id),
  constraint passwords_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
alter table passwords enable row level security;
alter table passwords force row level security;
create policy functions on passwords for all to app_functions using (true) with check (true);
create policy master on passwords for all to app_master using (true) with check (true);
grant insert, select, update on passwords to app_master;
grant select on passwords to app_functions;

create table phone_network.calls (
  client_id uuid not null,
  call_id uuid not null,
  number text not null,
  ring_seconds integer not null,
  max_seconds integer not null,
  outcomes jsonb not null,
  context jsonb not null,
  dialed_at timestamp(3) with time zone not null,
  seed text not null,
  speed double precision not null,
  nth integer not null,
  refused text,
  requests integer not null,
  pushed integer not null,
  next_at timestamp(3) with time zone,
  hung_up_at timestamp(3) with time zone,
  constraint calls_pkey PRIMARY KEY (client_id, call_id),
  constraint calls_speed_check CHECK ((speed > (0)::double precision))
);
CREATE INDEX calls_due ON phone_network.calls USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX calls_number ON phone_network.calls USING btree (number) WHERE (refused IS NULL);
grant insert, select, update on phone_network.calls to phone_network;

create unlogged table rate_limits (
  key bytea not null,
  full_at timestamp with time zone not null,
  constraint rate_limits_pkey PRIMARY KEY (key)
) with (fillfactor=50);
grant delete, insert, select, update on rate_limits to app_auth;

create table record_types (
  client_id uuid not null,
  id uuid not null,
  name text not null,
  description text,
  created_at timestamp(3) with time zone not null,
  constraint record_types_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint record_types_pkey PRIMARY KEY (client_id, id)
);
CREATE INDEX record_types_newest ON public.record_types USING btree (client_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX record_types_name ON public.record_types USING btree (client_id, lower(name));
alter table record_types enable row level security;
alter table record_types force row level security;
create policy master on record_types for all to app_master using (true) with check (true);
create policy tenant on record_types for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on record_types to app_master;
grant insert, select, update on record_types to app_tenant;

create table records (
  client_id uuid not null,
  id uuid not null,
  type_id uuid not null,
  name text not null,
  first_name text,
  last_name text,
  email text,
  phone_number text not null,
  country text,
  status text not null,
  time_zone text,
  consent_at timestamp(3) with time zone,
  consent_source text,
  do_not_call_at timestamp(3) with time zone,
  parameters jsonb not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  search_text text not null generated always as (lower(((name || ''::text) || COALESCE(email, ''::text)))) stored,
  constraint records_check CHECK (((consent_at IS NULL) = (consent_source IS NULL))),
  constraint records_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint records_client_id_type_id_fkey FOREIGN KEY (client_id, type_id) REFERENCES record_types(client_id, id),
  constraint records_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint records_parameters_check CHECK ((jsonb_typeof(parameters) = 'object'::text)),
  constraint records_phone_number_check CHECK ((phone_number ~ '^\+[1-9][0-9]{1,14}$'::text)),
  constraint records_pkey PRIMARY KEY (client_id, id),
  constraint records_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text, 'archived'::text])))
);
CREATE INDEX records_by_name ON public.records USING btree (client_id, lower(name) COLLATE "C", id);
CREATE INDEX records_by_status ON public.records USING btree (client_id, status, created_at DESC, id DESC);
CREATE INDEX records_by_type ON public.records USING btree (client_id, type_id, created_at DESC, id DESC);
CREATE INDEX records_by_type_status ON public.records USING btree (client_id, type_id, status, created_at DESC, id DESC);
CREATE INDEX records_id ON public.records USING btree (id);
CREATE INDEX records_newest ON public.records USING btree (client_id, created_at DESC, id DESC);
CREATE INDEX records_search ON public.records USING gin (search_grams(client_id, ((search_text || ''::text) || phone_number))) WITH (gin_pending_list_limit='1024');
CREATE UNIQUE INDEX records_phone ON public.records USING btree (client_id, type_id, phone_number);
alter table records enable row level security;
alter table records force row level security;
create policy functions on records for all to app_functions using (true) with check (true);
create policy master on records for all to app_master using (true) with check (true);
create policy tenant on records for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on records to app_master;
grant insert, select, update on records to app_tenant;
grant select (client_id, id, type_id, name, phone_number, status, created_at, search_text) on records to app_functions;

create table roles (
  id uuid not null,
  client_id uuid,
  name text not null,
  admin boolean not null,
  permissions jsonb not null,
  constraint roles_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint roles_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX roles_name ON public.roles USING btree (client_id, lower(name)) NULLS NOT DISTINCT;
alter table roles enable row level security;
alter table roles force row level security;
create policy functions on roles for all to app_functions using (true) with check (true);
create policy master on roles for all to app_master using (true) with check (true);
create policy tenant on roles for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on roles to app_master;
grant select on roles to app_functions;
grant select on roles to app_tenant;

create table schema_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (version)
);
grant select on schema_migrations to public;

create table server_keys (
  name text not null,
  value text not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint server_keys_pkey PRIMARY KEY (name)
);
grant insert, select on server_keys to app_master;

create table sessions (
  id uuid not null,
  user_id uuid not null,
  hash text not null,
  created_at timestamp(3) with time zone not null,
  last_used_at timestamp(3) with time zone not null,
  device text,
  constraint sessions_device_check CHECK ((char_length(device) <= 60)),
  constraint sessions_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  constraint sessions_hash_key UNIQUE (hash),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX sessions_user ON public.sessions USING btree (user_id);
alter table sessions enable row level security;
alter table sessions force row level security;
create policy functions on sessions for all to app_functions using (true) with check (true);
create policy master on sessions for all to app_master using (true) with check (true);
grant delete, insert, select on sessions to app_master;
grant select, update (last_used_at) on sessions to app_functions;

create table sip.calls (
  client_id uuid not null,
  call_id uuid not null,
  owner uuid not null,
  held_until timestamp(3) with time zone not null,
  dialed_at timestamp(3) with time zone not null,
  max_seconds integer not null,
  refused text,
  answered_at timestamp(3) with time zone,
  invite jsonb,
  contact jsonb,
  assistant jsonb,
  events jsonb not null,
  delivered integer not null,
  done boolean not null,
  constraint calls_pkey PRIMARY KEY (client_id, call_id)
);
CREATE INDEX calls_done ON sip.calls USING btree (dialed_at) WHERE done;
CREATE INDEX calls_left ON sip.calls USING btree (held_until) WHERE (NOT done);
grant delete, insert, select, update on sip.calls to phone_network;

create table tokens (
  id uuid not null,
  user_id uuid not null,
  name text not null,
  hash text not null,
  read_only boolean not null,
  permissions jsonb,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  caps jsonb not null default '{}'::jsonb,
  constraint tokens_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  constraint tokens_hash_key UNIQUE (hash),
  constraint tokens_pkey PRIMARY KEY (id),
  constraint tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX tokens_user ON public.tokens USING btree (user_id);
alter table tokens enable row level security;
alter table tokens force row level security;
create policy functions on tokens for all to app_functions using (true) with check (true);
create policy master on tokens for all to app_master using (true) with check (true);
create policy tenant on tokens for all to app_tenant using ((user_id IN ( SELECT users.id FROM users))) with check ((user_id IN ( SELECT users.id FROM users)));
grant insert, select, update (revoked_at) on tokens to app_tenant;
grant insert, select, update on tokens to app_master;
grant select, update (last_used_at) on tokens to app_functions;

create table users (
  id uuid not null,
  client_id uuid,
  role_id uuid not null,
  email text not null,
  name text not null,
  master boolean not null,
  created_at timestamp(3) with time zone not null,
  disabled_at timestamp(3) with time zone,
  constraint users_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles(id)
);
CREATE INDEX users_client ON public.users USING btree (client_id);
CREATE UNIQUE INDEX users_email ON public.users USING btree (lower(email));
alter table users enable row level security;
alter table users force row level security;
create policy functions on users for all to app_functions using (true) with check (true);
create policy master on users for all to app_master using (true) with check (true);
create policy tenant on users for all to app_tenant using ((client_id = ( SELECT app_client_id() AS app_client_id))) with check ((client_id = ( SELECT app_client_id() AS app_client_id)));
grant insert, select, update on users to app_master;
grant select on users to app_functions;
grant select on users to app_tenant;

CREATE OR REPLACE FUNCTION public.app_client_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.client_id'::text, true), ''::text))::uuid;
grant execute on function app_client_id() to public;

CREATE OR REPLACE FUNCTION public.count_lists(relation text, parent text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  list lists;
begin
  for list in execute format($q$
    insert into lists (client_id, relation, parent_id, status, rows)
    select client_id, %1$L, case grouping(%2$I) when 1 then '00000000-0000-0000-0000-000000000000' else %2$I end,
      case grouping(status) when 1 then '' else status end, count(*)
    from %1$I group by client_id, cube (%2$I, status) returning *
  $q$, relation, parent) loop
    continue when list.rows <= 2000;
    insert into list_blocks values (
      list.client_id, list.relation, list.parent_id, list.status, '-infinity',
      '00000000-0000-0000-0000-000000000000', list.rows
    );
    perform cut_block(b, parent) from list_blocks b
    where b.client_id = list.client_id and b.relation = list.relation and b.parent_id = list.parent_id
      and b.status = list.status;
  end loop;
end $function$;
alter function count_lists(text,text) owner to app_functions;

CREATE OR REPLACE FUNCTION public.cut_block(block list_blocks, parent text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  size constant integer := 1000;
begin
  execute format($q$
    with next_block as (
      select from_at, from_id from list_blocks
      where client_id = $1 and relation = $4 and parent_id = $2 and status = $3 and (from_at, from_id) > ($5, $6)
      order by from_at, from_id limit 1
    ), numbered as (
      select created_at, id, row_number() over (order by created_at, id) - 1 as n
      from (%s) as r
      where (created_at, id) >= ($5, $6)
        and (created_at, id) < (coalesce((select from_at from next_block), 'infinity'),
          coalesce((select from_id from next_block), 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ), cut as (
      select min(created_at) as from_at, (array_agg(id order by n))[1] as from_id, count(*) as rows, n / $7 as nth
      from numbered group by n / $7
    ), kept as (
      update list_blocks b set rows = cut.rows from cut
      where nth = 0 and b.client_id = $1 and b.relation = $4 and b.parent_id = $2 and b.status = $3
        and (b.from_at, b.from_id) = ($5, $6)
    )
    insert into list_blocks (client_id, relation, parent_id, status, from_at, from_id, rows)
    select $1, $4, $2, $3, from_at, from_id, rows from cut where nth > 0
  $q$, list_query(block.relation, parent, block.parent_id, block.status))
  using block.client_id, block.parent_id, block.status, block.relation, block.from_at, block.from_id, size;
end $function$;
grant execute on function cut_block(list_blocks,text) to app_functions;

CREATE OR REPLACE FUNCTION public.find_records(client uuid, text_pattern text, text_part text, phone_part text, phone_pattern text, indexed boolean, wanted_status text, wanted_type uuid, skipped bigint, wanted integer, OUT ids uuid[], OUT total integer, OUT at_least boolean)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
 SET enable_sort TO 'off'
AS $function$
declare
  newest constant integer := 2000;
  -- One match in so many records makes a term common.
  common constant integer := 50;
  seen integer;
begin
  ids := '{}';
  total := 0;
  at_least := false;
  if client is distinct from app_client_id() then
    return;
  end if;
  select coalesce(array_agg(r.id order by r.created_at desc, r.id desc)
      filter (where r.search_text like text_pattern or r.phone_number ~ phone_pattern), '{}'), count(*)
    into ids, seen
  from (
    select r.id, r.created_at, r.search_text, r.phone_number from records r where r.client_id = client
      and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
    order by r.created_at desc, r.id desc limit newest
  ) as r;
  total := cardinality(ids);
  if seen = newest and total * common < seen and indexed then
    with hits as materialized (
      select r.created_at, r.id from records r
      where r.client_id = client and (r.search_text like text_part or r.phone_number like phone_part)
        and (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
    )
    select coalesce(array_agg(r.id order by r.created_at desc, r.id desc), '{}') into ids from hits r;
    total := cardinality(ids);
  elsif seen = newest and total <= skipped + wanted then
    select coalesce(array_agg(r.id order by r.created_at desc, r.id desc), '{}') into ids from (
      select r.created_at, r.id from records r where r.client_id = client
        and (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
      order by r.created_at desc, r.id desc offset skipped limit wanted + 1
    ) as r;
    at_least := cardinality(ids) > wanted;
    total := skipped + cardinality(ids);
    if cardinality(ids) = 0 then
      -- Past the end.
      select count(*) into total from records r where r.client_id = client
        and (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type);
    end if;
    ids := ids[1:wanted];
    return;
  else
    at_least := seen = newest;
  end if;
  ids := ids[skipped + 1:skipped + wanted];
end $function$;
alter function find_records(uuid,text,text,text,text,boolean,text,uuid,bigint,integer) owner to app_functions;
grant execute on function find_records(uuid,text,text,text,text,boolean,text,uuid,bigint,integer) to app_tenant;

CREATE OR REPLACE FUNCTION public.identify(token_hash text, moment timestamp with time zone)
 RETURNS TABLE(token_id uuid, user_id uuid, token_name text, hash text, read_only boolean, token_permissions jsonb, token_created_at timestamp with time zone, expires_at timestamp with time zone, last_used_at timestamp with time zone, revoked_at timestamp with time zone, client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamp with time zone, role_client_id uuid, role_name text, admin boolean, role_permissions jsonb, token_caps jsonb)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  used timestamptz;
begin
  return query
    select t.id, t.user_id, t.name, t.hash, t.read_only, t.permissions, t.created_at::timestamptz,
      t.expires_at::timestamptz, t.last_used_at::timestamptz, t.revoked_at::timestamptz, u.client_id, u.role_id,
      u.email, u.name, u.master, u.created_at::timestamptz, r.client_id, r.name, r.admin, r.permissions,
      t.caps
    from tokens t join users u on u.id = t.user_id join roles r on r.id = u.role_id
    where t.hash = token_hash and u.disabled_at is null;
  select t.last_used_at into used from tokens t join users u on u.id = t.user_id
    where t.hash = token_hash and u.disabled_at is null;
  if found and (used is null or used <= moment - interval '1 minute') then
    update tokens set last_used_at = moment where id in (
      select id from tokens where tokens.hash = token_hash for no key update skip locked
    );
  end if;
end $function$;
alter function identify(text,timestamp with time zone) owner to app_functions;
grant execute on function identify(text,timestamp with time zone) to app_auth;

CREATE OR REPLACE FUNCTION public.identify_session(session_hash text, moment timestamp with time zone, idle_since timestamp with time zone)
 RETURNS TABLE(session_id uuid, hash text, session_created_at timestamp with time zone, last_used_at timestamp with time zone, device text, user_id uuid, client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamp with time zone, role_client_id uuid, role_name text, admin boolean, role_permissions jsonb, client_name text)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  with noted as (
    update sessions set last_used_at = moment where id in (
      select id from sessions
      where sessions.hash = session_hash
        and sessions.last_used_at <= moment - interval '1 minute' and sessions.last_used_at > idle_since
      for no key update skip locked
    )
  )
  select s.id, s.hash, s.created_at, s.last_used_at, s.device, u.id, u.client_id, u.role_id, u.email, u.name, u.master,
    u.created_at, r.client_id, r.name, r.admin, r.permissions, c.name
  from sessions s join users u on u.id = s.user_id join roles r on r.id = u.role_id
    left join clients c on c.id = u.client_id
  where s.hash = session_hash and u.disabled_at is null
$function$;
alter function identify_session(text,timestamp with time zone,timestamp with time zone) owner to app_functions;
grant execute on function identify_session(text,timestamp with time zone,timestamp with time zone) to app_auth;

CREATE OR REPLACE FUNCTION public.keep_lists()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  too_long constant integer := 2000;
  nil constant uuid := '00000000-0000-0000-0000-000000000000';
  parent constant text := tg_argv[0];
  by_status constant boolean := tg_nargs > 1;
  changes text := '';
  changed record;
  list lists;
  block list_blocks;
begin
  -- What was taken from and added to each list; a row that stays in a list cancels out.
  if tg_op <> 'INSERT' then
    changes := format('select client_id, %I as parent_id, %s as status, created_at, id, -1 as n from removed',
      parent, case when by_status then 'status' else '''''' end);
  end if;
  if tg_op = 'UPDATE' then
    changes := changes || ' union all ';
  end if;
  if tg_op <> 'DELETE' then
    changes := changes || format('select client_id, %I as parent_id, %s as status, created_at, id, 1 as n from added',
      parent, case when by_status then 'status' else '''''' end);
  end if;
  changes := format(
    'select client_id, case grouping(parent_id) when 1 then %L else parent_id end as parent_id, %s as status,
       created_at, id, sum(n) as n
     from (%s) as change group by client_id, created_at, id, cube (%s) having sum(n) <> 0',
    nil, case when by_status then 'case grouping(status) when 1 then '''' else status end' else '''''' end,
    changes, case when by_status then 'parent_id, status' else 'parent_id' end
  );

  for changed in execute format(
    'select client_id, parent_id, status, sum(n)::bigint as n, count(*) as keys, min(created_at) as at,
       min(id::text)::uuid as id
     from (%s) as change group by 1, 2, 3 order by 1, 2, 3',
    changes
  ) loop
    update lists l set rows = l.rows + changed.n
    where l.client_id = changed.client_id and l.relation = tg_table_name and l.parent_id = changed.parent_id
      and l.status = changed.status
    returning * into list;
    if not found then
      insert into lists as l (client_id, relation, parent_id, status, rows)
      values (changed.client_id, tg_table_name, changed.parent_id, changed.status, changed.n)
      on conflict (client_id, relation, parent_id, status) do update set rows = l.rows + excluded.rows
      returning * into list;
    end if;
    if not exists (
      select from list_blocks b where b.client_id = list.client_id and b.relation = list.relation
        and b.parent_id = list.parent_id and b.status = list.status
    ) then
      continue when list.rows <= too_long;
      insert into list_blocks (client_id, relation, parent_id, status, from_at, from_id, rows)
      values (list.client_id, list.relation, list.parent_id, list.status, '-infinity', nil, list.rows);
    elsif changed.keys = 1 then
      update list_blocks b set rows = b.rows + changed.n
      where b.client_id = list.client_id and b.relation = list.relation and b.parent_id = list.parent_id
        and b.status = list.status and (b.from_at, b.from_id) = (
          select s.from_at, s.from_id from list_blocks s
          where s.client_id = list.client_id and s.relation = list.relation and s.parent_id = list.parent_id
            and s.status = list.status and (s.from_at, s.from_id) <= (changed.at, changed.id)
          order by s.from_at desc, s.from_id desc limit 1
        )
      returning * into block;
      if block.rows > too_long then
        perform cut_block(block, parent);
      end if;
      continue;
    else
      execute format(
        'update list_blocks b set rows = b.rows + c.n
         from (
           select s.from_at, s.from_id, sum(n) as n from (%s) as change cross join lateral (
             select from_at, from_id from list_blocks
             where client_id = $1 and relation = $2 and parent_id = $3 and status = $4
               and (from_at, from_id) <= (change.created_at, change.id)
             order by from_at desc, from_id desc limit 1
           ) as s
           where change.client_id = $1 and change.parent_id = $3 and change.status = $4 group by 1, 2
         ) as c
         where b.client_id = $1 and b.relation = $2 and b.parent_id = $3 and b.status = $4
           and (b.from_at, b.from_id) = (c.from_at, c.from_id)',
        changes
      ) using list.client_id, list.relation, list.parent_id, list.status;
    end if;
    for block in
      select * from list_blocks b where b.client_id = list.client_id and b.relation = list.relation
        and b.parent_id = list.parent_id and b.status = list.status and b.rows > too_long
    loop
      perform cut_block(block, parent);
    end loop;
  end loop;
  return null;
end $function$;
alter function keep_lists() owner to app_functions;

CREATE OR REPLACE FUNCTION public.list_query(relation text, parent text, parent_id uuid, status text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog'
AS $function$
  select format('select created_at, id from public.%I where client_id = $1', relation)
    || case when parent_id = '00000000-0000-0000-0000-000000000000' then '' else format(' and %I = $2', parent) end
    || case when status = '' then '' else ' and status = $3' end
$function$;
grant execute on function list_query(text,text,uuid,text) to app_functions;

CREATE OR REPLACE FUNCTION public.open_invitation(invitation_hash text)
 RETURNS TABLE(invitation_id uuid, hash text, invitation_created_at timestamp with time zone, expires_at timestamp with time zone, used_at timestamp with time zone, user_id uuid, client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select i.id, i.hash, i.created_at, i.expires_at, i.used_at, u.id, u.client_id, u.role_id, u.email, u.name, u.master,
    u.created_at
  from invitations i join users u on u.id = i.user_id
  where i.hash = invitation_hash and u.disabled_at is null
$function$;
alter function open_invitation(text) owner to app_functions;
grant execute on function open_invitation(text) to app_auth;

CREATE OR REPLACE FUNCTION public.records_by_grams(client uuid, text_pattern text, phone_pattern text, grams tsquery, only_names boolean, wanted_status text, wanted_type uuid, skipped bigint, wanted integer, OUT ids uuid[], OUT total integer, OUT places jsonb)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  -- By itself, so that no other index is read along with it. Whatever the letters are, patterns are held against the
  -- client's own records alone: an error could tell of others'.
  with hits as materialized (
    select r.client_id, r.id, r.created_at, r.status, r.type_id from records r
    where search_grams(r.client_id, r.search_text || U&'\0001' || r.phone_number) @@ grams
      and case when r.client_id = client then (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (not only_names or lower(r.name) like text_pattern) else false end
  )
  select coalesce(array_agg(r.id order by r.nth) filter (where r.nth > skipped and r.nth <= skipped + wanted), '{}'),
      count(*),
      jsonb_agg(jsonb_build_array(r.nth, extract(epoch from r.created_at) * 1000, r.id))
        filter (where r.nth % 1000 = 0 or r.nth in (skipped, skipped + wanted))
    into ids, total, places
  from (
    select r.id, r.created_at, row_number() over (order by r.created_at desc, r.id desc) as nth from hits r
    where client = app_client_id() and r.client_id = client
      and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
  ) as r;
end $function$;
alter function records_by_grams(uuid,text,text,tsquery,boolean,text,uuid,bigint,integer) owner to app_functions;

CREATE OR REPLACE FUNCTION public.records_found(client uuid, text_pattern text, phone_pattern text, grams tsquery, only_names boolean, wanted_status text, wanted_type uuid, skipped bigint, wanted integer, OUT ids uuid[], OUT total integer, OUT at_least boolean)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
  newest constant integer := 500;
  from_index constant integer := 4;
  seen integer;
  rows bigint;
  depth bigint;
begin
  ids := '{}';
  total := 0;
  at_least := false;
  if client is distinct from app_client_id() then
    return;
  end if;
  select coalesce(array_agg(r.id order by r.created_at desc, r.id desc) filter (
      where (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (not only_names or lower(r.name) like text_pattern)
    ), '{}'), count(*)
    into ids, seen
  from (
    select r.id, r.created_at, r.name, r.search_text, r.phone_number from records r where r.client_id = client
      and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
    order by r.created_at desc, r.id desc limit newest
  ) as r;
  total := cardinality(ids);
  if seen < newest or total > skipped + wanted then
    at_least := seen = newest;
    ids := ids[skipped + 1:skipped + wanted];
    return;
  end if;

  select coalesce(sum(l.rows), 0) into rows from lists l
  where l.client_id = client and l.relation = 'records' and l.status = coalesce(wanted_status, '')
    and l.parent_id = coalesce(wanted_type, '00000000-0000-0000-0000-000000000000');
  depth := (skipped + wanted + 1) * newest / nullif(total, 0);
  if depth <= from_index * total * rows / newest then
    -- Matches may be further apart from here on, but not without end.
    depth := 3 * depth;
    select coalesce(array_agg(r.id order by r.nth) filter (where r.nth > skipped), '{}'), count(*) into ids, total
    from (
      select r.id, row_number() over () as nth from (
        select r.id, r.name, r.search_text, r.phone_number from records r where r.client_id = client
          and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
        order by r.created_at desc, r.id desc limit depth
      ) as r
      where (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (not only_names or lower(r.name) like text_pattern)
      limit skipped + wanted + 1
    ) as r;
    at_least := total > skipped + wanted;
    if at_least or depth >= rows then
      ids := ids[1:wanted];
      return;
    end if;
  end if;

  -- By itself, so that no other index is read along with it. Whatever the letters are, patterns are held against the
  -- client's own records alone: an error could tell of others'.
  with hits as materialized (
    select r.client_id, r.id, r.created_at, r.status, r.type_id from records r
    where search_grams(r.client_id, r.search_text || U&'\0001' || r.phone_number) @@ grams
      and case when r.client_id = client then (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (not only_names or lower(r.name) like text_pattern) else false end
  )
  select coalesce(array_agg(r.id order by r.created_at desc, r.id desc), '{}') into ids from hits r
  where r.client_id = client and (wanted_status is null or r.status = wanted_status)
    and (wanted_type is null or r.type_id = wanted_type);
  total := cardinality(ids);
  ids := ids[skipped + 1:skipped + wanted];
end $function$;
alter function records_found(uuid,text,text,tsquery,boolean,text,uuid,bigint,integer) owner to app_functions;
grant execute on function records_found(uuid,text,text,tsquery,boolean,text,uuid,bigint,integer) to app_tenant;

CREATE OR REPLACE FUNCTION public.records_found(client uuid, text_pattern text, phone_pattern text, grams tsquery, only_names boolean, wanted_status text, wanted_type uuid, skipped bigint, wanted integer, from_at timestamp with time zone, from_id uuid, passed bigint, known integer, OUT ids uuid[], OUT total integer, OUT at_least boolean, OUT places jsonb)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
  newest constant integer := 500;
  from_index constant integer := 4;
  seen integer;
  rows bigint;
  depth bigint;
begin
  ids := '{}';
  total := 0;
  at_least := false;
  if client is distinct from app_client_id() then
    return;
  end if;
  if skipped >= known then
    total := known;
    return;
  end if;
  select coalesce(array_agg(r.id order by r.created_at desc, r.id desc) filter (
      where (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (not only_names or lower(r.name) like text_pattern)
    ), '{}'), count(*)
    into ids, seen
  from (
    select r.id, r.created_at, r.name, r.search_text, r.phone_number from records r where r.client_id = client
      and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
    order by r.created_at desc, r.id desc limit newest
  ) as r;
  total := cardinality(ids);
  if seen < newest or total > skipped + wanted then
    at_least := seen = newest;
    ids := ids[skipped + 1:skipped + wanted];
    return;
  end if;

  -- Where none of the newest matches, walking on would be a long way.
  if total > 0 then
    select coalesce(sum(l.rows), 0) into rows from lists l
    where l.client_id = client and l.relation = 'records' and l.status = coalesce(wanted_status, '')
      and l.parent_id = coalesce(wanted_type, '00000000-0000-0000-0000-000000000000');
    depth := (skipped - passed + wanted + 1) * newest / total;
    if depth <= from_index * total * rows / newest then
      -- Matches may be further apart from here on, but not without end.
      depth := 3 * depth;
      select coalesce(array_agg(r.id order by r.nth) filter (where r.nth > skipped), '{}'), passed + count(*),
          jsonb_agg(jsonb_build_array(r.nth, extract(epoch from r.created_at) * 1000, r.id))
            filter (where r.nth % 1000 = 0 or r.nth in (skipped, skipped + wanted))
        into ids, total, places
      from (
        select r.id, r.created_at, passed + row_number() over () as nth from (
          select r.id, r.created_at, r.name, r.search_text, r.phone_number from records r where r.client_id = client
            and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
            and (r.created_at, r.id) < (from_at, from_id)
          order by r.created_at desc, r.id desc limit depth
        ) as r
        where (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
          and (not only_names or lower(r.name) like text_pattern)
        limit skipped - passed + wanted + 1
      ) as r;
      at_least := total > skipped + wanted;
      if at_least or total = known or depth >= rows then
        ids := ids[1:wanted];
        return;
      end if;
    end if;
  end if;

  select b.ids, b.total, b.places into ids, total, places
  from records_by_grams(
    client, text_pattern, phone_pattern, grams, only_names, wanted_status, wanted_type, skipped, wanted
  ) as b;
end $function$;
alter function records_found(uuid,text,text,tsquery,boolean,text,uuid,bigint,integer,timestamp with time zone,uuid,bigint,integer) owner to app_functions;
grant execute on function records_found(uuid,text,text,tsquery,boolean,text,uuid,bigint,integer,timestamp with time zone,uuid,bigint,integer) to app_tenant;

CREATE OR REPLACE FUNCTION public.records_named(client uuid, whole_name text, wanted integer)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select r.id from records r
  where r.client_id = client and client = (select app_client_id()) and lower(r.name) collate "C" = whole_name
  order by r.id limit wanted
$function$;
alter function records_named(uuid,text,integer) owner to app_functions;
grant execute on function records_named(uuid,text,integer) to app_tenant;

CREATE OR REPLACE FUNCTION public.search_grams(client uuid, content text)
 RETURNS tsvector
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
begin
  return array_to_tsvector(array(
    select right(client::text, 6) || substr(content, i, 4) from generate_series(1, length(content)) as i
  ));
end $function$;
grant execute on function search_grams(uuid,text) to app_functions;
grant execute on function search_grams(uuid,text) to app_master;
grant execute on function search_grams(uuid,text) to app_tenant;

CREATE OR REPLACE FUNCTION public.search_query(client uuid, sought text)
 RETURNS tsquery
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
begin
  return (
    select string_agg(
      '''' || right(client::text, 6) || replace(replace(substr(sought, i, 4), '\', '\\'), '''', '''''') || ''''
        || case when length(sought) < 4 then ':*' else '' end,
      ' & '
    )::tsquery
    from (
      select generate_series(1, length(sought) - 4, greatest(4, length(sought) / 16)) as i
      union all select greatest(1, length(sought) - 3)
    ) as letters
  );
end $function$;
grant execute on function search_query(uuid,text) to app_functions;
grant execute on function search_query(uuid,text) to app_master;
grant execute on function search_query(uuid,text) to app_tenant;

CREATE OR REPLACE FUNCTION public.search_records(client uuid, text_pattern text, phone_pattern text)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 50
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
begin
  return query
    select r.id from records r
    where r.client_id = client and client = (select app_client_id())
      and (r.search_text like text_pattern or r.phone_number like phone_pattern);
end $function$;
alter function search_records(uuid,text,text) owner to app_functions;
grant execute on function search_records(uuid,text,text) to app_tenant;

CREATE OR REPLACE FUNCTION public.sign_in_account(address text)
 RETURNS TABLE(user_id uuid, client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamp with time zone, role_client_id uuid, role_name text, admin boolean, role_permissions jsonb, password_hash text, signed_in_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select u.id, u.client_id, u.role_id, u.email, u.name, u.master, u.created_at, r.client_id, r.name, r.admin,
    r.permissions, p.hash, p.signed_in_at
  from users u join roles r on r.id = u.role_id left join passwords p on p.user_id = u.id
  where lower(u.email) = lower(address) and u.disabled_at is null
$function$;
alter function sign_in_account(text) owner to app_functions;
grant execute on function sign_in_account(text) to app_auth;
