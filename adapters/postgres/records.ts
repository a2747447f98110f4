/**
 * SQL of records, their types, and their notes. One file, because it is one repository.
 *
 * @module
 */
import type { Uuid } from "../../src/kernel/ids.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { offsetOf } from "../../src/kernel/page.ts";
import type { ContactRecord, Note, RecordStatus } from "../../src/records/record.ts";
import type {
  ListedRecord,
  Named,
  RecordCounts,
  RecordRepo,
  RecordTypeView,
  RecordView,
} from "../../src/records/record_repo.ts";
import type { RecordType } from "../../src/records/record_type.ts";
import { alsoOf, type ClientFilter, owned, requireOwn, requireWritten } from "./client_filter.ts";
import { StoreError } from "./errors.ts";
import { countedPage, toSlice, type Total } from "./pages.ts";
import { containing, found, matching, needleOf } from "./search.ts";
import type { PlaceRow, SearchPlaces } from "./search_places.ts";
import { type Fragment, fragment, json, type Sql } from "./sql.ts";

interface RecordRow {
  id: Uuid;
  client_id: Uuid;
  type_id: Uuid;
  name: string;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  phone_number: string;
  country: string | null;
  status: RecordStatus;
  time_zone: string | null;
  consent_at: Date | null;
  consent_source: string | null;
  do_not_call_at: Date | null;
  parameters: JsonObject;
  created_at: Date;
  updated_at: Date;
}

interface TypeRow {
  id: Uuid;
  client_id: Uuid;
  name: string;
  description: string | null;
  created_at: Date;
}

interface Names {
  type_name: string;
  client_name: string;
  number_listed_at: Date | null;
}

type ListedColumns = Omit<RecordRow, "client_id" | "time_zone" | "consent_at" | "consent_source">;

/** The client and its name are selected only where the filter names no client. */
type ListedRow =
  & ListedColumns
  & Pick<Names, "number_listed_at">
  & Total
  & ({ client_id: Uuid; client_name: string } | { client_id?: never; client_name?: never });

interface TypeNames {
  client_name: string;
  records: number;
}

interface NoteRow {
  id: Uuid;
  client_id: Uuid;
  record_id: Uuid;
  author: string;
  text: string;
  at: Date;
}

const LISTED_AT = fragment`(
  select d.at from do_not_call d where d.client_id = r.client_id and d.phone_number = r.phone_number
) as number_listed_at`;
const RECORD = fragment`r.id, r.client_id, r.type_id, r.name, r.first_name, r.last_name, r.email,
  r.phone_number, r.country, r.status, r.time_zone, r.consent_at, r.consent_source,
  r.do_not_call_at, r.parameters, r.created_at, r.updated_at`;
const LISTED = fragment`r.id, r.type_id, r.name, r.first_name, r.last_name, r.email, r.phone_number,
  r.country, r.status, r.do_not_call_at, r.parameters, r.created_at, r.updated_at, ${LISTED_AT}`;
const TYPE = fragment`t.id, t.client_id, t.name, t.description, t.created_at`;
const NAMES = fragment`t.name as type_name, c.name as client_name, ${LISTED_AT}`;

