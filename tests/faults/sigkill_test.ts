import { assert, assertEquals, assertExists } from "@std/assert";
import { SystemClock } from "../../adapters/clock.ts";
import { NumberingPlans } from "../../adapters/phone_numbers.ts";
import type { Lanes } from "../../adapters/postgres/lanes.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { issueToken } from "../../src/access/manage_tokens.ts";
import { operator } from "../../src/access/principal.ts";
import { createCallOrder } from "../../src/call_orders/create_call_order.ts";
import { listCampaigns } from "../../src/campaigns/queries.ts";
import { listRecords } from "../../src/records/queries.ts";
import { applySetup } from "../../src/setup/apply_setup.ts";
import { serverDatabases } from "../support/databases.ts";
import { callToolAt, type ServerProcess, startServerProcess } from "../support/server_process.ts";
import { whenThere } from "../support/skip.ts";

const KILLS = 25;
const CALLS_PER_ROUND = 3;
/** A round ends at a random moment within this many milliseconds. */
const ROUND_MS = 900;
const SPEED = "100";
const ENDS_WITHIN_MS = 60_000;
/** Answered, busy, voicemail, opt-out, refused, timed out, short, and drawn. */
const ENDINGS = ["0001", "0002", "0005", "0006", "0007", "0008", "0009", "2468"];

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A client with an order for each call, and a token of its admin. */
async function setUp(lanes: Lanes): Promise<{ token: string; orders: string[] }> {
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
  const records = Array.from({ length: KILLS * CALLS_PER_ROUND }, (_, i) => ({
    recordType: "Lead",
    name: `Lead ${i}`,
    phoneNumber: `+1415${200 + i}${ENDINGS[i % ENDINGS.length]}`,
  }));
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
      assistants: [{ name: "Voice", operationalPerMinute: "0.05" }],
      campaigns: [{ name: "Spring", status: "active", assistant: "Voice", rules: anything }],
      records,
    }],
  });
  const { items: [{ campaign }] } = await listCampaigns(ports, who, {});
  const orders: string[] = [];
  for (let page = 1; orders.length < records.length; page++) {
    const { items } = await listRecords(ports, who, { page, limit: 100 });
    for (const { record } of items) {
      const wish = { recordUuid: record.id, campaignUuid: campaign.id };
      orders.push((await createCallOrder(ports, who, wish)).order.id);
    }
  }
  const { secret } = await issueToken(ports, who, { user: "ana@acme.test", name: "test" });
  return { token: secret, orders };
}

/** Asks for the call; null when the server died before it answered. */
async function initiate(server: ServerProcess, token: string, order: string) {
  const args = { callOrderUuid: order, idempotencyKey: `call ${order}` };
  try {
    return await callToolAt(server.url, token, "initiate-call", args);
  } catch {
    return null;
  }
}

const title = "a server killed at any moment of a call loses no money, and dials nothing twice";
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = await serverDatabases();
    assertExists(databases);
    const { lanes, target, close } = await databases.fresh();
    assert("url" in target);
    const env = { DATABASE_URL: target.url, SIMULATED_PHONE_SPEED: SPEED };
    try {
      const { token, orders } = await setUp(lanes);
      const answered = new Map<string, unknown>();
      for (let kill = 0; kill < KILLS; kill++) {
        const server = await startServerProcess(env);
        const wanted = orders.filter((order) => !answered.has(order));
        const round = wanted.slice(0, CALLS_PER_ROUND).map(async (order) => {
          const answer = await initiate(server, token, order);
          if (answer) answered.set(order, answer.structuredContent?.callUuid);
        });
        await sleep(Math.random() ** 3 * ROUND_MS);
        await server.kill();
        await Promise.all(round);
      }
      const server = await startServerProcess(env);
      for (const order of orders) {
        const answer = await initiate(server, token, order);
        assertExists(answer);
        assertEquals(answer.isError ?? false, false, answer.content[0].text);
        const callUuid = answer.structuredContent?.callUuid;
        assertEquals(callUuid, answered.get(order) ?? callUuid);
      }
      await untilAllEnded(lanes);
      assertEquals(await server.stop(), 0);
      await assertBooksAgree(lanes, orders.length);
    } finally {
      await close();
      await databases.stop();
    }
  });
});

async function untilAllEnded(lanes: Lanes): Promise<void> {
  const until = Date.now() + ENDS_WITHIN_MS;
  for (;;) {
    const [{ live }] = await lanes.flight(
      { role: "app_master" },
      (sql) => sql<{ live: bigint }>`select count(*) as live from calls where end_reason is null`,
    );
    if (live === 0n) return;
    assert(Date.now() < until, `${live} calls never ended`);
    await sleep(200);
  }
}

/** What the network dialled, what the studio thinks it did, and what the client paid, fit together. */
async function assertBooksAgree(lanes: Lanes, orders: number): Promise<void> {
  const dialled = await lanes.flight(
    { role: "phone_network" },
    (sql) =>
      sql<{ call_id: string; requests: number; refused: string | null }>`
      select call_id, requests, refused from phone_network.calls`,
  );
  const [calls, [balance], [ledger], [stats]] = await lanes.flight(
    { role: "app_master" },
    (sql) =>
      Promise.all([
        sql<{ id: string; order_id: string; end_reason: string; price: bigint }>`
          select id, order_id, end_reason, price from calls`,
        sql<{ paid_in: bigint; available: bigint; reserved: bigint; spent: bigint }>`
          select paid_in, available, reserved, spent from balances`,
        sql<{ paid_in: string; spent: string; reserved: string }>`
          select sum(amount) filter (where kind = 'top_up') as paid_in,
            sum(amount) filter (where kind in ('settle', 'adjust')) as spent,
            sum(case when kind = 'reserve' then amount when kind in ('settle', 'release') then -amount end)
              as reserved
          from ledger`,
        sql<{ calls: bigint; answered: bigint; recounted: bigint; price: bigint }>`
          select s.calls, s.answered, c.price,
            (select count(*) from calls where answered_at is not null) as recounted
          from campaign_stats s join campaign_costs c using (client_id, campaign_id)`,
      ]),
  );
  assertEquals(calls.length, orders, "one call an order, however often it was asked for");
  assertEquals(new Set(calls.map((call) => call.order_id)).size, orders);
  assertEquals(dialled.filter(({ requests }) => requests !== 1), [], "each was asked for once");
  const rang = new Set(dialled.filter(({ refused }) => refused === null).map((d) => d.call_id));
  const unreachable = calls.filter((call) => call.end_reason === "provider_unavailable");
  assertEquals(rang.size + unreachable.length, orders, "a call either rang or surely did not");
  assert(unreachable.every(({ id }) => !rang.has(id)));

  const spent = calls.reduce((sum, { price }) => sum + price, 0n);
  assertEquals({ ...balance }, {
    paid_in: 1_000_000_000n,
    available: 1_000_000_000n - spent,
    reserved: 0n,
    spent,
  });
  assertEquals({ ...ledger }, { paid_in: "1000000000", spent: String(spent), reserved: "0" });
  assertEquals(stats, {
    calls: BigInt(orders),
    answered: stats.recounted,
    recounted: stats.recounted,
    price: spent,
  });
}
