/**
 * How an assistant's platform reports to us: in whose words, and by which shared secret.
 *
 * @module
 */
import { invalid } from "../kernel/errors.ts";

/** Every platform whose reports are understood; `studio` speaks our own words. */
export const AGENT_PLATFORMS = ["studio", "elevenlabs", "vapi"] as const;

/** Whose words a report is in. */
export type AgentPlatform = typeof AGENT_PLATFORMS[number];

/** Settings of an assistant's webhook. */
export type AgentWebhook = {
  platform: AgentPlatform;
  /** Known to us and the platform alone: it signs reports. Never listed, never logged. */
  secret: string;
};

/** Fewest characters of a secret. */
export const MIN_WEBHOOK_SECRET = 16;
/** Most characters of a secret. */
export const MAX_WEBHOOK_SECRET = 200;

/**
 * The secret, if it will do.
 *
 * @throws DomainError `invalid`, which never repeats it.
 */
export function requireWebhookSecret(field: string, text: string): string {
  const { length } = text;
  if (length < MIN_WEBHOOK_SECRET || length > MAX_WEBHOOK_SECRET) {
    throw invalid(
      field,
      `must have from ${MIN_WEBHOOK_SECRET} to ${MAX_WEBHOOK_SECRET} characters, got ${length}`,
    );
  }
  // It may travel in a header.
  if (!/^[\x21-\x7e]+$/.test(text)) throw invalid(field, "must be ASCII without spaces");
  return text;
}

/** A new secret: 256 random bits, in hexadecimal. */
export function mintWebhookSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
