/**
 * Environment → typed configuration. A bad value stops the start with its name and why.
 *
 * @module
 */

/** Which phone network dials, with its own settings. */
export interface Telephony {
  kind: "simulated";
  /** How many times faster than life the simulated network runs. */
  speed: number;
}

/** Everything that a running server is told from outside. */
export interface Config {
  databaseUrl: string;
  /** A read replica for resources; null to read from the primary. */
  databaseReadUrl: string | null;
  /** Where clients reach this server: links, allowed Host and Origin. */
  publicUrl: URL;
  port: number;
  telephony: Telephony;
  /** Signs recording links; null takes the key that the replicas share in the database. */
  signingKey: string | null;
  limits: Limits;
}

/** What one process takes on. */
export interface Limits {
  /** MCP messages a minute and user; null for any number. */
  requestsPerMinute: number | null;
  /** Connections to PostgreSQL. */
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
    publicUrl: required(env, "PUBLIC_URL", publicUrl),
    port: readPort(env),
    telephony: readTelephony(env),
    signingKey: optional(env, "SIGNING_KEY", signingKey) ?? null,
    limits: {
      // 0 is how a person says "no limit".
      requestsPerMinute: optional(env, "LIMIT_REQUESTS_PER_MINUTE", count(0, 1_000_000), 600) ||
        null,
      databaseConnections: optional(env, "LIMIT_DATABASE_CONNECTIONS", count(1, 500), 10),
    },
  };
}

/** `DATABASE_URL`, or null when it is not set. */
export function readDatabaseUrl(env: Env): string | null {
  return optional(env, "DATABASE_URL", databaseUrl) ?? null;
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
  if (kind === "simulated") return { kind, speed: readSpeed(env, 1) };
  throw bad("TELEPHONY", kind, 'this version has "simulated" only');
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

function bad(name: string, value: string, allowed: string): ConfigError {
  return new ConfigError(`${name}: ${allowed}, got "${value}"`);
}
