import { assert, assertEquals } from "@std/assert";
import type { ClientSetup, Setup } from "../../../src/setup/setup.ts";
import { minutes } from "../../support/rows.ts";
import { openStudio, type Studio } from "../../support/studio.ts";
import { ACME, DOCUMENT } from "../../support/setup_document.ts";
import { type Contents, contentsOf } from "../../support/watched_store.ts";

async function apply(studio: Studio, setup: Setup) {
  return await studio.app.setup.apply(studio.master, setup);
}

/** What there is of the client that the document names. */
function acme({ clients, campaigns, balances, records, users, roles, types, ...rest }: Contents) {
  const i = clients.findIndex(({ name }) => name === ACME.name);
  const { id } = clients[i];
  const own = <T extends { clientId: string | null }>(rows: T[]) =>
    rows.filter(({ clientId }) => clientId === id);
  return {
    client: clients[i],
    balance: balances[i],
    users: own(users),
    roles: own(roles),
    types: own(types.map(({ type }) => type)),
    campaigns: own(campaigns.map(({ campaign }) => campaign)),
    assistants: own(rest.assistants.flatMap((each) => each ?? [])),
    records: own(records.map(({ record }) => record)),
    listed: rest.listed.filter((_, j) => records[j].record.clientId === id),
  };
}

Deno.test("setup: makes everything that the document names, with safe defaults for the rest", async () => {
  const studio = await openStudio();
  const report = await apply(studio, DOCUMENT);
  assertEquals([report.created, report.updated, report.unchanged], [16, 0, 0]);
  assertEquals(report.changes.length, 16);
  const contents = await contentsOf(studio.store);
  const made = acme(contents);
  assertEquals([made.client.country, made.client.rules.countries], ["US", ["US", "CA"]]);
  assertEquals(made.client.rules.window, {
    start: "09:00",
    end: "20:00",
    days: [1, 2, 3, 4, 5, 6],
  });
  assertEquals(made.client.tariff, {
    currency: "USD",
    setup: 10_000n,
    perMinute: 120_000n,
    incrementSeconds: 6,
  });
  assertEquals([made.balance?.available, made.balance?.currency], [250_500_000n, "USD"]);
  const [campaign] = made.campaigns;
  assertEquals([campaign.name, campaign.status, campaign.assistantId], [
    "Spring",
    "active",
    made.assistants[0].id,
  ]);
  assertEquals(campaign.rules, {
    window: null,
    countries: ["US"],
    requireConsent: true,
    maxConcurrentCalls: 3,
    autoDial: false,
    maxAttempts: 3,
    retryAfterMinutes: 60,
    ringSeconds: 30,
    maxCallSeconds: 900,
  });
  assertEquals(made.assistants[0].operationalPerMinute, 50_000n);
  assertEquals(made.assistants[0].connection, { kind: "simulated" });
  assertEquals(made.roles.map(({ name, admin, permissions }) => [name, admin, permissions]), [
    ["Agent", false, ["calls.view"]],
    ["Manager", true, []],
  ]);
  assertEquals(made.users.map(({ email, master }) => [email, master]), [
    ["ana@acme.example", false],
    ["bo@acme.example", false],
  ]);
  assertEquals(made.types.map(({ name }) => name).toSorted(), ["Customer", "Lead"]);
  assertEquals(made.records.map(({ name, phoneNumber }) => [name, phoneNumber]).toSorted(), [
    ["Cy", "+14155550132"],
    ["Di", "+14155550133"],
  ]);
  assertEquals(made.listed.toSorted(), [false, true]);
  const olga = contents.users.find(({ name }) => name === "Olga")!;
  assertEquals([olga.email, olga.master, olga.clientId], ["olga@operator.example", true, null]);
  const uli = contents.users.find(({ name }) => name === "Uli")!;
  assertEquals([uli.master, uli.clientId], [false, null]);
  const trail = contents.audit.map(({ action, clientId }) => [action, clientId]);
  assertEquals(
    trail.toSorted(),
    [["apply-setup", made.client.id], ["apply-setup", null]].toSorted(),
  );
});

Deno.test("setup: applied again it changes nothing and writes nothing", async () => {
  const studio = await openStudio();
  const first = await apply(studio, DOCUMENT);
  const before = await contentsOf(studio.store);
  await studio.clock.advance(60_000);
  const again = await apply(studio, DOCUMENT);
  assertEquals(again, { created: 0, updated: 0, unchanged: first.created, changes: [] });
  assertEquals(await contentsOf(studio.store), before);
});

Deno.test("setup: an empty document and an empty client change nothing", async () => {
  const studio = await openStudio();
  await apply(studio, DOCUMENT);
  const before = await contentsOf(studio.store);
  for (const setup of [{}, { clients: [] }, { clients: [{ name: "acme SOLAR" }] }]) {
    const { changes } = await apply(studio, setup);
    if (setup.clients?.length) assertEquals(changes, ["updated client acme SOLAR"]);
    else assertEquals([changes, await contentsOf(studio.store)], [[], before]);
  }
});

