/**
 * Port: who wants to know is told that something has changed, whichever process changed it.
 *
 * What is told is that rows changed, never what is in them: whoever cares reads them anew. Telling
 * is prompt, not proof: a change may be told twice, or (see `Change.touched`) as one of everything,
 * so nothing may hang on it that a slow look at the store would not also find.
 *
 * @module
 */
import type { Uuid } from "./ids.ts";
import type { Scope } from "./scope.ts";

/** Rows that one transaction has changed, by what a reader would look at. */
export type Touched = {
  calls?: Uuid[];
  /** Records whose profile, orders, calls, outcomes or notes have changed. */
  records?: Uuid[];
  /** Set when one of those is new, or lists and searches may find or place it otherwise than before. */
  recordLists?: true;
  /** Campaigns whose figures, outcomes or costs have changed. */
  campaigns?: Uuid[];
  /** Users of whom a token, the role, or whether they are let in has changed. */
  users?: Uuid[];
};

/** Something that was changed, and committed. */
export type Change = {
  /** Whose; null for every client's: news may have been missed, so anything may have changed. */
  clientId: Uuid | null;
  /** Null for anything of that client's. */
  touched: Touched | null;
};

/** A transaction's way to tell; part of the unit of work. */
export interface ChangeLog {
  /**
   * Tells of a change of that client's (null: of the operator's own, which everybody is told as a
   * change of anything), once the transaction has been committed; null for anything of that
   * client's. Rejects, and so undoes the transaction, outside of the client's scope.
   */
  publish(clientId: Uuid | null, touched: Touched | null): Promise<void>;
}

/** The other end. */
export interface Changes {
  /**
   * Calls the listener with each later change that the scope may see, those of this process and of
   * others. The listener must not throw. Returns how to stop.
   */
  subscribe(scope: Scope, listener: (change: Change) => void): () => void;
}

/** Hands changes to those who may see them. */
export class ChangeListeners implements Changes {
  readonly #byScope = new Map<Uuid | "all", Set<(change: Change) => void>>();

  /** As the port says; authentication sees nothing. */
  subscribe(scope: Scope, listener: (change: Change) => void): () => void {
    if (scope === "authentication") return () => {};
    const key = scope === "all" ? scope : scope.clientId;
    // Each subscription is one of its own, even of a function that listens twice.
    const own = (change: Change) => listener(change);
    const listeners = this.#byScope.get(key) ?? new Set();
    this.#byScope.set(key, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#byScope.get(key) === listeners) this.#byScope.delete(key);
    };
  }

  /** Tells whom it concerns, at once. */
  tell(change: Change): void {
    const keys = change.clientId === null ? [...this.#byScope.keys()] : [change.clientId, "all"];
    for (const key of keys) {
      for (const listener of [...this.#byScope.get(key as Uuid | "all") ?? []]) listener(change);
    }
  }

  /** Whether nobody listens. */
  get idle(): boolean {
    return this.#byScope.size === 0;
  }
}

/** Whether somebody may now do more or less than before. */
export function touchesAccess({ touched }: Change): boolean {
  return touched === null || (touched.users ?? []).length > 0;
}

/** Whether the call may have changed. */
export function touchesCall({ touched }: Change, callId: Uuid): boolean {
  return touched === null || touched.calls?.includes(callId) === true;
}
