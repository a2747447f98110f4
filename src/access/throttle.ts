/**
 * How often a password may be tried. Every try takes a token before any work is done; a successful
 * one begins a new bucket, so that only failures in a row count against an account. A correct
 * password is refused as well while its account must wait, with the same words.
 *
 * @module
 */
import type { Clock } from "../kernel/clock.ts";
import { DomainError } from "../kernel/errors.ts";
import type { RateLimits } from "../kernel/rate_limits.ts";
import { hashToken } from "./token.ts";

/** A few at once, then one every 20 seconds, and after twenty one a minute. */
const ACCOUNT = [{ burst: 5, perMinute: 3 }, { burst: 20, perMinute: 1 }];
/** Many people may share an address; who tries one password on many accounts comes from few. */
const ADDRESS = { burst: 60, perMinute: 30 };

/**
 * Takes one try.
 *
 * @param email - that was typed, whether or not it is anybody's.
 * @param streak - changes with each successful sign-in.
 * @param address - where the request comes from; null when that is not known.
 * @throws DomainError `throttled` with the time of the next try.
 */
export async function takeTry(
  { rateLimits, clock }: { rateLimits: RateLimits; clock: Clock },
  email: string,
  streak: Date | null,
  address: string | null,
): Promise<void> {
  const account = await hashToken(`${email.toLowerCase()} ${streak?.toISOString() ?? ""}`);
  const takes = ACCOUNT.map((rule, i) => rateLimits.take(`sign-in:${i}:${account}`, rule));
  if (address !== null) takes.push(rateLimits.take(`sign-in:from:${address}`, ADDRESS));
  const refused = (await Promise.all(takes)).filter(({ allowed }) => !allowed);
  if (refused.length === 0) return;
  const seconds = Math.max(...refused.map(({ retryAfterSeconds }) => retryAfterSeconds));
  throw new DomainError(
    "throttled",
    `Too many attempts to sign in. Try again in ${spoken(seconds)}.`,
    { retryAt: new Date(clock.now().getTime() + seconds * 1000) },
  );
}

function spoken(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? "a second" : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
