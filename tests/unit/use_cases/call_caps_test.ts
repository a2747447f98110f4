/** Caps of clients and tokens on what they may start. */
import { assertEquals, assertRejects } from "@std/assert";
import { periodsAt, requireCaps } from "../../../src/compliance/call_caps.ts";
import type { CallCaps } from "../../../src/compliance/call_caps.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import type { Principal } from "../../../src/access/principal.ts";
import { NOON } from "../../support/rows.ts";
import {
  addOrder,
  balanceNow,
  openStudio,
  refused,
  refusedUnwritten,
  type Studio,
  talk,
} from "../../support/studio.ts";

/** 0.01 and 0.12 a minute, for the 900 seconds that the campaign allows: 1.81. */
const PRICE = 1_810_000n;

async function capped(caps: CallCaps): Promise<Studio> {
  const studio = await openStudio();
  const { client } = studio.company;
  const rules = { ...client.rules, ...caps };
  await studio.store.run("all", ({ access }) => access.saveClient({ ...client, rules }));
  return studio;
}

async function dial(studio: Studio, who: Principal = studio.admin) {
  const { id } = await addOrder(studio);
  return (await studio.app.calls.initiate(who, { callOrderUuid: id })).call;
}

/** A new token's owner. */
async function holder({ app, master, company }: Studio, caps?: CallCaps): Promise<Principal> {
  const made = await app.access.issueToken(master, { user: company.user.email, name: "T", caps });
  return { ...await app.access.authenticate(made.secret), permissions: new Set(["calls.manage"]) };
}

Deno.test("a client starts no more calls a minute than its cap", async () => {
  const studio = await capped({ maxCallsPerMinute: 2 });
  await dial(studio);
  await studio.clock.advance(30_000);
  await dial(studio);
  const order = await addOrder(studio);
  const attempt = () => studio.app.calls.initiate(studio.admin, { callOrderUuid: order.id });
  const error = await refusedUnwritten(studio, attempt, "client_calls_per_minute");
  const retryAt = new Date(NOON.getTime() + 90_000);
  assertEquals(error.details.retryAt, retryAt);
  assertEquals(
    error.message,
    `The client may start 2 calls a minute, and has; try again at ${retryAt.toISOString()}`,
  );
  assertEquals(studio.gateway.dialled.length, 2);
  await studio.clock.advance(30_000);
  await attempt();
});

Deno.test("a client starts no more calls a day than its cap, however they ended", async () => {
  const studio = await capped({ maxCallsPerDay: 2 });
  await talk(studio, await dial(studio), 5);
  await dial(studio);
  const error = await refused(() => dial(studio), "client_calls_per_day");
  const midnight = new Date(periodsAt(NOON).day.getTime() + 86_400_000);
  assertEquals(error.details.retryAt, midnight);
  await studio.clock.advance(midnight.getTime() - studio.clock.now().getTime() - 1);
  await refused(() => dial(studio), "client_calls_per_day");
  await studio.clock.advance(1);
  await dial(studio);
});

Deno.test("what is reserved counts as spent until a call has ended, then what it cost", async () => {
  const studio = await capped({ maxSpendPerDay: "3.619999" });
  const first = await dial(studio);
  const message =
    "The client may spend 3.619999 a day (UTC); 1.81 is spent or reserved, and this " +
    "call may cost 1.81; try again at " +
    new Date(periodsAt(NOON).day.getTime() + 86_400_000).toISOString();
  const before = await balanceNow(studio);
  await refused(() => dial(studio), "client_spend_per_day", message);
  assertEquals(await balanceNow(studio), before);
  await talk(studio, first, 30);
  await dial(studio);
});

Deno.test("a cap to the millionth is a cap that may be reached", async () => {
  const studio = await capped({ maxSpendPerDay: "3.62" });
  await dial(studio);
  await dial(studio);
  assertEquals((await balanceNow(studio)).reserved, 2n * PRICE);
  await refused(() => dial(studio), "client_spend_per_day");
});

Deno.test("a cap below the price of one call is not said to lift", async () => {
  const studio = await capped({ maxSpendPerDay: "1.80" });
  const error = await refused(() => dial(studio), "client_spend_per_day");
  assertEquals(error.details.retryAt, undefined);
});

Deno.test("a token's caps count what is started with it alone", async () => {
  for (
    const [caps, code] of [
      [{ maxCallsPerMinute: 1 }, "token_calls_per_minute"],
      [{ maxCallsPerDay: 1 }, "token_calls_per_day"],
      [{ maxSpendPerDay: "3.61" }, "token_spend_per_day"],
    ] as const
  ) {
    const studio = await openStudio();
    const [held, other] = [await holder(studio, caps), await holder(studio)];
    await dial(studio, other);
    const call = await dial(studio, held);
    assertEquals(call.tokenId, held.tokenId);
    await refused(() => dial(studio, held), code);
    await dial(studio, other);
  }
});

Deno.test("the client's cap is told of before the token's, and both before the balance", async () => {
  const studio = await capped({ maxCallsPerDay: 1 });
  const held = await holder(studio, { maxCallsPerDay: 1 });
  const { client } = studio.company;
  await dial(studio, held);
  await refused(() => dial(studio, held), "client_calls_per_day");
  const tariff = { ...client.tariff, perMinute: 10n ** 12n };
  await studio.store.run("all", ({ access }) => access.saveClient({ ...client, tariff }));
  await refused(() => dial(studio, held), "token_calls_per_day");
  await refused(() => dial(studio), "insufficient_balance");
});

Deno.test("a token with caps makes no other tokens, which would be counted apart", async () => {
  const studio = await openStudio();
  const held = await holder(studio, { maxCallsPerDay: 1 });
  const { app, company } = studio;
  await refusedUnwritten(
    studio,
    () => app.access.issueToken(held, { user: company.user.email, name: "Another" }),
    "forbidden",
    "Forbidden: A token with caps makes no other tokens",
  );
});

Deno.test("caps that make no sense are refused by name", async () => {
  const bad: [CallCaps, string][] = [
    [{ maxCallsPerMinute: 0 }, "maxCallsPerMinute: must be a whole number from 1"],
    [{ maxCallsPerDay: 1.5 }, "maxCallsPerDay: must be a whole number from 1"],
    [{ maxSpendPerDay: "cheap" }, "maxSpendPerDay: must be a decimal number"],
    [{ maxSpendPerDay: "0" }, "maxSpendPerDay: must be more than 0"],
  ];
  const { app, master, company } = await openStudio();
  for (const [caps, message] of bad) {
    const input = { user: company.user.email, name: "T", caps };
    await assertRejects(() => app.access.issueToken(master, input), DomainError, message);
  }
  assertEquals(requireCaps({ maxSpendPerDay: "5", maxCallsPerDay: null }, ""), {
    maxSpendPerDay: "5.00",
    maxCallsPerDay: null,
  });
});
