/**
 * Passwords by scrypt, of the platform's own crypto, with OWASP's parameters. Each hash takes 32 MiB
 * and a tenth of a second, so few run at once, few wait, and the rest is asked to come again.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { PasswordHasher, Verdict } from "../src/access/password_hasher.ts";
import { DomainError } from "../src/kernel/errors.ts";

/** What a hash costs: N = 2^ln (RFC 7914 §2). */
export interface Cost {
  ln: number;
  r: number;
  p: number;
}

const OWASP: Cost = { ln: 15, r: 8, p: 3 };
const SALT = 16;
const LENGTH = 32;
const AT_ONCE = 2;
const WAITING = 20;
const FORM = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+=*)\$([\w+/]+=*)$/;

/** Hashes in this process, kept as `$scrypt$ln=15,r=8,p=3$salt$hash` (PHC string format). */
export class ScryptPasswords implements PasswordHasher {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly cost: Cost = OWASP) {}

  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT);
    const hash = await this.#derive(password, salt, this.cost);
    const { ln, r, p } = this.cost;
    return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString("base64")}$${hash.toString("base64")}`;
  }

  async verify(password: string, kept: string | null): Promise<Verdict> {
    const match = kept === null ? null : FORM.exec(kept);
    if (match === null) {
      if (kept !== null) throw new Error("a password is kept in a form that nobody knows");
      await this.#derive(password, randomBytes(SALT), this.cost);
      return "wrong";
    }
    const [ln, r, p] = match.slice(1, 4).map(Number);
    const hash = Buffer.from(match[5], "base64");
    const derived = await this.#derive(password, Buffer.from(match[4], "base64"), { ln, r, p });
    if (hash.length !== LENGTH || !timingSafeEqual(hash, derived)) return "wrong";
    const { cost } = this;
    return ln === cost.ln && r === cost.r && p === cost.p ? "right" : "outdated";
  }

  async #derive(password: string, salt: Buffer, { ln, r, p }: Cost): Promise<Buffer> {
    await this.#turn();
    try {
      const N = 2 ** ln;
      const options = { N, r, p, maxmem: 256 * N * r };
      // One person types "é" as one character, another's keyboard as two.
      const text = password.normalize("NFC");
      return await new Promise((resolve, reject) => {
        scrypt(text, salt, LENGTH, options, (error, key) => error ? reject(error) : resolve(key));
      });
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= WAITING) {
        throw new DomainError(
          "unavailable",
          "Too many people are signing in at this moment. Try again in a few seconds.",
        );
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
  }
}
