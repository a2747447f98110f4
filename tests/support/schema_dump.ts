/**
 * A database's schema as text, the same from every version of PostgreSQL that we run on: what
 * pg_dump would tell, in an order that makes differences easy to read. Not meant to be run.
 *
 * @module
 */
import type { Lanes, Sql } from "../../adapters/postgres/lanes.ts";

const SCHEMAS = ["public", "phone_network", "sip"];

interface Line {
  /** Table or function that it belongs to. */
  object: string;
  line: string;
}

/** Everything that migrations have made in our schemas, extensions' own objects aside. */
export async function dumpSchema(lanes: Lanes): Promise<string> {
  return await lanes.flight({ role: "app_master" }, async (sql) => {
    const [extensions, tables, parts, functions] = await Promise.all([
      sql<{ line: string }>`
        select format('create extension %s;', extname) as line from pg_extension
        where extname <> 'plpgsql' order by extname`,
      columnsOf(sql),
      partsOf(sql),
      functionsOf(sql),
    ]);
    const objects = Map.groupBy([...tables, ...parts], ({ object }) => object);
    const sections = [
      extensions.map(({ line }) => line).join("\n"),
      ...Array.from(objects.values(), (lines) => lines.map(({ line }) => line).join("\n")),
      ...functions.map(({ line }) => line),
    ];
    return sections.join("\n\n") + "\n";
  });
}

/** One `create table` each, with columns and constraints. */
function columnsOf(sql: Sql) {
  return sql<Line>`
    select c.oid::regclass::text as object, format(
      E'create %stable %s (\n%s\n)%s;', case c.relpersistence when 'u' then 'unlogged ' else '' end, c.oid::regclass, string_agg('  ' || part.text, E',\n' order by part.rank, part.text),
      coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')
    ) as line
    from pg_class c cross join lateral (
      select lpad(a.attnum::text, 4, '0') as rank,
        format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
          || case when a.attnotnull then ' not null' else '' end
          || case
            when a.attgenerated = 's' then format(' generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid))
            when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid)
            else ''
          end as text
      from pg_attribute a
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      union all
      select 'constraint', format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
      from pg_constraint k
      -- Since 18 "not null" is a constraint too.
      where k.conrelid = c.oid and k.contype <> 'n'
    ) as part
    where c.relkind = 'r' and c.relnamespace = any(${SCHEMAS}::text[]::regnamespace[])
    group by c.oid order by 1`;
}

/** Indexes, policies and grants of tables. */
function partsOf(sql: Sql) {
  return sql<Line>`
    with tables as (
      select * from pg_class
      where relkind = 'r' and relnamespace = any(${SCHEMAS}::text[]::regnamespace[])
    ), acl as (
      select t.oid, a.grantee, a.privilege_type, null as columns
      from tables t cross join aclexplode(t.relacl) as a where a.grantee <> t.relowner
      union all
      select t.oid, a.grantee, a.privilege_type, string_agg(quote_ident(c.attname), ', ' order by c.attnum)
      from tables t join pg_attribute c on c.attrelid = t.oid cross join aclexplode(c.attacl) as a
      group by t.oid, a.grantee, a.privilege_type
    ), grants as (
      select oid, grantee,
        string_agg(
          lower(privilege_type) || coalesce(' (' || columns || ')', ''), ', '
          order by privilege_type, columns
        ) as privileges
      from acl group by oid, grantee
    )
    select object, line from (
      select i.indrelid::regclass::text, 1, pg_get_indexdef(i.indexrelid) || ';'
      from pg_index i join tables t on t.oid = i.indrelid
      where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
      union all
      select t.oid::regclass::text, 2, format('alter table %s enable row level security;', t.oid::regclass)
      from tables t where t.relrowsecurity
      union all
      select t.oid::regclass::text, 3, format('alter table %s force row level security;', t.oid::regclass)
      from tables t where t.relforcerowsecurity
      union all
      select p.polrelid::regclass::text, 4, format(
        'create policy %I on %s for %s to %s using (%s) with check (%s);', p.polname, p.polrelid::regclass,
        case p.polcmd when '*' then 'all' when 'r' then 'select' else p.polcmd::text end,
        (select string_agg(r::regrole::text, ', ' order by r::regrole::text) from unnest(p.polroles) as r),
        regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\\s+', ' ', 'g'),
        regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), '\\s+', ' ', 'g')
      )
      from pg_policy p join tables t on t.oid = p.polrelid
      union all
      select g.oid::regclass::text, 5, format('grant %s on %s to %s;', g.privileges, g.oid::regclass,
        case g.grantee when 0 then 'public' else g.grantee::regrole::text end)
      from grants g
    ) as part (object, rank, line)
    order by object, rank, line`;
}

function functionsOf(sql: Sql) {
  return sql<Line>`
    select f.oid::regprocedure::text as object, concat_ws(E'\n',
      rtrim(pg_get_functiondef(f.oid), E'\n') || ';',
      case when o.rolname like 'app\_%'
        then format('alter function %s owner to %I;', f.oid::regprocedure, o.rolname) end,
      (select string_agg(
          format('grant execute on function %s to %s;', f.oid::regprocedure,
            case a.grantee when 0 then 'public' else a.grantee::regrole::text end),
          E'\n' order by a.grantee::regrole::text)
        from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a
        where a.grantee <> f.proowner)
    ) as line
    from pg_proc f join pg_roles o on o.oid = f.proowner
    where f.pronamespace = any(${SCHEMAS}::text[]::regnamespace[])
      and not exists (select from pg_depend where objid = f.oid and deptype = 'e')
    order by 1`;
}
