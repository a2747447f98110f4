-- The audit trail tells more of each entry, and is sealed: audit_chain gives each entry its place and a hash over all that
-- came before. What waits for that stands in audit_pending, which is the one part that may shrink.
alter table audit_log add column application text;
alter table audit_log add column arguments_hash text check (arguments_hash ~ '^[0-9a-f]{64}$');
alter table audit_log add column outcome text not null default 'ok';
alter table audit_log add column times integer not null default 1 check (times > 0);

create table audit_pending (
  client_id uuid not null,
  id uuid not null,
  primary key (client_id, id)
);
insert into audit_pending select client_id, id from audit_log;

create table audit_chain (
  client_id uuid not null,
  seq bigint not null check (seq > 0),
  entry_id uuid not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  key_id text not null,
  primary key (client_id, seq)
);
create unique index audit_chain_entry on audit_chain (client_id, entry_id);

do $$
declare
  name text;
begin
  foreach name in array array['audit_pending', 'audit_chain'] loop
    execute format(
      'create policy tenant on %I to app_tenant using (client_id = (select app_client_id()))'
        || ' with check (client_id = (select app_client_id()))',
      name
    );
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy master on %I to app_master using (true) with check (true)', name);
  end loop;
end $$;

grant insert on audit_pending to app_tenant, app_master;
grant select, delete on audit_pending to app_master;
grant select, insert on audit_chain to app_master;
