import { assertEquals } from "@std/assert";
import { campaignRow, minutes } from "../../support/rows.ts";
import {
  addCall,
  addOrder,
  balanceNow,
  NOBODY,
  openStudio,
  refused,
  report,
  type Studio,
  talk,
} from "../../support/studio.ts";

async function addCampaigns({ store, company }: Studio) {
  await store.run("all", async ({ campaigns }) => {
    for (let i = 1; i <= 25; i++) {
      const status = i % 2 ? "paused" as const : "active" as const;
      const made = { name: `C${i} 50%_`, status, createdAt: minutes(i) };
      await campaigns.save(campaignRow(company.assistant, made));
    }
  });
}

Deno.test("list-campaigns: newest first, by part of the name and status", async () => {
  const studio = await openStudio();
  const { app, clerk } = studio;
  await addCampaigns(studio);
  const found = async (listing: Parameters<typeof app.campaigns.list>[1]) => {
    const { items, total, hasMore } = await app.campaigns.list(clerk, listing);
    return [items[0].campaign.name, items.length, total, hasMore];
  };
  assertEquals(await found({}), ["C25 50%_", 20, 26, true]);
  assertEquals(await found({ page: 2 }), ["C5 50%_", 6, 26, false]);
  assertEquals(await found({ search: " 5 50" }), ["C25 50%_", 3, 3, false]);
  assertEquals(await found({ search: "0%_", status: "paused" }), ["C25 50%_", 13, 13, false]);
  await refused(() => app.campaigns.list(clerk, { limit: 101 }), "invalid");
  const text = "search: contains control or broken Unicode characters";
  await refused(() => app.campaigns.list(clerk, { search: "\0" }), "invalid", text);
});

Deno.test("campaigns: everybody sees their client's, a master everybody's", async () => {
  const { app, admin, stranger, master, company, other } = await openStudio();
  const own = company.campaign.id;
  const seen = async (who: typeof admin) =>
    (await app.campaigns.list(who, {})).items.map(({ campaign }) => campaign.id).toSorted();
  assertEquals(await seen(admin), [own]);
  assertEquals(await seen(stranger), [other.campaign.id]);
  assertEquals((await seen(master)).length, 2);
  const names = async (who: typeof admin) =>
    (await app.campaigns.suggest(who, "spring")).map(({ id }) => id);
  assertEquals(await names(admin), [own]);
  assertEquals((await names(master)).length, 2);
  assertEquals(await app.campaigns.suggest(admin, "\0"), []);
  assertEquals((await app.campaigns.get(admin, own.toUpperCase())).clientName, company.client.name);
});

Deno.test("a campaign's stats, outcomes and itself: missing and foreign ones look alike", async () => {
  const { app, stranger, company } = await openStudio();
  for (const read of [app.campaigns.get, app.campaigns.stats, app.campaigns.outcomes]) {
    for (const uuid of [company.campaign.id, NOBODY, "x", ""]) {
      const text = "Campaign not found or access denied";
      await refused(() => read(stranger, uuid), "not_found", text);
    }
  }
});

Deno.test("stats of a campaign in which nothing happened yet are zeros", async () => {
  const { app, clerk, company } = await openStudio();
  assertEquals(await app.campaigns.stats(clerk, company.campaign.id), {
    clientId: company.client.id,
    clientName: company.client.name,
    currency: company.client.tariff.currency,
    campaignId: company.campaign.id,
    campaignName: company.campaign.name,
    calls: 0,
    answered: 0,
    answeredEnded: 0,
    answeredSeconds: 0,
    endReasons: {},
    orders: {},
    costs: [],
  });
});

Deno.test("stats: live calls count, answered ones once they are answered, seconds once they end", async () => {
  const studio = await openStudio();
  const { app, clerk } = studio;
  const figures = async () => {
    const [{ calls, answered, answeredEnded, answeredSeconds }] = await app.campaigns.allStats(
      clerk,
    );
    return [calls, answered, answeredEnded, answeredSeconds];
  };
  const call = await addCall(studio);
  assertEquals(await figures(), [1, 0, 0, 0]);
  await report(studio, call, { type: "answered", by: "machine" });
  assertEquals(await figures(), [1, 1, 0, 0]);
  await report(studio, call, { type: "ended", reason: "voicemail", durationSeconds: 12 });
  assertEquals(await figures(), [1, 1, 1, 12]);
});

Deno.test("costs: all campaigns together, one by one, and the balance; a master sees no balance", async () => {
  const studio = await openStudio();
  const { app, clerk, master, company, other, stranger } = studio;
  const call = await addCall(studio);
  await talk(studio, call, 60);
  await report(studio, call, { type: "phone_cost", cost: { amount: 7n, currency: "EUR" } });
  await addCall(studio);
  const theirs = await addOrder({ ...studio, company: other });
  const other1 = (await app.calls.initiate(stranger, { callOrderUuid: theirs.id })).call;
  await talk(studio, other1, 120);
  const costs = await app.campaigns.totalCosts(clerk);
  assertEquals(costs.campaigns.map(({ campaignId }) => campaignId), [company.campaign.id]);
  assertEquals(costs.totals.toSorted((a, b) => a.currency < b.currency ? -1 : 1), [
    { currency: "EUR", price: 0n, operational: 0n, phone: 7n },
    { currency: "USD", price: 130_000n, operational: 50_000n, phone: 0n },
  ]);
  const { available, reserved } = await balanceNow(studio);
  assertEquals([costs.balance?.available, costs.balance?.reserved], [available, reserved]);
  const all = await app.campaigns.totalCosts(master);
  assertEquals([all.balance, all.campaigns.length], [null, 2]);
  assertEquals(costs.balances, []);
  assertEquals(all.balances.length, 2);
  const ours = all.balances.find(({ clientId }) => clientId === company.client.id);
  assertEquals([ours?.available, ours?.clientName], [available, company.client.name]);
  assertEquals(all.totals.find(({ currency }) => currency === "USD")?.price, 380_000n);
});

Deno.test("outcomes: counted by name and value, the most frequent twenty-five of each", async () => {
  const studio = await openStudio({ maxConcurrentCalls: 100 });
  const { app, clerk, store, company } = studio;
  const rules = { ...company.client.rules, maxConcurrentCalls: 100 };
  await store.run("all", ({ access }) => access.saveClient({ ...company.client, rules }));
  for (let i = 0; i < 30; i++) {
    await report(studio, await addCall(studio), {
      type: "outcomes",
      outcomes: [
        { name: "budget", type: "number", value: i < 2 ? 7 : 100 + i, turn: null },
        { name: "interested", type: "boolean", value: i % 3 === 0, turn: null },
      ],
    });
  }
  const { outcomes, campaign } = await app.campaigns.outcomes(clerk, company.campaign.id);
  assertEquals(campaign.id, company.campaign.id);
  const [budget, interested] = outcomes;
  assertEquals([budget.name, budget.count, budget.distinctValues, budget.values.length], [
    "budget",
    30,
    29,
    25,
  ]);
  assertEquals([budget.values[0].value, budget.values[0].count], [7, 2]);
  assertEquals(interested.values.map(({ value, count }) => [value, count]), [
    [false, 20],
    [true, 10],
  ]);
});
