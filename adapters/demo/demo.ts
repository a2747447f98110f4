/**
 * What the parts of the demo share.
 *
 * @module
 */
import { operator } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import type { Assistant } from "../../src/campaigns/assistant.ts";
import type { Campaign } from "../../src/campaigns/campaign.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import type { ContactRecord } from "../../src/records/record.ts";
import type { RecordType } from "../../src/records/record_type.ts";

/** The application as many days ago, fractions included. */
export type DaysAgo = (days: number) => App;

/** Who makes the demo, in the audit trail. */
export const DEMO = operator("demo");

/** Days of history. */
export const DAYS = 92;

/** Contacts at the end of each list whom nobody has called yet: they are for planned orders. */
export const KEPT = 30;

/** All of a list: the demo is small. */
const ALL = { page: 1, limit: 100_000 };

/** A company's record type, of those that the setup document has made. */
export async function typeOf(uow: UnitOfWork, client: string, name: string): Promise<RecordType> {
  const { items } = await uow.read("all", ({ records }) => records.listTypes(ALL));
  const found = items.find((view) => view.clientName === client && view.type.name === name);
  return made(found?.type, `${client}: ${name}`);
}

/** A company's contacts of a type, in the order of their numbers. */
export async function contactsOf(
  uow: UnitOfWork,
  client: string,
  typeName: string,
): Promise<ContactRecord[]> {
  const { id: typeId } = await typeOf(uow, client, typeName);
  const { items } = await uow.read("all", ({ records }) => records.list({ typeId }, ALL));
  const contacts: ContactRecord[] = [];
  // One by one: all at once might take a slow machine longer than one read may.
  for (const { record: { id } } of items) {
    const view = await uow.read("all", ({ records }) => records.get(id));
    if (view !== null) contacts.push(view.record);
  }
  return contacts.sort((a, b) => a.phoneNumber < b.phoneNumber ? -1 : 1);
}

/** A company's campaign with its assistant. */
export async function campaignOf(
  uow: UnitOfWork,
  client: string,
  name: string,
): Promise<{ campaign: Campaign; assistant: Assistant }> {
  const { items } = await uow.read("all", ({ campaigns }) => campaigns.list({}, ALL));
  const view = items.find(({ clientName, campaign }) =>
    clientName === client && campaign.name === name
  );
  const { campaign } = made(view, `${client}: ${name}`);
  const assistant = await uow.read(
    "all",
    ({ campaigns }) => campaigns.getAssistant(campaign.assistantId),
  );
  return { campaign, assistant: made(assistant, `${client}: assistant of ${name}`) };
}

function made<T>(row: T | null | undefined, what: string): T {
  if (row === null || row === undefined) throw new Error(`The demo's setup lacks ${what}`);
  return row;
}
