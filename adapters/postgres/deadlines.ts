/**
 * Deadlines of whatever is under way, at the price of one timer: each call has one or two, and nearly
 * all are met.
 *
 * @module
 */

/** Something that must be done in time. */
export interface Deadline {
  /** Moment on the performance clock. */
  readonly at: number;
  /** Its time is up. Called once, unless it was removed before. */
  late(): void;
}

/** Watches over deadlines. There is no timer while there are none. */
export class Deadlines {
  readonly #pending = new Set<Deadline>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer rings; nothing that is pending is due before. */
  #rings = Infinity;

  /** Watches over one more. */
  add(deadline: Deadline): void {
    this.#pending.add(deadline);
    if (deadline.at < this.#rings) this.#setTimer(deadline.at);
  }

  /** It was done in time. */
  remove(deadline: Deadline): void {
    this.#pending.delete(deadline);
    if (this.#pending.size === 0) this.#setTimer(Infinity);
  }

  #setTimer(at: number): void {
    clearTimeout(this.#timer);
    this.#rings = at;
    if (at === Infinity) return;
    this.#timer = setTimeout(() => this.#ring(), Math.max(0, Math.ceil(at - performance.now())));
  }

  #ring(): void {
    const now = performance.now();
    this.#rings = Infinity;
    let next = Infinity;
    for (const deadline of this.#pending) {
      if (deadline.at > now) {
        next = Math.min(next, deadline.at);
        continue;
      }
      this.#pending.delete(deadline);
      deadline.late();
    }
    this.#setTimer(this.#pending.size === 0 ? Infinity : next);
  }
}
