/**
 * How many callers may wait for a call's end in one process. One more is answered at once, with the
 * call as it stands, and told by that to ask again.
 *
 * @module
 */

/** Each waiter looks into the store every half second, on the same connections as everybody. */
const MAX_WAITING = 500;

/** Places to wait in. */
export class Waits {
  #taken = 0;

  constructor(private readonly places: number = MAX_WAITING) {}

  /** Runs what may wait until the signal; without a place for it, the signal is aborted already. */
  async hold<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#taken >= this.places) return await work(AbortSignal.abort());
    this.#taken++;
    try {
      return await work(signal);
    } finally {
      this.#taken--;
    }
  }
}
