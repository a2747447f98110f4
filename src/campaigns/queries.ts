/**
 * Reads of campaigns and their figures; none needs more than a valid token.
 *
 * @module
 */
import { type Principal, scopeOf } from "../access/principal.ts";
import type { Ports, Store } from "../app_ports.ts";
import type { Balance, NamedBalance } from "../billing/balance_service.ts";
import { invalid, notFound } from "../kernel/errors.ts";
import { requireId } from "../kernel/ids.ts";
import { type Page, pageRequest, toPage } from "../kernel/page.ts";
import { isStorable, searchText } from "../kernel/text.ts";
import type { Named } from "../records/record_repo.ts";
import type { CampaignStatus } from "./campaign.ts";
import type { CampaignView } from "./campaign_repo.ts";
import {
  type CampaignStats,
  type CostSums,
  dayFigures,
  dayOf,
  type DayStats,
  noFigures,
} from "./stats.ts";
import type { OutcomeSummary } from "./stats_repo.ts";

/** Campaigns whose figures one answer carries. */
export const MAX_CAMPAIGNS = 500;
/** Different values of an outcome that one answer carries. */
export const VALUES_PER_OUTCOME = 25;
/** Most days that one answer tells of. */
export const MAX_DAYS = 366;
const MAX_SUGGESTIONS = 100;
const DAY_MILLISECONDS = 86_400_000;

/** Which campaigns to list. */
export type CampaignListing = {
  search?: string;
  status?: CampaignStatus;
  page?: number;
  limit?: number;
};

/** A page of campaigns, newest first. @throws DomainError `invalid`. */
export async function listCampaigns(
  { uow }: Store,
  principal: Principal,
  { search, status, ...paging }: CampaignListing,
): Promise<Page<CampaignView>> {
  const request = pageRequest(paging);
  const filter = { search: searchText(search), status };
  return await uow.read(
    scopeOf(principal),
    async ({ campaigns }) => toPage(request, await campaigns.list(filter, request)),
  );
}

/** Campaigns whose name contains the text, for completions. */
export async function suggestCampaigns(
  { uow }: Store,
  principal: Principal,
  text: string,
): Promise<Named[]> {
  if (!isStorable(text)) return [];
  return await uow.read(
    scopeOf(principal),
    ({ campaigns }) => campaigns.suggest(text, MAX_SUGGESTIONS),
  );
}

/** A campaign with its names. @throws DomainError `not_found`. */
export async function getCampaign(
  { uow }: Store,
  principal: Principal,
  uuid: string,
): Promise<CampaignView> {
  const id = requireId("Campaign", uuid);
  const view = await uow.read(scopeOf(principal), ({ campaigns }) => campaigns.get(id));
  if (view === null) throw notFound("Campaign");
  return view;
}

/** A campaign's figures. @throws DomainError `not_found`. */
export async function campaignStats(
  { uow }: Store,
  principal: Principal,
  uuid: string,
): Promise<CampaignStats> {
  const id = requireId("Campaign", uuid);
  const stats = await uow.read(scopeOf(principal), (repos) => repos.stats.ofCampaign(id));
  if (stats === null) throw notFound("Campaign");
  return stats;
}

/** Figures of all campaigns, newest first, at most {@link MAX_CAMPAIGNS}. */
export async function allCampaignStats(
  { uow }: Store,
  principal: Principal,
): Promise<CampaignStats[]> {
  return await uow.read(scopeOf(principal), (repos) => repos.stats.all(MAX_CAMPAIGNS));
}

/** Which calls to count by day. */
export type DayListing = {
  /** All campaigns together when absent. */
  campaignUuid?: string;
  /** How many days, today included: 1 to {@link MAX_DAYS}. */
  days: number;
};

/**
 * Figures of the latest days, oldest first: one entry for each UTC day up to today's, also for those
 * without calls. A call counts for the day on which it was made (see `dayOf` in stats.ts).
 *
 * @throws DomainError `invalid`, `not_found`.
 */
export async function callsPerDay(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  principal: Principal,
  { campaignUuid, days }: DayListing,
): Promise<DayStats[]> {
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
    throw invalid("days", `must be a whole number from 1 to ${MAX_DAYS}`);
  }
  const id = campaignUuid === undefined ? null : requireId("Campaign", campaignUuid);
  const now = clock.now().getTime();
  const asked = Array.from(
    { length: days },
    (_, i) => dayOf(new Date(now - (days - 1 - i) * DAY_MILLISECONDS)),
  );
  const found = await uow.read(scopeOf(principal), async ({ campaigns, stats }) => {
    const [view, found] = await Promise.all([
      id === null ? undefined : campaigns.get(id),
      stats.days(id, asked[0], asked[days - 1]),
    ]);
    if (view === null) throw notFound("Campaign");
    return new Map(found.map((each) => [each.day, each]));
  });
  return asked.map((day) => found.get(day) ?? { ...dayFigures(noFigures()), day });
}

/** A campaign's outcomes, counted by name and value. @throws DomainError `not_found`. */
export async function campaignOutcomes(
  { uow }: Store,
  principal: Principal,
  uuid: string,
): Promise<CampaignView & { outcomes: OutcomeSummary[] }> {
  const id = requireId("Campaign", uuid);
  return await uow.read(scopeOf(principal), async ({ campaigns, stats }) => {
    const [view, outcomes] = await Promise.all([
      campaigns.get(id),
      stats.outcomes(id, VALUES_PER_OUTCOME),
    ]);
    if (view === null) throw notFound("Campaign");
    return { ...view, outcomes };
  });
}

/** Balances that a master is shown at once. */
export const MAX_BALANCES = 100;

/** Costs of all campaigns together and one by one, and the client's balance. */
export type TotalCosts = {
  totals: CostSums[];
  /** Newest first, at most {@link MAX_CAMPAIGNS}. */
  campaigns: CampaignStats[];
  /** Null for a master, who looks at many clients. */
  balance: Balance | null;
  /** Of a master's clients by name, at most {@link MAX_BALANCES}; empty for everybody else. */
  balances: NamedBalance[];
};

/** What calling has cost, over all campaigns. */
export async function totalCosts({ uow }: Store, principal: Principal): Promise<TotalCosts> {
  const { clientId } = principal;
  return await uow.read(scopeOf(principal), async ({ stats, balance }) => {
    const [totals, campaigns, own, balances] = await Promise.all([
      stats.totalCosts(),
      stats.all(MAX_CAMPAIGNS),
      clientId === null ? null : balance.get(clientId),
      clientId === null ? balance.list(MAX_BALANCES) : [],
    ]);
    return { totals, campaigns, balance: own, balances };
  });
}
