/**
 * SQL of balances and their ledger. Each method moves the money and writes what it did in one
 * statement; the tables' constraints keep paid in = available + reserved + spent.
 *
 * @module
 */
import type {
  Balance,
  BalanceService,
  LedgerEntry,
  LedgerKind,
} from "../../src/billing/balance_service.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { offsetOf } from "../../src/kernel/page.ts";
import { type ClientFilter, owned, requireOwn, requireWritten } from "./client_filter.ts";
import { toSlice, type Total } from "./pages.ts";
import { fragment, type Sql } from "./sql.ts";

interface BalanceRow {
  client_id: Uuid;
  currency: string;
  paid_in: bigint;
  available: bigint;
  reserved: bigint;
  spent: bigint;
}

interface LedgerRow {
  id: Uuid;
  client_id: Uuid;
  at: Date;
  kind: LedgerKind;
  amount: bigint;
  currency: string;
  call_id: Uuid | null;
  reference: string | null;
}

const BALANCE = fragment`b.client_id, b.currency, b.paid_in, b.available, b.reserved, b.spent`;

/** Money of the client that the filter names. */
export function balanceService(sql: Sql, filter: ClientFilter): BalanceService {
  const own = owned(filter, fragment`b.client_id`);

  return {
    async get(clientId) {
      const [row] = await sql<BalanceRow>`
        select ${BALANCE} from balances b where b.client_id = ${clientId} and ${own}`;
      return row ? toBalance(row) : null;
    },
    async list(limit) {
      const rows = await sql<BalanceRow & { client_name: string }>`
        select ${BALANCE}, c.name as client_name from balances b
        join clients c on c.id = b.client_id
        where ${own} order by lower(c.name) collate "C", c.id limit ${limit}`;
      return rows.map((row) => ({ ...toBalance(row), clientName: row.client_name }));
    },
    async lock(clientId) {
      const [row] = await sql<BalanceRow>`
        select ${BALANCE} from balances b where b.client_id = ${clientId} and ${own}
        for no key update`;
      return row ? toBalance(row) : null;
    },
    async reserve({ id, clientId, callId, at, amount }) {
      const rows = await sql`
        with moved as (
          update balances b set available = available - ${amount}::bigint,
            reserved = reserved + ${amount}::bigint
          where b.client_id = ${clientId} and b.available >= ${amount} and ${own}
          returning b.client_id, b.currency
        ), noted as (
          insert into ledger (client_id, id, kind, at, amount, currency, call_id)
          select client_id, ${id}::uuid, 'reserve', ${at}::timestamptz, ${amount}::bigint, currency,
            ${callId}::uuid
          from moved where ${amount}::bigint <> 0
        )
        select from moved`;
      return rows.count > 0;
    },
    async settle({ id, clientId, callId, at, reserved, cost }) {
      const rows = await sql`
        with moved as (
          update balances b set reserved = reserved - ${reserved}::bigint,
            available = available + ${reserved}::bigint - ${cost}::bigint,
            spent = spent + ${cost}::bigint
          where b.client_id = ${clientId} and ${own}
          returning b.client_id, b.currency
        ), noted as (
          insert into ledger (client_id, id, kind, at, amount, currency, call_id)
          select client_id, ${id}::uuid, kind, ${at}::timestamptz, amount, currency, ${callId}::uuid
          from moved, (values
            ('settle', least(${cost}::bigint, ${reserved}::bigint)),
            ('release', greatest(${reserved}::bigint - ${cost}::bigint, 0)),
            ('adjust', greatest(${cost}::bigint - ${reserved}::bigint, 0))
          ) as entry (kind, amount)
          where amount <> 0
        )
        select from moved`;
      requireWritten(rows, "balances");
    },
    async adjust({ id, clientId, callId, at, amount }) {
      const rows = await sql`
        with moved as (
          update balances b set available = available - ${amount}::bigint,
            spent = spent + ${amount}::bigint
          where b.client_id = ${clientId} and ${own}
          returning b.client_id, b.currency
        ), noted as (
          insert into ledger (client_id, id, kind, at, amount, currency, call_id)
          select client_id, ${id}::uuid, 'adjust', ${at}::timestamptz, ${amount}::bigint, currency,
            ${callId}::uuid
          from moved where ${amount}::bigint <> 0
        )
        select from moved`;
      requireWritten(rows, "balances");
    },
    async open(clientId, currency) {
      requireOwn(filter, clientId);
      await sql`
        insert into balances (client_id, currency, paid_in, available, reserved, spent)
        values (${clientId}, ${currency}, 0, 0, 0, 0) on conflict (client_id) do nothing`;
    },
    async topUp({ id, clientId, at, amount, reference }) {
      const [row] = await sql<{ noted: boolean }>`
        with noted as (
          insert into ledger (client_id, id, kind, at, amount, currency, reference)
          select b.client_id, ${id}::uuid, 'top_up', ${at}::timestamptz, ${amount}::bigint,
            b.currency, ${reference}::text
          from balances b where b.client_id = ${clientId} and ${own}
          on conflict (client_id, reference) where reference is not null do nothing
          returning client_id
        ), moved as (
          update balances b set paid_in = paid_in + ${amount}::bigint,
            available = available + ${amount}::bigint
          from noted where b.client_id = noted.client_id
        )
        select exists (select from noted) as noted from balances b
        where b.client_id = ${clientId} and ${own}`;
      requireWritten({ count: row ? 1 : 0 }, "balances");
      return row.noted;
    },
    async ledgerPage(clientId, page) {
      const condition = fragment`b.client_id = ${clientId} and ${own}`;
      const rows = await sql<LedgerRow & Total>`
        select b.id, b.client_id, b.at, b.kind, b.amount, b.currency, b.call_id, b.reference, total
        from (select count(*)::int as total from ledger b where ${condition}) as counted
        left join (
          select * from ledger b where ${condition}
          order by b.at desc, b.id desc, b.kind desc limit ${page.limit} offset ${offsetOf(page)}
        ) as b on true
        order by b.at desc, b.id desc, b.kind desc`;
      return toSlice(rows, toEntry);
    },
    async ledger(clientId, limit) {
      const rows = await sql<LedgerRow>`
        select b.id, b.client_id, b.at, b.kind, b.amount, b.currency, b.call_id, b.reference
        from ledger b where b.client_id = ${clientId} and ${own}
        order by b.at desc, b.id desc, b.kind desc limit ${limit}`;
      return rows.map(toEntry);
    },
  };
}

function toBalance(row: BalanceRow): Balance {
  return {
    clientId: row.client_id,
    currency: row.currency,
    paidIn: row.paid_in,
    available: row.available,
    reserved: row.reserved,
    spent: row.spent,
  };
}

function toEntry(row: LedgerRow): LedgerEntry {
  return {
    id: row.id,
    clientId: row.client_id,
    at: row.at,
    kind: row.kind,
    amount: row.amount,
    currency: row.currency,
    callId: row.call_id,
    reference: row.reference,
  };
}
