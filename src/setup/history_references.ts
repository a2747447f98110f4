/**
 * The rows that history refers to, each looked up once.
 *
 * @module
 */
import type { Client } from "../access/client.ts";
import type { Assistant } from "../campaigns/assistant.ts";
import type { Campaign } from "../campaigns/campaign.ts";
import { invalid, notFound } from "../kernel/errors.ts";
import { requireId, type Uuid } from "../kernel/ids.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import type { ContactRecord } from "../records/record.ts";

/** What an order of the past refers to. */
export type OrderReferences = {
  record: ContactRecord;
  campaign: Campaign;
  assistant: Assistant;
  client: Client;
};

/** Something that names a record, and perhaps a campaign. */
export type Naming = {
  recordUuid: string;
  campaignUuid?: string;
};

/** Rows by the uuids that history names. */
export interface References {
  /** @throws DomainError `not_found`, or `invalid` when the campaign is another client's. */
  /** Of an order. */
  of(order: Naming & { campaignUuid: string }): OrderReferences;
  /** @throws DomainError `not_found`. */
  /** Of a note. */
  record(note: Naming): ContactRecord;
}

/** Looks up all that is named. @throws DomainError `not_found` for what is no uuid. */
export async function findReferences(repos: Repos, named: Naming[]): Promise<References> {
  const recordIds = named.map(({ recordUuid }) => requireId("Record", recordUuid));
  const campaignIds = named.flatMap(({ campaignUuid }) =>
    campaignUuid === undefined ? [] : [requireId("Campaign", campaignUuid)]
  );
  const [records, campaigns] = await Promise.all([
    lookUp(recordIds, async (id) => (await repos.records.get(id))?.record),
    lookUp(campaignIds, async (id) => (await repos.campaigns.get(id))?.campaign),
  ]);
  const [assistants, clients] = await Promise.all([
    lookUp(
      Array.from(campaigns.values(), ({ assistantId }) => assistantId),
      (id) => repos.campaigns.getAssistant(id),
    ),
    lookUp(
      Array.from(records.values(), ({ clientId }) => clientId),
      (id) => repos.access.getClient(id),
    ),
  ]);

  function record({ recordUuid }: Naming): ContactRecord {
    const found = records.get(recordUuid.toLowerCase());
    if (found === undefined) throw notFound("Record");
    return found;
  }

  return {
    record,
    of(order) {
      const contact = record(order);
      const campaign = campaigns.get(order.campaignUuid.toLowerCase());
      const assistant = campaign && assistants.get(campaign.assistantId);
      const client = clients.get(contact.clientId);
      if (!campaign || !assistant || !client) throw notFound("Campaign");
      if (campaign.clientId !== contact.clientId) {
        throw invalid("campaignUuid", "belongs to another client than the record");
      }
      return { record: contact, campaign, assistant, client };
    },
  };
}

async function lookUp<T>(
  ids: Uuid[],
  find: (id: Uuid) => Promise<T | null | undefined>,
): Promise<Map<Uuid, T>> {
  const found = await Promise.all(
    Array.from(new Set(ids), async (id) => [id, await find(id)] as const),
  );
  return new Map(found.flatMap(([id, row]) => row ? [[id, row]] : []));
}
