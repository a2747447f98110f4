/**
 * What the store owes call orders. One file, because it is one port's
 * whole specification, told method by method.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CALL_ORDER_STATUSES,
  CALL_TYPES,
  type CallOrder,
  isOpenOrder,
} from "../../src/call_orders/call_order.ts";
import type { CallOrderFilter, OrderCircumstances } from "../../src/call_orders/call_order_repo.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import type { ContactRecord } from "../../src/records/record.ts";
import {
  callRow,
  campaignRow,
  ended,
  minutes,
  NOON,
  orderRow,
  recordRow,
} from "../support/rows.ts";
import type { Company } from "../support/world.ts";
import { PAGE, walk } from "./paging.ts";
import { atOnce, contract, newCompany, newWorld, scopeOf, type Tell } from "./suite.ts";

/** The contract of `CallOrderRepo`. */
export const callOrderRepoContract = contract("CallOrderRepo", (tell) => {
  tellOfOrders(tell);
  tellOfOpenOrders(tell);
  tellOfDueOrders(tell);
});

function tellOfOrders(tell: Tell): void {
  tell("gives back an order as it was written, in every field", async (uow) => {
    const { company, record } = await ready(uow);
    const { campaign, client, user } = company;
    const full = orderRow(record, campaign, {
      callType: "web",
      status: "contacted",
      scheduledTime: new Date("2026-10-25T01:30:00.999Z"),
      instructions: 'Ask for\n"the boss"',
      attempts: 7,
      nextDialAt: new Date("2026-03-29T01:59:59.001Z"),
      createdBy: user.id,
      createdAt: new Date("2026-01-02T03:04:05.006Z"),
      updatedAt: new Date("2026-01-02T03:04:05.007Z"),
    });
    for (const order of [full, orderRow(record, campaign)]) {
      assertEquals(await insert(uow, company, order), null);
      assertEquals(await get(uow, company, order.id), {
        order,
        recordName: record.name,
        campaignName: campaign.name,
        clientName: client.name,
        circumstances: circumstancesOf(company, record),
      });
      const locked = await uow.run(
        scopeOf(company),
        ({ callOrders }) => callOrders.lock(order.id),
      );
      assertEquals(locked, order);
    }
  });

  tell("tells with an order all that decides whether it may be dialled", async (uow) => {
    await newWorld(uow);
    const { company, record } = await ready(uow, {
      status: "inactive",
      timeZone: "Asia/Tokyo",
      consent: { at: minutes(-9), source: "Web form" },
      doNotCallAt: minutes(-8),
    });
    const { client, assistant, campaign } = company;
    const others = [recordRow(company.type), recordRow(company.type)];
    const second = campaignRow(assistant, { status: "paused" });
    const [mine, sibling] = [orderRow(record, campaign), orderRow(others[0], campaign)];
    const elsewhere = orderRow(others[1], second);
    const live = callRow(mine, assistant);
    await uow.run("all", async ({ campaigns, records, callOrders, calls, balance, doNotCall }) => {
      await campaigns.save(second);
      for (const other of others) await records.insert(other);
      for (const order of [mine, sibling, elsewhere]) await callOrders.insert(order);
      for (
        const call of [live, callRow(elsewhere, assistant), callRow(sibling, assistant, ended())]
      ) {
        await calls.insert(call);
      }
      await doNotCall.add(client.id, record.phoneNumber, NOON);
      const paid = { id: newId(NOON), clientId: client.id, at: NOON, reference: "first" };
      await balance.topUp({ ...paid, amount: 7n });
    });
    const common = { available: 7n, live: { ofClient: 2, ofCampaign: 1 } };
    const expected = new Map([
      [mine.id, {
        ...circumstancesOf(company, record),
        ...common,
        listed: true,
        liveCallId: live.id,
      }],
      [sibling.id, { ...circumstancesOf(company, others[0]), ...common }],
    ]);
    const { items } = await uow.read(
      scopeOf(company),
      ({ callOrders }) => callOrders.list({}, PAGE),
    );
    for (const [id, circumstances] of expected) {
      assertEquals((await get(uow, company, id))?.circumstances, circumstances);
      assertEquals(items.find(({ order }) => order.id === id)?.circumstances, circumstances);
      const [view] = await uow.read("all", ({ callOrders }) => Promise.all([callOrders.get(id)]));
      assertEquals(view?.circumstances, circumstances);
    }
    const third = (await get(uow, company, elsewhere.id))?.circumstances;
    assertEquals([third?.campaign, third?.live], [
      { status: "paused", rules: second.rules },
      { ofClient: 2, ofCampaign: 1 },
    ]);
  });

  tell("changes every field that may change, and no other order", async (uow) => {
    const { company, record } = await ready(uow);
    const before = orderRow(record, company.campaign);
    const other = orderRow(record, company.campaign, { status: "failed" });
    await insert(uow, company, before);
    await insert(uow, company, other);
    const after: CallOrder = {
      ...before,
      status: "rescheduled",
      scheduledTime: minutes(5),
      instructions: "Again",
      attempts: 1,
      nextDialAt: minutes(6),
      updatedAt: minutes(1),
    };
    for (const order of [after, before]) {
      await uow.run(scopeOf(company), ({ callOrders }) => callOrders.update(order));
      assertEquals((await get(uow, company, before.id))?.order, order);
    }
    assertEquals((await get(uow, company, other.id))?.order, other);
  });

  tell("knows nothing of what was never written", async (uow) => {
    const { company, record } = await ready(uow);
    const missing = orderRow(record, company.campaign);
    assertEquals(await get(uow, company, missing.id), null);
    const locked = uow.run(scopeOf(company), ({ callOrders }) => callOrders.lock(missing.id));
    assertEquals(await locked, null);
    await assertRejects(() =>
      uow.run(scopeOf(company), ({ callOrders }) => callOrders.update(missing))
    );
  });

  tell("pages newest first, without loss or repeat among equal times", async (uow) => {
    const { company, record } = await ready(uow);
    const rows = Array.from({ length: 19 }, (_, index) =>
      orderRow(record, company.campaign, {
        status: "failed",
        createdAt: index < 15 ? NOON : minutes(index - 17),
      }));
    await uow.run(scopeOf(company), async ({ callOrders }) => {
      for (const row of rows) await callOrders.insert(row);
    });
    await walk(
      rows,
      (row) => row.createdAt,
      (page) =>
        uow.read(scopeOf(company), async ({ callOrders }) => {
          const { items, total } = await callOrders.list({}, page);
          return { items: items.map(({ order }) => order), total };
        }),
    );
  });

  tell("lists by campaign, record and status together", async (uow) => {
    const { company, record } = await ready(uow);
    const other = recordRow(company.type);
    const campaign = campaignRow(company.assistant);
    const orders = [record, other].flatMap((of) =>
      [company.campaign, campaign].flatMap((within) =>
        CALL_ORDER_STATUSES.filter((status) => !isOpenOrder(status) || status === "busy")
          .map((status) => orderRow(of, within, { status }))
      )
    );
    await uow.run(scopeOf(company), async ({ campaigns, records, callOrders }) => {
      await campaigns.save(campaign);
      await records.insert(other);
      for (const order of orders) await callOrders.insert(order);
    });
    const filters: CallOrderFilter[] = [
      {},
      { campaignId: campaign.id },
      { recordId: record.id },
      { status: "busy" },
      { campaignId: campaign.id, status: "failed" },
      { recordId: other.id, campaignId: company.campaign.id, status: "contacted" },
    ];
    for (const filter of filters) {
      const { items, total } = await uow.read(
        scopeOf(company),
        ({ callOrders }) => callOrders.list(filter, PAGE),
      );
      const expected = orders.filter((order) =>
        (filter.campaignId ?? order.campaignId) === order.campaignId &&
        (filter.recordId ?? order.recordId) === order.recordId &&
        (filter.status ?? order.status) === order.status
      );
      assertEquals(total, expected.length);
      assertEquals(idsOf(items.map(({ order }) => order)), idsOf(expected));
    }
  });
}

