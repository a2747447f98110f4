/**
 * What the demo has still to call: an order for each magic number, and some in every campaign that
 * takes them.
 *
 * @module
 */
import type { NewCallOrder } from "../../src/call_orders/create_call_order.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import type { ContactRecord } from "../../src/records/record.ts";
import { BRIGHTLINE, DRAFT_CAMPAIGN, MAIN_CAMPAIGN, RULED_CAMPAIGN } from "./brightline.ts";
import { campaignOf, contactsOf, type DaysAgo, DEMO, KEPT } from "./demo.ts";
import { HARBOUR, LATE_DEALS, PAPER_KITE, REMINDERS } from "./other_companies.ts";

const DAY = 24 * 3_600_000;
const SECONDS_A_DAY = 86_400;
/** Orders that somebody has thought better of. */
const CANCELED = 3;

const INSTRUCTIONS = [
  "Mention the tax credit that ends this year.",
  "Ask whether the roof was renewed.",
  "The contact has asked for a comparison of two systems.",
];

/** Plans orders, the magic ones last, so that lists show them first. */
export async function planOrders(uow: UnitOfWork, daysAgo: DaysAgo, now: Date): Promise<void> {
  const plan = async (
    client: string,
    campaign: string,
    days: number,
    records: ContactRecord[],
    more: (i: number) => Partial<NewCallOrder> = () => ({}),
  ): Promise<string[]> => {
    const campaignUuid = (await campaignOf(uow, client, campaign)).campaign.id;
    const ids: string[] = [];
    for (const [i, { id: recordUuid }] of records.entries()) {
      const { callOrders } = daysAgo(days - i / SECONDS_A_DAY);
      const made = await callOrders.create(DEMO, { recordUuid, campaignUuid, ...more(i) });
      ids.push(made.order.id);
    }
    return ids;
  };

  const leads = (await contactsOf(uow, BRIGHTLINE, "Lead")).filter(isOrdinary).slice(-KEPT);
  const customers = (await contactsOf(uow, BRIGHTLINE, "Customer")).slice(-KEPT);
  const drafted = leads.splice(0, 6);
  const planned = await plan(BRIGHTLINE, MAIN_CAMPAIGN, 3, leads, (i) => ({
    instructions: i % 4 === 0 ? INSTRUCTIONS[(i / 4) % INSTRUCTIONS.length] : undefined,
  }));
  for (const uuid of planned.slice(0, CANCELED)) {
    await daysAgo(2).callOrders.updateStatus(DEMO, { uuid, status: "canceled" });
  }
  await plan(BRIGHTLINE, DRAFT_CAMPAIGN, 2, drafted);
  const consenting = customers.filter(({ consent, country }) => consent && country === "US");
  await plan(BRIGHTLINE, RULED_CAMPAIGN, 1, consenting.slice(0, 8), (i) => ({
    scheduledTime: new Date(evening(now).getTime() + (i + 1) * DAY).toISOString(),
  }));
  for (
    const [client, type, campaign] of [
      [HARBOUR, "Patient", REMINDERS],
      [PAPER_KITE, "Traveller", LATE_DEALS],
      [BRIGHTLINE, "Lead", MAIN_CAMPAIGN],
    ] as const
  ) {
    const magic = (await contactsOf(uow, client, type)).filter((record) => !isOrdinary(record));
    await plan(client, campaign, 60 / SECONDS_A_DAY, magic.toReversed());
  }
}

/** Not one of those who say in their parameters how a call to them goes. */
function isOrdinary({ parameters }: ContactRecord): boolean {
  return parameters.whatHappens === undefined;
}

/** Seven in the evening, UTC: daytime all over the United States. */
function evening(day: Date): Date {
  return new Date(`${day.toISOString().slice(0, 10)}T19:00:00Z`);
}
