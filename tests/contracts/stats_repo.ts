/** What the store owes the figures: sums that come out the same however the changes came in. One port, hence one file. */
import { assertEquals } from "@std/assert";
import type { Outcome } from "../../src/calls/outcome.ts";
import {
  addFigures,
  type CampaignFigures,
  dayFigures,
  noFigures,
} from "../../src/campaigns/stats.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { campaignRow, minutes, NOON } from "../support/rows.ts";
import type { Company } from "../support/world.ts";
import { atOnce, contract, newCompany, scopeOf, type Tell } from "./suite.ts";

/** The contract of `StatsRepo`. */
export const statsRepoContract = contract("StatsRepo", (tell) => {
  tellOfFigures(tell);
  tellOfDays(tell);
  tellOfOutcomes(tell);
});

/** Beyond what a double holds exactly. */
const HUGE = 9_007_199_254_740_993n;

const SOME: CampaignFigures = {
  calls: 3,
  answered: 2,
  answeredEnded: 2,
  answeredSeconds: 125,
  endReasons: { contact_hangup: 2, busy: 1 },
  orders: { planned: 1, contacted: 2 },
  costs: [
    { currency: "EUR", price: 0n, operational: 0n, phone: 7n },
    { currency: "USD", price: HUGE, operational: HUGE + 2n, phone: -3n },
  ],
};

const MORE: CampaignFigures = {
  calls: 1,
  answered: 1,
  answeredEnded: 0,
  answeredSeconds: 0,
  endReasons: { busy: -1, voicemail: 1 },
  orders: { planned: -1, failed: 1 },
  costs: [{ currency: "EUR", price: 1n, operational: -2n, phone: -7n }],
};

