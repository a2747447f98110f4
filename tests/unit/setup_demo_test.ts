import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseSetupFile } from "../../adapters/cli/setup_file.ts";
import { demoSetup } from "../../adapters/demo/demo_setup.ts";
import type { DemoTokens } from "../../adapters/demo/demo_tokens.ts";
import { fillDemo } from "../../adapters/demo/fill_demo.ts";
import { MemoryPhoneBooks } from "../../adapters/telephony/simulated/memory_books.ts";
import { SimulatedPhoneNetwork } from "../../adapters/telephony/simulated/network.ts";
import { NumberingPlans } from "../../adapters/phone_numbers.ts";
import { memoryStore } from "../../adapters/memory/store.ts";
import { operator } from "../../src/access/principal.ts";
import { type App, createApp } from "../../src/app.ts";
import type { Ports } from "../../src/app_ports.ts";
import { isOpen } from "../../src/compliance/calling_window.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { signInPorts } from "../support/sign_in.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { assertSumsHold } from "../support/recount.ts";
import { type Contents, contentsOf } from "../support/watched_store.ts";

const NOW = new Date("2026-11-23T10:00:00Z");
const PHONES = new NumberingPlans();

interface Demo {
  app: App;
  ports: Ports;
  books: MemoryPhoneBooks;
  clock: FakeClock;
  network: SimulatedPhoneNetwork;
  tokens: DemoTokens;
}

async function openDemo(now = NOW): Promise<Demo> {
  const clock = new FakeClock(now);
  const books = new MemoryPhoneBooks();
  const network = new SimulatedPhoneNetwork({ books, clock });
  const ports: Ports = {
    ...memoryStore(),
    clock,
    gateway: network,
    phoneNumbers: PHONES,
    recordingLinks: { sign: () => Promise.resolve("https://studio.test/recording") },
    agentRecordings: {
      check: () => Promise.resolve("not_found"),
      open: () => Promise.resolve("not_found"),
    },
    ...signInPorts(clock),
    auditKey: "a key for tests",
  };
  const tokens = await fillDemo({ ports, books });
  return { app: createApp(ports), ports, books, clock, network, tokens };
}

let filled: Promise<[Demo, Contents]> | undefined;

/** Filling takes a while, so tests that change nothing share one demo. */
function sharedDemo(): Promise<[Demo, Contents]> {
  filled ??= openDemo().then(async (demo) => [demo, await contentsOf(demo.ports.uow)]);
  return filled;
}

Deno.test("the demo's setup is a file that studio apply takes, and applying it again changes nothing", async () => {
  const setup = demoSetup();
  assertEquals(parseSetupFile(JSON.stringify(setup)), JSON.parse(JSON.stringify(setup)));
  const [{ app }] = await sharedDemo();
  assertEquals((await app.setup.apply(operator("test"), setup)).changes, []);
});

Deno.test("the demo has several hundred records and a few thousand past calls of three months", async () => {
  const [{ books }, { records, calls, clients, campaigns }] = await sharedDemo();
  assertEquals(clients.map(({ name }) => name), [
    "Brightline Solar",
    "Harbour Dental Care",
    "Paper Kite Travel",
  ]);
  assert(records.length > 500 && records.length < 1000, `${records.length} records`);
  assert(calls.length > 2000 && calls.length < 4000, `${calls.length} calls`);
  const days = calls.map(({ createdAt }) => (NOW.getTime() - createdAt.getTime()) / 86_400_000);
  assert(Math.min(...days) < 7 && Math.max(...days) > 80 && Math.max(...days) < 92);
  assert(calls.every(({ endedAt }) => endedAt !== null && endedAt < NOW));
  assertEquals(
    new Set(campaigns.map(({ campaign }) => campaign.status)),
    new Set([
      "active",
      "draft",
      "paused",
      "finished",
    ]),
  );
  assertEquals(campaigns[0].campaign.name, "Spring Solar Quotes");
  const booked = await books.list(10_000);
  assertEquals(
    new Set(booked.map(({ ref }) => ref.callId)),
    new Set(calls.map(({ id }) => id)),
  );
  assert(booked.every(({ nextAt, requests }) => nextAt === null && requests === 1));
});

Deno.test("a recount of the demo gives its figures, and its money adds up", async () => {
  const [, contents] = await sharedDemo();
  assertSumsHold(contents);
});

Deno.test("past calls kept to their campaign's rules, one after the other", async () => {
  const [, { calls, campaigns, records }] = await sharedDemo();
  const ruled = campaigns.find(({ campaign }) => campaign.name === "Annual Check-ups")!.campaign;
  const contacts = new Map(records.map(({ record }) => [record.id, record]));
  const ofRuled = calls.filter(({ campaignId }) => campaignId === ruled.id);
  assert(ofRuled.length > 100);
  for (const { recordId, phoneNumber, createdAt } of ofRuled) {
    const contact = contacts.get(recordId)!;
    const phone = PHONES.parse(phoneNumber, null);
    assert(!("problem" in phone));
    assertEquals(phone.country, "US");
    assert(contact.consent !== null && contact.consent.at < createdAt);
    assert(isOpen([ruled.rules.window], phone.timeZones, createdAt), createdAt.toISOString());
  }
  const perOrder = Map.groupBy(calls, ({ orderId }) => orderId);
  assert(perOrder.size < calls.length, "some orders took several calls");
  for (const ofOrder of perOrder.values()) {
    const rules = campaigns.find(({ campaign }) => campaign.id === ofOrder[0].campaignId)!;
    assert(ofOrder.length <= rules.campaign.rules.maxAttempts);
    const inTime = ofOrder.toSorted((a, b) => Number(a.createdAt) - Number(b.createdAt));
    for (const [i, call] of inTime.entries()) {
      assert(contacts.get(call.recordId)!.createdAt <= call.createdAt);
      if (i > 0) assert(call.createdAt >= inTime[i - 1].endedAt!);
    }
  }
});

