/**
 * The whole inside on a store in memory, with a client that is ready to call, a second client, and
 * everybody who may ask: what tests of use cases start from.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { agentRecordings } from "../../adapters/recordings/agent_recordings.ts";
import { NumberingPlans } from "../../adapters/phone_numbers.ts";
import type { Principal } from "../../src/access/principal.ts";
import { type App, createApp } from "../../src/app.ts";
import type { Ports } from "../../src/app_ports.ts";
import type { CallOrder } from "../../src/call_orders/call_order.ts";
import { insertOrder } from "../../src/call_orders/save_order.ts";
import type { Call } from "../../src/calls/call.ts";
import type { CallReport } from "../../src/calls/call_event.ts";
import type { Applied } from "../../src/calls/apply_call_event.ts";
import type { Campaign } from "../../src/campaigns/campaign.ts";
import type { CampaignStats } from "../../src/campaigns/stats.ts";
import { DomainError, type ErrorCode } from "../../src/kernel/errors.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import type { ContactRecord } from "../../src/records/record.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeGateway } from "./fake_gateway.ts";
import { RecordingPlatform } from "./recording_platform.ts";
import { signInPorts } from "./sign_in.ts";
import { NOON, orderRow, recordRow, unique } from "./rows.ts";
import { type Contents, contentsOf, WatchedStore } from "./watched_store.ts";
import { type Company, companyOf, insertCompany, PAID_IN } from "./world.ts";

const PHONES = new NumberingPlans();

/** A uuid that no row has. */
export const NOBODY = "01900000-0000-7000-8000-000000000000";

/** Who may ask. */
export interface People {
  /** Of the company, with every permission. */
  admin: Principal;
  /** Of the company, `calls.view` alone. */
  viewer: Principal;
  /** Of the company, without any permission. */
  clerk: Principal;
  /** Of the company, every permission, by a read-only token. */
  readOnly: Principal;
  /** Of the other company, with every permission. */
  stranger: Principal;
  /** Of the operator. */
  master: Principal;
}

/** The inside, and the world around it in a test's hands. */
export interface Studio extends People {
  app: App;
  ports: Ports;
  store: WatchedStore;
  clock: FakeClock;
  gateway: FakeGateway;
  /** Where agents' recordings are. */
  platform: RecordingPlatform;
  /** What was logged about them. */
  logged: unknown[];
  company: Company;
  other: Company;
}

/**
 * A studio at noon, whose company calls whom it likes and has paid in {@link PAID_IN}; on a store in
 * memory unless it gets another.
 */
export async function openStudio(
  rules: Partial<Campaign["rules"]> = {},
  uow?: UnitOfWork,
): Promise<Studio> {
  const store = new WatchedStore(uow);
  const clock = new FakeClock(NOON);
  const gateway = new FakeGateway();
  const platform = new RecordingPlatform();
  const logged: unknown[] = [];
  const ports: Ports = {
    uow: store,
    changes: store.changes,
    clock,
    gateway,
    phoneNumbers: PHONES,
    auditKey: "a key for tests",
    recordingLinks: {
      sign: ({ callId }, at) => Promise.resolve(`https://studio.test/${callId}?${+at}`),
    },
    agentRecordings: agentRecordings({
      publicUrl: new URL("https://studio.test"),
      clock,
      log: (...entry) => logged.push(entry),
      get: platform.get,
    }),
    ...signInPorts(clock),
  };
  const [company, other] = [liberal(rules), liberal(rules)];
  await store.run("all", async (repos) => {
    for (const each of [company, other]) {
      await insertCompany(repos, each);
      const { id: clientId } = each.client;
      const paid = { id: newId(NOON), clientId, at: NOON, amount: PAID_IN, reference: "first" };
      await repos.balance.topUp(paid);
    }
  });
  // A provider may take its time: nobody's rows may be held meanwhile.
  gateway.onUse = () => assert(!store.inTransaction, "the gateway was used in a transaction");
  return {
    app: createApp(ports),
    ports,
    store,
    clock,
    gateway,
    platform,
    logged,
    company,
    other,
    ...peopleOf(company, other),
  };
}

function liberal(rules: Partial<Campaign["rules"]>): Company {
  const company = companyOf();
  const anyTime = { window: null, countries: null, requireConsent: false, autoDial: false };
  const { autoDial: _, ...ofClient } = anyTime;
  return {
    ...company,
    client: { ...company.client, rules: { ...company.client.rules, ...ofClient } },
    campaign: { ...company.campaign, rules: { ...company.campaign.rules, ...anyTime, ...rules } },
  };
}

