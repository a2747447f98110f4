import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  countText,
  durationText,
  moneyText,
  NOTHING,
  shareText,
} from "../../adapters/console/ui/format.ts";
import { readResource } from "../../adapters/mcp/resources.ts";
import { parseMicros } from "../../src/billing/money.ts";
import { addCall, addOrder, NOBODY, report, talk } from "../support/studio.ts";
import { type ConsoleUnderTest, openConsole } from "./harness.ts";
import { HOSTILE, isInert } from "./people.ts";

/** Two calls that were talked on, one that was not answered, one that is live, and an open order. */
async function someCalls(house: ConsoleUnderTest): Promise<void> {
  for (const seconds of [42, 65]) await talk(house, await addCall(house), seconds);
  const missed = await addCall(house);
  await report(house, missed, { type: "ended", reason: "no_answer", durationSeconds: null });
  await addCall(house);
  await addOrder(house);
}

/** What the page says of each term of its key figures. */
function keyFigures(text: string): Record<string, string> {
  const found = text.matchAll(/<dt>([^<]+)<\/dt><dd>([^<]+)/g);
  return Object.fromEntries([...found].map(([, name, value]) => [name, value]));
}

/** Rows of a table of bars, by label. */
function bars(text: string, caption: string): Record<string, string> {
  const table = text.split(`<caption class="unseen">${caption}</caption>`)[1].split("</table>")[0];
  const found = table.matchAll(/<th scope="row">(?:<a [^>]*>)?([^<]+).*?"bar-value">([^<]+)/g);
  return Object.fromEntries([...found].map(([, label, value]) => [label, value]));
}

interface Stats {
  totalCalls: number;
  answeredCalls: number;
  answeredRate: number;
  avgDurationSeconds: number;
  totalCost: string;
  callsByEndReason: Record<string, number>;
  ordersByStatus: Record<string, number>;
}

interface Costs {
  totalPrice: string;
  operationalCost: string;
  phoneCost: string;
  margin: string;
  currency: string;
  balance: { available: string; reserved: string };
}

Deno.test("a campaign's page shows the figures of its resources", async () => {
  const house = await openConsole();
  await someCalls(house);
  const { app, admin, company: { campaign: { id } } } = house;
  const stats = await readResource(app, admin, `studio://campaigns/${id}/stats`) as Stats;
  const costs = await readResource(app, admin, `studio://campaigns/${id}/cost`) as Costs;
  const person = await house.signedIn(house.anna);
  const { text } = await person.get(`/campaigns/${id}`);
  assertEquals(keyFigures(text), {
    Calls: countText(stats.totalCalls),
    Answered: shareText(stats.answeredRate, 1),
    "Average call": durationText(stats.avgDurationSeconds),
    Contacted: countText(stats.ordersByStatus.contacted),
  });
  assertEquals(keyFigures(text), {
    Calls: "4",
    Answered: "50%",
    "Average call": "0:54",
    Contacted: "2",
  });
  assertEquals(bars(text, "Calls by end reason"), { "Contact hangup": "2", "No answer": "1" });
  assertEquals(bars(text, "Orders by status"), { Contacted: "2", Planned: "2", Rescheduled: "1" });
  const money = (amount: string) => moneyText(parseMicros("amount", amount), costs.currency);
  assertEquals(bars(text, "Costs in USD"), {
    "Price of calls": money(costs.totalPrice),
    "Agent platform": money(costs.operationalCost),
    "Phone network": money(costs.phoneCost),
    Margin: money(costs.margin),
  });
});

Deno.test("the page of all campaigns adds up what the resources say", async () => {
  const house = await openConsole();
  await someCalls(house);
  const { app, admin, company: { campaign } } = house;
  const costs = await readResource(app, admin, "studio://costs/total") as Costs;
  const person = await house.signedIn(house.anna);
  const { text } = await person.get("/campaigns");
  const money = (amount: string) => moneyText(parseMicros("amount", amount), costs.currency);
  const { Calls, Answered, "Average call": average, "Reserved for live calls": reserved } =
    keyFigures(text);
  assertEquals([Calls, Answered, average], ["4", "50%", "0:54"]);
  assertEquals(reserved, money(costs.balance.reserved));
  assertStringIncludes(text, `<strong>${money(costs.balance.available)}</strong>`);
  assertEquals(bars(text, "Costs in USD").Margin, money(costs.margin));
  assertStringIncludes(text, `href="/campaigns/${campaign.id}">${campaign.name}</a>`);
});