Deno.test("the server dials nothing by itself in the demo's first day", async () => {
  const [, { orders, campaigns }] = await sharedDemo();
  const auto = campaigns.filter(({ campaign }) => campaign.rules.autoDial);
  assertEquals(auto.map(({ campaign }) => campaign.name), ["Annual Check-ups"]);
  const scheduled = orders.filter(({ order }) =>
    order.nextDialAt !== null && order.campaignId === auto[0].campaign.id
  );
  assertEquals(scheduled.length, 8);
  for (const { order } of scheduled) {
    assert(order.nextDialAt!.getTime() > NOW.getTime() + 20 * 3_600_000);
  }
});

Deno.test("every magic number has a contact and an order that is ready to call", async () => {
  const demo = await openDemo();
  const { app, clock, network, tokens } = demo;
  const admin = await app.access.authenticate(tokens.admin);
  const page = await app.callOrders.list(admin, { limit: 10 });
  assertEquals(page.items.map(({ recordName }) => recordName), [
    "Ivy Interested (0001)",
    "Bruno Busy (0002)",
    "Nora Noanswer (0003)",
    "Ivan Invalid (0004)",
    "Vera Voicemail (0005)",
    "Otto Optout (0006)",
    "Una Unreachable (0007)",
    "Tom Timeout (0008)",
    "Hana Hangup (0009)",
    "Lena Longcall (0010)",
  ]);
  const ends = [];
  for (const { order } of page.items) {
    let told = false;
    const initiating = app.calls.initiate(admin, { callOrderUuid: order.id })
      .finally(() => told = true);
    // The network may be asked some turns of the event loop later: arguments are hashed before.
    while (!told) await clock.advance(500);
    const { call } = await initiating;
    for (let hour = 0; hour < 6 && call.status !== "failed"; hour++) {
      await clock.advance(900_000);
      await network.pump(app.calls.applyEvent);
    }
    ends.push((await app.calls.get(admin, call.id)).call.endReason);
  }
  assertEquals(ends.slice(1, 7), [
    "busy",
    "no_answer",
    "invalid_number",
    "voicemail",
    "contact_hangup",
    "provider_unavailable",
  ]);
  assertEquals([ends[7], ends[8]], [null, "contact_hangup"], "0008 waits for the reconciler");
});

Deno.test("each token of the demo is what its name says", async () => {
  const [{ app, tokens }] = await sharedDemo();
  const who = async (token: string) => {
    const { name, clientId, permissions, readOnly } = await app.access.authenticate(token);
    return [name, clientId === null, [...permissions].join(), readOnly];
  };
  const all = "calls.view,calls.manage";
  assertEquals(await who(tokens.admin), ["Maya Torres", false, all, false]);
  assertEquals(await who(tokens.viewer), ["Lena Fischer", false, "calls.view", false]);
  assertEquals(await who(tokens.readOnly), ["Maya Torres", false, all, true]);
  assertEquals(await who(tokens.otherClient), ["Oliver Grant", false, all, false]);
  assertEquals(await who(tokens.master), ["Olga Ruiz", true, all, false]);
  assertEquals(await who(tokens.noView), ["Noah Kim", false, "", false]);
  assertEquals(await who(tokens.broke), ["Bea Lund", false, all, false]);
  for (
    const [token, code] of [
      [tokens.noClient, "no_client"],
      [tokens.revoked, "unauthenticated"],
      [tokens.expired, "unauthenticated"],
    ]
  ) {
    const error = await assertRejects(() => app.access.authenticate(token), DomainError);
    assertEquals(error.code, code);
  }
});

Deno.test("the company without balance cannot call, and says why", async () => {
  const [{ app, tokens }] = await sharedDemo();
  const broke = await app.access.authenticate(tokens.broke);
  const [{ order }] = (await app.callOrders.list(broke, {})).items;
  const error = await assertRejects(
    () => app.calls.initiate(broke, { callOrderUuid: order.id }),
    DomainError,
  );
  assertEquals(error.message, "Insufficient client balance to initiate calls");
});

Deno.test("the demo is the same every time but for its uuids", async () => {
  const [, first] = await sharedDemo();
  const again = await contentsOf((await openDemo()).ports.uow);
  const told = ({ calls }: Contents) =>
    calls.map(({ phoneNumber, createdAt, endReason, price, summary }) =>
      [phoneNumber, createdAt.toISOString(), endReason, price, summary].join()
    ).sort();
  assertEquals(told(again), told(first));
});

Deno.test("the demo can be made late on a Sunday, too", async () => {
  const { app, tokens } = await openDemo(new Date("2027-07-04T23:40:00Z"));
  const stats = await app.campaigns.allStats(await app.access.authenticate(tokens.master));
  assert(stats.reduce((sum, { calls }) => sum + calls, 0) > 2000);
});
