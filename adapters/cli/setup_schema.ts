/**
 * The shape of the setup file, key by key, with what each means. `setup.schema.json` is made of it.
 *
 * @module
 */
import { z } from "zod";
import { PERMISSIONS } from "../../src/access/principal.ts";
import {
  AGENT_PLATFORMS,
  MAX_RECORDING_HOSTS,
  MAX_WEBHOOK_SECRET,
  MIN_WEBHOOK_SECRET,
} from "../../src/campaigns/agent_webhook.ts";
import { CAMPAIGN_STATUSES } from "../../src/campaigns/campaign.ts";
import type { JsonObject } from "../../src/kernel/json.ts";

/** An object that knows its keys, and names them when it meets another. */
function strict<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown ${issue.keys.map((key) => `"${key}"`).join(", ")}; allowed: ${
          Object.keys(shape).join(", ")
        }`
        : undefined,
  });
}

const text = (about: string) => z.string().describe(about);
const name = (about: string) => z.string().min(1).max(200).describe(about);
const count = (min: number, max: number, about: string) =>
  z.int().min(min).max(max).describe(about);

const money = (about: string) =>
  z.string().regex(/^-?\d{1,10}(\.\d{1,6})?$/, {
    error: 'must be a decimal number in quotes with at most 10 digits and 6 places, such as "0.12"',
  }).describe(`${about} Decimal text, at most 10 digits and 6 places.`);

const country = z.string().regex(/^[A-Za-z]{2}$/, {
  error: "must be a two-letter country code such as US or AE",
});

const time = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, {
  error: "must be HH:MM, from 00:00 to 24:00",
});

const callRules = {
  window: strict({
    start: time.describe("First minute, HH:MM."),
    end: time.describe("First minute that is too late, HH:MM; 24:00 for the whole evening."),
    days: z.array(z.int().min(1).max(7)).min(1).describe("1 (Monday) to 7 (Sunday)."),
  }).nullable().optional().describe(
    "Hours of the callee's own day in which the phone may ring; null allows any hour. " +
      "New clients and campaigns: 09:00-20:00, Monday to Saturday.",
  ),
  countries: z.array(country).nullable().optional().describe(
    "ISO 3166-1 alpha-2 codes that may be called; null allows any. New ones: the client's own.",
  ),
  requireConsent: z.boolean().optional().describe(
    "Whether a record without consent on file may not be called. New ones: true.",
  ),
  maxConcurrentCalls: count(1, 10_000, "Calls that may be live at once. New ones: 10.").optional(),
  maxPricePerMinute: money(
    "Highest price per minute, of the tariff or of the phone network, at which a number may be " +
      "called; null allows any. New ones: null.",
  ).nullable().optional(),
};

const callCaps = {
  maxCallsPerMinute: count(1, 1_000_000, "Calls that may be started a minute; null allows any.")
    .nullable().optional(),
  maxCallsPerDay: count(1, 1_000_000, "Calls that may be started a day (UTC); null allows any.")
    .nullable().optional(),
  maxSpendPerDay: money("Money for the calls of a day (UTC); null allows any.").nullable()
    .optional(),
};

const dialingRules = strict({
  ...callRules,
  autoDial: z.boolean().optional().describe(
    "Whether the server dials orders with a scheduled time by itself. New campaigns: false.",
  ),
  maxAttempts: count(1, 100, "Calls that one order may take. New campaigns: 3.").optional(),
  retryAfterMinutes: count(1, 43_200, "Until a missed order is due again. New campaigns: 60.")
    .optional(),
  ringSeconds: count(5, 120, "Seconds that the phone rings. New campaigns: 30.").optional(),
  maxCallSeconds: count(
    10,
    14_400,
    "Seconds from the answer after which a call is ended; their price is reserved. New campaigns: 900.",
  ).optional(),
}).describe("How the campaign dials; the stricter of its and its client's rules wins.");

const outcome = {
  name: name("Unique within the assistant, such as interested."),
  description: text("What the assistant is to find out."),
};

const assistant = strict({
  name: name("Unique within the client."),
  connection: z.discriminatedUnion("kind", [
    strict({ kind: z.literal("simulated") }),
    strict({
      kind: z.literal("sip"),
      uri: z.string().regex(/^sips?:/i, { error: "must be a SIP URI such as sip:agent@host" }),
    }),
    strict({
      kind: z.literal("websocket"),
      url: z.string().regex(/^wss?:\/\//i, { error: "must be a wss:// URL" }),
    }),
    strict({
      kind: z.literal("conversation_relay"),
      url: z.string().regex(/^wss:\/\//i, { error: "must be a wss:// URL" }),
    }),
  ]).optional().describe("Where the voice agent is. New assistants: simulated."),
  outcomes: z.array(z.discriminatedUnion("type", [
    strict({
      ...outcome,
      type: z.literal("choice"),
      choices: z.array(z.string().min(1)).min(1).describe("The values that may come."),
    }),
    strict({ ...outcome, type: z.enum(["boolean", "number", "text", "date"]) }),
  ])).optional().describe("What the assistant extracts from each call. Replaces the whole list."),
  operationalPerMinute: money("What the agent's platform costs us, in the client's currency.")
    .optional(),
  webhook: strict({
    platform: z.enum(AGENT_PLATFORMS).describe("Whose words the reports are in."),
    secret: z.string().min(MIN_WEBHOOK_SECRET).max(MAX_WEBHOOK_SECRET).describe(
      "What signs the reports; known to the platform and the studio alone.",
    ),
    apiKey: z.string().min(1).max(200).optional().describe(
      "ElevenLabs' API key, which its recordings need.",
    ),
    recordingHosts: z.array(z.string().min(1).max(253)).max(MAX_RECORDING_HOSTS).optional()
      .describe(
        "Hosts, besides the platform's own, at which it keeps recordings; nothing else is fetched.",
      ),
  }).nullable().optional().describe(
    "How the voice agent's platform reports transcripts and outcomes; null for not at all. " +
      "New assistants: not at all.",
  ),
});

const campaign = strict({
  name: name("Unique within the client."),
  description: text("Why records are called.").optional(),
  status: z.enum(CAMPAIGN_STATUSES).optional().describe(
    "Only active campaigns dial; finished ones take no new orders. New campaigns: draft.",
  ),
  assistant: name("Name of one of the client's assistants; needed for a new campaign.").optional(),
  rules: dialingRules.optional(),
});

const record = strict({
  recordType: name("Name of one of the client's record types."),
  name: name("Full name."),
  phoneNumber: text("International (+14155550132), or national when country is given."),
  email: text("E-mail address.").optional(),
  firstName: text("First name.").optional(),
  lastName: text("Last name.").optional(),
  country: country.optional().describe("ISO 3166-1 alpha-2; the number's own when absent."),
  timeZone: text("IANA zone of the contact; the number's own when absent.").optional(),
  consent: strict({
    at: text("ISO-8601 with an offset."),
    source: text("Where it was given, in the client's own words."),
  }).optional().describe("Consent to be called by an artificial voice."),
  doNotCall: z.boolean().optional().describe("True for a contact who must not be called."),
  parameters: z.record(z.string(), z.json()).optional().describe("The client's own data."),
}).describe(
  "Added once: a record whose number the type has already is left as it is, " +
    "but for doNotCall, which marks it.",
);

const client = strict({
  name: name("Unique; how the client is found again."),
  country: country.optional().describe(
    "ISO 3166-1 alpha-2. Where national numbers of imports are from, and, unless rules say " +
      "otherwise, where its calls may go. Needed for a new client.",
  ),
  tariff: strict({
    currency: z.string().regex(/^[A-Z]{3}$/, { error: "must be an ISO 4217 code such as USD" })
      .describe("ISO 4217. Cannot change later."),
    setup: money("Once per answered call. Default 0.").optional(),
    perMinute: money("Per minute from the answer on."),
    incrementSeconds: count(1, 3600, "Seconds billed at a time. Default 60.").optional(),
  }).optional().describe("What the client pays. Needed for a new client."),
  phoneRates: z.record(
    z.string().regex(/^([A-Za-z]{2}|default)$/, {
      error: "must be a two-letter country code such as US, or default",
    }),
    money("Per minute, in the client's currency."),
  ).optional().describe(
    "What the phone network is expected to charge us, by the callee's country, and under default " +
      "for every other: an estimate until the provider tells. Replaces the whole list.",
  ),
  rules: strict({ ...callRules, ...callCaps }).optional().describe(
    "What every campaign of the client is held to, and caps on what it may start.",
  ),
  topUps: z.array(strict({
    reference: name("Makes the payment count once, such as an invoice number."),
    amount: money("Paid in, in the client's currency."),
  })).optional(),
  roles: z.array(strict({
    name: name("Unique within the client."),
    admin: z.boolean().optional().describe("Admin roles have every permission. Default false."),
    permissions: z.array(z.enum(PERMISSIONS)).optional(),
  })).optional(),
  users: z.array(strict({
    email: text("Unique, compared without case."),
    name: name("Display name."),
    role: name("Name of one of the client's roles."),
  })).optional(),
  recordTypes: z.array(strict({
    name: name("Unique within the client, such as Lead."),
    description: text("What such contacts are.").optional(),
  })).optional(),
  assistants: z.array(assistant).optional(),
  campaigns: z.array(campaign).optional(),
  records: z.array(record).optional(),
});

const person = {
  email: text("Unique, compared without case."),
  name: name("Display name."),
};

/** The whole document. */
export const setupSchema = strict({
  $schema: text("For editors; says nothing to the studio.").optional(),
  masters: z.array(strict(person)).optional().describe(
    "The operator's own people, who see every client.",
  ),
  unassigned: z.array(strict(person)).optional().describe(
    "People who belong to no client yet; nothing is open to them until a client lists them as users.",
  ),
  clients: z.array(client).optional(),
});

/** JSON Schema (draft 2020-12) of the setup file. */
export function setupJsonSchema(): JsonObject {
  const { $schema, ...rest } = z.toJSONSchema(setupSchema);
  const about = {
    title: "Setup file of Call Camp Studio",
    description: "Everything that an operator sets up, by name. Applying it again does no harm; " +
      "what it does not name stays as it is.",
  };
  return JSON.parse(JSON.stringify({ $schema, ...about, ...rest }));
}
