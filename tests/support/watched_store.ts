/**
 * A store under observation: a test sees who is in a transaction, may cut the store off, and
 * may compare all that it holds.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { memoryStore } from "../../adapters/memory/store.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { ChangeListeners, type Changes } from "../../src/kernel/changes.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { Repos, UnitOfWork } from "../../src/kernel/unit_of_work.ts";

/** What stops a use case in its tracks, as the death of its process does. */
export class Killed extends Error {}

/** A store, by default one in memory, watched. */
export class WatchedStore implements UnitOfWork {
  readonly #uow: UnitOfWork;
  readonly #flow = new AsyncLocalStorage<true>();
  /** Whether the store cannot be reached. */
  down = false;

  /**
   * Queries and commits that are still to be, and answers of commits that are still to be heard,
   * until the process dies at the next one; null while it lives.
   */
  dieAfter: number | null = null;

  /** What is told of changes; nothing by a store that was handed in. */
  readonly changes: Changes;

  constructor(uow?: UnitOfWork) {
    const memory = memoryStore();
    this.#uow = uow ?? memory.uow;
    this.changes = uow === undefined ? memory.changes : new ChangeListeners();
  }

  /** Whether the caller is in the middle of a transaction of its own. */
  get inTransaction(): boolean {
    return this.#flow.getStore() ?? false;
  }

  async read<T>(scope: Scope, work: (repos: Repos) => Promise<T>): Promise<T> {
    this.#requireUp();
    return await this.#uow.read(scope, (repos) => this.#watch(repos, work));
  }

  async run<T>(scope: Scope, work: (repos: Repos) => Promise<T>): Promise<T> {
    this.#requireUp();
    const result = await this.#uow.run(scope, async (repos) => {
      const value = await this.#watch(repos, work);
      this.#step();
      return value;
    });
    this.#step();
    return result;
  }

  #watch<T>(repos: Repos, work: (repos: Repos) => Promise<T>): Promise<T> {
    const watched = Object.entries(repos).map(([name, repo]) => [name, this.#counted(repo)]);
    return this.#flow.run(true, () => work(Object.fromEntries(watched)));
  }

  /** The repository, each of whose methods is a step. */
  #counted(repo: object): object {
    const methods = Object.entries<(...args: unknown[]) => Promise<unknown>>({ ...repo });
    return Object.fromEntries(methods.map(([name, method]) => [
      name,
      (...args: unknown[]) => {
        try {
          this.#step();
        } catch (error) {
          return Promise.reject(error);
        }
        return method(...args);
      },
    ]));
  }

  #step(): void {
    if (this.dieAfter === null || this.dieAfter-- > 0) return;
    this.dieAfter = null;
    throw new Killed("the process was killed");
  }

  #requireUp(): void {
    if (this.down) throw new DomainError("unavailable", "The store cannot be reached");
  }
}

const EVER = ["1000-01-01", "9999-12-31"] as const;
const EVERYTHING = { page: 1, limit: 1_000_000 };

/** All that a store holds and its ports can tell, to compare before and after. */
export async function contentsOf(uow: UnitOfWork) {
  return await uow.run("all", async (repos) => {
    const { access, audit, balance, callOrders, calls, campaigns } = repos;
    const { doNotCall, imports, records, stats } = repos;
    const clients = await access.listClients();
    const listed = (await records.list({}, EVERYTHING)).items;
    const contacts = (await inTurn(listed, ({ record }) => records.get(record.id)))
      .filter((view) => view !== null);
    const everyCampaign = (await campaigns.list({}, EVERYTHING)).items;
    const everyCall = (await inTurn(contacts, (c) => calls.ofRecord(c.record.id, 1_000_000)))
      .flat();
    return {
      clients,
      roles: await access.listRoles(),
      users: await access.listUsers(),
      tokens: await access.listTokens(),
      audit: await audit.latest(1_000_000),
      balances: await inTurn(clients, ({ id }) => balance.get(id)),
      ledgers: await inTurn(clients, ({ id }) => balance.ledger(id, 1_000_000)),
      types: (await records.listTypes(EVERYTHING)).items,
      records: contacts,
      notes: await inTurn(contacts, ({ record }) => records.notes(record.id, 1_000_000)),
      listed: await inTurn(
        contacts,
        ({ record }) => doNotCall.has(record.clientId, record.phoneNumber),
      ),
      campaigns: everyCampaign,
      assistants: await inTurn(
        everyCampaign,
        ({ campaign }) => campaigns.getAssistant(campaign.assistantId),
      ),
      orders: (await callOrders.list({}, EVERYTHING)).items,
      calls: everyCall,
      transcripts: await inTurn(everyCall, ({ id }) => calls.transcript(id)),
      outcomes: await inTurn(everyCall, ({ id }) => calls.outcomes(id)),
      imports: (await imports.list(EVERYTHING)).items,
      stats: await stats.all(1_000_000),
      days: await inTurn(everyCampaign, ({ campaign }) => stats.days(campaign.id, ...EVER)),
      daysOfAll: await stats.days(null, ...EVER),
      outcomeCounts: await inTurn(
        everyCampaign,
        ({ campaign }) => stats.outcomes(campaign.id, 1_000_000),
      ),
    };
  });
}

/** All that a store holds. */
export type Contents = Awaited<ReturnType<typeof contentsOf>>;

async function inTurn<T, R>(items: T[], query: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await query(item));
  return results;
}
