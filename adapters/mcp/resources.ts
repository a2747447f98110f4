/**
 * The seven resources: read-only figures and profiles, as JSON.
 *
 * @module
 */
import type { Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import { MAX_BALANCES, MAX_CAMPAIGNS } from "../../src/campaigns/queries.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { isUuid } from "../../src/kernel/ids.ts";
import { shown } from "../../src/kernel/text.ts";
import { fitDocument } from "./present/fit_document.ts";
import { presentAllCosts, presentBalance, presentBalances } from "./present/money.ts";
import { presentProfile, presentRecordOutcomes } from "./present/record_documents.ts";
import { presentCampaignCosts, presentCampaignOutcomes, presentStats } from "./present/stats.ts";

/** A resource, or (with `{uuid}` in its URI) a template of many. */
export interface Resource {
  /** As on the product page. */
  uri: string;
  name: string;
  title: string;
  description: string;
  /** What `{uuid}` names, and how it completes; null for a fixed resource. */
  of: "campaign" | "record" | null;
  /** Where the rest is, when the document is too long to be whole; absent when it never is. */
  rest?: string;
  /** The document; `uuid` is empty for a fixed resource. */
  read(app: App, principal: Principal, uuid: string): Promise<object>;
}

const TOTAL_CALLS = "total calls (every call that was placed, live and failed ones included)";

const NO_MARGIN = "Costs in another currency stand apart, and then there is no margin.";

const EACH = "each campaign has its own resource";

/** Where what a record's profile leaves out is in full. */
export const REST_OF_RECORD = "get-record has the fields, list-call-orders the orders, " +
  "get-call-details the calls in full";

/** As on the product page. */
export const RESOURCES: readonly Resource[] = [
  {
    uri: "studio://campaigns/stats",
    name: "campaigns-stats",
    title: "Statistics of all campaigns",
    description:
      `Per campaign: ${TOTAL_CALLS}, answered rate (0 to 1), average duration in seconds, ` +
      "total cost, calls by end reason, orders by status.",
    of: null,
    rest: EACH,
    async read(app, principal) {
      const all = await app.campaigns.allStats(principal);
      return { campaigns: all.map((stats) => presentStats(stats, principal)), ...cutOff(all) };
    },
  },
  {
    uri: "studio://campaigns/{uuid}/stats",
    name: "campaign-stats",
    title: "Statistics of a campaign",
    description: `Figures: ${TOTAL_CALLS}, answered rate (0 to 1), average duration in ` +
      "seconds, total cost, calls by end reason, orders by status.",
    of: "campaign",
    read: async (app, principal, uuid) =>
      presentStats(await app.campaigns.stats(principal, uuid), principal),
  },
  {
    uri: "studio://campaigns/{uuid}/outcomes",
    name: "campaign-outcomes",
    title: "Outcomes of a campaign",
    description: "Outcomes grouped by name: how many calls, and the most frequent values.",
    of: "campaign",
    rest: "get-call-outcomes has a call's in full",
    read: async (app, principal, uuid) =>
      presentCampaignOutcomes(await app.campaigns.outcomes(principal, uuid), principal),
  },
  {
    uri: "studio://records/{uuid}/outcomes",
    name: "record-outcomes",
    title: "Outcomes of a record",
    description: "Outcomes over all campaigns, grouped by name, each value with its campaign.",
    of: "record",
    rest: "get-call-outcomes has a call's in full",
    read: async (app, principal, uuid) =>
      presentRecordOutcomes(await app.records.outcomes(principal, uuid), principal),
  },
  {
    uri: "studio://records/{uuid}",
    name: "record",
    title: "Everything about a record",
    description: "Fields, call orders with their calls (status, duration, summary), outcomes, " +
      "latest 20 notes.",
    of: "record",
    rest: REST_OF_RECORD,
    read: async (app, principal, uuid) =>
      presentProfile(await app.records.profile(principal, uuid), principal),
  },
  {
    uri: "studio://campaigns/{uuid}/cost",
    name: "campaign-cost",
    title: "Cost of a campaign",
    description: `Operational cost, phone cost, total price, margin, and currency. ${NO_MARGIN}`,
    of: "campaign",
    read: async (app, principal, uuid) =>
      presentCampaignCosts(await app.campaigns.stats(principal, uuid), principal),
  },
  {
    uri: "studio://costs/total",
    name: "costs-total",
    title: "Cost of all campaigns",
    description:
      `Costs over all campaigns and per campaign, and the client's (for the operator: each one's) balance. ${NO_MARGIN}`,
    of: null,
    rest: EACH,
    async read(app, principal) {
      const { totals, campaigns, balance, balances } = await app.campaigns.totalCosts(principal);
      return {
        ...presentAllCosts(totals, balance?.currency ?? null),
        ...(balance === null ? {} : { balance: presentBalance(balance) }),
        ...presentBalances(balances, MAX_BALANCES),
        campaigns: campaigns.map((stats) => presentCampaignCosts(stats, principal)),
        ...cutOff(campaigns),
      };
    },
  },
];

/** Says so when there may be more campaigns than one document carries. */
function cutOff(campaigns: unknown[]): { omitted?: string } {
  return campaigns.length < MAX_CAMPAIGNS ? {} : {
    omitted: `campaigns before the latest ${MAX_CAMPAIGNS}; each has its own resource`,
  };
}

/** MIME type of every resource. */
export const RESOURCE_TYPE = "application/json";

/** The fixed resources as clients list them. */
export const LISTED_RESOURCES = RESOURCES.filter(({ of }) => of === null).map((resource) => {
  const { uri, name, title, description } = resource;
  return { uri, name, title, description, mimeType: RESOURCE_TYPE };
});

/** The templates as clients list them. */
export const LISTED_TEMPLATES = RESOURCES.filter(({ of }) => of !== null).map((resource) => {
  const { uri, name, title, description } = resource;
  return { uriTemplate: uri, name, title, description, mimeType: RESOURCE_TYPE };
});

/** A resource that a URI may name, whether or not there is such a campaign or record. */
export interface FoundResource {
  of: Resource["of"];
  /** In lower case; empty for a fixed resource. */
  uuid: string;
}

/** What a URI names; null for what is no resource, or no uuid. */
export function findResource(uri: string): FoundResource | null {
  for (const { uri: pattern, of } of RESOURCES) {
    const uuid = uuidIn(uri, pattern);
    if (uuid !== null && (of === null || isUuid(uuid))) return { of, uuid: uuid.toLowerCase() };
  }
  return null;
}

/** What stands for `{uuid}`, empty for a pattern without it; null when the URI is another one. */
function uuidIn(uri: string, pattern: string): string | null {
  const [before, after] = pattern.split("{uuid}");
  if (after === undefined) return uri === pattern ? "" : null;
  if (!uri.startsWith(before) || !uri.endsWith(after)) return null;
  const uuid = uri.slice(before.length, uri.length - after.length);
  return uuid.includes("/") ? null : uuid;
}

/**
 * The document behind a URI, shortened when it is longer than clients take.
 *
 * @throws DomainError `not_found` for a URI that is no resource, or names what the caller may not see.
 */
export async function readResource(app: App, principal: Principal, uri: string): Promise<object> {
  for (const resource of RESOURCES) {
    const { rest } = resource;
    const uuid = uuidIn(uri, resource.uri);
    if (uuid === null) continue;
    const document = await resource.read(app, principal, uuid);
    return rest === undefined ? document : fitDocument(document, rest);
  }
  throw new DomainError(
    "not_found",
    `There is no resource ${shown(uri)}. ` +
      `Resources: ${RESOURCES.map(({ uri }) => uri).join(", ")}`,
    { field: "uri" },
  );
}
