/**
 * Two companies in a database that a server process serves, the first ready to call somebody.
 *
 * @module
 */
import { SystemClock } from "../../adapters/clock.ts";
import { NumberingPlans } from "../../adapters/phone_numbers.ts";
import type { Lanes } from "../../adapters/postgres/lanes.ts";
import { PostgresUnitOfWork } from "../../adapters/postgres/unit_of_work.ts";
import { issueToken } from "../../src/access/manage_tokens.ts";
import { operator } from "../../src/access/principal.ts";
import { createCallOrder } from "../../src/call_orders/create_call_order.ts";
import { listCampaigns } from "../../src/campaigns/queries.ts";
import { listRecords } from "../../src/records/queries.ts";
import { applySetup } from "../../src/setup/apply_setup.ts";

/** Whom the first company calls; the simulated network finds the line busy. */
export const CONTACT = { name: "Bo Chen", phoneNumber: "+14155550002" };

const who = operator("test");

/** What use cases of the operator need, on a database. */
export function operatorPorts(lanes: Lanes) {
  return {
    uow: new PostgresUnitOfWork(lanes),
    clock: new SystemClock(),
    phoneNumbers: new NumberingPlans(),
  };
}

/** Two companies, and a token of each; the first has an order to call {@link CONTACT}. */
export async function setUpTwoCompanies(lanes: Lanes) {
  const ports = operatorPorts(lanes);
  const anything = { window: null, countries: null, requireConsent: false };
  const connection = { kind: "websocket" as const, url: "wss://agent.example.com/media" };
  const company = (name: string) => ({
    name,
    country: "US",
    tariff: { currency: "USD", setup: "0.01", perMinute: "0.10" },
    rules: anything,
    topUps: [{ reference: "first", amount: "1000" }],
    roles: [{ name: "Admin", admin: true }],
    users: [{ email: `ana@${name}.test`, name: "Ana", role: "Admin" }],
    recordTypes: [{ name: "Lead" }],
    assistants: [{ name: "Voice", operationalPerMinute: "0.05", connection }],
    campaigns: [{
      name: "Spring",
      status: "active" as const,
      assistant: "Voice",
      rules: anything,
    }],
    records: name === "acme" ? [{ recordType: "Lead", ...CONTACT }] : [],
  });
  await applySetup(ports, who, { clients: [company("acme"), company("globex")] });
  const { items: [{ record }] } = await listRecords(ports, who, {});
  const campaigns = await listCampaigns(ports, who, {});
  const campaign = campaigns.items.find((each) => each.campaign.clientId === record.clientId)!;
  const wish = { recordUuid: record.id, campaignUuid: campaign.campaign.id };
  const { order } = await createCallOrder(ports, who, wish);
  const token = (user: string) => issueToken(ports, who, { user, name: "test" });
  return { order, acme: await token("ana@acme.test"), globex: await token("ana@globex.test") };
}
