/**
 * Port: slow, salted hashes of passwords.
 *
 * @module
 */

/** What a password is against what is kept: `outdated` is right, and to be hashed anew. */
export type Verdict = "wrong" | "right" | "outdated";

/** Hashes passwords. Both methods reject with DomainError `unavailable` when too many wait. */
export interface PasswordHasher {
  /** The password as it is kept: salt, parameters and hash in one text. */
  hash(password: string): Promise<string>;
  /** Compares; null (nobody has such a password) takes as long as a wrong one. */
  verify(password: string, kept: string | null): Promise<Verdict>;
}
