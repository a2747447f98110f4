/**
 * Environment → typed configuration. A bad value stops the start with its name and why. One file,
 * because it is the one place that knows the names of variables.
 *
 * @module
 */

import { parseFrom, parseListen, parseTrunk, type SipSettings } from "./telephony/sip/settings.ts";
import { QUIET_SECONDS } from "./telephony/twilio/dialect.ts";

/** Which phone network dials, with its own settings. */
export type Telephony = SimulatedTelephony | TwilioTelephony | SipTelephony;

/** No phones: everything happens in this process. */
export interface SimulatedTelephony {
  kind: "simulated";
  /** How many times faster than life the simulated network runs. */
  speed: number;
}

/** Twilio, or who speaks its API. */
export interface TwilioTelephony {
  kind: "twilio";
  apiUrl: URL;
  /** Twilio's Account SID, SignalWire's project id. */
  sid: string;
  token: string;
  /** Number that calls, E.164. */
  from: string;
  /** Signs webhooks where that is another key than the token. */
  webhookKey: string | null;
  /** Seconds after which a call that the provider does not know was surely never dialled. */
  quietSeconds: number;
}

/** A SIP trunk. */
export interface SipTelephony extends SipSettings {
  kind: "sip";
}

/** Everything that a running server is told from outside. */
export interface Config {
  databaseUrl: string;
  /** A read replica for resources; null to read from the primary. */
  databaseReadUrl: string | null;
  /**
   * An address of the database for the one connection that hears of changes, which no pooler in
   * transaction mode may stand in front of; null to take `databaseUrl`.
   */
  databaseListenUrl: string | null;
  /** Where clients reach this server: links, allowed Host and Origin. */
  publicUrl: URL;
  port: number;
  telephony: Telephony;
  /** Signs recording links; null takes the key that the replicas share in the database. */
  signingKey: string | null;
  limits: Limits;
  /** Whether the runtime exports telemetry (`OTEL_DENO`); it reads the other `OTEL_*` by itself. */
  exportsTelemetry: boolean;
}

/** What is taken on; rates of all processes together, null or absent for any number. */
export interface Limits {
  /** MCP messages a minute and token. */
  requestsPerMinute: number | null;
  /** The same of all tokens of a client. */
  clientRequestsPerMinute?: number | null;
  /** Requests to `/mcp` a minute and network address. */
  addressRequestsPerMinute?: number | null;
  /** Tokens a minute and network address that are not accepted. */
  failedTokensPerMinute?: number | null;
  /** Proxies of our own in front, whose word on where a request came from counts. */
  trustedProxies?: number;
  /** Requests that one process works on at a time; null or absent for any number. */
  requestsInFlight?: number | null;
  /** Connections to PostgreSQL, of one process. */
  databaseConnections: number;
}

/** A setting that the server cannot start with. */
export class ConfigError extends Error {
  /** Name by which the entry point tells it from programming errors. */
  override readonly name = "ConfigError";
}

type Env = (name: string) => string | undefined;

const MIN_KEY = 32;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** @throws ConfigError that names the variable, what is wrong, and what is allowed. */
export function readConfig(env: Env): Config {
  return {
    databaseUrl: required(env, "DATABASE_URL", databaseUrl),
    databaseReadUrl: optional(env, "DATABASE_READ_URL", databaseUrl) ?? null,
    databaseListenUrl: optional(env, "DATABASE_LISTEN_URL", databaseUrl) ?? null,
    publicUrl: required(env, "PUBLIC_URL", publicUrl),
    port: readPort(env),
    telephony: readTelephony(env),
    signingKey: readSigningKey(env),
    limits: readLimits(env),
    // As the runtime reads it.
    exportsTelemetry: ["1", "true"].includes(env("OTEL_DENO") ?? ""),
  };
}

function readLimits(env: Env): Limits {
  // 0 is how a person says "no limit".
  const rate = (name: string, otherwise: number) =>
    optional(env, name, count(0, 1_000_000), otherwise) || null;
  return {
    requestsPerMinute: rate("LIMIT_REQUESTS_PER_MINUTE", 600),
    clientRequestsPerMinute: rate("LIMIT_CLIENT_REQUESTS_PER_MINUTE", 3000),
    addressRequestsPerMinute: rate("LIMIT_ADDRESS_REQUESTS_PER_MINUTE", 6000),
    failedTokensPerMinute: rate("LIMIT_FAILED_TOKENS_PER_MINUTE", 30),
    trustedProxies: optional(env, "LIMIT_TRUSTED_PROXIES", count(0, 10), 0),
    requestsInFlight: optional(env, "LIMIT_REQUESTS_IN_FLIGHT", count(1, 100_000), 200),
    databaseConnections: optional(env, "LIMIT_DATABASE_CONNECTIONS", count(1, 500), 10),
  };
}

/** `DATABASE_URL`, or null when it is not set. */
export function readDatabaseUrl(env: Env): string | null {
  return optional(env, "DATABASE_URL", databaseUrl) ?? null;
}

/** `PUBLIC_URL`, or null when it is not set. */
export function readPublicUrl(env: Env): URL | null {
  return optional(env, "PUBLIC_URL", publicUrl) ?? null;
}

/** `SIGNING_KEY`, or null when it is not set. */
export function readSigningKey(env: Env): string | null {
  return optional(env, "SIGNING_KEY", signingKey) ?? null;
}

/** `PORT`, 8787 unless set; 0 takes any free one. */
export function readPort(env: Env): number {
  return optional(env, "PORT", count(0, 65_535), 8787);
}

/** `SIMULATED_PHONE_SPEED`: 1 is life. */
export function readSpeed(env: Env, otherwise: number): number {
  return optional(env, "SIMULATED_PHONE_SPEED", speed, otherwise);
}

