-- A page far into what a common term finds costs as much as the first one, once somebody has been near: the function
-- takes a place that so many matches are known to lie before, walks on from there, and tells of places that it came by
-- (search_places.ts remembers them). Page 4,600 of 140,000 matches: 2 ms instead of 50.

-- What the index finds, whatever it is: its plan is the same for all, and to make it takes as long as to look.
create function records_by_grams(
  client uuid, text_pattern text, phone_pattern text, grams tsquery, only_names boolean, wanted_status text,
  wanted_type uuid, skipped bigint, wanted integer,
  out ids uuid[], out total integer, out places jsonb
)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
begin
  -- By itself, so that no other index is read along with it. Whatever the letters are, patterns are held against the
  -- client's own records alone: an error could tell of others'.
  with hits as materialized (
    select r.client_id, r.id, r.created_at, r.status, r.type_id from records r
    where search_grams(r.client_id, r.search_text || U&'\0001' || r.phone_number) @@ grams
      and case when r.client_id = client then (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (not only_names or lower(r.name) like text_pattern) else false end
  )
  select coalesce(array_agg(r.id order by r.nth) filter (where r.nth > skipped and r.nth <= skipped + wanted), '{}'),
      count(*),
      jsonb_agg(jsonb_build_array(r.nth, extract(epoch from r.created_at) * 1000, r.id))
        filter (where r.nth % 1000 = 0 or r.nth in (skipped, skipped + wanted))
    into ids, total, places
  from (
    select r.id, r.created_at, row_number() over (order by r.created_at desc, r.id desc) as nth from hits r
    where client = app_client_id() and r.client_id = client
      and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
  ) as r;
end $$;

-- As the function of 0023, which servers of the build before this one ask until they are replaced.
create function records_found(
  client uuid, text_pattern text, phone_pattern text, grams tsquery, only_names boolean, wanted_status text,
  wanted_type uuid, skipped bigint, wanted integer,
  -- The place, and matches before it; 'infinity' and none for the beginning.
  from_at timestamptz, from_id uuid, passed bigint,
  -- How many match, if that is known.
  known integer,
  -- Places: matches up to and with it, milliseconds since 1970, id.
  out ids uuid[], out total integer, out at_least boolean, out places jsonb
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
  if skipped >= known then
    total := known;
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

  -- Where none of the newest matches, walking on would be a long way.
  if total > 0 then
    select coalesce(sum(l.rows), 0) into rows from lists l
    where l.client_id = client and l.relation = 'records' and l.status = coalesce(wanted_status, '')
      and l.parent_id = coalesce(wanted_type, '00000000-0000-0000-0000-000000000000');
    depth := (skipped - passed + wanted + 1) * newest / total;
    if depth <= from_index * total * rows / newest then
      -- Matches may be further apart from here on, but not without end.
      depth := 3 * depth;
      select coalesce(array_agg(r.id order by r.nth) filter (where r.nth > skipped), '{}'), passed + count(*),
          jsonb_agg(jsonb_build_array(r.nth, extract(epoch from r.created_at) * 1000, r.id))
            filter (where r.nth % 1000 = 0 or r.nth in (skipped, skipped + wanted))
        into ids, total, places
      from (
        select r.id, r.created_at, passed + row_number() over () as nth from (
          select r.id, r.created_at, r.name, r.search_text, r.phone_number from records r where r.client_id = client
            and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
            and (r.created_at, r.id) < (from_at, from_id)
          order by r.created_at desc, r.id desc limit depth
        ) as r
        where (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
          and (not only_names or lower(r.name) like text_pattern)
        limit skipped - passed + wanted + 1
      ) as r;
      at_least := total > skipped + wanted;
      if at_least or total = known or depth >= rows then
        ids := ids[1:wanted];
        return;
      end if;
    end if;
  end if;

  select b.ids, b.total, b.places into ids, total, places
  from records_by_grams(
    client, text_pattern, phone_pattern, grams, only_names, wanted_status, wanted_type, skipped, wanted
  ) as b;
end $$;

revoke all on function records_by_grams from public;
revoke all on function records_found(
  uuid, text, text, tsquery, boolean, text, uuid, bigint, integer, timestamptz, uuid, bigint, integer
) from public;
grant execute on function records_found(
  uuid, text, text, tsquery, boolean, text, uuid, bigint, integer, timestamptz, uuid, bigint, integer
) to app_tenant;
grant create on schema public to app_functions;
alter function records_by_grams owner to app_functions;
alter function records_found(
  uuid, text, text, tsquery, boolean, text, uuid, bigint, integer, timestamptz, uuid, bigint, integer
) owner to app_functions;
revoke create on schema public from app_functions;