function tellOfOpenOrders(tell: Tell): void {
  for (const status of CALL_ORDER_STATUSES) {
    const open = isOpenOrder(status);
    tell(`takes ${status} for ${open ? "open" : "closed"}`, async (uow) => {
      const { company, record } = await ready(uow);
      const { campaign } = company;
      const first = orderRow(record, campaign, { status });
      await insert(uow, company, first);
      assertEquals(await openOrderId(uow, company, record), open ? first.id : null);
      const second = orderRow(record, campaign);
      assertEquals(await insert(uow, company, second), open ? first.id : null);
      assertEquals(await get(uow, company, second.id) === null, open);
    });
  }

  tell("holds one open order per record and campaign, not per record", async (uow) => {
    const { company, record } = await ready(uow);
    const campaign = campaignRow(company.assistant);
    await uow.run(scopeOf(company), ({ campaigns }) => campaigns.save(campaign));
    assertEquals(await insert(uow, company, orderRow(record, company.campaign)), null);
    assertEquals(await insert(uow, company, orderRow(record, campaign)), null);
    const closed = orderRow(record, campaign, { status: "canceled" });
    assertEquals(await insert(uow, company, closed), null);
  });

  tell("rejects an update that would open a second order", async (uow) => {
    const { company, record } = await ready(uow);
    const open = orderRow(record, company.campaign);
    const closed = orderRow(record, company.campaign, { status: "failed" });
    await insert(uow, company, open);
    await insert(uow, company, closed);
    const reopen = () =>
      uow.run(
        scopeOf(company),
        ({ callOrders }) => callOrders.update({ ...closed, status: "planned" }),
      );
    await assertRejects(reopen);
    assertEquals((await get(uow, company, closed.id))?.order, closed);
    await uow.run(
      scopeOf(company),
      ({ callOrders }) => callOrders.update({ ...open, status: "canceled" }),
    );
    await reopen();
    assertEquals(await openOrderId(uow, company, record), closed.id);
  });

  tell("lets one of twenty inserts at once win, and tells the rest", async (uow) => {
    const { company, record } = await ready(uow);
    const orders = Array.from({ length: 20 }, () => orderRow(record, company.campaign));
    const answers = await atOnce(20, (index) => insert(uow, company, orders[index]));
    const winners = orders.filter((_, index) => answers[index] === null);
    assertEquals(winners.length, 1);
    assertEquals(answers.filter((id) => id === winners[0].id).length, 19);
  });
}

