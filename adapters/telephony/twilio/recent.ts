/**
 * A map that forgets its oldest entries, for what is worth remembering but may be forgotten.
 *
 * @module
 */

/** Keeps the given number of entries. */
export class Recent<K, V> {
  readonly #entries = new Map<K, V>();

  constructor(private readonly size: number) {}

  /** The value, unless it was never set or is forgotten. */
  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** Sets a value, which becomes the newest. */
  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.size) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
