/**
 * How a contract suite is made: sentences about a port, each tried on a store that somebody hands in.
 *
 * A store may be shared by all sentences of a suite, and hold rows of earlier ones: each works on
 * rows of its own, mostly those of a new {@link Company}.
 *
 * @module
 */
import { assertRejects } from "@std/assert";
import type { Uuid } from "../../src/kernel/ids.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { Repos, UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import {
  type Company,
  companyOf,
  insertCompany,
  insertWorld,
  type World,
  worldOf,
} from "../support/world.ts";

/** A store under test. */
export interface Store {
  uow: UnitOfWork;
  close(): Promise<void>;
}

/** Makes a store, or hands out one that is shared. */
export type MakeStore = () => Promise<Store>;

/**
 * Sentences that do not hold for a store, each with the reason. They are tried nevertheless, and
 * must fail: an exception that is no longer needed has to go.
 */
export type Exceptions = Record<string, string>;

/** A suite of sentences; `sanitize` off where a connection pool outlives the test. */
export type Contract = (
  name: string,
  make: MakeStore,
  exceptions?: Exceptions,
  options?: { sanitize?: boolean },
) => void;

/** Registers one sentence. */
export type Tell = (sentence: string, body: (uow: UnitOfWork) => Promise<void>) => void;

/** A contract from the function that tells its sentences. */
export function contract(port: string, tellAll: (tell: Tell) => void): Contract {
  return (name, make, exceptions = {}, { sanitize = true } = {}) => {
    const unused = new Set(Object.keys(exceptions));
    tellAll((sentence, body) => {
      unused.delete(sentence);
      const exception: string | undefined = exceptions[sentence];
      const suffix = exception === undefined ? "" : ` (known exception: ${exception})`;
      Deno.test({
        name: `${port}, ${name}: ${sentence}${suffix}`,
        sanitizeOps: sanitize,
        sanitizeResources: sanitize,
        async fn() {
          const store = await make();
          try {
            if (exception === undefined) await body(store.uow);
            else await assertRejects(() => body(store.uow));
          } finally {
            await store.close();
          }
        },
      });
    });
    if (unused.size) throw new Error(`${port}: no such sentences: ${[...unused].join("; ")}`);
  };
}

/** A company with one row of everything, in the store. */
export async function newWorld(uow: UnitOfWork): Promise<World> {
  const world = worldOf();
  await uow.run("all", (repos) => insertWorld(repos, world));
  return world;
}

/** A company in the store that is ready to call. */
export async function newCompany(uow: UnitOfWork): Promise<Company> {
  const company = companyOf();
  await uow.run("all", (repos) => insertCompany(repos, company));
  return company;
}

/** What a company may see. */
export function scopeOf({ client }: Company): { clientId: Uuid } {
  return { clientId: client.id };
}

/** Calls a function that many times at once, with 0, 1, 2 … */
export function atOnce<T>(times: number, task: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => task(index)));
}

/** What work comes to, without keeping any of it; rejects when the work does. */
export async function withoutTrace<T>(
  uow: UnitOfWork,
  scope: Scope,
  work: (repos: Repos) => Promise<T>,
): Promise<T> {
  let result: { value: T } | undefined;
  const undo = new Error("undo");
  try {
    await uow.run(scope, async (repos) => {
      result = { value: await work(repos) };
      throw undo;
    });
  } catch (error) {
    if (error !== undo || !result) throw error;
  }
  return result!.value;
}
