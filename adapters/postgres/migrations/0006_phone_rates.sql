-- What telephony is expected to cost, until the provider tells, or if it never does.
alter table clients add column phone_rates jsonb not null default '{}';
alter table calls add column phone_per_minute bigint check (phone_per_minute >= 0);
