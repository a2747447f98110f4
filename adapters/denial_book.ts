/**
 * Refusals of the last seconds, counted, until they are noted in the audit trail. A process that
 * dies takes its last seconds of them along; the log has each of them.
 *
 * @module
 */
import type { Principal } from "../src/access/principal.ts";
import { type Denial, isDenial } from "../src/access/record_denials.ts";
import type { ErrorCode } from "../src/kernel/errors.ts";

/** Different refusals kept at most; further ones are left to the log. */
const MAX_KINDS = 1000;

/** Where refusals are counted. */
export class DenialBook {
  #denials = new Map<string, Denial>();

  constructor(private readonly record: (denials: Denial[]) => Promise<void>) {}

  /** Counts one, if it is of a kind that belongs in the audit trail. */
  note(principal: Principal, action: string, code: ErrorCode): void {
    if (!isDenial(code)) return;
    const { tokenId, name, via } = principal;
    const key = JSON.stringify([tokenId, name, via?.application, action, code]);
    const known = this.#denials.get(key);
    if (known !== undefined) known.times++;
    else if (this.#denials.size < MAX_KINDS) {
      this.#denials.set(key, { principal, action, code, times: 1 });
    }
  }

  /** Hands over what was counted; keeps it for the next time when that fails. */
  async flush(): Promise<void> {
    if (this.#denials.size === 0) return;
    const denials = this.#denials;
    this.#denials = new Map();
    try {
      await this.record([...denials.values()]);
    } catch (error) {
      for (const { principal, action, code, times } of denials.values()) {
        for (let i = 0; i < times; i++) this.note(principal, action, code);
      }
      throw error;
    }
  }
}
