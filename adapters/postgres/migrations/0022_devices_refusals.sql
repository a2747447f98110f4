-- With which kind of browser each session was begun, so that people know their own; and refusals, found quickly.

alter table sessions add column device text check (char_length(device) <= 60);

create index audit_log_refused on audit_log (client_id, at desc, id desc) where outcome <> 'ok';

drop function identify_session;
create function identify_session(session_hash text, moment timestamptz, idle_since timestamptz) returns table (
  session_id uuid, hash text, session_created_at timestamptz, last_used_at timestamptz, device text,
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
  select s.id, s.hash, s.created_at, s.last_used_at, s.device, u.id, u.client_id, u.role_id, u.email, u.name, u.master,
    u.created_at, r.client_id, r.name, r.admin, r.permissions, c.name
  from sessions s join users u on u.id = s.user_id join roles r on r.id = u.role_id
    left join clients c on c.id = u.client_id
  where s.hash = session_hash and u.disabled_at is null
$$;

revoke all on function identify_session from public;
grant execute on function identify_session to app_auth;
grant create on schema public to app_functions;
alter function identify_session owner to app_functions;
revoke create on schema public from app_functions;
