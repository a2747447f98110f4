/**
 * Port: campaigns and their assistants.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";
import type { PageRequest, Slice } from "../kernel/page.ts";
import type { Named } from "../records/record_repo.ts";
import type { Assistant } from "./assistant.ts";
import type { Campaign, CampaignStatus } from "./campaign.ts";

/** Which campaigns to list. */
export type CampaignFilter = {
  /** Anywhere in the name, without regard to case. */
  search?: string;
  status?: CampaignStatus;
};

/** A campaign with the names that it refers to. */
export type CampaignView = {
  campaign: Campaign;
  assistantName: string;
  clientName: string;
};

/** Campaigns and assistants of the clients in scope. */
export interface CampaignRepo {
  /** The campaign with its names, or null. */
  get(id: Uuid): Promise<CampaignView | null>;
  /** A page of campaigns, newest first. */
  list(filter: CampaignFilter, page: PageRequest): Promise<Slice<CampaignView>>;
  /** Campaigns whose name contains the text, without regard to case, by name. */
  suggest(text: string, limit: number): Promise<Named[]>;
  /** The client's campaign of that name, in whatever case. */
  byName(clientId: Uuid, name: string): Promise<Campaign | null>;
  /** Inserts, or replaces what has the same id. */
  save(campaign: Campaign): Promise<void>;

  /** The assistant, or null. */
  getAssistant(id: Uuid): Promise<Assistant | null>;
  /** The client's assistant of that name, in whatever case. */
  assistantByName(clientId: Uuid, name: string): Promise<Assistant | null>;
  /** Every assistant, in the order of clients and names. */
  listAssistants(): Promise<Assistant[]>;
  /** Inserts, or replaces what has the same id. */
  saveAssistant(assistant: Assistant): Promise<void>;
}