Deno.test("calls over time are drawn and told day by day, for as many days as one likes", async () => {
  const house = await openConsole();
  await someCalls(house);
  const person = await house.signedIn(house.anna);
  for (const path of ["/campaigns", `/campaigns/${house.company.campaign.id}`]) {
    const rows = async (query: string) => {
      const { text } = await person.get(path + query);
      assertStringIncludes(text, "4 calls from ");
      assertStringIncludes(text, "of which 2 (50%) were answered. Most on Mar 2: 4.");
      assertStringIncludes(text, "<title>Mar 2: 4 calls, 2 answered</title>");
      return text.split("figures-table")[1].split("</table>")[0].split("<tr>").length - 2;
    };
    assertEquals([await rows(""), await rows("?days=90"), await rows("?days=1e9")], [30, 90, 30]);
  }
});

Deno.test("a page without calls says so instead of drawing nothing", async () => {
  const { signedIn, anna, company: { campaign } } = await openConsole();
  const person = await signedIn(anna);
  const { text } = await person.get(`/campaigns/${campaign.id}`);
  for (const each of ["No calls in these 30 days", "No call has ended yet", "No outcomes yet"]) {
    assertStringIncludes(text, each);
  }
  assertEquals(keyFigures(text).Answered, NOTHING);
});

Deno.test("no margin is shown where costs are in several currencies", async () => {
  const house = await openConsole();
  const call = await addCall(house);
  await talk(house, call, 60);
  await report(house, call, { type: "phone_cost", cost: { amount: 20_000n, currency: "EUR" } });
  const person = await house.signedIn(house.anna);
  for (const path of ["/campaigns", `/campaigns/${house.company.campaign.id}`]) {
    const { text } = await person.get(path);
    assertEquals(bars(text, "Costs in EUR")["Phone network"], "€0.02");
    assertStringIncludes(text, "There is no margin");
    assert(!text.includes("Margin</th>"));
  }
});

Deno.test("outcomes are told by value, and what callers said is set off", async () => {
  const house = await openConsole();
  const calls = [await addCall(house), await addCall(house), await addCall(house)];
  for (const [i, call] of calls.entries()) {
    const outcomes = [
      { name: "interested", type: "boolean" as const, value: i < 2, turn: null },
      { name: "remark", type: "text" as const, value: HOSTILE, turn: null },
    ];
    await report(house, call, { type: "outcomes", outcomes });
  }
  const person = await house.signedIn(house.anna);
  const { text } = await person.get(`/campaigns/${house.company.campaign.id}`);
  const caption = "Values of interested, most frequent first";
  assertEquals(bars(text, caption), { Yes: "2", No: "1" });
  isInert(text);
  assertStringIncludes(text, `<q class="said" title="From what the caller said"><bdi>&quot;&gt;`);
});

Deno.test("names and descriptions are text on every page of a campaign", async () => {
  const house = await openConsole();
  const { store, company: { campaign, assistant } } = house;
  await store.run("all", async ({ campaigns }) => {
    await campaigns.saveAssistant({ ...assistant, name: HOSTILE });
    await campaigns.save({ ...campaign, name: HOSTILE, description: HOSTILE });
  });
  await talk(house, await addCall(house), 5);
  const person = await house.signedIn(house.anna);
  for (const path of ["/campaigns", `/campaigns/${campaign.id}`, "/calls"]) {
    isInert((await person.get(path)).text);
  }
  isInert((await person.get(`/campaigns/${campaign.id}/calls`)).text);
});

Deno.test("campaigns of others and campaigns that are not there read the same", async () => {
  const { signedIn, anna, other } = await openConsole();
  const person = await signedIn(anna);
  const { text } = await person.get("/no/such/page");
  for (const uuid of [other.campaign.id, NOBODY, "x", "%00"]) {
    for (const path of [`/campaigns/${uuid}`, `/campaigns/${uuid}/calls`, `/calls/${uuid}`]) {
      const seen = await person.get(path);
      assertEquals([seen.status, seen.text], [404, text], path);
    }
    const filtered = await person.get(`/calls?campaign=${uuid}`);
    assertEquals([filtered.status, filtered.text], [404, text]);
  }
});