function tellOfDueOrders(tell: Tell): void {
  tell("claims what is due, longest due first, and no more than asked for", async (uow) => {
    const company = await dialling(uow);
    const due = await place(uow, company, [
      { nextDialAt: minutes(-1) },
      {
        nextDialAt: NOON,
        status: "busy",
      },
      { nextDialAt: minutes(-3), status: "rescheduled" },
      { nextDialAt: minutes(-2) },
    ]);
    const lease = (order: CallOrder) => ({ ...order, nextDialAt: minutes(5) });
    assertEquals(await claim(uow, company, 3), [due[2], due[3], due[0]].map(lease));
    assertEquals(await claim(uow, company, 3), [lease(due[1])]);
    assertEquals(await claim(uow, company, 3), []);
    assertEquals((await get(uow, company, due[0].id))?.order, lease(due[0]));
  });

  tell("claims an order again when its lease has run out", async (uow) => {
    const company = await dialling(uow);
    await place(uow, company, [{ nextDialAt: NOON }]);
    assertEquals((await claim(uow, company, 1)).length, 1);
    const again = (now: Date) =>
      uow.run(scopeOf(company), ({ callOrders }) => callOrders.claimDue(now, minutes(9), 1));
    assertEquals(await again(minutes(5 - 1 / 60_000)), []);
    assertEquals((await again(minutes(5))).length, 1);
  });

  tell("passes over what is not due, closed, or not for us to dial", async (uow) => {
    const company = await dialling(uow);
    const closed = CALL_ORDER_STATUSES.filter((status) => !isOpenOrder(status));
    await place(uow, company, [
      { nextDialAt: null },
      { nextDialAt: new Date(NOON.getTime() + 1) },
      { nextDialAt: null, scheduledTime: minutes(-5) },
      ...closed.map((status) => ({ status, nextDialAt: NOON })),
      ...CALL_TYPES.filter((type) => type !== "phone_out")
        .map((callType) => ({ callType, nextDialAt: NOON })),
    ]);
    assertEquals(await claim(uow, company, 100), []);
  });

  tell("passes over campaigns that are not active or do not dial by themselves", async (uow) => {
    const company = await dialling(uow);
    const [order] = await place(uow, company, [{ nextDialAt: NOON }]);
    const { campaign } = company;
    const off = { ...campaign, rules: { ...campaign.rules, autoDial: false } };
    const idle = (["draft", "paused", "finished"] as const).map((status) => ({
      ...campaign,
      status,
    }));
    for (const changed of [off, ...idle]) {
      await uow.run(scopeOf(company), ({ campaigns }) => campaigns.save(changed));
      assertEquals(await claim(uow, company, 100), []);
    }
    await uow.run(scopeOf(company), ({ campaigns }) => campaigns.save(campaign));
    assertEquals((await claim(uow, company, 100)).map(({ id }) => id), [order.id]);
  });

  tell("gives each due order to one of several workers, of whatever client", async (uow) => {
    const companies = [await dialling(uow), await dialling(uow)];
    const placed = [];
    for (const company of companies) {
      placed.push(...await place(uow, company, Array(20).fill({ nextDialAt: NOON })));
    }
    const claims = await atOnce(5, async () => {
      const claimed: CallOrder[] = [];
      for (;;) {
        const more = await uow.run(
          "all",
          ({ callOrders }) => callOrders.claimDue(NOON, minutes(5), 3),
        );
        if (!more.length) return claimed;
        claimed.push(...more);
      }
    });
    const ours = new Set(placed.map(({ id }) => id));
    const claimed = claims.flat().filter(({ id }) => ours.has(id));
    assertEquals(idsOf(claimed), idsOf(placed));
  });

  tell("gives back an order when the worker's transaction fails", async (uow) => {
    const company = await dialling(uow);
    const [order] = await place(uow, company, [{ nextDialAt: NOON }]);
    await assertRejects(() =>
      uow.run(scopeOf(company), async ({ callOrders }) => {
        assertEquals((await callOrders.claimDue(NOON, minutes(5), 1)).length, 1);
        throw new Error("crashed");
      })
    );
    assertEquals((await claim(uow, company, 1)).map(({ id }) => id), [order.id]);
  });
}