/** Records, their types and notes, of the client that the filter names. */
export function recordRepo(
  sql: Sql,
  filter: ClientFilter,
  places: SearchPlaces,
): RecordRepo {
  const own = owned(filter, fragment`r.client_id`);
  const ownType = owned(filter, fragment`t.client_id`);

  function ofType(id: Uuid): Fragment {
    const owner = fragment`select client_id from record_types where id = ${id}`;
    return fragment`r.type_id = ${id} ${alsoOf(filter, fragment`r.client_id`, owner)}`;
  }

  function having(status: RecordStatus | undefined, typeId: Uuid | undefined): Fragment {
    return fragment`${status === undefined ? fragment`true` : fragment`r.status = ${status}`}
      and ${typeId === undefined ? fragment`true` : ofType(typeId)}`;
  }

  // Whoever sees one client's records knows whose they are.
  const whose = filter === null
    ? {
      columns: fragment`, r.client_id, c.name as client_name`,
      source: fragment`left join clients c on c.id = r.client_id`,
    }
    : { columns: fragment``, source: fragment`` };

  function toListed(row: ListedRow): ListedRecord {
    const clientId = row.client_id ?? filter;
    if (clientId === null) throw new StoreError("bug", "a record of nobody's");
    return {
      record: toListedFields(row, clientId),
      clientName: row.client_name ?? null,
      numberListedAt: row.number_listed_at,
    };
  }

  return {
    async get(id) {
      const [row] = await sql<RecordRow & Names>`
        select ${RECORD}, ${NAMES} from records r
        join record_types t on t.client_id = r.client_id and t.id = r.type_id
        join clients c on c.id = r.client_id
        where r.id = ${id} and ${own}`;
      return row ? toView(row) : null;
    },
    async lock(id) {
      const [row] = await sql<RecordRow>`
        select ${RECORD} from records r where r.id = ${id} and ${own} for no key update`;
      return row ? toRecord(row) : null;
    },
    async list({ search, status, typeId }, page) {
      if (search === undefined) {
        const list = { clientId: filter, relation: "records", parentId: typeId, status };
        const { counted, source } = countedPage(list, page, {
          table: fragment`records`,
          alias: fragment`r`,
          condition: fragment`${own} and ${having(status, typeId)}`,
        });
        const rows = await sql<ListedRow>`
          with ${counted} select ${LISTED}${whose.columns}, total from ${source} ${whose.source}
          order by r.created_at desc, r.id desc`;
        return toSlice(rows, toListed);
      }
      const needle = needleOf(search);
      if (filter !== null) {
        const known = places.of(filter, JSON.stringify([search, status, typeId]));
        const { total } = known;
        const place = known.before(offsetOf(page));
        const rows = await sql<ListedRow & { places: PlaceRow[] | null }>`
          select ${LISTED}, found.total, found.at_least,
            case when row_number() over newest = 1 then found.places end as places
          from ${found(filter, needle, { status, typeId }, page, { place, total })} as found
          left join records r on ${own} and r.id = any(found.ids)
          window newest as (order by r.created_at desc, r.id desc)
          order by r.created_at desc, r.id desc`;
        const slice = toSlice(rows, toListed);
        if (rows[0].places) known.note(rows[0].places, slice.atLeast ? null : slice.total);
        return slice;
      }
      const condition = fragment`${matching(needle)} and ${having(status, typeId)}`;
      const rows = await sql<ListedRow>`
        select ${LISTED}${whose.columns}, total
        from (select count(*)::int as total from records r where ${condition}) as counted
        left join (
          select * from records r where ${condition}
          order by r.created_at desc, r.id desc limit ${page.limit} offset ${offsetOf(page)}
        ) as r on true
        ${whose.source}
        order by r.created_at desc, r.id desc`;
      return toSlice(rows, toListed);
    },
    async suggest(text, limit) {
      const name = fragment`lower(r.name) collate "C"`;
      const chosen = filter === null || text === ""
        ? fragment`lower(r.name) like lower(${containing(text)})`
        : fragment`r.id = any (
            array(select records_named(${filter}, lower(${text}), ${limit})) || (select ids from ${
          found(
            filter,
            { ...needleOf(text), number: null },
            { onlyNames: true },
            { page: 1, limit },
          )
        }))`;
      const wholeFirst = text === "" ? fragment`` : fragment`${name} <> lower(${text}),`;
      const rows = await sql<Named>`
        select r.id, r.name from (
          select r.id, r.name from records r where ${own} and ${chosen}
          order by ${wholeFirst} r.created_at desc, r.id desc limit ${limit}
        ) as r
        order by ${name}, r.id`;
      return [...rows];
    },
    async counts(id) {
      const [row] = await sql<
        { orders: RecordCounts["ordersByStatus"]; calls: number; outcomes: number; notes: number }
      >`
        select
          (select coalesce(jsonb_object_agg(status, n), '{}') from (
            select o.status, count(*) as n from call_orders o
            where o.client_id = r.client_id and o.record_id = r.id group by o.status
          ) as by_status) as orders,
          (select count(*)::int from calls c
            where c.client_id = r.client_id and c.record_id = r.id) as calls,
          (select coalesce(sum(jsonb_array_length(o.outcomes)), 0)::int
            from calls c join call_outcomes o on o.client_id = c.client_id and o.call_id = c.id
            where c.client_id = r.client_id and c.record_id = r.id) as outcomes,
          (select count(*)::int from notes n
            where n.client_id = r.client_id and n.record_id = r.id) as notes
        from records r where r.id = ${id} and ${own}`;
      const { orders = {}, calls = 0, outcomes = 0, notes = 0 } = row ?? {};
      return { ordersByStatus: orders, calls, outcomes, notes };
    },
    async insert(record) {
      requireOwn(filter, record.clientId);
      // The update changes nothing: it makes the statement return the row that is there already,
      // also when another transaction has only just committed it.
      const [row] = await sql<{ id: Uuid }>`
        insert into records (
          client_id, id, type_id, name, first_name, last_name, email, phone_number, country, status,
          time_zone, consent_at, consent_source, do_not_call_at, parameters, created_at, updated_at
        ) values (
          ${record.clientId}, ${record.id}, ${record.typeId}, ${record.name}, ${record.firstName},
          ${record.lastName}, ${record.email}, ${record.phoneNumber}, ${record.country},
          ${record.status}, ${record.timeZone}, ${record.consent?.at ?? null},
          ${record.consent?.source ?? null}, ${record.doNotCallAt}, ${json(record.parameters)},
          ${record.createdAt}, ${record.updatedAt}
        ) on conflict (client_id, type_id, phone_number)
          do update set phone_number = excluded.phone_number
        returning id`;
      return row.id === record.id ? null : row.id;
    },
    async update(record) {
      const rows = await sql`
        update records r set
          type_id = ${record.typeId}, name = ${record.name}, first_name = ${record.firstName},
          last_name = ${record.lastName}, email = ${record.email},
          phone_number = ${record.phoneNumber}, country = ${record.country},
          status = ${record.status}, time_zone = ${record.timeZone},
          consent_at = ${record.consent?.at ?? null},
          consent_source = ${record.consent?.source ?? null},
          do_not_call_at = ${record.doNotCallAt}, parameters = ${json(record.parameters)},
          updated_at = ${record.updatedAt}
        where r.client_id = ${record.clientId} and r.id = ${record.id} and ${own}`;
      requireWritten(rows, "records");
    },
    async takenPhones(clientId, typeId, phoneNumbers) {
      const rows = await sql<{ phone_number: string }>`
        select r.phone_number from records r where r.client_id = ${clientId}
          and r.type_id = ${typeId} and r.phone_number = any(${phoneNumbers}::text[]) and ${own}`;
      return rows.map(({ phone_number }) => phone_number);
    },
    async idByPhone(clientId, typeId, phoneNumber) {
      const [row] = await sql<{ id: Uuid }>`
        select r.id from records r where r.client_id = ${clientId} and r.type_id = ${typeId}
          and r.phone_number = ${phoneNumber} and ${own}`;
      return row?.id ?? null;
    },

    async getType(id) {
      const [row] = await sql<TypeRow>`
        select ${TYPE} from record_types t where t.id = ${id} and ${ownType}`;
      return row ? toType(row) : null;
    },
    async typeByName(clientId, name) {
      const [row] = await sql<TypeRow>`
        select ${TYPE} from record_types t
        where t.client_id = ${clientId} and lower(t.name) = lower(${name}) and ${ownType}`;
      return row ? toType(row) : null;
    },
    async listTypes(page) {
      const rows = await sql<TypeRow & TypeNames & Total>`
        select ${TYPE}, c.name as client_name, total, (
          select coalesce(sum(l.rows), 0)::int from lists l
          where l.client_id = t.client_id and l.relation = 'records' and l.parent_id = t.id
            and l.status = ''
        ) as records
        from (select count(*)::int as total from record_types t where ${ownType}) as counted
        left join (
          select * from record_types t where ${ownType}
          order by t.created_at desc, t.id desc limit ${page.limit} offset ${offsetOf(page)}
        ) as t on true
        left join clients c on c.id = t.client_id
        order by t.created_at desc, t.id desc`;
      return toSlice(rows, toTypeView);
    },
    async saveType({ id, clientId, name, description, createdAt }) {
      requireOwn(filter, clientId);
      await sql`
        insert into record_types (client_id, id, name, description, created_at)
        values (${clientId}, ${id}, ${name}, ${description}, ${createdAt})
        on conflict (client_id, id) do update set name = excluded.name,
          description = excluded.description, created_at = excluded.created_at`;
    },

    async notes(recordId, limit) {
      const rows = await sql<NoteRow>`
        select n.id, n.client_id, n.record_id, n.author, n.text, n.at
        from records r join notes n on n.client_id = r.client_id and n.record_id = r.id
        where r.id = ${recordId} and ${own}
        order by n.at desc, n.id desc limit ${limit}`;
      return rows.map(toNote);
    },
    async addNote({ id, clientId, recordId, author, text, at }) {
      requireOwn(filter, clientId);
      await sql`
        insert into notes (client_id, id, record_id, author, text, at)
        values (${clientId}, ${id}, ${recordId}, ${author}, ${text}, ${at})`;
    },
  };
}