function tellOfFigures(tell: Tell): void {
  tell("starts a campaign's figures at zero, and has none of what is no campaign", async (uow) => {
    const company = await newCompany(uow);
    assertEquals(await figures(uow, company), noFigures());
    const nothing = await uow.read(
      scopeOf(company),
      ({ stats }) => stats.ofCampaign(newId(NOON)),
    );
    assertEquals(nothing, null);
  });

  tell("sums changes exactly, and leaves out what comes to zero", async (uow) => {
    const company = await newCompany(uow);
    const changes = [SOME, MORE, SOME, minus(MORE)];
    let sum = noFigures();
    for (const change of changes) {
      await add(uow, company, change);
      sum = addFigures(sum, change, 1);
      assertEquals(await figures(uow, company), sorted(sum));
    }
    await add(uow, company, minus(SOME));
    await add(uow, company, minus(SOME));
    assertEquals(await figures(uow, company), noFigures());
  });

  tell("takes a change of nothing, and costs of zero, for nothing", async (uow) => {
    const company = await newCompany(uow);
    await add(uow, company, noFigures());
    const zero = { currency: "USD", price: 0n, operational: 0n, phone: 0n };
    await add(uow, company, { ...noFigures(), costs: [zero] });
    assertEquals(await figures(uow, company), noFigures());
  });

  tell("loses none of twenty changes at once", async (uow) => {
    const company = await newCompany(uow);
    await atOnce(20, (index) => add(uow, company, index % 2 ? SOME : MORE));
    let sum = noFigures();
    for (let i = 0; i < 10; i++) sum = addFigures(addFigures(sum, SOME, 1), MORE, 1);
    assertEquals(await figures(uow, company), sorted(sum));
  });

  tell("forgets a change whose transaction failed", async (uow) => {
    const company = await newCompany(uow);
    const thrown = new Error("crashed");
    await uow.run(scopeOf(company), async ({ stats }) => {
      await stats.add(company.client.id, company.campaign.id, SOME);
      await stats.addOutcomes(company.client.id, company.campaign.id, [yes], 1);
      throw thrown;
    }).catch((error) => assertEquals(error, thrown));
    assertEquals(await figures(uow, company), noFigures());
    assertEquals(await outcomes(uow, company), []);
  });

  tell("shows figures of all campaigns with their names, newest campaign first", async (uow) => {
    const company = await newCompany(uow);
    const { client, assistant } = company;
    const older = campaignRow(assistant, { createdAt: minutes(-2) });
    const newer = campaignRow(assistant, { createdAt: minutes(2) });
    await uow.run(scopeOf(company), async ({ campaigns, stats }) => {
      for (const campaign of [newer, older]) await campaigns.save(campaign);
      await stats.add(client.id, older.id, SOME);
      await stats.add(client.id, newer.id, MORE);
    });
    const list = (limit: number) =>
      uow.read(
        scopeOf(company),
        async ({ stats }) => (await stats.all(limit)).map((row) => ({ ...row, ...sorted(row) })),
      );
    const named = ({ id, name }: typeof newer, sums: CampaignFigures) => ({
      ...sorted(sums),
      clientId: client.id,
      clientName: client.name,
      currency: client.tariff.currency,
      campaignId: id,
      campaignName: name,
    });
    const all = [named(newer, MORE), named(company.campaign, noFigures()), named(older, SOME)];
    assertEquals(await list(10), all);
    assertEquals(await list(2), all.slice(0, 2));
    const one = await uow.read(scopeOf(company), ({ stats }) => stats.ofCampaign(older.id));
    assertEquals({ ...one, ...sorted(one ?? noFigures()) }, all[2]);
  });

  tell("adds up costs over all campaigns, per currency", async (uow) => {
    const company = await newCompany(uow);
    const campaign = campaignRow(company.assistant);
    const total = () => uow.read(scopeOf(company), ({ stats }) => stats.totalCosts());
    assertEquals(await total(), []);
    await uow.run(scopeOf(company), ({ campaigns }) => campaigns.save(campaign));
    await add(uow, company, SOME);
    await add(uow, { ...company, campaign }, SOME);
    await add(uow, { ...company, campaign }, MORE);
    const sum = addFigures(addFigures(SOME, SOME, 1), MORE, 1);
    assertEquals(sorted({ ...noFigures(), costs: await total() }).costs, sorted(sum).costs);
    const eur = { currency: "EUR", price: 1n, operational: -2n, phone: 7n };
    await add(uow, company, minus({ ...noFigures(), costs: [eur] }));
    assertEquals((await total()).map(({ currency }) => currency), ["USD"]);
  });
}

const yes: Outcome = { name: "interested", type: "boolean", value: true, turn: 1 };
const no: Outcome = { ...yes, value: false, turn: null };

function text(value: string): Outcome {
  return { name: "reason", type: "text", value, turn: null };
}

