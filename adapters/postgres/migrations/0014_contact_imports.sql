-- Imports of contacts as jobs, and the rows that they have still to go through: a batch in each, so that going on with
-- an import reads no more than the next one.

create table contact_imports (
  client_id uuid not null references clients,
  id uuid not null,
  type_id uuid not null,
  user_id uuid,
  actor text not null,
  file_name text not null,
  status text not null check (status in ('previewed', 'running', 'done', 'discarded')),
  rows integer not null check (rows >= 0),
  next_row integer not null check (next_row between 0 and rows),
  expected_created integer not null check (expected_created >= 0),
  expected_duplicates integer not null check (expected_duplicates >= 0),
  created integer not null check (created >= 0),
  duplicates integer not null check (duplicates >= 0),
  refused integer not null check (refused >= 0),
  problems jsonb not null,
  lease_until timestamptz(3),
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  ended_at timestamptz(3),
  primary key (client_id, id),
  foreign key (client_id, type_id) references record_types
);
create index contact_imports_id on contact_imports (id);
create index contact_imports_newest on contact_imports (client_id, created_at desc, id desc);
create index contact_imports_running on contact_imports (started_at, id) where status = 'running';
create index contact_imports_previewed on contact_imports (created_at) where status = 'previewed';

create table contact_import_rows (
  client_id uuid not null,
  import_id uuid not null,
  position integer not null,
  rows jsonb not null,
  primary key (client_id, import_id, position),
  foreign key (client_id, import_id) references contact_imports
);

do $$
declare
  name text;
begin
  foreach name in array array['contact_imports', 'contact_import_rows'] loop
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

grant select, insert, update on contact_imports to app_tenant, app_master;
grant select, insert, delete on contact_import_rows to app_tenant, app_master;
