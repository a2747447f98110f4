import { z } from "zod";
import { CAMPAIGN_STATUSES } from "../../../src/campaigns/campaign.ts";
import { MAX_SEARCH } from "../../../src/kernel/text.ts";
import { defineTool, READS } from "../define_tool.ts";
import { choice, paging, text } from "../fields.ts";
import { cut, type Reduction, shortenRows, without } from "../present/fit_page.ts";
import { compact, owned, ownerOf, paged, pageOf, time } from "../present/wire.ts";

const listed = z.object({
  uuid: z.string(),
  name: z.string(),
  description: z.string().optional(),
  status: z.string(),
  assistantName: z.string(),
  autoDial: z.boolean(),
  createdAt: z.string(),
  ...owned,
});

const REDUCTIONS: Reduction<z.input<typeof listed>>[] = [{
  notice: "long descriptions are cut off; ask for a smaller limit",
  reduce: (row) => cut(row, 60, "description"),
}, {
  notice: "descriptions are left out, long names cut off; ask for a smaller limit",
  reduce: (row) => cut(without(row, "description"), 60, "name", "assistantName"),
}];

/** `list-campaigns` */
export const listCampaigns = defineTool({
  name: "list-campaigns",
  title: "List campaigns",
  description: "List campaigns, newest first. Use it to learn the uuids for call orders and " +
    "resources. Only active campaigns make calls. Next: create-call-order.",
  hints: READS,
  permission: null,
  toolset: "discovery",
  input: z.object({
    search: text(`Any part of the name, up to ${MAX_SEARCH} characters`).optional(),
    status: choice(CAMPAIGN_STATUSES, "Filter by status").optional(),
    ...paging,
  }),
  output: z.object({
    campaigns: z.array(listed),
    ...paged,
    notice: z.string().optional(),
  }),
  async call({ app, principal }, input) {
    const page = await app.campaigns.list(principal, input);
    const campaigns = page.items.map(({ campaign, assistantName, clientName }) =>
      compact({
        uuid: campaign.id,
        name: campaign.name,
        description: campaign.description,
        status: campaign.status,
        assistantName,
        autoDial: campaign.rules.autoDial,
        createdAt: time(campaign.createdAt),
        ...ownerOf(principal, campaign, clientName),
      })
    );
    return { campaigns, ...pageOf(page) };
  },
  shorten: shortenRows("campaigns", REDUCTIONS),
});
