/**
 * The demo's other companies: one in another country and currency, and one that has not paid in.
 *
 * @module
 */
import type { ClientSetup } from "../../src/setup/setup.ts";
import { magicRecords } from "./brightline.ts";

/** Name of the second company. */
export const HARBOUR = "Harbour Dental Care";
/** Its main campaign. */
export const REMINDERS = "Check-up Reminders";
/** Name of the company without balance. */
export const PAPER_KITE = "Paper Kite Travel";
/** Its only campaign. */
export const LATE_DEALS = "Late Summer Deals";

const LIBERAL = {
  window: null,
  countries: null,
  requireConsent: false,
  maxConcurrentCalls: 50,
};

/** A dentists' group in the United Kingdom. */
export const harbour: ClientSetup = {
  name: HARBOUR,
  country: "GB",
  tariff: { currency: "GBP", perMinute: "0.09", incrementSeconds: 60 },
  rules: LIBERAL,
  topUps: [{ reference: "HD-318", amount: "800.00" }],
  roles: [
    { name: "Admin", admin: true },
    { name: "Reception", permissions: ["calls.view", "calls.manage"] },
  ],
  users: [
    { email: "oliver.grant@harbourdental.example", name: "Oliver Grant", role: "Admin" },
    { email: "priya.shah@harbourdental.example", name: "Priya Shah", role: "Reception" },
  ],
  recordTypes: [{ name: "Patient", description: "People who were seen in the last three years" }],
  assistants: [{
    name: "Pearl",
    outcomes: [
      {
        name: "wants_appointment",
        type: "boolean",
        description: "Whether the contact wants an appointment",
      },
      { name: "preferred_date", type: "date", description: "Day that suits the contact" },
      {
        name: "reason",
        type: "choice",
        description: "What the contact wants to come for",
        choices: ["check_up", "cleaning", "pain", "something_else"],
      },
    ],
    operationalPerMinute: "0.035",
  }],
  campaigns: [
    {
      name: "Whitening Offer",
      description: "Offer whitening to patients after their check-up",
      status: "paused",
      assistant: "Pearl",
    },
    {
      name: REMINDERS,
      description: "Remind patients of their half-yearly check-up",
      status: "active",
      assistant: "Pearl",
      rules: { ...LIBERAL, maxAttempts: 5 },
    },
  ],
  // +44 20 7946 0000 to 0999 are set aside for fiction.
  records: magicRecords("Patient", "+44207946", ["0001", "0002", "0003", "0005"]),
};

/** A travel agency that has not paid in yet: its calls are refused for lack of balance. */
export const paperKite: ClientSetup = {
  name: PAPER_KITE,
  country: "US",
  tariff: { currency: "USD", perMinute: "0.15" },
  rules: LIBERAL,
  roles: [{ name: "Admin", admin: true }],
  users: [{ email: "bea.lund@paperkite.example", name: "Bea Lund", role: "Admin" }],
  recordTypes: [{ name: "Traveller", description: "People who booked a trip before" }],
  assistants: [{
    name: "Compass",
    outcomes: [{
      name: "interested",
      type: "boolean",
      description: "Whether the contact is interested in a trip",
    }],
    operationalPerMinute: "0.05",
  }],
  campaigns: [{
    name: LATE_DEALS,
    description: "Offer last-minute trips to earlier travellers",
    status: "active",
    assistant: "Compass",
    rules: LIBERAL,
  }],
  records: magicRecords("Traveller", "+1206555", ["0001", "0003"]),
};
