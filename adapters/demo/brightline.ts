/**
 * The demo's first company, whose main campaign lets a newcomer call anybody at any hour.
 *
 * @module
 */
import type { ClientSetup, RecordSetup } from "../../src/setup/setup.ts";

/** Name of the company. */
export const BRIGHTLINE = "Brightline Solar";

/** Calls at any hour, anywhere, without consent on file: what a newcomer tries first. */
export const MAIN_CAMPAIGN = "Spring Solar Quotes";
/**
 * Shows the rules at work: window, countries, a cap, and the server dials by itself. It may call
 * countries all round the globe, so that it is daytime in one of them at any moment.
 */
export const RULED_CAMPAIGN = "Annual Check-ups";
/** In the middle of its list. */
export const PAUSED_CAMPAIGN = "Battery Upgrade";
/** Not begun. */
export const DRAFT_CAMPAIGN = "Heat Pump Launch";
/** Over. */
export const FINISHED_CAMPAIGN = "Winter Storm Follow-up";

/** Contacts whose number decides how a call to them goes. */
const MAGIC: [last: string, name: string, whatHappens: string][] = [
  ["0001", "Ivy Interested", "Answers and is interested"],
  ["0002", "Bruno Busy", "The line is busy"],
  ["0003", "Nora Noanswer", "Nobody answers"],
  ["0004", "Ivan Invalid", "The number does not exist"],
  ["0005", "Vera Voicemail", "A machine answers"],
  ["0006", "Otto Optout", "Answers and asks not to be called again"],
  ["0007", "Una Unreachable", "The phone network refuses: provider unavailable"],
  ["0008", "Tom Timeout", "The phone network does not answer in time, but dials"],
  ["0009", "Hana Hangup", "Hangs up after two seconds"],
  ["0010", "Lena Longcall", "Talks for an hour"],
];

/** A contact for each magic number, beginning with what comes before the last four digits. */
export function magicRecords(
  recordType: string,
  prefix: string,
  numbers = MAGIC.map(([last]) => last),
): RecordSetup[] {
  return MAGIC.filter(([last]) => numbers.includes(last)).map(([last, name, whatHappens]) => ({
    recordType,
    name: `${name} (${last})`,
    phoneNumber: `${prefix}${last}`,
    email: `${name.toLowerCase().replace(" ", ".")}@example.com`,
    firstName: name.split(" ")[0],
    lastName: name.split(" ")[1],
    parameters: { whatHappens },
  }));
}

/** A solar installer in the United States. */
export const brightline: ClientSetup = {
  name: BRIGHTLINE,
  country: "US",
  tariff: { currency: "USD", setup: "0.02", perMinute: "0.12", incrementSeconds: 1 },
  phoneRates: { US: "0.014", default: "0.08" },
  rules: { window: null, countries: null, requireConsent: false, maxConcurrentCalls: 200 },
  topUps: [
    { reference: "BL-2041", amount: "1500.00" },
    { reference: "BL-2107", amount: "1500.00" },
    { reference: "BL-2188", amount: "2000.00" },
  ],
  roles: [
    { name: "Admin", admin: true },
    { name: "Agent", permissions: ["calls.view", "calls.manage"] },
    { name: "Viewer", permissions: ["calls.view"] },
    { name: "Trainee", permissions: [] },
  ],
  users: [
    { email: "maya.torres@brightline.example", name: "Maya Torres", role: "Admin" },
    { email: "sam.okafor@brightline.example", name: "Sam Okafor", role: "Agent" },
    { email: "lena.fischer@brightline.example", name: "Lena Fischer", role: "Viewer" },
    { email: "noah.kim@brightline.example", name: "Noah Kim", role: "Trainee" },
  ],
  recordTypes: [
    { name: "Lead", description: "Homeowners who asked for a quote or were met at a fair" },
    { name: "Customer", description: "Homeowners with a Brightline system on their roof" },
  ],
  assistants: [
    {
      name: "Sunny",
      outcomes: [
        {
          name: "interested",
          type: "boolean",
          description: "Whether the contact is interested in a quote",
        },
        {
          name: "budget",
          type: "number",
          description: "The contact's budget for the system in dollars",
        },
        {
          name: "callback_date",
          type: "date",
          description: "When the contact wants to be called by an adviser",
        },
        {
          name: "objection",
          type: "choice",
          description: "What holds the contact back most",
          choices: ["price", "timing", "roof", "landlord", "not_interested", "none"],
        },
      ],
      operationalPerMinute: "0.045",
    },
    {
      name: "Ray",
      outcomes: [
        {
          name: "visit_wanted",
          type: "boolean",
          description: "Whether the contact wants a technician to come",
        },
        {
          name: "satisfaction",
          type: "number",
          description: "The contact's satisfaction with the system on a scale from 1 to 10",
        },
        { name: "visit_date", type: "date", description: "Day on which the contact is at home" },
        { name: "remark", type: "text", description: "Anything else the contact wants to say" },
      ],
      operationalPerMinute: "0.045",
    },
  ],
  campaigns: [
    {
      name: FINISHED_CAMPAIGN,
      description: "Ask customers whether their system came through the storms",
      status: "finished",
      assistant: "Ray",
      rules: { window: null, countries: null, requireConsent: false, maxAttempts: 3 },
    },
    {
      name: RULED_CAMPAIGN,
      description: "Arrange the yearly check of customers' systems; scheduled orders are dialled " +
        "by the server itself, 8:00 to 20:00 in the callee's own time, in eleven countries",
      status: "active",
      assistant: "Ray",
      rules: {
        window: { start: "08:00", end: "20:00", days: [1, 2, 3, 4, 5, 6, 7] },
        countries: ["US", "CA", "BR", "GB", "DE", "AE", "IN", "SG", "JP", "AU", "NZ"],
        requireConsent: false,
        maxConcurrentCalls: 2,
        maxPricePerMinute: "0.20",
        autoDial: true,
        maxAttempts: 3,
        retryAfterMinutes: 60,
      },
    },
    {
      name: PAUSED_CAMPAIGN,
      description: "Offer customers a battery; paused until prices are settled",
      status: "paused",
      assistant: "Sunny",
      rules: { window: null, countries: null, requireConsent: false, maxAttempts: 4 },
    },
    {
      name: DRAFT_CAMPAIGN,
      description: "Offer heat pumps to leads with oil heating",
      status: "draft",
      assistant: "Sunny",
    },
    {
      name: MAIN_CAMPAIGN,
      description: "Qualify leads and arrange a quote; any hour, any country",
      status: "active",
      assistant: "Sunny",
      rules: {
        window: null,
        countries: null,
        requireConsent: false,
        maxConcurrentCalls: 100,
        autoDial: false,
        maxAttempts: 10,
        ringSeconds: 30,
        maxCallSeconds: 3600,
      },
    },
  ],
  records: magicRecords("Lead", "+1415555"),
};
