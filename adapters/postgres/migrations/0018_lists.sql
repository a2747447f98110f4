-- Lists that cost the same to page through however long they are. A list is a client's records, or its orders: all
-- of them, those of one parent (a record's type, an order's campaign), those of one status, or of both. How many
-- rows it has is kept as a sum. A long list is also cut into blocks of about a thousand neighbours, newest and oldest
-- known, with how many each has: whoever wants page 5,000 adds up blocks and passes over a thousand rows at most,
-- instead of over a hundred thousand. Triggers keep both, in the transaction that changes the rows.

-- The nil uuid stands for every parent and the empty text for every status, because a key is never null. No foreign
-- keys: only the triggers write, and each key would be looked up for every change of a sum.
create table lists (
  client_id uuid not null,
  relation text not null,
  parent_id uuid not null,
  status text not null,
  rows bigint not null check (rows >= 0),
  primary key (client_id, relation, parent_id, status)
) with (fillfactor = 50); -- Room for the next version beside each row, because they are updated all the time.

-- From its first key on, to the next block's. Only of lists that were once longer than two blocks; the first block
-- of such a list begins at -infinity.
create table list_blocks (
  client_id uuid not null,
  relation text not null,
  parent_id uuid not null,
  status text not null,
  from_at timestamptz(3) not null,
  from_id uuid not null,
  rows integer not null check (rows >= 0),
  primary key (client_id, relation, parent_id, status, from_at, from_id)
) with (fillfactor = 50);

-- Lists of a parent and a status, in their order.
create index records_by_type_status on records (client_id, type_id, status, created_at desc, id desc);
create index call_orders_by_campaign_status on call_orders (client_id, campaign_id, status, created_at desc, id desc);

do $$
declare
  name text;
