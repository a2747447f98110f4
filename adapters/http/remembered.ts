/**
 * Remembers for a moment whom a token stands for, so that a busy client is not looked up for every
 * call. Whoever hears that access has changed calls `forget`; without that, what a token may do, and
 * whether it is still good, is news to this process that much later.
 *
 * @module
 */
import type { Clock } from "../../src/kernel/clock.ts";

/** Tokens remembered at most; beyond that, all are forgotten, which only costs a look each. */
const MOST = 10_000;

/** Looks up a token. */
type LookUp<P> = (token: string) => Promise<P>;

/** A look-up that remembers. */
export interface Remembered<P> {
  (token: string): Promise<P>;
  /** Looks up every token anew from now on; what looks are under way are good for their askers. */
  forget(): void;
}

/**
 * The same look-up, its answers good for so many milliseconds from when they were asked for. Calls
 * that come meanwhile share one look. A refusal is not remembered.
 */
export function remembered<P>(
  lookUp: LookUp<P>,
  milliseconds: number,
  clock: Clock,
): Remembered<P> {
  const known = new Map<string, { answer: Promise<P>; until: number }>();
  const remembering = (token: string) => {
    const now = clock.now().getTime();
    const found = known.get(token);
    if (found !== undefined && now < found.until) return found.answer;
    if (known.size >= MOST) known.clear();
    const answer = lookUp(token);
    const entry = { answer, until: now + milliseconds };
    known.set(token, entry);
    answer.catch(() => {
      if (known.get(token) === entry) known.delete(token);
    });
    return answer;
  };
  return Object.assign(remembering, { forget: () => known.clear() });
}