function readTelephony(env: Env): Telephony {
  const kind = optional(env, "TELEPHONY", (_name, value) => value, "simulated");
  switch (kind) {
    case "simulated":
      return { kind, speed: readSpeed(env, 1) };
    case "twilio":
      return readTwilio(env);
    case "sip":
      return readSip(env);
    default:
      throw bad("TELEPHONY", kind, 'must be "simulated", "twilio" or "sip"');
  }
}

/** `TWILIO_*`. No value but the number and the address is ever repeated. */
function readTwilio(env: Env): TwilioTelephony {
  return {
    kind: "twilio",
    apiUrl: optional(env, "TWILIO_API_URL", apiUrl, new URL("https://api.twilio.com")),
    sid: required(env, "TWILIO_ACCOUNT_SID", accountSid),
    token: required(env, "TWILIO_AUTH_TOKEN", secret),
    from: required(env, "TWILIO_FROM", phoneNumber),
    webhookKey: optional(env, "TWILIO_WEBHOOK_KEY", secret) ?? null,
    quietSeconds: optional(env, "TWILIO_QUIET_SECONDS", count(16, 3600), QUIET_SECONDS),
  };
}

/** Credentials go there, so it is HTTPS or this very machine. */
function apiUrl(name: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  const safe = url?.protocol === "https:" ||
    (url?.protocol === "http:" && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname));
  if (url && safe && url.pathname === "/" && !url.search && !url.username) return url;
  throw bad(name, value, "must be an address such as https://api.twilio.com, without a path");
}

function accountSid(name: string, value: string): string {
  if (/^[\w-]{8,64}$/.test(value)) return value;
  throw new ConfigError(`${name}: must be the account's id, such as AC followed by 32 hex digits`);
}

function secret(name: string, value: string): string {
  if (/^[\x21-\x7e]{8,200}$/.test(value)) return value;
  throw new ConfigError(`${name}: must be 8 to 200 characters without spaces`);
}

function phoneNumber(name: string, value: string): string {
  if (/^\+[1-9]\d{6,14}$/.test(value)) return value;
  throw bad(name, value, "must be a number that the account may call from, such as +14155550100");
}

function readSip(env: Env): SipTelephony {
  const trunk = required(env, "SIP_TRUNK", (name, value) => {
    return parseTrunk(value) ??
      fail(name, value, "must be an address such as sip:trunk.example.com:5060;transport=udp");
  });
  const from = required(env, "SIP_FROM", (name, value) => {
    return parseFrom(value, trunk) ??
      fail(name, value, "must be your number, such as +14155550100, or a sip: address");
  });
  const addresses = required(env, "SIP_LISTEN", (name, value) => {
    return parseListen(value) ?? fail(
      name,
      value,
      "must be an address of this machine and a port, such as 203.0.113.5:5060; " +
        "behind a NAT 0.0.0.0:5060;public=203.0.113.5:5060",
    );
  });
  const user = optional(env, "SIP_USER", (_name, value) => value) ?? null;
  const password = optional(env, "SIP_PASSWORD", (_name, value) => value) ?? null;
  if ((user === null) !== (password === null)) {
    throw new ConfigError("SIP_USER, SIP_PASSWORD: set both, or neither");
  }
  const credentials = user === null || password === null ? null : { user, password };
  const offer = optional(env, "SIP_OFFER", (name, value) => {
    return value === "early" || value === "late"
      ? value
      : fail(name, value, 'must be "early" or "late"');
  }, "early");
  return { kind: "sip", trunk, credentials, from, ...addresses, offer };
}

function databaseUrl(name: string, value: string): string {
  const protocol = URL.canParse(value) ? new URL(value).protocol : "";
  if (protocol === "postgres:" || protocol === "postgresql:") return value;
  // The value holds a password, so it is not repeated.
  throw new ConfigError(`${name}: must be a URL such as postgres://user:password@host:5432/studio`);
}

function publicUrl(name: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  const address = url && /^https?:$/.test(url.protocol) && url.pathname === "/" && !url.search;
  if (!address) {
    throw bad(
      name,
      value,
      "must be the address that clients use, such as https://studio.example.com",
    );
  }
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    throw bad(
      name,
      value,
      "must begin with https://, because tokens and recordings travel over it",
    );
  }
  return url;
}

function signingKey(name: string, value: string): string {
  if (value.length >= MIN_KEY) return value;
  throw new ConfigError(`${name}: must have at least ${MIN_KEY} characters of random text`);
}

function speed(name: string, value: string): number {
  const number = Number(value);
  if (number > 0 && number <= 1000) return number;
  throw bad(name, value, "must be a number from more than 0 to 1000");
}

function count(min: number, max: number): (name: string, value: string) => number {
  return (name, value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw bad(name, value, `must be a whole number from ${min} to ${max}`);
  };
}

function required<T>(env: Env, name: string, parse: (name: string, value: string) => T): T {
  const value = optional(env, name, parse);
  if (value === undefined) throw new ConfigError(`${name}: must be set`);
  return value;
}

function optional<T>(
  env: Env,
  name: string,
  parse: (name: string, value: string) => T,
): T | undefined;
function optional<T>(
  env: Env,
  name: string,
  parse: (name: string, value: string) => T,
  otherwise: T,
): T;
function optional<T>(
  env: Env,
  name: string,
  parse: (name: string, value: string) => T,
  otherwise?: T,
): T | undefined {
  const value = env(name)?.trim();
  return value ? parse(name, value) : otherwise;
}

function fail(name: string, value: string, allowed: string): never {
  throw bad(name, value, allowed);
}

function bad(name: string, value: string, allowed: string): ConfigError {
  return new ConfigError(`${name}: ${allowed}, got "${value}"`);
}
