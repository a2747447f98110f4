/**
 * The unit of work on PostgreSQL: a scope becomes a database role, reads one flight, the rest a
 * transaction. What happens twice at once is left to the database to tell apart: the loser runs
 * again, and then finds what the winner has written.
 *
 * @module
 */
import { DomainError } from "../../src/kernel/errors.ts";
import type { Change } from "../../src/kernel/changes.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { Repos, UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { accessRepo } from "./access.ts";
import { auditLog } from "./audit.ts";
import { balanceService } from "./balance.ts";
import { callOrderRepo } from "./call_orders.ts";
import { callRepo } from "./calls.ts";
import { campaignRepo } from "./campaigns.ts";
import { changeLog } from "./change_log.ts";
import type { ClientFilter } from "./client_filter.ts";
import { contactImportRepo } from "./contact_imports.ts";
import { doNotCallList } from "./do_not_call.ts";
import { StoreError } from "./errors.ts";
import type { Lanes, Sql, TxScope } from "./lanes.ts";
import { recordRepo } from "./records.ts";
import { SearchPlaces } from "./search_places.ts";
import { signInRepo } from "./sign_in.ts";
import { statsRepo } from "./stats.ts";

/** SQLSTATEs of a value that another row has, perhaps since a moment ago, and of a deadlock. */
const COLLISIONS: (string | undefined)[] = ["23505", "40P01"];
/** SQLSTATE of a disk without room. */
const DISK_FULL = "53100";
/** The third time it is not a coincidence. */
const TRIES = 3;

/**
 * Work on PostgreSQL, over lanes that its owner closes. `tell` gets what a transaction has changed,
 * once it has been committed; {@link heard} wants what other processes have.
 */
export class PostgresUnitOfWork implements UnitOfWork {
  readonly #places = new SearchPlaces();

  constructor(
    private readonly lanes: Lanes,
    private readonly tell: (changes: Change[]) => void = () => {},
  ) {}

  /** Something was changed, and committed. */
  heard(change: Change): void {
    this.#places.heard(change);
  }

  async read<T>(scope: Scope, work: (repos: Repos) => Promise<T>): Promise<T> {
    try {
      return await this.lanes.flight(roleOf(scope), inRepos(scope, work, this.#places));
    } catch (error) {
      throw domainError(error);
    }
  }

  async run<T>(scope: Scope, work: (repos: Repos) => Promise<T>): Promise<T> {
    const noted: Change[] = [];
    for (let tried = 1;; tried++) {
      try {
        // What it finds may be undone: it is told, and remembers, nothing of other searches.
        const places = new SearchPlaces();
        const value = await this.lanes.transaction(
          roleOf(scope),
          inRepos(scope, work, places, noted),
        );
        this.#committed(noted);
        return value;
      } catch (error) {
        // It may have been committed all the same.
        if (error instanceof StoreError && error.kind === "unknown_outcome") this.#committed(noted);
        const collided = error instanceof StoreError && COLLISIONS.includes(error.code);
        if (!collided || tried === TRIES) throw domainError(error);
      }
    }
  }

  #committed(changes: Change[]): void {
    for (const change of changes) this.heard(change);
    this.tell(changes);
  }
}

const MAKERS: {
  [Name in keyof Repos]: (
    sql: Sql,
    filter: ClientFilter,
    noted: Change[],
    places: SearchPlaces,
  ) => Repos[Name];
} = {
  access: accessRepo,
  audit: auditLog,
  balance: balanceService,
  callOrders: callOrderRepo,
  calls: callRepo,
  campaigns: campaignRepo,
  changes: changeLog,
  doNotCall: doNotCallList,
  imports: contactImportRepo,
  records: (sql, filter, _noted, places) => recordRepo(sql, filter, places),
  signIn: signInRepo,
  stats: statsRepo,
};
const NAMES = Object.keys(MAKERS) as (keyof Repos)[];

/** The repositories of one transaction; the filter is their own fence, beside the role's. */
export function reposOf(sql: Sql, filter: ClientFilter, noted: Change[] = []): Repos {
  const places = new SearchPlaces();
  return lazily((name) => MAKERS[name](sql, filter, noted, places));
}

/** Repositories that are made when they are first asked for: most work needs one or two of them. */
class LazyRepos {
  readonly #made: { [Name in keyof Repos]?: object } = {};
  readonly #make: (name: keyof Repos) => object;

  constructor(make: (name: keyof Repos) => object) {
    this.#make = make;
  }

  find(name: keyof Repos): object {
    return this.#made[name] ??= this.#make(name);
  }
}

/** Makes properties of them, so that repositories can be copied with `...` too. */
const AS_PROPERTIES: ProxyHandler<LazyRepos> = {
  get: (repos, name) => isName(name) ? repos.find(name) : undefined,
  ownKeys: () => NAMES,
  getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
};

function lazily(make: (name: keyof Repos) => object): Repos {
  return new Proxy(new LazyRepos(make), AS_PROPERTIES) as unknown as Repos;
}

function isName(name: string | symbol): name is keyof Repos {
  return Object.hasOwn(MAKERS, name);
}

function roleOf(scope: Scope): TxScope {
  if (scope === "all") return { role: "app_master" };
  if (scope === "authentication") return { role: "app_auth" };
  return { role: "app_tenant", clientId: scope.clientId };
}

function filterOf(scope: Scope): ClientFilter {
  return typeof scope === "string" ? null : scope.clientId;
}

/** Work that fails when any of its queries has failed, whether or not it waited for that one. */
function inRepos<T>(
  scope: Scope,
  work: (repos: Repos) => Promise<T>,
  places: SearchPlaces,
  noted: Change[] = [],
) {
  return async (sql: Sql): Promise<T> => {
    const started: Promise<unknown>[] = [];
    // The work may run again.
    noted.length = 0;
    const filter = filterOf(scope);
    const value = await work(
      lazily((name) => watched(MAKERS[name](sql, filter, noted, places), started)),
    );
    await Promise.all(started);
    return value;
  };
}

/** The repository, collecting the promises that its methods return. */
function watched<Repo extends object>(repo: Repo, started: Promise<unknown>[]): Repo {
  return new Proxy(repo, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        const answer: Promise<unknown> = method(...args);
        // Whoever asked may not wait for it.
        answer.catch(() => {});
        started.push(answer);
        return answer;
      };
    },
  });
}

function domainError(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  if (error.kind === "unavailable") {
    const message = error.code === DISK_FULL
      ? "The database's disk is full; nothing was changed. Try again once whoever runs this " +
        "server has made room."
      : "The database cannot be reached at the moment; nothing was changed. Try again.";
    return new DomainError("unavailable", message, {}, { cause: error });
  }
  if (error.kind === "unknown_outcome") {
    const message = "The database was lost while the change was being saved: it may have been " +
      "saved or not. Look before you try again.";
    return new DomainError("unavailable", message, {}, { cause: error });
  }
  return error;
}
