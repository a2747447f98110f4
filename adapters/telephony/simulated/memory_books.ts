/**
 * The simulated network's books in memory: gone when the process ends.
 *
 * @module
 */
import type { CallRef } from "../../../src/calls/call_event.ts";
import type { BookedCall, NewEntry, PhoneBooks } from "./phone_books.ts";

/** Books for tests and for a process that nothing outlives. */
export class MemoryPhoneBooks implements PhoneBooks {
  readonly #calls = new Map<string, BookedCall>();

  /** See the interface. */
  ask(entry: NewEntry): Promise<BookedCall> {
    const booked = this.#calls.get(keyOf(entry.ref));
    const nth = () =>
      Array.from(this.#calls.values())
        .filter((call) => call.to === entry.to && call.refused === null).length;
    const line = booked ?? { ...entry, nth: nth(), requests: 0, pushed: 0, hungUpAt: null };
    return Promise.resolve(this.#put({ ...line, requests: line.requests + 1 }));
  }

  /** See the interface. */
  add(calls: BookedCall[]): Promise<void> {
    for (const call of calls) if (!this.#calls.has(keyOf(call.ref))) this.#put(call);
    return Promise.resolve();
  }

  /** See the interface. */
  get(ref: CallRef): Promise<BookedCall | null> {
    return Promise.resolve(this.#calls.get(keyOf(ref)) ?? null);
  }

  /** See the interface. */
  claim(now: Date, until: Date, limit: number): Promise<BookedCall[]> {
    const due = Array.from(this.#calls.values())
      .filter(({ nextAt }) => nextAt !== null && nextAt <= now)
      .sort((a, b) => Number(a.nextAt) - Number(b.nextAt))
      .slice(0, limit);
    return Promise.resolve(due.map((call) => this.#put({ ...call, nextAt: until })));
  }

  /** See the interface. */
  plan(ref: CallRef, pushed: number, nextAt: Date | null): Promise<void> {
    const booked = this.#calls.get(keyOf(ref));
    if (booked) this.#put({ ...booked, pushed, nextAt });
    return Promise.resolve();
  }

  /** See the interface. */
  hangUp(ref: CallRef, at: Date): Promise<void> {
    const booked = this.#calls.get(keyOf(ref));
    if (booked) {
      const nextAt = booked.nextAt && at;
      this.#put({ ...booked, hungUpAt: booked.hungUpAt ?? at, nextAt });
    }
    return Promise.resolve();
  }

  /** See the interface. */
  list(limit: number): Promise<BookedCall[]> {
    const calls = Array.from(this.#calls.values());
    return Promise.resolve(
      calls.sort((a, b) => Number(b.dialedAt) - Number(a.dialedAt)).slice(0, limit),
    );
  }

  #put(call: BookedCall): BookedCall {
    this.#calls.set(keyOf(call.ref), call);
    return call;
  }
}

function keyOf({ clientId, callId }: CallRef): string {
  return `${clientId} ${callId}`;
}
