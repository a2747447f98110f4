/**
 * The store in memory: a unit of work over plain maps. Transactions run one after the other, each
 * on a copy that replaces the original when it succeeds. It starts empty and forgets everything
 * with the process; a unit of work inside another waits for ever, as it would on a pool of one.
 *
 * @module
 */
import { type Change, ChangeListeners, type Changes } from "../../src/kernel/changes.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { Repos, UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { accessRepo } from "./access_repo.ts";
import { auditLog } from "./audit_log.ts";
import { balanceService } from "./balance_service.ts";
import { callOrderRepo } from "./call_order_repo.ts";
import { callRepo } from "./call_repo.ts";
import { campaignRepo } from "./campaign_repo.ts";
import { changeLog } from "./change_log.ts";
import { contactImportRepo } from "./contact_import_repo.ts";
import { doNotCallList } from "./do_not_call_list.ts";
import { recordRepo } from "./record_repo.ts";
import { signInRepo } from "./sign_in_repo.ts";
import { statsRepo } from "./stats_repo.ts";
import { emptyTables } from "./tables.ts";
import { type AtOnce, Transaction } from "./transaction.ts";

/** A new, empty store. */
export function memoryStore(): { uow: UnitOfWork; changes: Changes } {
  const changes = new ChangeListeners();
  let tables = emptyTables();
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  function transact<T>(scope: Scope, inOneFlight: boolean, work: (repos: Repos) => Promise<T>) {
    return inTurn(async () => {
      // Authentication notes that a token was used.
      const readOnly = inOneFlight && scope !== "authentication";
      const transaction = new Transaction(tables, scope, readOnly);
      const gate = new Gate(scope);
      const told: Change[] = [];
      try {
        const working = work(reposOf(transaction, gate, told));
        if (inOneFlight) {
          gate.close("This read has left: start every query before the first await.");
        }
        const result = await working;
        gate.requireNoFailure();
        tables = transaction.tables;
        for (const change of told) changes.tell(change);
        return result;
      } finally {
        gate.close("This transaction is over.");
      }
    });
  }

  return {
    changes,
    uow: {
      read: (scope, work) => transact(scope, true, work),
      run: (scope, work) => transact(scope, false, work),
    },
  };
}

/** What the operator's scope alone may do. */
const OPERATORS = [
  "saveClient",
  "saveRole",
  "saveUser",
  "open",
  "topUp",
  "dropKeys",
  "insertInvitation",
  "useInvitation",
  "savePassword",
  "noteSignIn",
  "insertSession",
  "listSessions",
  "endSession",
  "endSessions",
  "takeUnsealed",
  "lastLink",
  "seal",
  "chains",
  "links",
  "unsealed",
];
/** What is open before anybody is known. */
const SIGN_IN = ["account", "identifySession", "invitation"];
const AUTHENTICATION = ["identify", ...SIGN_IN];

/** Decides whether a transaction takes another query, and remembers that one has failed. */
class Gate {
  readonly #scope: Scope;
  #closed: string | null = null;
  #failure: { cause: unknown } | null = null;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  close(why: string): void {
    this.#closed ??= why;
  }

  requireOpenFor(method: string): void {
    if (this.#closed !== null) throw new Error(`${method}: ${this.#closed}`);
    this.requireNoFailure();
    if (this.#scope === "authentication" && !AUTHENTICATION.includes(method)) {
      throw new Error(`${method}: is not open to authentication`);
    }
    if (this.#scope !== "authentication" && SIGN_IN.includes(method)) {
      throw new Error(`${method}: is open to authentication alone`);
    }
    if (this.#scope !== "all" && OPERATORS.includes(method)) {
      throw new Error(`${method}: is open to the operator alone`);
    }
  }

  requireNoFailure(): void {
    if (this.#failure) {
      throw new Error("A query of this transaction failed: nothing is kept.", this.#failure);
    }
  }

  fail(cause: unknown): void {
    this.#failure ??= { cause };
  }
}

function reposOf(tx: Transaction, gate: Gate, told: Change[]): Repos {
  return {
    access: gated(accessRepo(tx), gate),
    audit: gated(auditLog(tx), gate),
    balance: gated(balanceService(tx), gate),
    callOrders: gated(callOrderRepo(tx), gate),
    calls: gated(callRepo(tx), gate),
    campaigns: gated(campaignRepo(tx), gate),
    changes: gated(changeLog(tx, told), gate),
    doNotCall: gated(doNotCallList(tx), gate),
    imports: gated(contactImportRepo(tx), gate),
    records: gated(recordRepo(tx), gate),
    signIn: gated(signInRepo(tx), gate),
    stats: gated(statsRepo(tx), gate),
  };
}

/** The port that a repository in memory stands for; what it hands out are copies. */
function gated<Port extends object>(repo: AtOnce<Port>, gate: Gate): Port {
  const methods = Object.entries<(...args: unknown[]) => unknown>(repo);
  const asPort = methods.map(([name, method]) => [
    name,
    (...args: unknown[]) => {
      try {
        gate.requireOpenFor(name);
        return Promise.resolve(structuredClone(method(...args)));
      } catch (error) {
        gate.fail(error);
        return Promise.reject(error);
      }
    },
  ]);
  return Object.fromEntries(asPort);
}
