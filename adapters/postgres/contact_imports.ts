/**
 * SQL of imports of contacts, and of the rows that they have still to go through.
 *
 * @module
 */
import type { Uuid } from "../../src/kernel/ids.ts";
import { offsetOf } from "../../src/kernel/page.ts";
import type {
  ContactImport,
  ImportProblem,
  ImportStatus,
} from "../../src/records/contact_import.ts";
import type {
  ContactImportRepo,
  ContactImportView,
} from "../../src/records/contact_import_repo.ts";
import type { ImportRow } from "../../src/records/import_records.ts";
import { type ClientFilter, owned, requireOwn, requireWritten } from "./client_filter.ts";
import { toSlice, type Total } from "./pages.ts";
import { fragment, json, type Sql } from "./sql.ts";

interface ContactImportRow {
  id: Uuid;
  client_id: Uuid;
  type_id: Uuid;
  user_id: Uuid | null;
  actor: string;
  file_name: string;
  status: ImportStatus;
  rows: number;
  next_row: number;
  expected_created: number;
  expected_duplicates: number;
  created: number;
  duplicates: number;
  refused: number;
  problems: ImportProblem[];
  lease_until: Date | null;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
}

interface Names {
  type_name: string;
  client_name: string;
}

const IMPORT = fragment`i.id, i.client_id, i.type_id, i.user_id, i.actor, i.file_name, i.status,
  i.rows, i.next_row, i.expected_created, i.expected_duplicates, i.created, i.duplicates, i.refused,
  i.problems, i.lease_until, i.created_at, i.started_at, i.ended_at`;
const NAMES = fragment`t.name as type_name, c.name as client_name`;
const JOINS = fragment`
  left join record_types t on t.client_id = i.client_id and t.id = i.type_id
  left join clients c on c.id = i.client_id`;

/** Imports of the client that the filter names. */
export function contactImportRepo(sql: Sql, filter: ClientFilter): ContactImportRepo {
  const own = owned(filter, fragment`i.client_id`);
  const ownRows = owned(filter, fragment`b.client_id`);

  return {
    async get(id) {
      const [row] = await sql<ContactImportRow & Names>`
        select ${IMPORT}, ${NAMES} from contact_imports i ${JOINS} where i.id = ${id} and ${own}`;
      return row ? toView(row) : null;
    },
    async lock(id) {
      const [row] = await sql<ContactImportRow>`
        select ${IMPORT} from contact_imports i where i.id = ${id} and ${own} for no key update`;
      return row ? toImport(row) : null;
    },
    async list(page) {
      const rows = await sql<ContactImportRow & Names & Total>`
        select ${IMPORT}, ${NAMES}, total
        from (select count(*)::int as total from contact_imports i where ${own}) as counted
        left join (
          select * from contact_imports i where ${own}
          order by i.created_at desc, i.id desc limit ${page.limit} offset ${offsetOf(page)}
        ) as i on true ${JOINS}
        order by i.created_at desc, i.id desc`;
      return toSlice(rows, toView);
    },
    async insert(row, batches) {
      requireOwn(filter, row.clientId);
      const { created, duplicates } = row.expected;
      await Promise.all([
        sql`
          insert into contact_imports (
            client_id, id, type_id, user_id, actor, file_name, status, rows, next_row,
            expected_created, expected_duplicates, created, duplicates, refused, problems,
            lease_until, created_at, started_at, ended_at
          ) values (
            ${row.clientId}, ${row.id}, ${row.typeId}, ${row.userId}, ${row.actor},
            ${row.fileName}, ${row.status}, ${row.rows}, ${row.nextRow}, ${created},
            ${duplicates}, ${row.created}, ${row.duplicates}, ${row.refused},
            ${json(row.problems)}, ${row.leaseUntil}, ${row.createdAt}, ${row.startedAt},
            ${row.endedAt}
          )`,
        ...batches.map((rows, position) =>
          sql`
            insert into contact_import_rows (client_id, import_id, position, rows)
            values (${row.clientId}, ${row.id}, ${position}, ${json(rows)})`
        ),
      ]);
    },
    async update(row) {
      // What else an import has never changes.
      const rows = await sql`
        update contact_imports i set
          status = ${row.status}, next_row = ${row.nextRow}, created = ${row.created},
          duplicates = ${row.duplicates}, refused = ${row.refused},
          problems = ${json(row.problems)}, lease_until = ${row.leaseUntil},
          started_at = ${row.startedAt}, ended_at = ${row.endedAt}
        where i.client_id = ${row.clientId} and i.id = ${row.id} and ${own}`;
      requireWritten(rows, "contact_imports");
    },
    async batch({ clientId, importId }, position) {
      const [row] = await sql<{ rows: ImportRow[] }>`
        select b.rows from contact_import_rows b
        where b.client_id = ${clientId} and b.import_id = ${importId}
          and b.position = ${position} and ${ownRows}`;
      return row?.rows ?? [];
    },
    async dropRows({ clientId, importId }) {
      const rows = await sql`
        delete from contact_import_rows b
        where b.client_id = ${clientId} and b.import_id = ${importId} and ${ownRows}`;
      return rows.count;
    },
    async claim(now, leaseUntil) {
      // Materialized: a join may run a subquery once per row, and each run would take the next one.
      const [row] = await sql<ContactImportRow>`
        with free as materialized (
          select i.client_id, i.id from contact_imports i
          where i.status = 'running' and (i.lease_until is null or i.lease_until <= ${now})
            and ${own}
          order by i.started_at, i.id limit 1 for no key update skip locked
        )
        update contact_imports i set lease_until = ${leaseUntil} from free
        where i.client_id = free.client_id and i.id = free.id
        returning ${IMPORT}`;
      return row ? toImport(row) : null;
    },
    async dropPreviews(before, now) {
      const [row] = await sql<{ count: number }>`
        with old as (
          update contact_imports i set status = 'discarded', ended_at = ${now}
          where i.status = 'previewed' and i.created_at < ${before} and ${own}
          returning i.client_id, i.id
        ), forgotten as (
          delete from contact_import_rows b using old
          where b.client_id = old.client_id and b.import_id = old.id
        )
        select count(*)::int as count from old`;
      return row.count;
    },
  };
}

function toImport(row: ContactImportRow): ContactImport {
  return {
    id: row.id,
    clientId: row.client_id,
    typeId: row.type_id,
    userId: row.user_id,
    actor: row.actor,
    fileName: row.file_name,
    status: row.status,
    rows: row.rows,
    nextRow: row.next_row,
    expected: { created: row.expected_created, duplicates: row.expected_duplicates },
    created: row.created,
    duplicates: row.duplicates,
    refused: row.refused,
    problems: row.problems,
    leaseUntil: row.lease_until,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

function toView(row: ContactImportRow & Names): ContactImportView {
  return {
    contactImport: toImport(row),
    typeName: row.type_name,
    clientName: row.client_name,
  };
}
