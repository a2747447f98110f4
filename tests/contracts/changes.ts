/** What a store owes those who want to know of changes. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Change, Changes } from "../../src/kernel/changes.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { NOON } from "../support/rows.ts";
import { newCompany, scopeOf } from "./suite.ts";

/** A store that tells of its changes, by now. */
export interface TellingStore {
  uow: UnitOfWork;
  changes: Changes;
}

/** The contract of `Changes` and `ChangeLog`. The store may be shared, so tests use new companies. */
export function changesContract(name: string, make: () => Promise<TellingStore>): void {
  const tell = (sentence: string, body: (store: TellingStore) => Promise<void>) =>
    Deno.test({
      name: `changes, ${name}: ${sentence}`,
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => await body(await make()),
    });

  tell(
    "what was committed is told, to its client and to the operator",
    async ({ uow, changes }) => {
      const company = await newCompany(uow);
      const clientId = company.client.id;
      using own = listen(changes, scopeOf(company));
      using all = listen(changes, "all");
      const [call, record, campaign] = [newId(NOON), newId(NOON), newId(NOON)];
      const touched = { calls: [call], records: [record], campaigns: [campaign] };
      for (const change of [touched, { ...touched, recordLists: true as const }]) {
        await uow.run(scopeOf(company), (repos) => repos.changes.publish(clientId, change));
        assertEquals(await own.next(), { clientId, touched: change });
        assertEquals(await all.nextOf(clientId), { clientId, touched: change });
      }
    },
  );

  tell("it is told by the time that it can be read", async ({ uow, changes }) => {
    const company = await newCompany(uow);
    const { client, campaign } = company;
    const read = Promise.withResolvers<string | undefined>();
    const stop = changes.subscribe(scopeOf(company), async () => {
      const found = await uow.read(scopeOf(company), (repos) => repos.campaigns.get(campaign.id));
      read.resolve(found?.campaign.status);
    });
    await uow.run(scopeOf(company), async (repos) => {
      await repos.changes.publish(client.id, { campaigns: [campaign.id] });
      await repos.campaigns.save({ ...campaign, status: "finished" });
    });
    assertEquals(await read.promise, "finished");
    stop();
  });

  tell("what was undone is not told", async ({ uow, changes }) => {
    const company = await newCompany(uow);
    const clientId = company.client.id;
    using own = listen(changes, scopeOf(company));
    await assertRejects(() =>
      uow.run(scopeOf(company), async (repos) => {
        await repos.changes.publish(clientId, { calls: [newId(NOON)] });
        throw new Error("changed my mind");
      })
    );
    const kept = newId(NOON);
    await uow.run("all", (repos) => repos.changes.publish(clientId, { records: [kept] }));
    assertEquals((await own.next()).touched?.records, [kept]);
    assertEquals(own.heard, 1);
  });

  tell("another client hears nothing of it, nor can it make others hear", async (store) => {
    const { uow, changes } = store;
    const [one, two] = [await newCompany(uow), await newCompany(uow)];
    using foreign = listen(changes, scopeOf(two));
    const publish = (scope: Scope, of: typeof one) =>
      uow.run(scope, (repos) => repos.changes.publish(of.client.id, { calls: [newId(NOON)] }));
    await publish(scopeOf(one), one);
    await publish("all", one);
    await assertRejects(() => publish(scopeOf(one), two));
    await publish(scopeOf(two), two);
    assertEquals((await foreign.next()).clientId, two.client.id);
    assertEquals(foreign.heard, 1);
  });

  tell("whose access has changed is told with the rest", async ({ uow, changes }) => {
    const company = await newCompany(uow);
    const clientId = company.client.id;
    using own = listen(changes, scopeOf(company));
    const users = [company.user.id];
    await uow.run("all", (repos) => repos.changes.publish(clientId, { users }));
    assertEquals((await own.next()).touched?.users, users);
  });

  tell("only the operator tells everybody that anything has changed", async ({ uow, changes }) => {
    const company = await newCompany(uow);
    using own = listen(changes, scopeOf(company));
    await assertRejects(() =>
      uow.run(scopeOf(company), (repos) => repos.changes.publish(null, null))
    );
    await uow.run("all", (repos) => repos.changes.publish(null, { users: [company.user.id] }));
    assertEquals(await own.next(), { clientId: null, touched: null });
    assertEquals(own.heard, 1);
  });

  tell("who stopped listening hears nothing", async ({ uow, changes }) => {
    const company = await newCompany(uow);
    const publish = () => uow.run("all", (repos) => repos.changes.publish(company.client.id, null));
    const stopped = listen(changes, scopeOf(company));
    stopped[Symbol.dispose]();
    using listening = listen(changes, scopeOf(company));
    await publish();
    await listening.next();
    assertEquals(stopped.heard, 0);
  });

  tell("authentication hears nothing", async ({ uow, changes }) => {
    const company = await newCompany(uow);
    using nobody = listen(changes, "authentication");
    using all = listen(changes, "all");
    await uow.run("all", (repos) => repos.changes.publish(company.client.id, null));
    await all.nextOf(company.client.id);
    assertEquals(nobody.heard, 0);
  });

  tell("any number of rows can be told of at once", async ({ uow, changes }) => {
    const company = await newCompany(uow);
    const clientId = company.client.id;
    using own = listen(changes, scopeOf(company));
    const records = Array.from({ length: 1_000 }, () => newId(NOON));
    await uow.run(scopeOf(company), (repos) => repos.changes.publish(clientId, { records }));
    const { touched } = await own.next();
    // Whoever cannot name them all says that it may be any.
    if (touched !== null) assertEquals(touched.records, records);
  });
}

/** A listener, and what it has heard. */
export interface Listening extends Disposable {
  heard: number;
  /** The next change that was not asked for yet. */
  next(): Promise<Change>;
  /** The next one of a client, others left out: a store may be shared. */
  nextOf(clientId: string | null): Promise<Change>;
}

/** Listens from now on. */
export function listen(changes: Changes, scope: Scope): Listening {
  const queue: Change[] = [];
  let wake = () => {};
  const stop = changes.subscribe(scope, (change) => {
    queue.push(change);
    listening.heard++;
    wake();
  });
  const listening: Listening = {
    heard: 0,
    async next() {
      while (queue.length === 0) await new Promise<void>((resolve) => wake = resolve);
      return queue.shift()!;
    },
    async nextOf(clientId) {
      for (;;) {
        const change = await listening.next();
        if (change.clientId === clientId) return change;
      }
    },
    [Symbol.dispose]: stop,
  };
  return listening;
}
