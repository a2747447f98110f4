/**
 * A setup document as an operator may write it.
 *
 * @module
 */
import type { ClientSetup, Setup } from "../../src/setup/setup.ts";

/** A client with one of everything, written as carelessly as people do. */
export const ACME: ClientSetup = {
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

/** A whole document. */
export const DOCUMENT: Setup = {
  masters: [{ email: " olga@operator.example ", name: "Olga" }],
  unassigned: [{ email: "uli@nowhere.example", name: "Uli" }],
  clients: [ACME],
};
