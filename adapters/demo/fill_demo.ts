/**
 * Fills a database with the demo: companies from a setup document, contacts from imports, three
 * months of past calls, and something to call right away.
 *
 * @module
 */
import type { App } from "../../src/app.ts";
import { createApp } from "../../src/app.ts";
import type { Ports } from "../../src/app_ports.ts";
import type { PhoneBooks } from "../telephony/simulated/phone_books.ts";
import { BRIGHTLINE } from "./brightline.ts";
import { importContacts } from "./contacts.ts";
import { DAYS, DEMO } from "./demo.ts";
import { demoSetup } from "./demo_setup.ts";
import { type DemoTokens, issueDemoTokens } from "./demo_tokens.ts";
import { importPast } from "./past.ts";
import { planOrders } from "./planned_orders.ts";

export type { DemoTokens } from "./demo_tokens.ts";

/** What the demo is put into. */
export interface DemoHouse {
  ports: Ports;
  /** The simulated network's, which then know of the past calls as well. */
  books: PhoneBooks;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * Puts the demo in, unless it is there, and returns a token for each kind of user. Other clients may
 * be there too.
 */
export async function fillDemo({ ports, books }: DemoHouse): Promise<DemoTokens> {
  const { clock, uow } = ports;
  const now = clock.now();
  /** The application as many days before now. */
  const daysAgo = (days: number): App => {
    const moment = new Date(now.getTime() - days * DAY);
    const then = { now: () => moment, sleep: clock.sleep.bind(clock) };
    return createApp({ ...ports, clock: then });
  };
  const clients = await uow.read("all", ({ access }) => access.listClients());
  if (clients.some(({ name }) => name === BRIGHTLINE)) return await issueDemoTokens(daysAgo, now);
  await setUpCompanies(daysAgo);
  await importContacts(uow, daysAgo);
  await importPast(uow, daysAgo(0), books, now);
  // The whole document: what is new in it by now are contacts, which so are on top of every list.
  await daysAgo(0).setup.apply(DEMO, demoSetup());
  await planOrders(uow, daysAgo, now);
  return await issueDemoTokens(daysAgo, now);
}

/** Companies first, then their campaigns one by one, so that lists show the last, the main one, first. */
async function setUpCompanies(daysAgo: (days: number) => App): Promise<void> {
  const { clients = [], ...people } = demoSetup();
  await daysAgo(DAYS).setup.apply(DEMO, {
    ...people,
    clients: clients.map((client) => ({ ...client, campaigns: [], records: [] })),
  });
  const most = Math.max(...clients.map(({ campaigns = [] }) => campaigns.length));
  for (let i = 0; i < most; i++) {
    await daysAgo(DAYS - (i + 1) / 24).setup.apply(DEMO, {
      clients: clients.map(({ name, campaigns = [] }) => ({
        name,
        campaigns: campaigns.slice(i, i + 1),
      })),
    });
  }
}
