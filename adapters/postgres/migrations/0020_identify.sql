-- The same function in a language that keeps its plans: it runs before every call, and planning was most of it.
create or replace function identify(token_hash text, moment timestamptz) returns table (
  token_id uuid, user_id uuid, token_name text, hash text, read_only boolean, token_permissions jsonb,
  token_created_at timestamptz, expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz,
  client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamptz,
  role_client_id uuid, role_name text, admin boolean, role_permissions jsonb, token_caps jsonb
)
  language plpgsql volatile security definer
  set search_path = public, pg_temp
as $$
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
    where t.hash = token_hash;
  select t.last_used_at into used from tokens t where t.hash = token_hash;
  if found and (used is null or used <= moment - interval '1 minute') then
    update tokens set last_used_at = moment where id in (
      select id from tokens where tokens.hash = token_hash for no key update skip locked
    );
  end if;
end $$;
