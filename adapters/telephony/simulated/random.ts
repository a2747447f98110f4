/**
 * Chance that always falls the same way.
 *
 * @module
 */

/** Draws from a fixed sequence. */
export class Chance {
  #state: number;

  /** Equal seeds give equal sequences. */
  constructor(seed: string) {
    // FNV-1a over the seed's UTF-16 units.
    this.#state = Array.from(seed).reduce(
      (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193),
      0x811c9dc5,
    );
  }

  /** From 0 up to, but not including, 1. */
  fraction(): number {
    // A Weyl sequence, mixed so that neighbouring states have nothing in common.
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)];
  }
}