function tellOfDays(tell: Tell): void {
  const FIRST = "2026-02-28";
  const SECOND = "2026-03-01";
  const NEXT_YEAR = "2027-01-01";

  tell(
    "sums each day's changes exactly, of a campaign and of all, oldest day first",
    async (uow) => {
      const company = await newCompany(uow);
      const campaign = campaignRow(company.assistant);
      await uow.run(scopeOf(company), ({ campaigns }) => campaigns.save(campaign));
      const other = { ...company, campaign };
      await addToDay(uow, company, NEXT_YEAR, MORE);
      await addToDay(uow, company, FIRST, SOME);
      await addToDay(uow, company, FIRST, MORE);
      await addToDay(uow, other, FIRST, SOME);
      await addToDay(uow, other, SECOND, MORE);
      const both = addFigures(SOME, MORE, 1);
      assertEquals(await days(uow, company), [ofDay(FIRST, both), ofDay(NEXT_YEAR, MORE)]);
      assertEquals(await days(uow, other), [ofDay(FIRST, SOME), ofDay(SECOND, MORE)]);
      assertEquals(await days(uow, null, company), [
        ofDay(FIRST, addFigures(both, SOME, 1)),
        ofDay(SECOND, MORE),
        ofDay(NEXT_YEAR, MORE),
      ]);
      assertEquals(await days(uow, company, company, FIRST, SECOND), [ofDay(FIRST, both)]);
      assertEquals(await days(uow, company, company, SECOND, SECOND), []);
      assertEquals(await days(uow, null, company, SECOND, SECOND), [ofDay(SECOND, MORE)]);
    },
  );

  tell(
    "leaves a day's costs out that come to zero, and loses none of twenty changes",
    async (uow) => {
      const company = await newCompany(uow);
      await atOnce(20, (index) => addToDay(uow, company, FIRST, index % 2 ? SOME : minus(SOME)));
      assertEquals(await days(uow, company), [ofDay(FIRST, noFigures())]);
      await atOnce(20, () => addToDay(uow, company, FIRST, SOME));
      let sum = noFigures();
      for (let i = 0; i < 20; i++) sum = addFigures(sum, SOME, 1);
      assertEquals(await days(uow, company), [ofDay(FIRST, sum)]);
    },
  );

  tell("forgets a day's change whose transaction failed", async (uow) => {
    const company = await newCompany(uow);
    const thrown = new Error("crashed");
    await uow.run(scopeOf(company), async ({ stats }) => {
      await stats.addToDay(company.client.id, company.campaign.id, FIRST, SOME);
      throw thrown;
    }).catch((error) => assertEquals(error, thrown));
    assertEquals(await days(uow, company), []);
  });
}

function tellOfOutcomes(tell: Tell): void {
  tell("counts outcomes by name, with the most frequent values first", async (uow) => {
    const company = await newCompany(uow);
    const budget: Outcome = { name: "budget", type: "number", value: 12.5, turn: null };
    await count(uow, company, [yes, text("price"), budget]);
    await count(uow, company, [yes, text("price")]);
    await count(uow, company, [no, text("time")]);
    await count(uow, company, [text("time"), text("price"), text('mood \\ "50%" 🦊')]);
    const interested = { name: "interested", type: "boolean" as const };
    const reason = { name: "reason", type: "text" as const };
    const number = { name: "budget", type: "number" as const };
    const values = [
      { ...reason, value: "price", count: 3 },
      { ...reason, value: "time", count: 2 },
      { ...reason, value: 'mood \\ "50%" 🦊', count: 1 },
    ];
    assertEquals(await outcomes(uow, company, 10), [
      { ...number, count: 1, distinctValues: 1, values: [{ ...number, value: 12.5, count: 1 }] },
      {
        ...interested,
        count: 3,
        distinctValues: 2,
        values: [
          { ...interested, value: true, count: 2 },
          { ...interested, value: false, count: 1 },
        ],
      },
      { ...reason, count: 6, distinctValues: 3, values },
    ]);
    const [, , most] = await outcomes(uow, company, 2);
    assertEquals(most, { ...reason, count: 6, distinctValues: 3, values: values.slice(0, 2) });
  });

  tell("takes outcomes back until nothing is left of them", async (uow) => {
    const company = await newCompany(uow);
    await count(uow, company, [yes, text("price"), text("time")]);
    await count(uow, company, [yes, text("price")]);
    await count(uow, company, [text("time"), text("price")], -1);
    const [interested, reason] = await outcomes(uow, company);
    assertEquals([interested.count, reason.count], [2, 1]);
    assertEquals(reason.distinctValues, 1);
    assertEquals(reason.values.map(({ value }) => value), ["price"]);
    await count(uow, company, [yes, text("price"), yes], -1);
    assertEquals(await outcomes(uow, company), []);
    await count(uow, company, [no]);
    const [{ distinctValues, values }] = await outcomes(uow, company);
    assertEquals([distinctValues, values.length], [1, 1]);
  });

  tell("tells values apart by their type, their case and every letter", async (uow) => {
    const company = await newCompany(uow);
    const long = "x".repeat(4_000);
    const different = [text("true"), text("True"), text(" true"), text(long), text(`${long}y`)];
    const number: Outcome = { name: "reason", type: "number", value: 1, turn: null };
    await count(uow, company, [...different, number, { ...number, value: 1.5 }]);
    const summaries = await outcomes(uow, company, 100);
    const distinct = Object.fromEntries(summaries.map((s) => [s.type, s.distinctValues]));
    assertEquals(distinct, { text: different.length, number: 2 });
    const texts = summaries.find(({ type }) => type === "text")?.values ?? [];
    assertEquals(
      texts.map(({ value }) => String(value)).toSorted(),
      different.map(({ value }) => String(value)).toSorted(),
    );
  });

  tell("loses none of twenty counts at once", async (uow) => {
    const company = await newCompany(uow);
    await atOnce(20, (index) => count(uow, company, [index % 4 ? yes : no, text(`${index % 3}`)]));
    const [interested, reason] = await outcomes(uow, company);
    assertEquals(interested.values.map(({ value, count }) => [value, count]), [
      [true, 15],
      [false, 5],
    ]);
    assertEquals([interested.count, reason.count, reason.distinctValues], [20, 20, 3]);
  });

  tell("keeps campaigns apart", async (uow) => {
    const company = await newCompany(uow);
    const campaign = campaignRow(company.assistant);
    await uow.run(scopeOf(company), ({ campaigns }) => campaigns.save(campaign));
    await count(uow, company, [yes]);
    await add(uow, company, SOME);
    const other = { ...company, campaign };
    assertEquals(await outcomes(uow, other), []);
    assertEquals(await figures(uow, other), noFigures());
  });
}

