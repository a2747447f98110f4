import { assert, assertEquals } from "@std/assert";
import type { ClientSetup, Setup } from "../../../src/setup/setup.ts";
import { minutes } from "../../support/rows.ts";
import { openStudio, refused, refusedUnwritten, type Studio } from "../../support/studio.ts";
import { type Contents, contentsOf } from "../../support/watched_store.ts";

const ACME: ClientSetup = {
  name: "Acme Solar",
  country: "us",
  tariff: { currency: "USD", setup: "0.01", perMinute: "0.12", incrementSeconds: 6 },
  rules: { requireConsent: false, countries: ["us", "CA"] },
  topUps: [{ reference: "INV-1", amount: "250.50" }],
  roles: [
    { name: " Manager ", admin: true },
    { name: "Agent", permissions: ["calls.view"] },
  ],
  users: [
    { email: " ana@acme.example ", name: "Ana", role: "manager" },
    { email: "bo@acme.example", name: "Bo", role: " Agent" },
  ],
  recordTypes: [{ name: " Lead ", description: "Asked for a quote." }, { name: "Customer" }],
  assistants: [{
    name: " Nova ",
    outcomes: [{ name: "interested", type: "boolean", description: "Wants to hear more." }],
    operationalPerMinute: "0.05",
  }],
  campaigns: [{
    name: " Spring ",
    description: "Panels at a discount.",
    status: "active",
    assistant: "nova ",
    rules: { window: null, maxConcurrentCalls: 3, countries: ["us"] },
  }],
  records: [
    { recordType: "lead", name: "Cy", phoneNumber: "(415) 555-0132", country: "US" },
    { recordType: " Lead", name: "Di", phoneNumber: "+14155550133", doNotCall: true },
  ],
};
const DOCUMENT: Setup = {
  masters: [{ email: " olga@operator.example ", name: "Olga" }],
  unassigned: [{ email: "uli@nowhere.example", name: "Uli" }],
  clients: [ACME],
};

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

Deno.test("setup: who joins a client later is moved there, and stays when named unassigned again", async () => {
  const studio = await openStudio();
  await apply(studio, DOCUMENT);
  const user = { email: "uli@nowhere.example", name: "Uli", role: "Agent" };
  await apply(studio, { clients: [{ name: ACME.name, users: [user] }] });
  await apply(studio, DOCUMENT);
  const { users } = acme(await contentsOf(studio.store));
  assert(users.some(({ email }) => email === user.email));
});