/** Of an order of the record in the company's campaign, while nothing has happened. */
function circumstancesOf(
  { campaign, client }: Company,
  { status, phoneNumber, timeZone, consent, doNotCallAt }: ContactRecord,
): OrderCircumstances {
  return {
    record: { status, phoneNumber, timeZone, consent, doNotCallAt },
    campaign: { status: campaign.status, rules: campaign.rules },
    client: { tariff: client.tariff, phoneRates: client.phoneRates, rules: client.rules },
    listed: false,
    live: { ofClient: 0, ofCampaign: 0 },
    liveCallId: null,
    available: 0n,
  };
}

/** A company with a record. */
async function ready(
  uow: UnitOfWork,
  fields: Partial<ContactRecord> = {},
): Promise<{ company: Company; record: ContactRecord }> {
  const company = await newCompany(uow);
  const record = recordRow(company.type, fields);
  await uow.run(scopeOf(company), ({ records }) => records.insert(record));
  return { company, record };
}

/** A company whose campaign dials by itself. */
async function dialling(uow: UnitOfWork): Promise<Company> {
  const company = await newCompany(uow);
  assert(company.campaign.rules.autoDial && company.campaign.status === "active");
  return company;
}

/** Orders of a record each. */
async function place(
  uow: UnitOfWork,
  { client, type, campaign }: Company,
  overrides: Partial<CallOrder>[],
): Promise<CallOrder[]> {
  const rows = overrides.map((fields) => {
    const record = recordRow(type);
    return { record, order: orderRow(record, campaign, fields) };
  });
  await uow.run({ clientId: client.id }, async ({ records, callOrders }) => {
    for (const { record, order } of rows) {
      await records.insert(record);
      await callOrders.insert(order);
    }
  });
  return rows.map(({ order }) => order);
}

function claim(uow: UnitOfWork, company: Company, limit: number): Promise<CallOrder[]> {
  return uow.run(
    scopeOf(company),
    ({ callOrders }) => callOrders.claimDue(NOON, minutes(5), limit),
  );
}

function insert(uow: UnitOfWork, company: Company, order: CallOrder) {
  return uow.run(scopeOf(company), ({ callOrders }) => callOrders.insert(order));
}

function get(uow: UnitOfWork, company: Company, id: string) {
  return uow.read(scopeOf(company), ({ callOrders }) => callOrders.get(id));
}

function openOrderId(uow: UnitOfWork, { client, campaign }: Company, record: ContactRecord) {
  return uow.read(
    { clientId: client.id },
    ({ callOrders }) => callOrders.openOrderId(client.id, record.id, campaign.id),
  );
}

function idsOf(rows: { id: string }[]): string[] {
  return rows.map(({ id }) => id).toSorted();
}
