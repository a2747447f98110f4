-- SIP's own books: which calls a process has in hand, and what another needs to end and report them when it
-- is gone. A phone network's, like the simulated one's: apart from the studio's tables, for the same role.

create schema sip;

create table sip.calls (
  client_id uuid not null,
  call_id uuid not null,
  -- The process that has it in hand, and until when it surely lives.
  owner uuid not null,
  held_until timestamptz(3) not null,
  dialed_at timestamptz(3) not null,
  max_seconds integer not null,
  -- Why it was surely not dialled; null when it was, or may have been.
  refused text,
  answered_at timestamptz(3),
  -- Our INVITE, while a CANCEL may be needed.
  invite jsonb,
  -- Dialogs with the trunk and with the agent.
  contact jsonb,
  assistant jsonb,
  -- All that happened so far, and how much of it the studio has taken.
  events jsonb not null,
  delivered integer not null,
  -- Over, and reported.
  done boolean not null,
  primary key (client_id, call_id)
);
create index calls_left on sip.calls (held_until) where not done;
create index calls_done on sip.calls (dialed_at) where done;

grant usage on schema sip to phone_network;
grant select, insert, update, delete on sip.calls to phone_network;
