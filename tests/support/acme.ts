/**
 * Two companies through the operator's own use cases, for tests on a whole studio: each with a
 * campaign that may call anybody, records, and a token of its admin.
 *
 * @module
 */
import { operator } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import type { ClientSetup } from "../../src/setup/setup.ts";

/** A company that is ready to call. */
export interface ReadyCompany {
  clientId: string;
  /** An admin's. */
  token: string;
  campaignUuid: string;
  recordTypeUuid: string;
  recordUuids: string[];
}

const ANYTHING = {
  window: null,
  countries: null,
  requireConsent: false,
  maxConcurrentCalls: 1000,
};

/** Sets up a company; `area` (200-999) keeps its phone numbers apart from another's. */
export async function setUpCompany(
  app: App,
  name: string,
  area: number,
  records: number,
): Promise<ReadyCompany> {
  const who = operator("test");
  const email = `admin@${name.toLowerCase()}.test`;
  await app.setup.apply(who, { clients: [companySetup(name, email, area, records)] });
  const { secret } = await app.access.issueToken(who, { user: email, name: "test" });
  const admin = await app.access.authenticate(secret);
  const campaigns = await app.campaigns.list(admin, {});
  const types = await app.records.listTypes(admin, {});
  const { items } = await app.records.list(admin, { limit: 100 });
  return {
    clientId: admin.clientId ?? "",
    token: secret,
    campaignUuid: campaigns.items[0].campaign.id,
    recordTypeUuid: types.items[0].type.id,
    recordUuids: items.map(({ record }) => record.id),
  };
}

function companySetup(name: string, email: string, area: number, records: number): ClientSetup {
  return {
    name,
    country: "US",
    tariff: { currency: "USD", setup: "0.013", perMinute: "0.171717" },
    rules: ANYTHING,
    topUps: [{ reference: "first", amount: "1000" }],
    roles: [{ name: "Admin", admin: true }],
    users: [{ email, name: "Ana", role: "Admin" }],
    recordTypes: [{ name: "Lead" }],
    assistants: [{ name: "Voice", operationalPerMinute: "0.05" }],
    campaigns: [{ name: "Spring", status: "active", assistant: "Voice", rules: ANYTHING }],
    records: Array.from({ length: records }, (_, i) => ({
      recordType: "Lead",
      name: `${name} lead ${i}`,
      phoneNumber: `+1415${area}${String(1000 + i)}`,
    })),
  };
}