function peopleOf({ user }: Company, other: Company): People {
  const admin: Principal = {
    userId: user.id,
    tokenId: NOBODY,
    name: user.name,
    clientId: user.clientId,
    permissions: new Set(["calls.view", "calls.manage"]),
    readOnly: false,
  };
  return {
    admin,
    viewer: { ...admin, permissions: new Set(["calls.view"]) },
    clerk: { ...admin, permissions: new Set() },
    readOnly: { ...admin, readOnly: true },
    stranger: {
      ...admin,
      clientId: other.client.id,
      userId: other.user.id,
      tokenId: newId(NOON),
    },
    master: { ...admin, tokenId: newId(NOON), clientId: null, userId: null, name: "Olga" },
  };
}

/** Stores a contact of a company. */
export async function addRecord(
  { store, company }: Pick<Studio, "store" | "company">,
  overrides: Partial<ContactRecord> = {},
): Promise<ContactRecord> {
  const record = recordRow(company.type, overrides);
  await store.run("all", ({ records }) => records.insert(record));
  return record;
}

/** Stores an order of a company, with a contact of its own unless one is given. */
export async function addOrder(
  studio: Pick<Studio, "store" | "company">,
  overrides: Partial<CallOrder> = {},
  record?: ContactRecord,
): Promise<CallOrder> {
  const contact = record ?? await addRecord(studio);
  const order = orderRow(contact, studio.company.campaign, overrides);
  await studio.store.run("all", (repos) => insertOrder(repos, order));
  return order;
}

/** Makes a call of an order, or of a new one. */
export async function addCall(studio: Studio, order?: CallOrder): Promise<Call> {
  const { id } = order ?? await addOrder(studio);
  return (await studio.app.calls.initiate(studio.admin, { callOrderUuid: id })).call;
}

/** Reports something of a call, now. */
export async function report(
  { app, clock }: Studio,
  { clientId, id }: Call,
  what: CallReport,
  eventId: string = unique("event"),
): Promise<Applied> {
  const ref = { clientId, callId: id };
  return await app.calls.applyEvent({ ref, eventId, at: clock.now(), report: what });
}

/** Lets a live call be answered, talk for some seconds, and end. */
export async function talk(studio: Studio, call: Call, seconds: number): Promise<void> {
  await report(studio, call, { type: "answered", by: "person" });
  await studio.clock.advance(seconds * 1000);
  await report(studio, call, {
    type: "ended",
    reason: "contact_hangup",
    durationSeconds: seconds,
  });
}

/** A call as it is stored. */
export async function callNow({ store }: Studio, { id }: Pick<Call, "id">): Promise<Call> {
  const view = await store.read("all", ({ calls }) => calls.get(id));
  return view!.call;
}

/** An order as it is stored. */
export async function orderNow(
  { store }: Studio,
  { id }: Pick<CallOrder, "id">,
): Promise<CallOrder> {
  const view = await store.read("all", ({ callOrders }) => callOrders.get(id));
  return view!.order;
}

/** The figures of the company's campaign, costs by currency. */
export async function statsNow({ app, master, company }: Studio): Promise<CampaignStats> {
  const stats = await app.campaigns.stats(master, company.campaign.id);
  const costs = stats.costs.toSorted((a, b) => a.currency < b.currency ? -1 : 1);
  return { ...stats, costs };
}

/** The company's money. */
export async function balanceNow({ store, company }: Studio) {
  const balance = await store.read("all", (repos) => repos.balance.get(company.client.id));
  const { paidIn, available, reserved, spent } = balance!;
  return { paidIn, available, reserved, spent };
}

/** Fails unless it is refused with that code and exactly that text. */
export async function refused(
  attempt: () => Promise<unknown>,
  code: ErrorCode,
  message?: string,
): Promise<DomainError> {
  const error = await assertRejects(attempt, DomainError);
  assertEquals([error.code, error.message], [code, message ?? error.message]);
  return error;
}

/** Like {@link refused}, and fails when anything was written. */
export async function refusedUnwritten(
  { store }: Studio,
  attempt: () => Promise<unknown>,
  code: ErrorCode,
  message?: string,
): Promise<DomainError> {
  const before: Contents = await contentsOf(store);
  const error = await refused(attempt, code, message);
  assertEquals(await contentsOf(store), before);
  return error;
}
