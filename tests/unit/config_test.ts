import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError, readConfig } from "../../adapters/config.ts";

const GOOD = {
  DATABASE_URL: "postgres://studio:secret@db.example.com/studio",
  PUBLIC_URL: "https://studio.example.com",
};

function read(env: Record<string, string>) {
  return readConfig((name) => env[name]);
}

Deno.test("a database and an address are all that a start needs", () => {
  const config = read(GOOD);
  assertEquals(config.publicUrl.href, "https://studio.example.com/");
  assertEquals(config.port, 8787);
  assertEquals(config.databaseReadUrl, null);
  assertEquals(config.signingKey, null);
  assertEquals(config.telephony, { kind: "simulated", speed: 1 });
  assertEquals(config.limits, {
    requestsPerMinute: 600,
    clientRequestsPerMinute: 3000,
    addressRequestsPerMinute: 6000,
    failedTokensPerMinute: 30,
    trustedProxies: 0,
    requestsInFlight: 200,
    databaseConnections: 10,
  });
});

Deno.test("on loopback the address may be plain http", () => {
  for (const host of ["localhost:8787", "127.0.0.1:8787", "[::1]:8787"]) {
    assertEquals(read({ ...GOOD, PUBLIC_URL: `http://${host}` }).publicUrl.host, host);
  }
});

Deno.test("a limit of 0 requests a minute means any number", () => {
  assertEquals(read({ ...GOOD, LIMIT_REQUESTS_PER_MINUTE: "0" }).limits.requestsPerMinute, null);
});

Deno.test("telemetry is exported when the runtime does so", () => {
  assertEquals(read(GOOD).exportsTelemetry, false);
  assertEquals(read({ ...GOOD, OTEL_DENO: "true" }).exportsTelemetry, true);
  assertEquals(read({ ...GOOD, OTEL_DENO: "false" }).exportsTelemetry, false);
});

const BAD: [string, Record<string, string | undefined>][] = [
  ["DATABASE_URL: must be set", { DATABASE_URL: undefined }],
  ["DATABASE_URL: must be a URL", { DATABASE_URL: "mysql://x/y" }],
  ["DATABASE_READ_URL: must be a URL", { DATABASE_READ_URL: "replica" }],
  ["DATABASE_LISTEN_URL: must be a URL", { DATABASE_LISTEN_URL: "direct" }],
  ["PUBLIC_URL: must be set", { PUBLIC_URL: " " }],
  ["PUBLIC_URL: must be the address", { PUBLIC_URL: "studio.example.com" }],
  ["PUBLIC_URL: must be the address", { PUBLIC_URL: "https://studio.example.com/mcp" }],
  ["PUBLIC_URL: must begin with https://", { PUBLIC_URL: "http://studio.example.com" }],
  ["PORT: must be a whole number", { PORT: "http" }],
  ["PORT: must be a whole number", { PORT: "70000" }],
  ['TELEPHONY: must be "simulated"', { TELEPHONY: "carrier pigeon" }],
  ["SIMULATED_PHONE_SPEED: must be a number", { SIMULATED_PHONE_SPEED: "0" }],
  ["SIGNING_KEY: must have at least 32", { SIGNING_KEY: "short" }],
  ["LIMIT_REQUESTS_PER_MINUTE: must be", { LIMIT_REQUESTS_PER_MINUTE: "-1" }],
  ["LIMIT_CLIENT_REQUESTS_PER_MINUTE: must be", { LIMIT_CLIENT_REQUESTS_PER_MINUTE: "many" }],
  ["LIMIT_ADDRESS_REQUESTS_PER_MINUTE: must", { LIMIT_ADDRESS_REQUESTS_PER_MINUTE: "1.5" }],
  ["LIMIT_FAILED_TOKENS_PER_MINUTE: must be", { LIMIT_FAILED_TOKENS_PER_MINUTE: "-1" }],
  ["LIMIT_TRUSTED_PROXIES: must be", { LIMIT_TRUSTED_PROXIES: "all" }],
  ["LIMIT_REQUESTS_IN_FLIGHT: must be", { LIMIT_REQUESTS_IN_FLIGHT: "0" }],
  ["LIMIT_DATABASE_CONNECTIONS: must be", { LIMIT_DATABASE_CONNECTIONS: "0" }],
];

for (const [message, env] of BAD) {
  Deno.test(`a start stops at ${JSON.stringify(env)}`, () => {
    const all = { ...GOOD, ...env } as Record<string, string>;
    assertThrows(() => read(all), ConfigError, message);
  });
}

Deno.test("no message repeats a secret", () => {
  for (const name of ["DATABASE_URL", "DATABASE_READ_URL", "DATABASE_LISTEN_URL", "SIGNING_KEY"]) {
    const error = assertThrows(() => read({ ...GOOD, [name]: "hunter2" }), ConfigError);
    assertEquals(error.message.includes("hunter2"), false);
  }
});
