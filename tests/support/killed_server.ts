/**
 * What tests that kill the server have in common: a client with an order for every number, calls asked
 * for again and again with the same key, and the sums that must be right in the end.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { SystemClock } from "../../adapters/clock.ts";
import { NumberingPlans } from "../../adapters/phone_numbers.ts";
import type { Lanes } from "../../adapters/postgres/lanes.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { issueToken } from "../../src/access/manage_tokens.ts";
import { operator } from "../../src/access/principal.ts";
import { createCallOrder } from "../../src/call_orders/create_call_order.ts";
import type { AgentConnection } from "../../src/campaigns/assistant.ts";
import { listCampaigns } from "../../src/campaigns/queries.ts";
import { listRecords } from "../../src/records/queries.ts";
import { applySetup } from "../../src/setup/apply_setup.ts";
import { callToolAt, type ServerProcess, type ToolAnswer } from "./server_process.ts";

const ENDS_WITHIN_MS = 60_000;

/** A call as the database has it in the end. */
export interface EndedCall {
  id: string;
  order_id: string;
  phone_number: string;
  end_reason: string;
  provider_call_id: string | null;
  answered: boolean;
  price: bigint;
  phone_cost: bigint | null;
}

/** A pause in real time: there is a process to wait for. */
export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A client with an order for each number, by number, and a token of its admin. */
export async function setUpOrders(
  lanes: Lanes,
  numbers: string[],
  connection: AgentConnection,
): Promise<{ token: string; orders: Map<string, string> }> {
  const ports = {
    uow: new PostgresUnitOfWork(lanes),
    clock: new SystemClock(),
    phoneNumbers: new NumberingPlans(),
  };
  const who = operator("test");
  const anything = {
    window: null,
    countries: null,
    requireConsent: false,
    maxConcurrentCalls: 1000,
  };
  await applySetup(ports, who, {
    clients: [{
      name: "Acme",
      country: "US",
      tariff: { currency: "USD", setup: "0.013", perMinute: "0.171717" },
      rules: anything,
      topUps: [{ reference: "first", amount: "1000" }],
      roles: [{ name: "Admin", admin: true }],
      users: [{ email: "ana@acme.test", name: "Ana", role: "Admin" }],
      recordTypes: [{ name: "Lead" }],
      assistants: [{ name: "Voice", connection, operationalPerMinute: "0.05" }],
      campaigns: [{ name: "Spring", status: "active", assistant: "Voice", rules: anything }],
      records: numbers.map((phoneNumber, i) => ({
        recordType: "Lead",
        name: `Lead ${i}`,
        phoneNumber,
      })),
    }],
  });
  const { items: [{ campaign }] } = await listCampaigns(ports, who, {});
  const orders = new Map<string, string>();
  for (let page = 1; orders.size < numbers.length; page++) {
    const { items } = await listRecords(ports, who, { page, limit: 100 });
    for (const { record } of items) {
      const wish = { recordUuid: record.id, campaignUuid: campaign.id };
      orders.set(record.phoneNumber, (await createCallOrder(ports, who, wish)).order.id);
    }
  }
  const { secret } = await issueToken(ports, who, { user: "ana@acme.test", name: "test" });
  return { token: secret, orders };
}

/** Asks for an order's call, always with the same key; null when the server died before it answered. */
export async function initiate(
  server: ServerProcess,
  token: string,
  order: string,
): Promise<ToolAnswer | null> {
  const args = { callOrderUuid: order, idempotencyKey: `call ${order}` };
  try {
    return await callToolAt(server.url, token, "initiate-call", args);
  } catch {
    return null;
  }
}

/** Waits until every call has ended. */
export async function untilAllEnded(lanes: Lanes): Promise<void> {
  const until = Date.now() + ENDS_WITHIN_MS;
  for (;;) {
    const live = (await callsOf(lanes)).filter((call) => call.end_reason === null);
    if (live.length === 0) return;
    assert(Date.now() < until, `${live.length} calls never ended`);
    await sleep(200);
  }
}

/** Every call there is. */
export async function callsOf(lanes: Lanes): Promise<readonly EndedCall[]> {
  return await lanes.flight(
    { role: "app_master" },
    (sql) =>
      sql<EndedCall>`
        select id, order_id, phone_number, end_reason, provider_call_id,
          answered_at is not null as answered, price, phone_cost
        from calls order by created_at, id`,
  );
}

/** One call an order, and balance, ledger and figures that agree with the calls. */
export async function assertMoneyAgrees(lanes: Lanes, orders: number): Promise<void> {
  const calls = await callsOf(lanes);
  const [[balance], [ledger], [stats]] = await lanes.flight(
    { role: "app_master" },
    (sql) =>
      Promise.all([
        sql<{ paid_in: bigint; available: bigint; reserved: bigint; spent: bigint }>`
          select paid_in, available, reserved, spent from balances`,
        sql<{ paid_in: string; spent: string; reserved: string }>`
          select sum(amount) filter (where kind = 'top_up') as paid_in,
            sum(amount) filter (where kind in ('settle', 'adjust')) as spent,
            sum(case when kind = 'reserve' then amount when kind in ('settle', 'release') then -amount end)
              as reserved
          from ledger`,
        sql<{ calls: bigint; answered: bigint; price: bigint }>`
          select s.calls, s.answered, c.price
          from campaign_stats s join campaign_costs c using (client_id, campaign_id)`,
      ]),
  );
  assertEquals(calls.length, orders, "one call an order, however often it was asked for");
  assertEquals(new Set(calls.map((call) => call.order_id)).size, orders);
  const spent = calls.reduce((sum, { price }) => sum + price, 0n);
  assertEquals({ ...balance }, {
    paid_in: 1_000_000_000n,
    available: 1_000_000_000n - spent,
    reserved: 0n,
    spent,
  });
  assertEquals({ ...ledger }, { paid_in: "1000000000", spent: String(spent), reserved: "0" });
  assertEquals({ ...stats }, {
    calls: BigInt(orders),
    answered: BigInt(calls.filter(({ answered }) => answered).length),
    price: spent,
  });
}
