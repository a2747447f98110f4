-- Secrets that all replicas share and that nobody set: made by the first one that needs them.
create table server_keys (
  name text primary key,
  value text not null,
  created_at timestamptz(3) not null default now()
);
grant select, insert on server_keys to app_master;
