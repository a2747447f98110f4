/**
 * What the store owes a client's money. One file, because it is one port's
 * whole specification, told method by method.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Balance, LedgerEntry, LedgerKind } from "../../src/billing/balance_service.ts";
import { newId, type Uuid } from "../../src/kernel/ids.ts";
import type { BalanceService } from "../../src/billing/balance_service.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { callRow, ended, minutes, NOON, orderRow, recordRow } from "../support/rows.ts";
import { atOnce, contract, newCompany, type Tell } from "./suite.ts";

/** The contract of `BalanceService`. */
export const balanceServiceContract = contract("BalanceService", (tell) => {
  tellOfPaying(tell);
  tellOfCalls(tell);
  tellOfCrowds(tell);
});

/** Beyond what a double holds exactly. */
const HUGE = 9_007_199_254_740_993n;

function tellOfPaying(tell: Tell): void {
  tell("opens an empty balance, once", async (uow) => {
    const till = await newTill(uow);
    const empty = { paidIn: 0n, available: 0n, reserved: 0n, spent: 0n };
    const { clientId } = till;
    assertEquals(await till.get(), { clientId, currency: "USD", ...empty });
    await till.topUp(5n);
    await uow.run("all", ({ balance }) => balance.open(clientId, "EUR"));
    assertEquals(await till.get(), {
      clientId,
      currency: "USD",
      ...empty,
      paidIn: 5n,
      available: 5n,
    });
  });

  tell("lists balances by their clients' names, and a client's own to itself", async (uow) => {
    const tills = [await newTill(uow), await newTill(uow)];
    await tills[1].topUp(7n);
    const ids = tills.map(({ clientId }) => clientId);
    const all = await uow.read("all", ({ balance }) => balance.list(10_000));
    const found = all.filter(({ clientId }) => ids.includes(clientId));
    const names = found.map(({ clientName }) => clientName);
    assertEquals(names, names.toSorted((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    for (const till of tills) {
      const own = await uow.read(
        { clientId: till.clientId },
        ({ balance }) => balance.list(10_000),
      );
      assertEquals(own, found.filter(({ clientId }) => clientId === till.clientId));
      const { clientName: _, ...balance } = own[0];
      assertEquals(balance, await till.get());
    }
    assertEquals((await uow.read("all", ({ balance }) => balance.list(1))).length, 1);
  });

  tell("knows no balance where none was opened", async (uow) => {
    const nobody = newId(NOON);
    const found = await uow.run(
      "all",
      ({ balance }) =>
        Promise.all([balance.get(nobody), balance.lock(nobody), balance.ledger(nobody, 10)]),
    );
    assertEquals(found, [null, null, []]);
    const entry = { id: newId(NOON), clientId: nobody, at: NOON, amount: 1n };
    await assertRejects(() =>
      uow.run("all", ({ balance }) => balance.topUp({ ...entry, reference: "a" }))
    );
  });

  tell("counts each reference of a client once", async (uow) => {
    const [till, other] = [await newTill(uow), await newTill(uow)];
    assertEquals(await till.topUp(HUGE, "invoice 1"), true);
    assertEquals(await till.topUp(HUGE, "invoice 1"), false);
    assertEquals(await till.topUp(2n, "invoice 2"), true);
    assertEquals(await other.topUp(7n, "invoice 1"), true);
    assertEquals((await till.get()).paidIn, HUGE + 2n);
    assertEquals((await till.sound()).length, 2);
    assertEquals((await other.get()).available, 7n);
  });

  tell("counts one of twenty payments of one reference that come at once", async (uow) => {
    const till = await newTill(uow);
    const counted = await atOnce(20, () => till.topUp(3n, "invoice 1"));
    assertEquals(counted.filter((first) => first).length, 1);
    assertEquals((await till.get()).paidIn, 3n);
    await till.sound();
  });

  tell("writes the ledger in full, newest first", async (uow) => {
    const till = await newTill(uow);
    const [callId] = await till.calls(1);
    await till.topUp(HUGE, "invoice 1", minutes(0));
    await till.run((balance) => balance.reserve(till.entry(callId, 9n, minutes(1))));
    await till.topUp(1n, "invoice 2", minutes(2));
    const entries = await till.ledger();
    const { clientId } = till;
    const common = { clientId, currency: "USD" };
    assertEquals(entries.map(({ id: _, ...entry }) => entry), [
      {
        ...common,
        at: minutes(2),
        kind: "top_up",
        amount: 1n,
        callId: null,
        reference: "invoice 2",
      },
      { ...common, at: minutes(1), kind: "reserve", amount: 9n, callId, reference: null },
      {
        ...common,
        at: minutes(0),
        kind: "top_up",
        amount: HUGE,
        callId: null,
        reference: "invoice 1",
      },
    ]);
    const latest = await uow.read({ clientId }, ({ balance }) => balance.ledger(clientId, 2));
    assertEquals(latest, entries.slice(0, 2));
  });

  tell("shows the ledger in stable pages, also what was written at one moment", async (uow) => {
    const till = await newTill(uow);
    const { clientId } = till;
    await till.topUp(1_000n);
    for (const callId of await till.calls(4)) {
      await till.reserve(callId, 10n);
      await till.settle(callId, 10n, 4n);
    }
    const all = await till.ledger();
    assertEquals(all.length, 13);
    for (const limit of [1, 5, 20]) {
      const walked: LedgerEntry[] = [];
      for (let page = 1; walked.length < all.length; page++) {
        const slice = await uow.read(
          { clientId },
          ({ balance }) => balance.ledgerPage(clientId, { page, limit }),
        );
        assertEquals(slice.total, all.length);
        walked.push(...slice.items);
      }
      assertEquals(walked, all);
    }
    const after = { page: 99, limit: 5 };
    const none = await uow.read({ clientId }, ({ balance }) => balance.ledgerPage(clientId, after));
    assertEquals(none, { items: [], total: all.length });
  });
}

function tellOfCalls(tell: Tell): void {
  tell("reserves what is available, to the millionth, and no more", async (uow) => {
    const till = await newTill(uow);
    const [one, two, three] = await till.calls(3);
    await till.topUp(HUGE);
    assertEquals(await till.reserve(one, HUGE + 1n), false);
    assertEquals(await till.sums(), { available: HUGE, reserved: 0n, spent: 0n });
    assertEquals(await till.reserve(one, 1n), true);
    assertEquals(await till.reserve(two, HUGE - 1n), true);
    assertEquals(await till.reserve(three, 1n), false);
    assertEquals(await till.sums(), { available: 0n, reserved: HUGE, spent: 0n });
    assertEquals(countKinds(await till.sound()), { top_up: 1, reserve: 2 });
  });

  const ends: [sentence: string, cost: bigint, kinds: Partial<Record<LedgerKind, number>>][] = [
    ["settles less than was reserved, and releases the rest", 40n, { settle: 1, release: 1 }],
    ["settles exactly what was reserved", 100n, { settle: 1 }],
    ["settles more than was reserved, below zero if need be", 130n, { settle: 1, adjust: 1 }],
    ["releases all of a call that cost nothing", 0n, { release: 1 }],
  ];
  for (const [sentence, cost, kinds] of ends) {
    tell(sentence, async (uow) => {
      const till = await newTill(uow);
      const [callId] = await till.calls(1);
      await till.topUp(110n);
      assert(await till.reserve(callId, 100n));
      await till.settle(callId, 100n, cost);
      assertEquals(await till.sums(), { available: 110n - cost, reserved: 0n, spent: cost });
      assertEquals(countKinds(await till.sound()), { top_up: 1, reserve: 1, ...kinds });
    });
  }

  tell("adjusts what a settled call cost, up and down", async (uow) => {
    const till = await newTill(uow);
    const [callId] = await till.calls(1);
    await till.topUp(HUGE);
    await till.reserve(callId, 100n);
    await till.settle(callId, 100n, 60n);
    await till.adjust(callId, 25n);
    await till.adjust(callId, -30n);
    assertEquals(await till.sums(), { available: HUGE - 55n, reserved: 0n, spent: 55n });
    assertEquals(countKinds(await till.sound()), {
      ...{ top_up: 1, reserve: 1, settle: 1, release: 1, adjust: 2 },
    });
  });

  tell("reserves and settles a call's money once", async (uow) => {
    const till = await newTill(uow);
    const [callId] = await till.calls(1);
    await till.topUp(1_000n);
    await till.reserve(callId, 100n);
    await assertRejects(() => till.reserve(callId, 100n));
    await till.settle(callId, 100n, 60n);
    const before = await till.sums();
    await assertRejects(() => till.settle(callId, 100n, 60n));
    assertEquals(await till.sums(), before);
    await till.sound();
  });

  tell("refuses what would bring a sum below zero, or moves a negative amount", async (uow) => {
    const till = await newTill(uow);
    const [one, two] = await till.calls(2);
    await till.topUp(1_000n);
    await till.reserve(one, 100n);
    const before = await till.sums();
    await assertRejects(() => till.settle(two, 101n, 0n));
    await assertRejects(() => till.adjust(one, -1n));
    await assertRejects(() => till.reserve(two, -1n));
    await assertRejects(() => till.topUp(-1n));
    await assertRejects(() => till.settle(one, 100n, -1n));
    assertEquals(await till.sums(), before);
    await till.sound();
  });

  tell("moves nothing when the transaction fails", async (uow) => {
    const till = await newTill(uow);
    const [callId] = await till.calls(1);
    await till.topUp(100n);
    await assertRejects(() =>
      till.run(async (balance) => {
        assert(await balance.reserve(till.entry(callId, 50n)));
        throw new Error("crashed");
      })
    );
    assertEquals(await till.sums(), { available: 100n, reserved: 0n, spent: 0n });
    await till.sound();
    assert(await till.reserve(callId, 50n));
  });
}

function tellOfCrowds(tell: Tell): void {
  tell("never sells more than there is to twenty calls at once", async (uow) => {
    const till = await newTill(uow);
    const calls = await till.calls(20);
    await till.topUp(105n);
    const reserved = await atOnce(20, (index) => till.reserve(calls[index], 10n));
    assertEquals(reserved.filter((done) => done).length, 10);
    assertEquals(await till.sums(), { available: 5n, reserved: 100n, spent: 0n });
    await till.sound();
  });

  tell("holds a locked balance until the transaction ends", async (uow) => {
    const till = await newTill(uow);
    const calls = await till.calls(12);
    await till.topUp(65n);
    // Each decides by what it sees under the lock, as a cap on live calls does.
    const done = await atOnce(12, (index) =>
      till.run(async (balance) => {
        const held = await balance.lock(till.clientId);
        assert(held);
        if (held.available < 10n) return false;
        assert(await balance.reserve(till.entry(calls[index], 10n)));
        return true;
      }));
    assertEquals(done.filter((yes) => yes).length, 6);
    assertEquals(await till.sums(), { available: 5n, reserved: 60n, spent: 0n });
  });

  tell("balances after whatever many did at once", async (uow) => {
    const till = await newTill(uow);
    const calls = await till.calls(16);
    await till.topUp(400n);
    await atOnce(16, async (index) => {
      if (index % 4 === 0) await till.topUp(7n, `more ${index}`);
      if (!await till.reserve(calls[index], 50n)) return;
      await till.settle(calls[index], 50n, BigInt(index * 5));
      await till.adjust(calls[index], 3n);
    });
    const balance = await till.get();
    assertEquals(balance.reserved, 0n);
    assertEquals(balance.paidIn, 428n);
    await till.sound();
  });
}

/** A client's balance, and shorthands for what is done to it. */
async function newTill(uow: UnitOfWork) {
  const company = await newCompany(uow);
  const clientId = company.client.id;
  const scope = { clientId };
  let payments = 0;

  const entry = (callId: Uuid, amount: bigint, at = NOON) => ({
    ...{ id: newId(at), clientId, callId, at, amount },
  });
  const run = <T>(work: (balance: BalanceService) => Promise<T>) =>
    uow.run(scope, (repos) => work(repos.balance));
  const ledger = () => uow.read(scope, ({ balance }) => balance.ledger(clientId, 1_000));

  async function get(): Promise<Balance> {
    const balance = await uow.read(scope, (repos) => repos.balance.get(clientId));
    assert(balance);
    return balance;
  }

  return {
    clientId,
    entry,
    run,
    ledger,
    get,
    reserve: (callId: Uuid, amount: bigint) =>
      run((balance) => balance.reserve(entry(callId, amount))),
    settle: (callId: Uuid, reserved: bigint, cost: bigint) =>
      run((balance) => balance.settle({ ...entry(callId, 0n), reserved, cost })),
    adjust: (callId: Uuid, amount: bigint) =>
      run((balance) => balance.adjust(entry(callId, amount))),

    topUp(amount: bigint, reference = `payment ${payments++}`, at = NOON): Promise<boolean> {
      const payment = { id: newId(at), clientId, at, amount, reference };
      return uow.run("all", ({ balance }) => balance.topUp(payment));
    },

    /** Calls to move money for. */
    async calls(count: number): Promise<Uuid[]> {
      const record = recordRow(company.type);
      const order = orderRow(record, company.campaign);
      const rows = Array.from({ length: count }, () => callRow(order, company.assistant, ended()));
      await uow.run(scope, async ({ records, callOrders, calls }) => {
        await records.insert(record);
        await callOrders.insert(order);
        for (const row of rows) await calls.insert(row);
      });
      return rows.map(({ id }) => id);
    },

    async sums() {
      const { available, reserved, spent } = await get();
      return { available, reserved, spent };
    },

    /** The ledger, once its sums are found equal to the balance. */
    async sound(): Promise<LedgerEntry[]> {
      const [balance, entries] = [await get(), await ledger()];
      const sum = (kind: LedgerKind) =>
        entries.filter((line) => line.kind === kind).reduce(
          (total, line) => total + line.amount,
          0n,
        );
      assertEquals(balance, {
        clientId,
        currency: "USD",
        paidIn: sum("top_up"),
        spent: sum("settle") + sum("adjust"),
        reserved: sum("reserve") - sum("settle") - sum("release"),
        available: balance.paidIn - balance.reserved - balance.spent,
      });
      return entries;
    },
  };
}

function countKinds(entries: LedgerEntry[]): Partial<Record<LedgerKind, number>> {
  const counts: Partial<Record<LedgerKind, number>> = {};
  for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
