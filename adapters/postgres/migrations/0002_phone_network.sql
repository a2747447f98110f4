-- The simulated phone network's own books. A real provider would keep them elsewhere, so they have a schema and a
-- role of their own, refer to nothing of the studio's, and nothing of the studio's refers to them. There is no
-- row-level security: the network serves every client, and no client can reach it.

create schema phone_network;

do $$
begin
  begin
    if not exists (select from pg_roles where rolname = 'phone_network') then
      create role phone_network nologin;
    end if;
  exception when duplicate_object or unique_violation then
    null;
  end;
  if not pg_has_role(current_user, 'phone_network', 'member') then
    grant phone_network to current_user;
  end if;
end $$;

create table phone_network.calls (
  client_id uuid not null,
  call_id uuid not null,
  number text not null,
  ring_seconds integer not null,
  max_seconds integer not null,
  outcomes jsonb not null,
  context jsonb not null,
  dialed_at timestamptz(3) not null,
  seed text not null,
  speed double precision not null check (speed > 0),
  -- Calls that the number had before.
  nth integer not null,
  -- Why it was not dialled; null when it was.
  refused text,
  -- Times that somebody asked to dial it.
  requests integer not null,
  -- Events that were reported.
  pushed integer not null,
  -- When the next are to be reported.
  next_at timestamptz(3),
  primary key (client_id, call_id)
);
create index calls_number on phone_network.calls (number) where refused is null;
create index calls_due on phone_network.calls (next_at) where next_at is not null;

grant usage on schema phone_network to phone_network;
grant select, insert, update on phone_network.calls to phone_network;
