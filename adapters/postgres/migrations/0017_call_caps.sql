-- Caps on what a token may start, and what they are counted by: each call names the token that started it. The index
-- serves the calls that a client has started since a moment without a look at the calls themselves.
alter table tokens add column caps jsonb not null default '{}';
alter table calls add column token_id uuid;
create index calls_started on calls (client_id, created_at) include (token_id, price, reserved);

-- Returns one column more; everything else is as it was.
drop function identify(text, timestamptz);
create function identify(token_hash text, moment timestamptz) returns table (
  token_id uuid, user_id uuid, token_name text, hash text, read_only boolean, token_permissions jsonb,
  token_created_at timestamptz, expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz,
  client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamptz,
  role_client_id uuid, role_name text, admin boolean, role_permissions jsonb, token_caps jsonb
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
    r.permissions, t.caps
  from tokens t join users u on u.id = t.user_id join roles r on r.id = u.role_id
  where t.hash = token_hash
$$;
revoke all on function identify from public;
grant execute on function identify to app_auth;
-- To own a function a role must be able to make one, for a moment.
grant create on schema public to app_functions;
alter function identify owner to app_functions;
revoke create on schema public from app_functions;
