-- Signing in to the console. These rows belong to people, not to clients: no client's role reaches them.

create table passwords (
  user_id uuid primary key references users,
  -- With salt and parameters, so that these can be raised.
  hash text not null,
  changed_at timestamptz(3) not null,
  signed_in_at timestamptz(3)
);

create table sessions (
  id uuid primary key,
  user_id uuid not null references users,
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3) not null
);
create index sessions_user on sessions (user_id);

create table invitations (
  id uuid primary key,
  user_id uuid not null references users,
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3)
);

do $$
declare
  name text;
begin
  foreach name in array array['passwords', 'sessions', 'invitations'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy master on %I to app_master using (true) with check (true)', name);
    execute format('create policy functions on %I to app_functions using (true) with check (true)', name);
  end loop;
end $$;
create policy functions on clients to app_functions using (true);

grant select, insert, update on passwords, invitations to app_master;
grant select, insert, delete on sessions to app_master;

grant select on passwords, sessions, invitations to app_functions;
grant update (last_used_at) on sessions to app_functions;
grant select (id, name) on clients to app_functions;

-- What else is open before anybody is known: who has this address, this session, this invitation.
create function sign_in_account(address text) returns table (
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
  where lower(u.email) = lower(address)
$$;

-- Notes the use like identify, but never revives a session that was idle for too long.
create function identify_session(session_hash text, moment timestamptz, idle_since timestamptz) returns table (
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
  where s.hash = session_hash
$$;

create function open_invitation(invitation_hash text) returns table (
  invitation_id uuid, hash text, invitation_created_at timestamptz, expires_at timestamptz, used_at timestamptz,
  user_id uuid, client_id uuid, role_id uuid, email text, user_name text, master boolean, user_created_at timestamptz
)
  language sql stable security definer
  set search_path = public, pg_temp
as $$
  select i.id, i.hash, i.created_at, i.expires_at, i.used_at, u.id, u.client_id, u.role_id, u.email, u.name, u.master,
    u.created_at
  from invitations i join users u on u.id = i.user_id
  where i.hash = invitation_hash
$$;

revoke all on function sign_in_account, identify_session, open_invitation from public;
grant execute on function sign_in_account, identify_session, open_invitation to app_auth;
grant create on schema public to app_functions;
alter function sign_in_account owner to app_functions;
alter function identify_session owner to app_functions;
alter function open_invitation owner to app_functions;
revoke create on schema public from app_functions;
