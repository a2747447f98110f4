/**
 * The demo's three months of calls and notes.
 *
 * @module
 */
import type { App } from "../../src/app.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import type { ContactRecord } from "../../src/records/record.ts";
import type { PastNote, PastOrder } from "../../src/setup/history.ts";
import type { PhoneBooks } from "../telephony/simulated/phone_books.ts";
import { Chance } from "../telephony/simulated/random.ts";
import {
  BRIGHTLINE,
  FINISHED_CAMPAIGN,
  MAIN_CAMPAIGN,
  PAUSED_CAMPAIGN,
  RULED_CAMPAIGN,
} from "./brightline.ts";
import { campaignOf, contactsOf, DEMO, KEPT } from "./demo.ts";
import { HARBOUR, REMINDERS } from "./other_companies.ts";
import { PastOrders, type Round } from "./past_orders.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Working hours in the United States, coast to coast, in UTC. */
const AMERICAN = { from: 17, to: 22 };
/** So early that two more tries an hour apart are still inside the calling window. */
const DIALED_BY_SERVER = { from: 17, to: 18 };
const BRITISH = { from: 9, to: 16 };

const NOTES = [
  "Prefers to be called in the evening.",
  "Sent the brochure by e-mail.",
  "Asked about financing; passed on.",
  "Moving house next year, follow up then.",
  "Very friendly, likely to recommend us.",
  "Speaks with the partner first in these matters.",
  "Wants everything in writing.",
  "Left a message with a colleague.",
];

/** Makes up the past and imports it. */
export async function importPast(
  uow: UnitOfWork,
  app: App,
  books: PhoneBooks,
  now: Date,
): Promise<void> {
  const [leads, customers, patients] = [
    await contactsOf(uow, BRIGHTLINE, "Lead"),
    await contactsOf(uow, BRIGHTLINE, "Customer"),
    await contactsOf(uow, HARBOUR, "Patient"),
  ];
  const past = new PastOrders(now);
  const call = async (client: string, campaign: string, round: Omit<Round, Who>) => {
    const since = new Date(now.getTime() - round.days.from * DAY);
    const records = round.records.slice(0, -KEPT).filter(({ createdAt }) => createdAt < since);
    past.add({ ...await campaignOf(uow, client, campaign), ...round, records });
  };
  for (const [from, to] of [[88, 70], [66, 52], [50, 34], [32, 22], [20, 1]]) {
    const days = { from, to };
    await call(BRIGHTLINE, MAIN_CAMPAIGN, { records: leads, days, hours: AMERICAN, tries: 4 });
  }
  const callable = customers.filter(({ consent, country }) => consent && country === "US");
  for (const days of [{ from: 72, to: 40 }, { from: 36, to: 3 }]) {
    const hours = DIALED_BY_SERVER;
    await call(BRIGHTLINE, RULED_CAMPAIGN, { records: callable, days, hours, tries: 3 });
  }
  const storm = { days: { from: 90, to: 76 }, hours: AMERICAN, tries: 3 };
  await call(BRIGHTLINE, FINISHED_CAMPAIGN, { records: customers, ...storm });
  const battery = { days: { from: 36, to: 20 }, hours: AMERICAN, tries: 2 };
  await call(BRIGHTLINE, PAUSED_CAMPAIGN, { records: customers.slice(0, 100), ...battery });
  for (const days of [{ from: 80, to: 58 }, { from: 52, to: 30 }, { from: 24, to: 2 }]) {
    await call(HARBOUR, REMINDERS, { records: patients, days, hours: BRITISH, tries: 3 });
  }
  const orders = past.orders.toSorted((a, b) => Number(a.orderedAt) - Number(b.orderedAt));
  const notes = [
    ...notesOn([...leads, ...customers], orders, ["Maya Torres", "Sam Okafor"]),
    ...notesOn(patients, orders, ["Oliver Grant", "Priya Shah"]),
  ];
  await app.setup.importHistory(DEMO, { orders, notes });
  await books.add(past.lines);
}

type Who = "campaign" | "assistant";

/** What people wrote down about some of those who were called, soon after. */
function notesOn(records: ContactRecord[], orders: PastOrder[], authors: string[]): PastNote[] {
  const lastCall = new Map(orders.map(({ recordUuid, calls }) => [recordUuid, calls.at(-1)]));
  return records.flatMap(({ id, phoneNumber }) => {
    const chance = new Chance(`note ${phoneNumber}`);
    const call = lastCall.get(id);
    if (call === undefined || chance.fraction() > 0.35) return [];
    const at = new Date(call.dialedAt.getTime() + chance.between(5, 90) * MINUTE);
    return [{ recordUuid: id, author: chance.pick(authors), text: chance.pick(NOTES), at }];
  });
}