const PARTS: [string, Omit<ClientSetup, "name">, string[]][] = [
  ["a tariff", { tariff: { currency: "USD", perMinute: "0.15" } }, ["updated client Acme Solar"]],
  ["expected costs", { phoneRates: { us: "0.0085", default: "0.1" } }, [
    "updated client Acme Solar",
  ]],
  ["a cap", { rules: { maxPricePerMinute: "0.2" } }, ["updated client Acme Solar"]],
  ["a rule", { rules: { maxConcurrentCalls: 5 } }, ["updated client Acme Solar"]],
  ["a role's permissions", { roles: [{ name: "agent", permissions: [] }] }, ["updated role agent"]],
  ["a user's role", {
    users: [{ email: "BO@acme.example", name: "Bo", role: "Manager" }],
  }, ["updated user bo@acme.example"]],
  ["a campaign's status", { campaigns: [{ name: "Spring", status: "paused" }] }, [
    "updated campaign Spring",
  ]],
  ["a campaign's rule", { campaigns: [{ name: "Spring", rules: { autoDial: true } }] }, [
    "updated campaign Spring",
  ]],
  ["an assistant's cost", { assistants: [{ name: "Nova", operationalPerMinute: "0.06" }] }, [
    "updated assistant Nova",
  ]],
  ["an assistant's webhook", {
    assistants: [{ name: "Nova", webhook: { platform: "vapi", secret: "0123456789abcdef" } }],
  }, ["updated assistant Nova"]],
  ["a type's description", { recordTypes: [{ name: "Lead", description: "" }] }, [
    "updated record type Lead",
  ]],
  ["a payment", { topUps: [{ reference: "INV-2", amount: "1" }] }, [
    "topped up Acme Solar by 1 USD",
  ]],
];
for (const [what, part, changes] of PARTS) {
  Deno.test(`setup: ${what} alone may be named, and the rest stays`, async () => {
    const studio = await openStudio();
    await apply(studio, DOCUMENT);
    const before = acme(await contentsOf(studio.store));
    await studio.clock.advance(60_000);
    const report = await apply(studio, { clients: [{ name: ACME.name, ...part }] });
    assertEquals(report.changes, changes);
    const after = acme(await contentsOf(studio.store));
    const keys = Object.keys(before) as (keyof typeof before)[];
    const changed = keys.filter((key) => !Object.is(text(before[key]), text(after[key])));
    assertEquals(changed.length, 1, changed.join());
    for (const key of ["campaigns", "assistants", "users", "roles", "types"] as const) {
      const ids = (rows: { id: string }[]) => rows.map(({ id }) => id).toSorted();
      assertEquals(ids(after[key]), ids(before[key]));
    }
  });
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, each) => typeof each === "bigint" ? `${each}n` : each);
}

Deno.test("setup: a partial rule keeps the rules beside it", async () => {
  const studio = await openStudio();
  await apply(studio, DOCUMENT);
  await apply(studio, {
    clients: [{ name: ACME.name, campaigns: [{ name: "spring", rules: { maxAttempts: 9 } }] }],
  });
  const [{ name, rules, description, updatedAt }] = acme(await contentsOf(studio.store)).campaigns;
  assertEquals([name, rules.maxAttempts, rules.maxConcurrentCalls, rules.window], [
    "spring",
    9,
    3,
    null,
  ]);
  assertEquals([description, updatedAt], [ACME.campaigns![0].description!, minutes(0)]);
});

Deno.test("setup: a known number that must not be called is marked, and nothing else of it changed", async () => {
  const studio = await openStudio();
  await apply(studio, DOCUMENT);
  const before = acme(await contentsOf(studio.store)).records.find(({ name }) => name === "Cy")!;
  await studio.clock.advance(60_000);
  const contact = { ...ACME.records![0], name: "Cyrus", doNotCall: true };
  const unwanted = { clients: [{ name: ACME.name, records: [contact] }] };
  const report = await apply(studio, unwanted);
  assertEquals(report.changes, ["marked record Cyrus as do not call"]);
  assertEquals([report.created, report.updated], [0, 1]);
  const { records, listed } = acme(await contentsOf(studio.store));
  const i = records.findIndex(({ name }) => name === "Cy");
  const now = studio.clock.now();
  assertEquals(records[i], { ...before, doNotCallAt: now, updatedAt: now });
  assertEquals(listed[i], true);
  await studio.clock.advance(60_000);
  assertEquals((await apply(studio, unwanted)).changes, []);
  assertEquals((await apply(studio, DOCUMENT)).changes, []);
  assertEquals(acme(await contentsOf(studio.store)).records, records);
});

Deno.test("setup: who joins a client later is moved there, and stays when named unassigned again", async () => {
  const studio = await openStudio();
  await apply(studio, DOCUMENT);
  const user = { email: "uli@nowhere.example", name: "Uli", role: "Agent" };
  await apply(studio, { clients: [{ name: ACME.name, users: [user] }] });
  await apply(studio, DOCUMENT);
  const { users } = acme(await contentsOf(studio.store));
  assert(users.some(({ email }) => email === user.email));
});
Deno.test("setup: a client that was set up can call", async () => {
  const studio = await openStudio();
  const { app, gateway } = studio;
  await apply(studio, DOCUMENT);
  const { campaigns, records, client } = acme(await contentsOf(studio.store));
  const rules = { window: null };
  await apply(studio, {
    clients: [{
      name: ACME.name,
      rules,
      campaigns: [{ name: "Spring", rules: { requireConsent: false } }],
    }],
  });
  const admin = { ...studio.admin, clientId: client.id };
  const cy = records.find(({ name }) => name === "Cy")!;
  const wish = { recordUuid: cy.id, campaignUuid: campaigns[0].id };
  const { order } = await app.callOrders.create(admin, wish);
  await app.calls.initiate(admin, { callOrderUuid: order.id });
  assertEquals(gateway.dialled.map(({ to }) => to), ["+14155550132"]);
});
