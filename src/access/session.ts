/**
 * A signed-in browser. Its secret is a cookie's value; only a SHA-256 of it is kept.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";

/** What is kept of a session. */
export type Session = {
  id: Uuid;
  userId: Uuid;
  /** SHA-256 in hexadecimal. */
  hash: string;
  createdAt: Date;
  /** To the minute. */
  lastUsedAt: Date;
  /** Browser and machine that it was begun with, by their own account; null when not known. */
  device: string | null;
};

/** A link by which a user chooses a password, once. */
export type Invitation = {
  id: Uuid;
  userId: Uuid;
  /** SHA-256 of its secret, in hexadecimal. */
  hash: string;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
};

/** Milliseconds after which a session that nobody uses ends. */
export const IDLE = 12 * 3_600_000;
/** Milliseconds after which every session ends. */
export const LONGEST = 7 * 24 * 3_600_000;

/** Whether a session has not ended by itself. */
export function isLiveSession({ createdAt, lastUsedAt }: Session, now: Date): boolean {
  return +now - +lastUsedAt < IDLE && +now - +createdAt < LONGEST;
}

/** 256 random bits, for a cookie or a link. */
export function mintSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Whether text has the form of a secret, so that nothing else is looked for. */
export function isSecret(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}
