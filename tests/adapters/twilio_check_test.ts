/**
 * What the HTTP provider's adapter finds out for `studio doctor` before the first call.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Check } from "../../adapters/telephony/phone_provider.ts";
import type { Habits } from "../support/twilio_fake.ts";
import { openTwilio, type Otherwise } from "../support/twilio_phone.ts";

async function checked(habits: Partial<Habits>, otherwise: Otherwise = {}): Promise<Check[]> {
  await using world = openTwilio(otherwise);
  Object.assign(world.fake.habits, habits);
  const found = await world.phone.check!();
  assertEquals(world.fake.creates.length, 0);
  for (const { state, fix } of found) assertEquals(state === "ok", fix === undefined);
  return found;
}

for (const dialect of ["twilio", "signalwire"] as const) {
  Deno.test(`an account of ${dialect} that is ready is found ready`, async () => {
    assertEquals(
      (await checked({}, { dialect })).map(({ check, state }) => [check, state]),
      [["telephony", "ok"], ["number", "ok"], ["provider's clock", "ok"]],
    );
  });
}

Deno.test("a wrong token is told with the settings to mend, and never repeated", async () => {
  const [first, ...rest] = await checked({}, { account: { token: "not-the-token" } });
  assertEquals([first.check, first.state], ["telephony", "failed"]);
  assertStringIncludes(first.text, "refuses these credentials (401)");
  assertStringIncludes(first.fix!, "TWILIO_AUTH_TOKEN");
  assert(!JSON.stringify(first).includes("not-the-token"));
  assertEquals(rest.map(({ check }) => check), ["provider's clock"]);
});

Deno.test("an account of another name is told like a wrong token", async () => {
  const [first] = await checked({}, { account: { sid: "AC" + "f".repeat(32) } });
  assertStringIncludes(first.text, "refuses these credentials");
  assertStringIncludes(first.fix!, "TWILIO_ACCOUNT_SID");
});

const ILLS: [Partial<Habits>, string, Check["state"], string][] = [
  [{ status: "suspended" }, "telephony", "failed", "the account is suspended"],
  [{ type: "Trial" }, "telephony", "warning", "a trial account"],
  [{ number: "none" }, "number", "failed", "neither the account's nor verified"],
  [{ number: "no voice" }, "number", "failed", "has no voice"],
  [{ number: "verified" }, "number", "ok", "is verified as a caller"],
  [{ aheadBy: 12 }, "provider's clock", "warning", "this machine's clock is 12 s behind"],
  [{ aheadBy: -90 }, "provider's clock", "failed", "this machine's clock is 90 s ahead"],
];
for (const [habits, check, state, text] of ILLS) {
  Deno.test(`an account with ${JSON.stringify(habits)} is ${state}: ${text}`, async () => {
    const found = (await checked(habits)).find((each) => each.check === check)!;
    assertEquals(found.state, state);
    assertStringIncludes(found.text, text);
  });
}

Deno.test("a provider that cannot be reached, or is none, is told as that", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const apiUrl = new URL(`http://127.0.0.1:${listener.addr.port}`);
  listener.close();
  const [unreachable, ...none] = await checked({}, { account: { apiUrl } });
  assertEquals([unreachable.state, none], ["failed", []]);
  assertStringIncludes(unreachable.fix!, "TWILIO_API_URL");
  const [other] = await checked({}, { fetch: () => Promise.resolve(new Response("<html>")) });
  assertStringIncludes(other.text, "not as its API does");
});

Deno.test("an API that does not tell of numbers leaves the number open", async () => {
  const fetch = (url: string) =>
    Promise.resolve(
      url.endsWith(".json")
        ? Response.json({ status: "active", type: "Full" })
        : Response.json({}, { status: 404 }),
    );
  const [, number] = await checked({}, { fetch });
  assertEquals([number.check, number.state], ["number", "warning"]);
});
