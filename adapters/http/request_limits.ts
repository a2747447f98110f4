/**
 * How often whom is answered: each network address, each token, each client; and an address whose
 * tokens are not accepted, before the store is asked about the next one. A message is one request
 * and at most one tool call, because batches are refused.
 *
 * @module
 */
import type { Principal } from "../../src/access/principal.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import type { RateLimits, RateRule } from "../../src/kernel/rate_limits.ts";
import { HttpProblem } from "./problem.ts";

/** Limits that remember a refusal. */
export interface RememberingRateLimits extends RateLimits {
  /** Seconds for which the key is known to be refused, without asking; 0 when it is not. */
  refusedFor(key: string): number;
}

/** The rules; null where there is none. */
export interface RequestLimits {
  rates: RememberingRateLimits;
  perToken: RateRule | null;
  perClient: RateRule | null;
  perAddress: RateRule | null;
  /** Tokens of one address that are not accepted. */
  failures: RateRule | null;
}

/** So many a minute in the long run, and as many at once; null for any number. */
export function perMinute(count: number | null | undefined): RateRule | null {
  return count ? { burst: count, perMinute: count } : null;
}

/** Tokens that are remembered as good ones. */
const MAX_GOOD = 10_000;

/** Stands at the door of one server. */
export class Doorkeeper {
  /** Tokens that were accepted, the latest last. */
  readonly #good = new Set<string>();

  constructor(private readonly limits: RequestLimits) {}

  /** @throws HttpProblem 429 when too many requests come from the address. */
  async arrive(address: string | null): Promise<void> {
    const { rates, perAddress } = this.limits;
    if (address === null || perAddress === null) return;
    const { allowed, retryAfterSeconds } = await rates.take(`address:${address}`, perAddress);
    if (!allowed) throw tooMany("requests from this address", retryAfterSeconds);
  }

  /**
   * Who a token is, by `authenticate`. After too many failures an address is refused; but a token
   * that was good when it was last seen is heard nevertheless, so that neither a neighbour behind the
   * same address nor an attacker can lock its owner out.
   *
   * @throws HttpProblem 429; whatever `authenticate` throws.
   */
  async identify(
    address: string | null,
    token: string,
    authenticate: (token: string) => Promise<Principal>,
  ): Promise<Principal> {
    const { rates, failures } = this.limits;
    if (address === null || failures === null) return await authenticate(token);
    const key = `failures:${address}`;
    const wait = rates.refusedFor(key);
    if (wait > 0 && !this.#good.has(token)) {
      throw tooMany("tokens from this address that are not accepted", wait);
    }
    try {
      const principal = await authenticate(token);
      this.#remember(token);
      return principal;
    } catch (error) {
      if (error instanceof DomainError && error.code === "unauthenticated") {
        this.#good.delete(token);
        await rates.take(key, failures);
      }
      throw error;
    }
  }

  /** Counts a message of a caller: 0, or the seconds after which to try again. */
  async count({ tokenId, clientId }: Principal): Promise<number> {
    const { rates, perToken, perClient } = this.limits;
    // The operator's own people belong to no client, and its workers have no token.
    const counted: [string, string | null, RateRule | null][] = [
      ["token", tokenId, perToken],
      ["client", clientId, perClient],
    ];
    for (const [what, id, rule] of counted) {
      if (id === null || rule === null) continue;
      const { allowed, retryAfterSeconds } = await rates.take(`${what}:${id}`, rule);
      if (!allowed) return retryAfterSeconds;
    }
    return 0;
  }

  #remember(token: string): void {
    this.#good.delete(token);
    this.#good.add(token);
    if (this.#good.size > MAX_GOOD) {
      const [oldest] = this.#good;
      this.#good.delete(oldest);
    }
  }
}

function tooMany(what: string, seconds: number): HttpProblem {
  return new HttpProblem(429, `Too many ${what}: try again in ${seconds} s.`, {
    "Retry-After": String(seconds),
  });
}
