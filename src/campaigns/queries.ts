/**
 * Reads of campaigns and their figures; none needs more than a valid token.
 *
 * @module
 */
import { type Principal, scopeOf } from "../access/principal.ts";
import type { Store } from "../app_ports.ts";
import type { Balance, NamedBalance } from "../billing/balance_service.ts";
import { notFound } from "../kernel/errors.ts";
import { requireId } from "../kernel/ids.ts";
import { type Page, pageRequest, toPage } from "../kernel/page.ts";
import { isStorable, searchText } from "../kernel/text.ts";
import type { Named } from "../records/record_repo.ts";
import type { CampaignStatus } from "./campaign.ts";
import type { CampaignView } from "./campaign_repo.ts";
import type { CampaignStats, CostSums } from "./stats.ts";
import type { OutcomeSummary } from "./stats_repo.ts";

/** Campaigns whose figures one answer carries. */
export const MAX_CAMPAIGNS = 500;
/** Different values of an outcome that one answer carries. */
export const VALUES_PER_OUTCOME = 25;
const MAX_SUGGESTIONS = 100;

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
