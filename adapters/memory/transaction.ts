/**
 * One transaction on the tables: copies a table before it first writes to it, shows and changes
 * only what its scope may see, and holds rows to their keys. Rows are values: nobody changes one
 * in place.
 *
 * @module
 */
import type { Uuid } from "../../src/kernel/ids.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { Owned, Rows, Table, Tables } from "./tables.ts";

/** A port whose methods answer at once: maps need no waiting, and the store makes promises of it. */
export type AtOnce<Port> = {
  [M in keyof Port]: Port[M] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R
    : never;
};

/** A view of the tables, and the changes made to it. */
export class Transaction {
  /** The tables with the changes; those of the store stay as they were. */
  readonly tables: Tables;
  readonly #scope: Scope;
  readonly #readOnly: boolean;
  readonly #copied = new Set<Table>();

  /** Starts from the tables as they are. */
  constructor(tables: Tables, scope: Scope, readOnly: boolean) {
    this.tables = { ...tables };
    this.#scope = scope;
    this.#readOnly = readOnly;
  }

  /** Whether every client's rows are visible. */
  get seesAll(): boolean {
    return this.#scope === "all";
  }

  /** The row with that key, if it is visible, to be written later: nobody else runs meanwhile. */
  lock<T extends Table>(table: T, key: string): Rows[T] | null {
    if (this.#readOnly) throw new Error(`${table}: a read locks nothing`);
    return this.find(table, key);
  }

  /** The row with that key, if it is visible. */
  find<T extends Table>(table: T, key: string): Rows[T] | null {
    const owned = this.tables[table].get(key);
    return owned && this.#sees(owned.clientId) ? owned.row : null;
  }

  /** Every visible row. */
  all<T extends Table>(table: T): Rows[T][] {
    const found: Rows[T][] = [];
    for (const { clientId, row } of this.tables[table].values()) {
      if (this.#sees(clientId)) found.push(row);
    }
    return found;
  }

  /** Adds a row. @throws Error when the key is taken. */
  insert<T extends Table>(table: T, key: string, clientId: Uuid | null, row: Rows[T]): void {
    if (this.tables[table].has(key)) throw new Error(`${table}: the key ${key} is taken`);
    this.#write(table, key, { clientId, row });
  }

  /** Replaces a row. @throws Error when the client has no such row. */
  update<T extends Table>(table: T, key: string, clientId: Uuid | null, row: Rows[T]): void {
    this.require(table, key, clientId);
    this.#write(table, key, { clientId, row });
  }

  /**
   * Adds a row, or replaces the one with that key. The operator's row may become a client's.
   *
   * @throws Error when the row is another client's.
   */
  save<T extends Table>(table: T, key: string, clientId: Uuid | null, row: Rows[T]): void {
    const owner = this.tables[table].get(key)?.clientId ?? null;
    if (owner !== null) this.require(table, key, clientId);
    this.#write(table, key, { clientId, row });
  }

  /** Removes a visible row. */
  remove(table: Table, key: string): void {
    if (this.find(table, key) !== null) this.#toWrite(table).delete(key);
  }

  /** The foreign keys of a database. @throws Error unless the client has such a row. */
  require(table: Table, key: string, clientId: Uuid | null): void {
    const owned = this.tables[table].get(key);
    if (!owned || owned.clientId !== clientId || !this.#sees(clientId)) {
      throw new Error(`${table}: no such row`);
    }
  }

  /** A unique index. @throws Error when another row is alike, whoever owns it. */
  requireUnique<T extends Table>(table: T, key: string, alike: (row: Rows[T]) => boolean): void {
    for (const [other, { row }] of this.tables[table]) {
      if (other !== key && alike(row)) throw new Error(`${table}: there is such a row already`);
    }
  }

  #sees(clientId: Uuid | null): boolean {
    return typeof this.#scope === "string" || this.#scope.clientId === clientId;
  }

  #write<T extends Table>(table: T, key: string, owned: Owned<Rows[T]>): void {
    if (!this.#sees(owned.clientId)) throw new Error(`${table}: the row is another client's`);
    this.#toWrite(table).set(key, structuredClone(owned));
  }

  #toWrite<T extends Table>(table: T): Tables[T] {
    if (this.#readOnly) throw new Error(`${table}: a read writes nothing`);
    if (!this.#copied.has(table)) {
      Object.assign(this.tables, { [table]: new Map<string, unknown>(this.tables[table]) });
      this.#copied.add(table);
    }
    return this.tables[table];
  }
}
