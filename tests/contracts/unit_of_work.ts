/** What a unit of work owes whoever runs one. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { newId } from "../../src/kernel/ids.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { Repos, UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { NOON, recordRow, tokenRow } from "../support/rows.ts";
import { atOnce, contract, newCompany, scopeOf } from "./suite.ts";

/** Transactions: whole, ordered, apart from each other, and over when they are over. */
export const unitOfWorkContract = contract("UnitOfWork", (tell) => {
  tell("answers what the work answers, and keeps what it wrote", async (uow) => {
    const company = await newCompany(uow);
    const record = recordRow(company.type);
    const answer = await uow.run(scopeOf(company), async ({ records }) => {
      await records.insert(record);
      return "done";
    });
    assertEquals(answer, "done");
    const view = await uow.read(scopeOf(company), ({ records }) => records.get(record.id));
    assertEquals(view?.record, record);
  });

  tell("hands on what the work throws, and keeps nothing of it", async (uow) => {
    const company = await newCompany(uow);
    const kept = recordRow(company.type);
    await uow.run(scopeOf(company), ({ records }) => records.insert(kept));
    const thrown = new Error("changed my mind");
    const caught = await assertRejects(() =>
      uow.run(scopeOf(company), async ({ records, audit, balance }) => {
        await records.insert(recordRow(company.type));
        await records.update({ ...kept, name: "Changed" });
        await audit.latest(1);
        await balance.get(company.client.id);
        throw thrown;
      })
    );
    assertStrictEquals(caught, thrown);
    const [list, view] = await uow.read(
      scopeOf(company),
      ({ records }) =>
        Promise.all([records.list({}, { page: 1, limit: 100 }), records.get(kept.id)]),
    );
    assertEquals(list.total, 1);
    assertEquals(view?.record, kept);
  });

  tell("hands on what a read throws", async (uow) => {
    const company = await newCompany(uow);
    const thrown = new Error("not here");
    const caught = await assertRejects(() =>
      uow.read(scopeOf(company), async ({ records }) => {
        await records.get(newId(NOON));
        throw thrown;
      })
    );
    assertStrictEquals(caught, thrown);
  });

  tell("keeps nothing once a query has failed, even if the failure is swallowed", async (uow) => {
    const company = await newCompany(uow);
    const record = recordRow(company.type);
    await assertRejects(() =>
      uow.run(scopeOf(company), async ({ records }) => {
        await records.insert(record);
        await records.update(recordRow(company.type)).catch(() => {});
      })
    );
    const view = await uow.read(scopeOf(company), ({ records }) => records.get(record.id));
    assertEquals(view, null);
  });

  tell("lets queries take effect in the order in which they were started", async (uow) => {
    const company = await newCompany(uow);
    const record = recordRow(company.type);
    const [before, , between, , after] = await uow.run(
      scopeOf(company),
      ({ records }) =>
        Promise.all([
          records.get(record.id),
          records.insert(record),
          records.get(record.id),
          records.update({ ...record, name: "Changed" }),
          records.get(record.id),
        ]),
    );
    assertEquals(before, null);
    assertEquals(between?.record.name, record.name);
    assertEquals(after?.record.name, "Changed");
  });

  tell("shows nobody what is not committed", async (uow) => {
    const company = await newCompany(uow);
    const record = recordRow(company.type);
    let seen: Promise<unknown> | undefined;
    await assertRejects(() =>
      uow.run(scopeOf(company), async ({ records }) => {
        await records.insert(record);
        seen = uow.read(scopeOf(company), (repos) => repos.records.get(record.id));
        throw new Error("changed my mind");
      })
    );
    assert(seen);
    assertEquals(await seen, null);
  });

  tell("refuses a query that a read starts after its first await", async (uow) => {
    const company = await newCompany(uow);
    const scope = scopeOf(company);
    await assertRejects(() =>
      uow.read(scope, async ({ campaigns }) => {
        await campaigns.get(company.campaign.id);
        return await campaigns.getAssistant(company.assistant.id);
      })
    );
    await assertRejects(() =>
      uow.read(scope, async ({ campaigns }) => {
        await Promise.resolve();
        return await campaigns.get(company.campaign.id);
      })
    );
    const view = await uow.read(scope, ({ campaigns }) => campaigns.get(company.campaign.id));
    assertEquals(view?.campaign, company.campaign);
  });

  tell("refuses to write or to lock in a read", async (uow) => {
    const company = await newCompany(uow);
    const record = recordRow(company.type);
    const scope = scopeOf(company);
    await assertRejects(() => uow.read(scope, ({ records }) => records.insert(record)));
    await assertRejects(() => uow.read(scope, ({ records }) => records.lock(record.id)));
    const view = await uow.read(scope, ({ records }) => records.get(record.id));
    assertEquals(view, null);
  });

  tell("reads one moment, however many queries there are", async (uow) => {
    const { client } = await newCompany(uow);
    const scope = { clientId: client.id };
    const payments = atOnce(12, (index) =>
      uow.run("all", ({ balance }) =>
        balance.topUp({
          id: newId(NOON),
          clientId: client.id,
          at: NOON,
          amount: 1_000n,
          reference: `payment ${index}`,
        })));
    const reads = atOnce(
      12,
      () =>
        uow.read(
          scope,
          ({ balance }) => Promise.all([balance.ledger(client.id, 100), balance.get(client.id)]),
        ),
    );
    await payments;
    for (const [ledger, balance] of await reads) {
      const sum = ledger.reduce((total, { amount }) => total + amount, 0n);
      assertEquals(balance?.paidIn, sum);
    }
  });

  for (const method of ["read", "run"] as const) {
    tell(`takes no query after the ${method} is over`, async (uow) => {
      const company = await newCompany(uow);
      let kept: Repos | undefined;
      await uow[method](scopeOf(company), (repos) => {
        kept = repos;
        return repos.campaigns.get(company.campaign.id);
      });
      assert(kept);
      const { campaigns } = kept;
      await assertRejects(() => campaigns.get(company.campaign.id));
    });

    tell(`a ${method} without a query is fine`, async (uow) => {
      for (const scope of ["all", "authentication"] satisfies Scope[]) {
        assertEquals(await uow[method](scope, () => Promise.resolve(1)), 1);
      }
    });
  }

  tell("loses no update of rows that are locked first", async (uow) => {
    const company = await newCompany(uow);
    const record = recordRow(company.type, { parameters: { count: 0 } });
    await uow.run(scopeOf(company), ({ records }) => records.insert(record));
    await atOnce(20, () => increment(uow, scopeOf(company), [record.id]));
    assertEquals(await countOf(uow, scopeOf(company), record.id), 20);
  });

  tell("settles runs that lock the same rows in opposite order", async (uow) => {
    const company = await newCompany(uow);
    const scope = scopeOf(company);
    const [a, b] = [1, 2].map(() => recordRow(company.type, { parameters: { count: 0 } }));
    await uow.run(scope, async ({ records }) => {
      await records.insert(a);
      await records.insert(b);
    });
    await atOnce(2, (i) => increment(uow, scope, i ? [a.id, b.id] : [b.id, a.id]));
    assertEquals(await countOf(uow, scope, a.id), 2);
    assertEquals(await countOf(uow, scope, b.id), 2);
  });

  tell("runs scopes side by side without mixing them up", async (uow) => {
    const companies = await atOnce(4, () => newCompany(uow));
    const seen = await atOnce(40, (index) => {
      const company = companies[index % 4];
      const scope = index % 3 ? scopeOf(company) : "all" as const;
      return uow.read(scope, async ({ access, records }) => {
        const [clients, types] = await Promise.all([
          access.listClients(),
          records.typeByName(company.client.id, company.type.name),
        ]);
        return scope === "all" ? clients.length > 3 && types !== null : clients.length === 1;
      });
    });
    assertEquals(seen.filter((right) => !right), []);
  });

  tell("hands out copies: whoever changes one changes nothing in the store", async (uow) => {
    const company = await newCompany(uow);
    const token = tokenRow(company.user, { permissions: ["calls.view"] });
    const given = structuredClone(token);
    await uow.run(scopeOf(company), ({ access }) => access.insertToken(given));
    given.permissions?.push("calls.manage");
    const read = () => uow.read(scopeOf(company), ({ access }) => access.getToken(token.id));
    const taken = await read();
    taken?.token.permissions?.push("calls.manage");
    assertEquals((await read())?.token, token);
  });
});

/** Adds one to the count of each record, one after the other. */
function increment(uow: UnitOfWork, scope: Scope, ids: string[]): Promise<void> {
  return uow.run(scope, async ({ records }) => {
    for (const id of ids) {
      const record = await records.lock(id);
      assert(record);
      await records.update({
        ...record,
        parameters: { count: Number(record.parameters.count) + 1 },
      });
    }
  });
}

async function countOf(uow: UnitOfWork, scope: Scope, id: string): Promise<unknown> {
  const view = await uow.read(scope, ({ records }) => records.get(id));
  return view?.record.parameters.count;
}
