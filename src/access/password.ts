/**
 * What a password must be: long, and not what everybody tries first (NIST SP 800-63B §5.1.1.2; no
 * rules of composition).
 *
 * @module
 */
import { invalid } from "../kernel/errors.ts";

/** Fewest characters. */
export const MIN_PASSWORD = 12;
/** Most characters. */
export const MAX_PASSWORD = 256;

/** Of twelve and more characters, what lists of leaked passwords have on top. */
const COMMON = new Set([
  "password1234",
  "password12345",
  "password123456",
  "passwordpassword",
  "123456789012",
  "1234567890123",
  "12345678901234",
  "123456789123",
  "123456123456",
  "qwertyuiop123",
  "qwertyuiop12",
  "qwertyuiopas",
  "1q2w3e4r5t6y",
  "1qaz2wsx3edc",
  "iloveyou1234",
  "letmein12345",
  "welcome12345",
  "administrator",
  "changeme1234",
  "callcampstudio",
]);

/**
 * Lets by what may be a password of the person with that e-mail address.
 *
 * @throws DomainError `invalid` for one that is too short, too long, or easily guessed.
 */
export function requirePassword(field: string, password: string, email: string): void {
  if (password.length < MIN_PASSWORD || password.length > MAX_PASSWORD) {
    throw invalid(field, `must have ${MIN_PASSWORD} to ${MAX_PASSWORD} characters`);
  }
  const plain = password.toLowerCase();
  if (COMMON.has(plain) || plain === email.toLowerCase() || new Set(plain).size < 4) {
    throw invalid(
      field,
      "is too easy to guess: take another, such as four words that do not rhyme",
    );
  }
}
