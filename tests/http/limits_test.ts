import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Connection } from "../../adapters/http/address.ts";
import { perMinute, type RequestLimits } from "../../adapters/http/request_limits.ts";
import { LeasedRateLimits } from "../../adapters/leased_rate_limits.ts";
import { MemoryRateLimits } from "../../adapters/memory/rate_limits.ts";
import type { RateLimits } from "../../src/kernel/rate_limits.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { GOOD_TOKEN, harness, mcpRequest, NOW, somebody } from "./harness.ts";

/** A server with such limits, and its clock. */
function limited(
  rules: Partial<Record<"perToken" | "perClient" | "perAddress" | "failures", number>>,
  over: Parameters<typeof harness>[0] = {},
) {
  const clock = new FakeClock(NOW);
  const asked: string[] = [];
  const memory = new MemoryRateLimits(clock);
  const shared: RateLimits = {
    take(key, rule, count) {
      asked.push(key);
      return memory.take(key, rule, count);
    },
  };
  const limits: RequestLimits = {
    rates: new LeasedRateLimits(shared, clock),
    perToken: perMinute(rules.perToken),
    perClient: perMinute(rules.perClient),
    perAddress: perMinute(rules.perAddress),
    failures: perMinute(rules.failures),
  };
  const server = harness({ clock, limits, ...over });
  const send = async (token = GOOD_TOKEN, hostname = "203.0.113.5", forwarded?: string) => {
    const authorization = `Bearer ${token}`;
    const headers = { authorization, "x-forwarded-for": forwarded ?? null };
    const response = await server.fetch(mcpRequest({ headers }), from(hostname));
    const body = await response.json();
    const after = response.headers.get("retry-after");
    return { status: response.status, after, body };
  };
  return { ...server, clock, asked, send };
}

function from(hostname: string): Connection {
  return { remoteAddr: { transport: "tcp", hostname, port: 4711 } };
}

/** Authenticates any token: the token, and the client, that its text names. */
const ANYBODY = {
  authenticate: (token: string) => {
    const [clientId, tokenId] = token.split(":");
    return Promise.resolve({ ...somebody, tokenId, clientId });
  },
};

Deno.test("a token that sends too much is told when to come back, others are not held up", async () => {
  const { send, clock } = limited({ perToken: 3 }, ANYBODY);
  for (let i = 0; i < 3; i++) assertEquals((await send("acme:a")).status, 200);
  const refused = await send("acme:a");
  assertEquals([refused.status, refused.after, refused.body.id], [429, "20", 1]);
  assertEquals((await send("acme:b")).status, 200);
  await clock.advance(20_000);
  assertEquals((await send("acme:a")).status, 200);
  assertEquals((await send("acme:a")).status, 429);
});

Deno.test("the tokens of a client share the client's limit, other clients do not", async () => {
  const { send } = limited({ perClient: 3 }, ANYBODY);
  const statuses = [];
  for (const token of ["acme:a", "acme:b", "acme:c", "acme:d", "bolt:e"]) {
    statuses.push((await send(token)).status);
  }
  assertEquals(statuses, [200, 200, 200, 429, 200]);
});

Deno.test("an address is limited before anybody is identified, whoever asks", async () => {
  let identified = 0;
  const { send } = limited({ perAddress: 2 }, {
    authenticate: (token) => {
      identified++;
      return ANYBODY.authenticate(token);
    },
  });
  const statuses = [];
  for (const token of ["acme:a", "bolt:b", "core:c"]) statuses.push((await send(token)).status);
  assertEquals([statuses, identified], [[200, 200, 429], 2]);
  assertEquals((await send("core:c", "203.0.113.6")).status, 200);
});

Deno.test("an address whose tokens are not accepted is refused before the store is asked", async () => {
  let identified = 0;
  const { send, clock } = limited({ failures: 3 }, {
    authenticate: () => {
      identified++;
      return Promise.reject(new DomainError("unauthenticated", "no"));
    },
  });
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push((await send(`guess-${i}`)).status);
  // The fourth failure is the one too many.
  assertEquals([statuses, identified], [[401, 401, 401, 401, 429, 429], 4]);
  assertEquals((await send("guess", "203.0.113.6")).status, 401);
  await clock.advance(20_000);
  assertEquals((await send("guess-7")).status, 401);
});

Deno.test("a neighbour's failures do not lock out a token that was good before", async () => {
  const { send } = limited({ failures: 2 });
  assertEquals((await send(GOOD_TOKEN)).status, 200);
  for (let i = 0; i < 4; i++) await send(`guess-${i}`);
  assertEquals((await send("guess-4")).status, 429);
  assertEquals((await send(GOOD_TOKEN)).status, 200);
});

Deno.test("a token that is good no more is refused like any other", async () => {
  let good = true;
  const { send } = limited({ failures: 1 }, {
    authenticate: () =>
      good ? Promise.resolve(somebody) : Promise.reject(new DomainError("unauthenticated", "no")),
  });
  await send();
  good = false;
  assertEquals([(await send()).status, (await send()).status, (await send()).status], [
    401,
    401,
    429,
  ]);
});

Deno.test("who sends no token is challenged, and counts as no failure", async () => {
  const { fetch, asked } = limited({ failures: 1 });
  for (let i = 0; i < 5; i++) {
    const response = await fetch(mcpRequest({ headers: { authorization: null } }), from("::1"));
    assertEquals(response.status, 401);
    await response.body?.cancel();
  }
  assertEquals(asked, []);
});

Deno.test("by default nobody's word on where a request came from counts", async () => {
  const { send, logged } = limited({ perAddress: 1 });
  assertEquals((await send(GOOD_TOKEN, "203.0.113.5", "198.51.100.1")).status, 200);
  assertEquals((await send(GOOD_TOKEN, "203.0.113.5", "198.51.100.2")).status, 429);
  const warnings = logged.filter(({ level }) => level === "warn");
  assertEquals(warnings.map(({ event }) => event), ["proxy not trusted"]);
});

Deno.test("as many entries of X-Forwarded-For count as there are trusted proxies", async () => {
  const { send } = limited({ perAddress: 1 }, { trustedProxies: 2 });
  const forged = (client: string) => `192.0.2.9, ${client}, 10.0.0.1`;
  assertEquals((await send(GOOD_TOKEN, "10.0.0.2", forged("198.51.100.1"))).status, 200);
  assertEquals((await send(GOOD_TOKEN, "10.0.0.2", forged("198.51.100.2"))).status, 200);
  const again = await send(GOOD_TOKEN, "10.0.0.2", `192.0.2.10, 198.51.100.1, 10.0.0.1`);
  assertEquals(again.status, 429);
  assertStringIncludes(again.body.error.message, "requests from this address");
});

Deno.test("providers' webhooks and probes are not limited", async () => {
  const hook = {
    path: "/hooks/x",
    method: "POST" as const,
    handle: () => Promise.resolve(new Response("ok")),
  };
  const { fetch } = limited({ perAddress: 1, failures: 1 }, { hooks: [hook] });
  for (const [path, method] of [["/hooks/x", "POST"], ["/healthz", "GET"], ["/readyz", "GET"]]) {
    for (let i = 0; i < 3; i++) {
      const request = new Request(`https://studio.example.com${path}`, { method });
      const response = await fetch(request, from("203.0.113.5"));
      assertEquals(response.status, 200, path);
      await response.body?.cancel();
    }
  }
});
