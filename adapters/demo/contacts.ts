/**
 * The demo's contacts, imported in waves as a company's would be.
 *
 * @module
 */
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { BRIGHTLINE } from "./brightline.ts";
import { DAYS, type DaysAgo, DEMO, typeOf } from "./demo.ts";
import { HARBOUR } from "./other_companies.ts";
import { customers, leads, type MakePeople, patients } from "./people.ts";

interface Wave {
  client: string;
  type: string;
  people: MakePeople;
  from: number;
  count: number;
  daysAgo: number;
}

const DAY = 24 * 3_600_000;

const WAVES: Wave[] = [
  { client: BRIGHTLINE, type: "Customer", people: customers, from: 0, count: 160, daysAgo: 91 },
  { client: BRIGHTLINE, type: "Lead", people: leads, from: 0, count: 150, daysAgo: 90 },
  { client: HARBOUR, type: "Patient", people: patients, from: 0, count: 170, daysAgo: 85 },
  { client: BRIGHTLINE, type: "Lead", people: leads, from: 150, count: 120, daysAgo: 60 },
  { client: BRIGHTLINE, type: "Lead", people: leads, from: 270, count: 110, daysAgo: 22 },
];

/** Imports every wave in its time. */
export async function importContacts(uow: UnitOfWork, daysAgo: DaysAgo): Promise<void> {
  for (const { client, type, people, from, count, daysAgo: days } of WAVES) {
    const { id, createdAt } = await typeOf(uow, client, type);
    const since = new Date(createdAt.getTime() + (DAYS - days) * DAY);
    const rows = people(from, count, since).map((fields, i) => ({ line: i + 1, fields }));
    await daysAgo(days).records.import(DEMO, { recordTypeUuid: id, rows });
  }
}
