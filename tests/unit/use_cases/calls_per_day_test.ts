import { assertEquals } from "@std/assert";
import {
  addCall,
  addOrder,
  NOBODY,
  openStudio,
  refused,
  report,
  talk,
} from "../../support/studio.ts";

const HOUR = 3_600_000;

Deno.test("calls per day: one entry per day up to today's, also for days without calls", async () => {
  const studio = await openStudio();
  const { app, clerk, clock } = studio;
  await talk(studio, await addCall(studio), 60);
  await addCall(studio);
  await clock.advance(48 * HOUR);
  await addCall(studio);
  const days = await app.campaigns.callsPerDay(clerk, { days: 4 });
  assertEquals(days.map(({ day, calls, answered }) => [day, calls, answered]), [
    ["2026-03-01", 0, 0],
    ["2026-03-02", 2, 1],
    ["2026-03-03", 0, 0],
    ["2026-03-04", 1, 0],
  ]);
  assertEquals([days[1].answeredEnded, days[1].answeredSeconds], [1, 60]);
  const campaignUuid = studio.company.campaign.id.toUpperCase();
  assertEquals(await app.campaigns.callsPerDay(clerk, { campaignUuid, days: 4 }), days);
  const today = await app.campaigns.callsPerDay(clerk, { days: 1 });
  assertEquals(today, days.slice(3));
});

Deno.test("calls per day: what becomes of a call later counts for the UTC day on which it was made", async () => {
  const studio = await openStudio();
  const { app, clerk, clock } = studio;
  await clock.advance(12 * HOUR - 1000);
  const call = await addCall(studio);
  await clock.advance(2000);
  await talk(studio, call, 60);
  await report(studio, call, { type: "phone_cost", cost: { amount: 7n, currency: "EUR" } });
  const days = await app.campaigns.callsPerDay(clerk, { days: 2 });
  assertEquals(days.map(({ day, calls, answered }) => [day, calls, answered]), [
    ["2026-03-02", 1, 1],
    ["2026-03-03", 0, 0],
  ]);
  const costs = days[0].costs.toSorted((a, b) => a.currency < b.currency ? -1 : 1);
  assertEquals(costs, [
    { currency: "EUR", price: 0n, operational: 0n, phone: 7n },
    { currency: "USD", price: 130_000n, operational: 50_000n, phone: 0n },
  ]);
  assertEquals(days[1].costs, []);
});

Deno.test("calls per day: nobody sees another client's, a master sees all together", async () => {
  const studio = await openStudio();
  const { app, stranger, master, company, other } = studio;
  await addCall(studio);
  const theirs = await addOrder({ ...studio, company: other });
  await app.calls.initiate(stranger, { callOrderUuid: theirs.id });
  const calls = async (who: typeof master, campaignUuid?: string) =>
    (await app.campaigns.callsPerDay(who, { campaignUuid, days: 1 }))[0].calls;
  assertEquals([await calls(stranger), await calls(master)], [1, 2]);
  assertEquals(await calls(master, other.campaign.id), 1);
  for (const uuid of [company.campaign.id, NOBODY, "x"]) {
    const text = "Campaign not found or access denied";
    await refused(() => calls(stranger, uuid), "not_found", text);
  }
});

Deno.test("calls per day: from one day to a leap year", async () => {
  const { app, clerk } = await openStudio();
  for (const days of [0, -1, 1.5, 367, NaN]) {
    const text = "days: must be a whole number from 1 to 366";
    await refused(() => app.campaigns.callsPerDay(clerk, { days }), "invalid", text);
  }
  assertEquals((await app.campaigns.callsPerDay(clerk, { days: 366 })).length, 366);
});
