-- Finding records at a cost that does not grow with how many there are. A term is tried on the newest two thousand
-- records of the list: where the list is no longer, all is known; where many match, it is a common term, whose page
-- is found by walking on, newest first, and whose total is only counted so far; where few match, it is a rare term,
-- and the trigram index has them all.
--
-- LIKE is not leakproof, so row-level security would keep app_tenant's own query from the trigram index. This
-- function looks in its stead, for the transaction's own client alone. Text is found by its pattern for LIKE, numbers
-- by a regular expression; the parts, for LIKE too, are what every match contains, for the index. Null ones match
-- nothing.
create function find_records(
  client uuid, text_pattern text, text_part text, phone_part text, phone_pattern text, indexed boolean,
  wanted_status text, wanted_type uuid, skipped bigint, wanted integer,
  out ids uuid[], out total integer, out at_least boolean
)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  -- Plans depend on which conditions are null.
  set plan_cache_mode = force_custom_plan
  -- Under row-level security the planner may not look at the statistics of what LIKE is tried on, and takes every
  -- term for a rare one. Without sorting, "newest first" means walking the index of that order.
  set enable_sort = off
as $$
declare
  newest constant integer := 2000;
  -- One match in so many records makes a term common.
  common constant integer := 50;
  seen integer;
begin
  ids := '{}';
  total := 0;
  at_least := false;
  if client is distinct from app_client_id() then
    return;
  end if;
  select coalesce(array_agg(r.id order by r.created_at desc, r.id desc)
      filter (where r.search_text like text_pattern or r.phone_number ~ phone_pattern), '{}'), count(*)
    into ids, seen
  from (
    select r.id, r.created_at, r.search_text, r.phone_number from records r where r.client_id = client
      and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
    order by r.created_at desc, r.id desc limit newest
  ) as r;
  total := cardinality(ids);
  if seen = newest and total * common < seen and indexed then
    with hits as materialized (
      select r.created_at, r.id from records r
      where r.client_id = client and (r.search_text like text_part or r.phone_number like phone_part)
        and (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
    )
    select coalesce(array_agg(r.id order by r.created_at desc, r.id desc), '{}') into ids from hits r;
    total := cardinality(ids);
  elsif seen = newest and total <= skipped + wanted then
    select coalesce(array_agg(r.id order by r.created_at desc, r.id desc), '{}') into ids from (
      select r.created_at, r.id from records r where r.client_id = client
        and (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type)
      order by r.created_at desc, r.id desc offset skipped limit wanted + 1
    ) as r;
    at_least := cardinality(ids) > wanted;
    total := skipped + cardinality(ids);
    if cardinality(ids) = 0 then
      -- Past the end.
      select count(*) into total from records r where r.client_id = client
        and (r.search_text like text_pattern or r.phone_number ~ phone_pattern)
        and (wanted_status is null or r.status = wanted_status) and (wanted_type is null or r.type_id = wanted_type);
    end if;
    ids := ids[1:wanted];
    return;
  else
    at_least := seen = newest;
  end if;
  ids := ids[skipped + 1:skipped + wanted];
end $$;

revoke all on function find_records from public;
grant execute on function find_records to app_tenant;
grant create on schema public to app_functions;
alter function find_records owner to app_functions;
revoke create on schema public from app_functions;
