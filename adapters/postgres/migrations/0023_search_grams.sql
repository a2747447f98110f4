-- Finding records by a few letters, one even, at a cost that depends on how many are found, and not on how many other
-- records there are, of this client or of others. Instead of every three letters the index has every four, each with
-- its client: fewer records share four, nobody reads other clients', and what begins with the letters finds shorter
-- terms too. Over a million records an index of three letters took 2.4 ms to find a name that 230 have, and could not
-- find "zq" but by reading the client's 280,000; this one takes 0.9 ms and 0.02 ms. It is two to three times as large
-- (0.2 KB a record); an insert costs a twentieth more, a hundred thousand in one statement half as much again.

-- The functions of before stay: servers of the build before this one ask them until they are replaced.
drop index records_search;

-- Four letters from each letter on, and fewer from the last three. The end of the client's uuid tells most clients
-- apart; whoever looks compares the rest. In a language that keeps its plans, because each insert asks for it.
create function search_grams(client uuid, content text) returns tsvector language plpgsql immutable parallel safe
  -- Else the planner would rather reckon it for each row than look into the index.
  cost 100
as $$
begin
  return array_to_tsvector(array(
    select right(client::text, 6) || substr(content, i, 4) from generate_series(1, length(content)) as i
  ));
end $$;

-- What the grams of whatever contains the text have: every fourth, because to look for one that most have is what
-- takes the time, and the last; of a long text, a dozen and a half all over it.
create function search_query(client uuid, sought text) returns tsquery language plpgsql immutable parallel safe
as $$
begin
  return (
    select string_agg(
      '''' || right(client::text, 6) || replace(replace(substr(sought, i, 4), '\', '\\'), '''', '''''') || ''''
        || case when length(sought) < 4 then ':*' else '' end,
      ' & '
    )::tsquery
    from (
      select generate_series(1, length(sought) - 4, greatest(4, length(sought) / 16)) as i
      union all select greatest(1, length(sought) - 3)
    ) as letters
  );
end $$;

-- Each search reads what was inserted since the last merge: see 0001.
create index records_search on records using gin (search_grams(client_id, search_text || U&'\0001' || phone_number))
  with (gin_pending_list_limit = 1024);
-- Reckoning the grams of a sample takes longer than the rest of ANALYZE, and row-level security keeps the planner from
-- what it would learn.
alter index records_search alter column 1 set statistics 0;

grant execute on function search_grams, search_query to app_tenant, app_master, app_functions;
revoke all on function search_grams, search_query from public;
grant select (name) on records to app_functions;

-- A page of the records that match, newest first. The newest five hundred of the list tell how common a term is. Where
-- the list is no longer, all is known. Of a common term the page is found by walking on, and the total is only counted
-- so far; of a rare one the index has them all. Between the two it is done in the way that looks at fewer records, one
-- from the index being as dear as four in order.
--
-- Text is found by its pattern for LIKE, numbers by a regular expression, null for none. LIKE is not leakproof, so
-- row-level security would keep app_tenant's own query from the index. This function looks in its stead, for the
-- transaction's own client alone.
create function records_found(
  client uuid, text_pattern text, phone_pattern text, grams tsquery, only_names boolean, wanted_status text,
  wanted_type uuid, skipped bigint, wanted integer,
  out ids uuid[], out total integer, out at_least boolean
)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  -- Plans depend on which conditions are null.
  set plan_cache_mode = force_custom_plan
as $$
declare
  newest constant integer := 500;
  from_index constant integer := 4;
  seen integer;
  rows bigint;
  depth bigint;
begin
  ids := '{}';
  total := 0;
  at_least := false;
  if client is distinct from app_client_id() then
    return;
  end if;
  select coalesce(array_agg(r.id order by r.created_at desc, r.id desc) filter (
      where (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (not only_names or lower(r.name) like text_pattern)
    ), '{}'), count(*)
    into ids, seen
  from (
    select r.id, r.created_at, r.name, r.search_text, r.phone_number from records r where r.client_id = client
      and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
    order by r.created_at desc, r.id desc limit newest
  ) as r;
  total := cardinality(ids);
  if seen < newest or total > skipped + wanted then
    at_least := seen = newest;
    ids := ids[skipped + 1:skipped + wanted];
    return;
  end if;

  select coalesce(sum(l.rows), 0) into rows from lists l
  where l.client_id = client and l.relation = 'records' and l.status = coalesce(wanted_status, '')
    and l.parent_id = coalesce(wanted_type, '00000000-0000-0000-0000-000000000000');
  depth := (skipped + wanted + 1) * newest / nullif(total, 0);
  if depth <= from_index * total * rows / newest then
    -- Matches may be further apart from here on, but not without end.
    depth := 3 * depth;
    select coalesce(array_agg(r.id order by r.nth) filter (where r.nth > skipped), '{}'), count(*) into ids, total
    from (
      select r.id, row_number() over () as nth from (
        select r.id, r.name, r.search_text, r.phone_number from records r where r.client_id = client
          and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
        order by r.created_at desc, r.id desc limit depth
      ) as r
      where (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (not only_names or lower(r.name) like text_pattern)
      limit skipped + wanted + 1
    ) as r;
    at_least := total > skipped + wanted;
    if at_least or depth >= rows then
      ids := ids[1:wanted];
      return;
    end if;
  end if;

  -- By itself, so that no other index is read along with it. Whatever the letters are, patterns are held against the
  -- client's own records alone: an error could tell of others'.
  with hits as materialized (
    select r.client_id, r.id, r.created_at, r.status, r.type_id from records r
    where search_grams(r.client_id, r.search_text || U&'\0001' || r.phone_number) @@ grams
      and case when r.client_id = client then (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (not only_names or lower(r.name) like text_pattern) else false end
  )
  select coalesce(array_agg(r.id order by r.created_at desc, r.id desc), '{}') into ids from hits r
  where r.client_id = client and (wanted_status is null or r.status = wanted_status)
    and (wanted_type is null or r.type_id = wanted_type);
  total := cardinality(ids);
  ids := ids[skipped + 1:skipped + wanted];
end $$;

-- Records whose whole name it is, in lower case. Reading a name's lower case is not leakproof either.
create function records_named(client uuid, whole_name text, wanted integer) returns setof uuid
  language sql stable security definer
  set search_path = public, pg_temp
as $$
  select r.id from records r
  where r.client_id = client and client = (select app_client_id()) and lower(r.name) collate "C" = whole_name
  order by r.id limit wanted
$$;

revoke all on function records_found, records_named from public;
grant execute on function records_found, records_named to app_tenant;
grant create on schema public to app_functions;
alter function records_found owner to app_functions;
alter function records_named owner to app_functions;
revoke create on schema public from app_functions;