const [USER] = ACME.users!;
const [CAMPAIGN] = ACME.campaigns!;
const BAD: [string, Setup, string][] = [
  ["an empty name", { clients: [{ ...ACME, name: " " }] }, "clients[0].name: must not be empty"],
  [
    "a new client without a country",
    { clients: [{ ...ACME, country: undefined }] },
    "clients[0].country: is needed for a new client",
  ],
  [
    "no country",
    { clients: [{ ...ACME, country: "USA" }] },
    'clients[0].country: must be a two-letter country code such as US or AE, got "USA"',
  ],
  [
    "a new client without a tariff",
    { clients: [ACME, { name: "Beta", country: "DE" }] },
    "clients[1].tariff: is needed for a new client",
  ],
  [
    "no currency",
    { clients: [{ ...ACME, tariff: { currency: "usd", perMinute: "1" } }] },
    "clients[0].tariff.currency: must be an ISO 4217 code such as USD",
  ],
  [
    "no price",
    { clients: [{ ...ACME, tariff: { currency: "USD", perMinute: "1,5" } }] },
    'clients[0].tariff.perMinute: must be a decimal number with at most 6 places, got "1,5"',
  ],
  [
    "a price below zero",
    { clients: [{ ...ACME, tariff: { currency: "USD", perMinute: "-1" } }] },
    "clients[0].tariff.perMinute: must not be below 0",
  ],
  [
    "no increment",
    { clients: [{ ...ACME, tariff: { currency: "USD", perMinute: "1", incrementSeconds: 0 } }] },
    "clients[0].tariff.incrementSeconds: must be a whole number from 1 to 3600",
  ],
  [
    "a window that ends before it starts",
    { clients: [{ ...ACME, rules: { window: { start: "20:00", end: "09:00", days: [1] } } }] },
    "clients[0].rules.window: start and end must be HH:MM with start before end",
  ],
  [
    "no country to call",
    { clients: [{ ...ACME, rules: { countries: ["US", "Germany"] } }] },
    'clients[0].rules.countries: must be a two-letter country code such as US or AE, got "Germany"',
  ],
  [
    "no calls at all",
    { clients: [{ ...ACME, rules: { maxConcurrentCalls: 0 } }] },
    "clients[0].rules.maxConcurrentCalls: must be a whole number from 1 to 10000",
  ],
  [
    "a payment of nothing",
    { clients: [{ ...ACME, topUps: [...ACME.topUps!, { reference: "INV-2", amount: "0" }] }] },
    "clients[0].topUps[1].amount: must be more than 0",
  ],
  [
    "a payment without a reference",
    { clients: [{ ...ACME, topUps: [{ reference: " ", amount: "1" }] }] },
    "clients[0].topUps[0].reference: must not be empty",
  ],
  [
    "a role without a name",
    { clients: [{ ...ACME, roles: [{ name: "" }] }] },
    "clients[0].roles[0].name: must not be empty",
  ],
  [
    "a user without an address",
    { clients: [{ ...ACME, users: [USER, { ...USER, email: "ana" }] }] },
    "clients[0].users[1].email: must be an e-mail address such as ana@example.com, " +
    'got "ana"',
  ],
  [
    "a user without a name",
    { clients: [{ ...ACME, users: [{ ...USER, name: "" }] }] },
    "clients[0].users[0].name: must not be empty",
  ],
  [
    "an unknown role",
    { clients: [{ ...ACME, users: [{ ...USER, role: "Boss" }] }] },
    "clients[0].users[0].role: no role Boss in client Acme Solar; add it under roles",
  ],
  [
    "another client's user",
    { clients: [ACME, { ...ACME, name: "Beta", records: [] }] },
    "clients[1].users[0].email: ana@acme.example already belongs to another client or to the " +
    "operator",
  ],
  [
    "a master who is a client's user",
    { clients: [ACME], masters: [{ email: "x", name: "X" }] },
    'masters[0].email: must be an e-mail address such as ana@example.com, got "x"',
  ],
  [
    "a type without a name",
    { clients: [{ ...ACME, recordTypes: [{ name: "" }] }] },
    "clients[0].recordTypes[0].name: must not be empty",
  ],
  [
    "an assistant that costs less than nothing",
    { clients: [{ ...ACME, assistants: [{ name: "Nova", operationalPerMinute: "-0.01" }] }] },
    "clients[0].assistants[0].operationalPerMinute: must not be below 0",
  ],
  [
    "a rate that is none",
    { clients: [{ ...ACME, phoneRates: { US: "-0.01" } }] },
    "clients[0].phoneRates.US: must not be below 0",
  ],
  [
    "a rate of no country",
    { clients: [{ ...ACME, phoneRates: { USA: "0.01" } }] },
    'clients[0].phoneRates: must be a two-letter country code such as US or AE, got "USA"',
  ],
  [
    "a cap that is no price",
    { clients: [{ ...ACME, rules: { maxPricePerMinute: "cheap" } }] },
    "clients[0].rules.maxPricePerMinute: must be a decimal number with at most 6 places, got " +
    '"cheap"',
  ],
  [
    "two outcomes of one name",
    {
      clients: [{
        ...ACME,
        assistants: [{
          ...ACME.assistants![0],
          outcomes: [...ACME.assistants![0].outcomes!, ...ACME.assistants![0].outcomes!],
        }],
      }],
    },
    "clients[0].assistants[0].outcomes: names must differ",
  ],
  [
    "a campaign without an assistant",
    { clients: [{ ...ACME, campaigns: [{ name: "Autumn" }] }] },
    "clients[0].campaigns[0].assistant: must name an assistant of Acme Solar; add it under " +
    "assistants",
  ],
  [
    "a campaign with an unknown assistant",
    { clients: [{ ...ACME, campaigns: [CAMPAIGN, { name: "Autumn", assistant: "Vega" }] }] },
    "clients[0].campaigns[1].assistant: must name an assistant of Acme Solar; add it under " +
    "assistants",
  ],
  [
    "a rule out of range",
    { clients: [{ ...ACME, campaigns: [{ ...CAMPAIGN, rules: { ringSeconds: 1 } }] }] },
    "clients[0].campaigns[0].rules.ringSeconds: must be a whole number from 5 to 120",
  ],
  [
    "a record of an unknown type",
    { clients: [{ ...ACME, records: [{ ...ACME.records![0], recordType: "Patient" }] }] },
    "clients[0].records[0].recordType: no record type Patient in client Acme Solar; add it under " +
    "recordTypes",
  ],
  [
    "a bad record at the very end",
    { clients: [{ ...ACME, records: [...ACME.records!, { ...ACME.records![0], name: "" }] }] },
    "clients[0].records[2].name: must not be empty",
  ],
];
for (const [what, setup, message] of BAD) {
  Deno.test(`setup: ${what} is told with its path, and nothing is written`, async () => {
    const studio = await openStudio();
    const error = await refusedUnwritten(studio, () => apply(studio, setup), "invalid", message);
    assertEquals(error.details.field, message.slice(0, message.indexOf(": ")));
  });
}

Deno.test("setup: the currency of a client that has a balance stays", async () => {
  const studio = await openStudio();
  await apply(studio, DOCUMENT);
  const tariff = { currency: "EUR", perMinute: "0.10" };
  await refusedUnwritten(
    studio,
    () => apply(studio, { clients: [{ name: ACME.name, tariff }] }),
    "invalid",
    "clients[0].tariff.currency: cannot change once the client has a balance",
  );
});

Deno.test("setup: nobody becomes a master by being named, nor a master a client's", async () => {
  const studio = await openStudio();
  await apply(studio, DOCUMENT);
  const taken = "already belongs to another client or to the operator";
  await refusedUnwritten(
    studio,
    () => apply(studio, { masters: [{ email: "bo@acme.example", name: "Bo" }] }),
    "invalid",
    `masters[0].email: bo@acme.example ${taken}`,
  );
  const olga = { email: "olga@operator.example", name: "Olga", role: "Agent" };
  await refusedUnwritten(
    studio,
    () => apply(studio, { clients: [{ name: ACME.name, users: [olga] }] }),
    "invalid",
    `clients[0].users[0].email: olga@operator.example ${taken}`,
  );
});

Deno.test("setup: is the operator's alone", async () => {
  const studio = await openStudio();
  const { app, admin, master } = studio;
  const text = "Forbidden: Only the operator may do this";
  await refused(() => app.setup.apply(admin, {}), "forbidden", text);
  const reader = { ...master, readOnly: true };
  const readOnly = "Forbidden: This token is read-only";
  await refused(() => app.setup.apply(reader, {}), "forbidden", readOnly);
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