begin
  foreach name in array array['lists', 'list_blocks'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy tenant on %I to app_tenant using (client_id = (select app_client_id()))', name);
    execute format('create policy master on %I to app_master using (true)', name);
    execute format('create policy functions on %I to app_functions using (true) with check (true)', name);
  end loop;
end $$;
create policy functions on call_orders to app_functions using (true);

grant select on lists, list_blocks to app_tenant, app_master;
grant select, insert, update on lists, list_blocks to app_functions;
grant select (client_id, id, created_at, status, type_id) on records to app_functions;
grant select (client_id, id, created_at, status, campaign_id) on call_orders to app_functions;

-- The rows of one list, as a query of created_at and id; $1 is the client, $2 the parent, $3 the status.
create function list_query(relation text, parent text, parent_id uuid, status text) returns text language sql immutable
  set search_path = pg_catalog
as $$
  select format('select created_at, id from public.%I where client_id = $1', relation)
    || case when parent_id = '00000000-0000-0000-0000-000000000000' then '' else format(' and %I = $2', parent) end
    || case when status = '' then '' else ' and status = $3' end
$$;

-- Cuts a block that has become too long into blocks of a thousand. The caller holds the list.
create function cut_block(block list_blocks, parent text) returns void language plpgsql
  set search_path = public, pg_temp
as $$
declare
  size constant integer := 1000;
begin
  execute format($q$
    with next_block as (
      select from_at, from_id from list_blocks
      where client_id = $1 and relation = $4 and parent_id = $2 and status = $3 and (from_at, from_id) > ($5, $6)
      order by from_at, from_id limit 1
    ), numbered as (
      select created_at, id, row_number() over (order by created_at, id) - 1 as n
      from (%s) as r
      where (created_at, id) >= ($5, $6)
        and (created_at, id) < (coalesce((select from_at from next_block), 'infinity'),
          coalesce((select from_id from next_block), 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ), cut as (
      select min(created_at) as from_at, (array_agg(id order by n))[1] as from_id, count(*) as rows, n / $7 as nth
      from numbered group by n / $7
    ), kept as (
      update list_blocks b set rows = cut.rows from cut
      where nth = 0 and b.client_id = $1 and b.relation = $4 and b.parent_id = $2 and b.status = $3
        and (b.from_at, b.from_id) = ($5, $6)
    )
    insert into list_blocks (client_id, relation, parent_id, status, from_at, from_id, rows)
    select $1, $4, $2, $3, from_at, from_id, rows from cut where nth > 0
  $q$, list_query(block.relation, parent, block.parent_id, block.status))
  using block.client_id, block.parent_id, block.status, block.relation, block.from_at, block.from_id, size;
end $$;

-- Whoever changes a list holds its row until the transaction ends, so that its sums are changed by one at a time.
-- Several are taken in the order of their keys. The first argument names the column of the parent; the second is
-- 'status' where there are lists by status too.
create function keep_lists() returns trigger language plpgsql security definer
  set search_path = public, pg_temp
as $$
declare
  too_long constant integer := 2000;
  nil constant uuid := '00000000-0000-0000-0000-000000000000';
  parent constant text := tg_argv[0];
  by_status constant boolean := tg_nargs > 1;
  changes text := '';
  changed record;
  list lists;
  block list_blocks;
begin
  -- What was taken from and added to each list; a row that stays in a list cancels out.
  if tg_op <> 'INSERT' then
    changes := format('select client_id, %I as parent_id, %s as status, created_at, id, -1 as n from removed',
      parent, case when by_status then 'status' else '''''' end);
  end if;
  if tg_op = 'UPDATE' then
    changes := changes || ' union all ';
  end if;
  if tg_op <> 'DELETE' then
    changes := changes || format('select client_id, %I as parent_id, %s as status, created_at, id, 1 as n from added',
      parent, case when by_status then 'status' else '''''' end);
  end if;
  changes := format(
    'select client_id, case grouping(parent_id) when 1 then %L else parent_id end as parent_id, %s as status,
       created_at, id, sum(n) as n
     from (%s) as change group by client_id, created_at, id, cube (%s) having sum(n) <> 0',
    nil, case when by_status then 'case grouping(status) when 1 then '''' else status end' else '''''' end,
    changes, case when by_status then 'parent_id, status' else 'parent_id' end
  );

  for changed in execute format(
    'select client_id, parent_id, status, sum(n)::bigint as n, count(*) as keys, min(created_at) as at,
       min(id::text)::uuid as id
     from (%s) as change group by 1, 2, 3 order by 1, 2, 3',
    changes
  ) loop
    update lists l set rows = l.rows + changed.n
    where l.client_id = changed.client_id and l.relation = tg_table_name and l.parent_id = changed.parent_id
      and l.status = changed.status
    returning * into list;
    if not found then
      insert into lists as l (client_id, relation, parent_id, status, rows)
      values (changed.client_id, tg_table_name, changed.parent_id, changed.status, changed.n)
      on conflict (client_id, relation, parent_id, status) do update set rows = l.rows + excluded.rows
      returning * into list;
    end if;
    if not exists (
      select from list_blocks b where b.client_id = list.client_id and b.relation = list.relation
        and b.parent_id = list.parent_id and b.status = list.status
    ) then
      continue when list.rows <= too_long;
      insert into list_blocks (client_id, relation, parent_id, status, from_at, from_id, rows)
      values (list.client_id, list.relation, list.parent_id, list.status, '-infinity', nil, list.rows);
    elsif changed.keys = 1 then
      update list_blocks b set rows = b.rows + changed.n
      where b.client_id = list.client_id and b.relation = list.relation and b.parent_id = list.parent_id
        and b.status = list.status and (b.from_at, b.from_id) = (
          select s.from_at, s.from_id from list_blocks s
          where s.client_id = list.client_id and s.relation = list.relation and s.parent_id = list.parent_id
            and s.status = list.status and (s.from_at, s.from_id) <= (changed.at, changed.id)
          order by s.from_at desc, s.from_id desc limit 1
        )
      returning * into block;
      if block.rows > too_long then
        perform cut_block(block, parent);
      end if;
      continue;
    else
      execute format(
        'update list_blocks b set rows = b.rows + c.n
         from (
           select s.from_at, s.from_id, sum(n) as n from (%s) as change cross join lateral (
             select from_at, from_id from list_blocks
             where client_id = $1 and relation = $2 and parent_id = $3 and status = $4
               and (from_at, from_id) <= (change.created_at, change.id)
             order by from_at desc, from_id desc limit 1
           ) as s
           where change.client_id = $1 and change.parent_id = $3 and change.status = $4 group by 1, 2
         ) as c
         where b.client_id = $1 and b.relation = $2 and b.parent_id = $3 and b.status = $4
           and (b.from_at, b.from_id) = (c.from_at, c.from_id)',
        changes
      ) using list.client_id, list.relation, list.parent_id, list.status;
    end if;
    for block in
      select * from list_blocks b where b.client_id = list.client_id and b.relation = list.relation
        and b.parent_id = list.parent_id and b.status = list.status and b.rows > too_long
    loop
      perform cut_block(block, parent);
    end loop;
  end loop;
  return null;
end $$;

-- Counts what is there already.
create function count_lists(relation text, parent text) returns void language plpgsql security definer
  set search_path = public, pg_temp
as $$
declare
  list lists;
begin
  for list in execute format($q$
    insert into lists (client_id, relation, parent_id, status, rows)
    select client_id, %1$L, case grouping(%2$I) when 1 then '00000000-0000-0000-0000-000000000000' else %2$I end,
      case grouping(status) when 1 then '' else status end, count(*)
    from %1$I group by client_id, cube (%2$I, status) returning *
  $q$, relation, parent) loop
    continue when list.rows <= 2000;
    insert into list_blocks values (
      list.client_id, list.relation, list.parent_id, list.status, '-infinity',
      '00000000-0000-0000-0000-000000000000', list.rows
    );
    perform cut_block(b, parent) from list_blocks b
    where b.client_id = list.client_id and b.relation = list.relation and b.parent_id = list.parent_id
      and b.status = list.status;
  end loop;
end $$;

revoke all on function list_query, cut_block, keep_lists, count_lists from public;
grant execute on function list_query, cut_block to app_functions;
grant create on schema public to app_functions;
alter function keep_lists owner to app_functions;
alter function count_lists owner to app_functions;
revoke create on schema public from app_functions;

select count_lists('records', 'type_id');
select count_lists('call_orders', 'campaign_id');

do $$
declare
  relation text;
  parent text;
begin
  for relation, parent in values ('records', 'type_id'), ('call_orders', 'campaign_id') loop
    execute format('create trigger lists_after_insert after insert on %I referencing new table as added
      for each statement execute function keep_lists(%L, ''status'')', relation, parent);
    execute format('create trigger lists_after_update after update on %I
      referencing old table as removed new table as added
      for each statement execute function keep_lists(%L, ''status'')', relation, parent);
    execute format('create trigger lists_after_delete after delete on %I referencing old table as removed
      for each statement execute function keep_lists(%L, ''status'')', relation, parent);
  end loop;
end $$;