function toListedFields(row: ListedColumns, clientId: Uuid): ListedRecord["record"] {
  return {
    id: row.id,
    clientId,
    typeId: row.type_id,
    name: row.name,
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    phoneNumber: row.phone_number,
    country: row.country,
    status: row.status,
    doNotCallAt: row.do_not_call_at,
    parameters: row.parameters,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRecord(row: RecordRow): ContactRecord {
  const { consent_at: at, consent_source: source } = row;
  return {
    ...toListedFields(row, row.client_id),
    timeZone: row.time_zone,
    consent: at !== null && source !== null ? { at, source } : null,
  };
}

function toView(row: RecordRow & Names): RecordView {
  return {
    record: toRecord(row),
    typeName: row.type_name,
    clientName: row.client_name,
    numberListedAt: row.number_listed_at,
  };
}

function toType(row: TypeRow): RecordType {
  return {
    id: row.id,
    clientId: row.client_id,
    name: row.name,
    description: row.description,
    createdAt: row.created_at,
  };
}

function toTypeView(row: TypeRow & TypeNames): RecordTypeView {
  return { type: toType(row), clientName: row.client_name, records: row.records };
}

function toNote(row: NoteRow): Note {
  return {
    id: row.id,
    clientId: row.client_id,
    recordId: row.record_id,
    author: row.author,
    text: row.text,
    at: row.at,
  };
}
