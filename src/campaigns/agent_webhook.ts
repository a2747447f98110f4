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
  /** ElevenLabs' own key, which its recordings need. Never listed, never logged. */
  apiKey?: string;
  /** Hosts, besides the platform's own, at which it keeps recordings; nothing else is fetched. */
  recordingHosts?: string[];
};

/** Hosts at which the platforms keep recordings, the usual one first. */
const PLATFORM_HOSTS: Record<AgentPlatform, readonly string[]> = {
  studio: [],
  // https://elevenlabs.io/docs/api-reference/conversations/get-audio ("Servers")
  elevenlabs: [
    "api.elevenlabs.io",
    "api.us.elevenlabs.io",
    "api.eu.residency.elevenlabs.io",
    "api.in.residency.elevenlabs.io",
    "api.sg.residency.elevenlabs.io",
  ],
  // https://docs.vapi.ai/assistants/call-recording
  vapi: ["storage.vapi.ai"],
};

/** Hosts from which an assistant's recordings may be fetched: its own first, then its platform's. */
export function recordingHostsOf(
  { platform, recordingHosts = [] }: Pick<AgentWebhook, "platform" | "recordingHosts">,
): string[] {
  return [...recordingHosts, ...PLATFORM_HOSTS[platform]];
}

/** Most hosts of an assistant's own. */
export const MAX_RECORDING_HOSTS = 10;

/** A host's name, lower case. @throws DomainError `invalid`. */
export function requireRecordingHost(field: string, text: string): string {
  const host = text.trim().toLowerCase();
  if (host.length > 253 || !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host)) {
    throw invalid(field, "must be a host's name alone, such as recordings.example.com");
  }
  return host;
}

/** The platform's key, if it will do. @throws DomainError `invalid`, which never repeats it. */
export function requireApiKey(field: string, platform: AgentPlatform, text: string): string {
  if (platform !== "elevenlabs") throw invalid(field, "is for the platform elevenlabs alone");
  if (!/^[\x21-\x7e]{1,200}$/.test(text)) {
    throw invalid(field, "must be 1 to 200 characters of ASCII without spaces");
  }
  return text;
}

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
