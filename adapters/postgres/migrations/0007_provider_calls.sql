-- A provider's call is one call of ours.
create unique index calls_provider_call on calls (client_id, provider, provider_call_id)
  where provider_call_id is not null;
-- Whose a provider's call may be, where only its number and time tell. All clients' calls go through one account.
create index calls_to_number on calls (phone_number, created_at);
-- Calls whose cost the provider has yet to tell.
create index calls_unpriced on calls (provider, ended_at, id)
  where phone_cost is null and answered_at is not null and provider_call_id is not null and ended_at is not null;
