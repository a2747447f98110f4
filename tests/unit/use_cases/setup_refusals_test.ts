import type { AgentWebhook } from "../../../src/campaigns/agent_webhook.ts";
import { assertEquals } from "@std/assert";
import type { Setup } from "../../../src/setup/setup.ts";
import { openStudio, refused, refusedUnwritten, type Studio } from "../../support/studio.ts";
import { ACME, DOCUMENT } from "../../support/setup_document.ts";

async function apply(studio: Studio, setup: Setup) {
  return await studio.app.setup.apply(studio.master, setup);
}

const [USER] = ACME.users!;
const [CAMPAIGN] = ACME.campaigns!;
const BAD: [string, Setup, string][] = [
  [
    "a webhook's secret that is too short",
    {
      clients: [{
        ...ACME,
        assistants: [{ name: "Nova", webhook: { platform: "studio", secret: "hush" } }],
      }],
    },
    "clients[0].assistants[0].webhook.secret: must have from 16 to 200 characters, got 4",
  ],
  [
    "a webhook's secret that no header could carry",
    {
      clients: [{
        ...ACME,
        assistants: [{
          name: "Nova",
          webhook: { platform: "studio", secret: "sésame ouvre-toi !" },
        }],
      }],
    },
    "clients[0].assistants[0].webhook.secret: must be ASCII without spaces",
  ],
  ...([
    [
      "an API key of a platform that has none",
      { platform: "vapi", secret: "0123456789abcdef", apiKey: "hush" },
      "apiKey: is for the platform elevenlabs alone",
    ],
    [
      "an API key that no header could carry",
      { platform: "elevenlabs", secret: "0123456789abcdef", apiKey: "hush\r\nhush: 1" },
      "apiKey: must be 1 to 200 characters of ASCII without spaces",
    ],
    [
      "a recording host that is a URL",
      {
        platform: "studio",
        secret: "0123456789abcdef",
        recordingHosts: ["https://audio.example.com/"],
      },
      "recordingHosts: must be a host's name alone, such as recordings.example.com",
    ],
    [
      "too many recording hosts",
      { platform: "studio", secret: "0123456789abcdef", recordingHosts: Array(11).fill("a.b") },
      "recordingHosts: must be at most 10",
    ],
  ] as [string, AgentWebhook, string][]).map(([what, webhook, why]): [string, Setup, string] => [
    what,
    { clients: [{ ...ACME, assistants: [{ name: "Nova", webhook }] }] },
    `clients[0].assistants[0].webhook.${why}`,
  ]),
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
    'clients[0].tariff.perMinute: must be a decimal number with at most 10 digits and 6 places, got "1,5"',
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
    "clients[0].rules.maxPricePerMinute: must be a decimal number with at most 10 digits and 6 places, got " +
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
