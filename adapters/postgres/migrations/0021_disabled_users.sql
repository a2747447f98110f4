-- People who may no longer come in: whatever they hold, the functions that say who somebody is do not find them.

alter table users add column disabled_at timestamptz(3);

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
    where t.hash = token_hash and u.disabled_at is null;
  select t.last_used_at into used from tokens t join users u on u.id = t.user_id
    where t.hash = token_hash and u.disabled_at is null;
  if found and (used is null or used <= moment - interval '1 minute') then
    update tokens set last_used_at = moment where id in (
      select id from tokens where tokens.hash = token_hash for no key update skip locked
    );
  end if;
end $$;

create or replace function sign_in_account(address text) returns table (
  user_id uuid, client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamptz,
  role_client_id uuid, role_name text, admin boolean, role_permissions jsonb,
  password_hash text, signed_in_at timestamptz
)
  language sql stable security definer
  set search_path = public, pg_temp
as $$
  select u.id, u.client_id, u.role_id, u.email, u.name, u.master, u.created_at, r.client_id, r.name, r.admin,
    r.permissions, p.hash, p.signed_in_at
  from users u join roles r on r.id = u.role_id left join passwords p on p.user_id = u.id
  where lower(u.email) = lower(address) and u.disabled_at is null
$$;

create or replace function identify_session(session_hash text, moment timestamptz, idle_since timestamptz) returns table (
  session_id uuid, hash text, session_created_at timestamptz, last_used_at timestamptz,
  user_id uuid, client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamptz,
  role_client_id uuid, role_name text, admin boolean, role_permissions jsonb, client_name text
)
  language sql volatile security definer
  set search_path = public, pg_temp
as $$
  with noted as (
    update sessions set last_used_at = moment where id in (
      select id from sessions
      where sessions.hash = session_hash
        and sessions.last_used_at <= moment - interval '1 minute' and sessions.last_used_at > idle_since
      for no key update skip locked
    )
  )
  select s.id, s.hash, s.created_at, s.last_used_at, u.id, u.client_id, u.role_id, u.email, u.name, u.master,
    u.created_at, r.client_id, r.name, r.admin, r.permissions, c.name
  from sessions s join users u on u.id = s.user_id join roles r on r.id = u.role_id
    left join clients c on c.id = u.client_id
  where s.hash = session_hash and u.disabled_at is null
$$;

create or replace function open_invitation(invitation_hash text) returns table (
  invitation_id uuid, hash text, invitation_created_at timestamptz, expires_at timestamptz, used_at timestamptz,
  user_id uuid, client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamptz
)
  language sql stable security definer
  set search_path = public, pg_temp
as $$
  select i.id, i.hash, i.created_at, i.expires_at, i.used_at, u.id, u.client_id, u.role_id, u.email, u.name, u.master,
    u.created_at
  from invitations i join users u on u.id = i.user_id
  where i.hash = invitation_hash and u.disabled_at is null
$$;
