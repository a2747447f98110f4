/**
 * The HTTP provider's adapter and its stand-in, each against the provider's published description of its
 * API: what the adapter sends is taken, and what the stand-in answers cannot drift from it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { onceFetch } from "../../adapters/telephony/twilio/transport.ts";
import type { Fetch } from "../../adapters/telephony/twilio/transport.ts";
import { aDial } from "../contracts/call_gateway.ts";
import { TwilioFake } from "../support/twilio_fake.ts";
import { openTwilio, reachable } from "../support/twilio_phone.ts";
import { prismMock, prismProxy } from "../support/twilio_prism.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { NOON } from "../support/rows.ts";

const fetchOnce = onceFetch();

/** Sends, and notes each request with its answer's status and whatever Prism finds fault with. */
function watched(seen: string[]): Fetch {
  return async (url, init) => {
    const response = await fetchOnce(url, init);
    const violations = response.headers.get("sl-violations");
    const refused = response.status === 422 || response.status >= 500;
    if (violations !== null || refused) {
      const details = violations ?? await response.clone().text();
      seen.push(`violation: ${init.method} ${new URL(url).pathname}: ${details}`);
    } else {
      seen.push(`${init.method} ${response.status}`);
    }
    return response;
  };
}

function violationsIn(seen: string[]): string[] {
  return seen.filter((each) => each.startsWith("violation"));
}

Deno.test("every request of the adapter is one that the provider's description allows", async () => {
  await using prism = await prismMock();
  const seen: string[] = [];
  await using world = openTwilio({ account: { apiUrl: prism.url }, fetch: watched(seen) });
  const { gateway } = world.phone;
  const { request, call } = aDial("0001");
  const result = await gateway.dial(reachable(request));
  assertEquals(result.kind, "accepted", JSON.stringify(world.failures));
  const context = { instructions: "Be kind. ".repeat(1000) };
  const long = aDial("0001").request;
  const fetched = reachable({ ...long, agent: { ...long.agent, context } });
  assertEquals((await gateway.dial(fetched)).kind, "accepted");
  const sid = "CA" + "0123456789abcdef".repeat(2);
  assertEquals((await gateway.lookup({ ...call, providerCallId: sid })).kind, "found");
  await gateway.hangUp({ ...call, providerCallId: sid });
  assertEquals(world.failures, []);
  await using fresh = openTwilio({ account: { apiUrl: prism.url }, fetch: watched(seen) });
  assertEquals((await fresh.phone.gateway.lookup(call)).kind, "not_found");
  assertEquals(violationsIn(seen), []);
  assertEquals(seen.filter((each) => each === "POST 201").length, 2);
});

Deno.test("the stand-in answers as the provider's description says, whatever becomes of a call", async () => {
  const clock = new FakeClock(NOON);
  const fake = new TwilioFake(clock);
  fake.habits.childPrice = "-0.00400";
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => fake.handle(request),
  );
  try {
    const upstream = new URL(`http://127.0.0.1:${server.addr.port}`);
    await using prism = await prismProxy(upstream);
    const seen: string[] = [];
    await using world = openTwilio({ account: { apiUrl: prism.url }, fetch: watched(seen) });
    const { gateway } = world.phone;
    for (const digits of ["0001", "0002", "0003", "0004", "0005"]) {
      const { request, call } = aDial(digits);
      const result = await gateway.dial(reachable(request));
      assert(result.kind === "accepted", `${digits} ${JSON.stringify(world.failures)}`);
      const known = { ...call, providerCallId: result.providerCallId };
      for (const seconds of [0, 3, 10, 30, 100]) {
        await clock.advance(seconds * 1000);
        assertEquals((await gateway.lookup(known)).kind, "found", `${digits} ${seconds}`);
      }
    }
    for (const number of ["voice", "verified"] as const) {
      fake.habits.number = number;
      const [account, from] = await world.phone.check!();
      assertEquals([account.state, from.state], ["ok", "ok"], JSON.stringify([account, from]));
    }
    assertEquals((await gateway.dial(reachable(aDial("0007").request))).kind, "refused");
    assertEquals((await gateway.lookup(aDial("0009").call)).kind, "not_found");
    const unknown = { ...aDial("0001").call, providerCallId: "CA" + "f".repeat(32) };
    assertEquals(await gateway.lookup(unknown), { kind: "not_found" });
    assertEquals(violationsIn(seen), []);
    for (const status of ["POST 201", "POST 429", "GET 200", "GET 404"]) {
      assert(seen.includes(status), `${status} of ${seen}`);
    }
  } finally {
    await server.shutdown();
  }
});
