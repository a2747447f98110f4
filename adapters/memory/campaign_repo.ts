import type { Assistant } from "../../src/campaigns/assistant.ts";
import type { Campaign } from "../../src/campaigns/campaign.ts";
import type { CampaignRepo, CampaignView } from "../../src/campaigns/campaign_repo.ts";
import { contains, createdAt, newestFirst, same, slice, suggest } from "./lists.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

/** Campaigns and their assistants. */
export function campaignRepo(tx: Transaction): AtOnce<CampaignRepo> {
  function view(campaign: Campaign): CampaignView {
    const assistant = tx.find("assistants", campaign.assistantId);
    const client = tx.find("clients", campaign.clientId);
    return { campaign, assistantName: assistant?.name ?? "", clientName: client?.name ?? "" };
  }

  return {
    get(id) {
      const campaign = tx.find("campaigns", id);
      return campaign && view(campaign);
    },
    list({ search, status }, page) {
      const found = tx.all("campaigns").filter((campaign) =>
        (status === undefined || campaign.status === status) &&
        (search === undefined || contains(campaign.name, search))
      );
      const { items, total } = slice(newestFirst(found, createdAt), page);
      return { items: items.map(view), total };
    },
    suggest(text, limit) {
      return suggest(tx.all("campaigns"), text, limit);
    },
    byName(clientId, name) {
      const campaigns = tx.all("campaigns");
      return campaigns.find((row) => row.clientId === clientId && same(row.name, name)) ?? null;
    },
    save(campaign) {
      const { id, clientId, assistantId, name } = campaign;
      tx.require("assistants", assistantId, clientId);
      tx.requireUnique("campaigns", id, (row) => row.clientId === clientId && same(row.name, name));
      tx.save("campaigns", id, clientId, campaign);
    },

    getAssistant(id) {
      return tx.find("assistants", id);
    },
    assistantByName(clientId, name) {
      const assistants = tx.all("assistants");
      return assistants.find((row) => row.clientId === clientId && same(row.name, name)) ?? null;
    },
    listAssistants() {
      const key = ({ clientId, name }: Assistant) => `${clientId} ${name.toLowerCase()}`;
      return tx.all("assistants").toSorted((a, b) => key(a) < key(b) ? -1 : 1);
    },
    saveAssistant(assistant) {
      const { id, clientId, name } = assistant;
      tx.require("clients", clientId, clientId);
      tx.requireUnique(
        "assistants",
        id,
        (row) => row.clientId === clientId && same(row.name, name),
      );
      tx.save("assistants", id, clientId, assistant);
    },
  };
}