function add(uow: UnitOfWork, { client, campaign }: Company, change: CampaignFigures) {
  return uow.run({ clientId: client.id }, ({ stats }) => stats.add(client.id, campaign.id, change));
}

function addToDay(
  uow: UnitOfWork,
  { client, campaign }: Company,
  day: string,
  change: CampaignFigures,
) {
  return uow.run(
    { clientId: client.id },
    ({ stats }) => stats.addToDay(client.id, campaign.id, day, dayFigures(change)),
  );
}

/** Figures by day of a company's campaign, or (null) of all its campaigns. */
async function days(
  uow: UnitOfWork,
  of: Company | null,
  company = of,
  first = "2000-01-01",
  last = "2100-01-01",
) {
  const found = await uow.read(
    scopeOf(company!),
    ({ stats }) => stats.days(of?.campaign.id ?? null, first, last),
  );
  return found.map(({ day, ...figures }) => ofDay(day, { ...noFigures(), ...figures }));
}

function ofDay(day: string, figures: CampaignFigures) {
  return { ...dayFigures(sorted(figures)), day };
}

function count(
  uow: UnitOfWork,
  { client, campaign }: Company,
  found: Outcome[],
  sign: 1 | -1 = 1,
) {
  return uow.run(
    { clientId: client.id },
    ({ stats }) => stats.addOutcomes(client.id, campaign.id, found, sign),
  );
}

function outcomes(uow: UnitOfWork, company: Company, valuesPerName = 10) {
  return uow.read(
    scopeOf(company),
    ({ stats }) => stats.outcomes(company.campaign.id, valuesPerName),
  );
}

async function figures(uow: UnitOfWork, company: Company): Promise<CampaignFigures> {
  const stats = await uow.read(
    scopeOf(company),
    (repos) => repos.stats.ofCampaign(company.campaign.id),
  );
  return sorted(stats ?? { ...noFigures(), calls: NaN });
}

/** The figures alone, with currencies in order. */
function sorted(
  { calls, answered, answeredEnded, answeredSeconds, endReasons, orders, costs }: CampaignFigures,
): CampaignFigures {
  const inOrder = costs.toSorted((a, b) => a.currency < b.currency ? -1 : 1);
  return { calls, answered, answeredEnded, answeredSeconds, endReasons, orders, costs: inOrder };
}

function minus(change: CampaignFigures): CampaignFigures {
  return addFigures(noFigures(), change, -1);
}
