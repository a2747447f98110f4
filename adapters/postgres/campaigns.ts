/**
 * SQL of campaigns and their assistants.
 *
 * @module
 */
import type { AgentPlatform, AgentWebhook } from "../../src/campaigns/agent_webhook.ts";
import type {
  AgentConnection,
  Assistant,
  OutcomeDefinition,
} from "../../src/campaigns/assistant.ts";
import type { Campaign, CampaignStatus, DialingRules } from "../../src/campaigns/campaign.ts";
import type { CampaignRepo, CampaignView } from "../../src/campaigns/campaign_repo.ts";
import type { Uuid } from "../../src/kernel/ids.ts";
import { offsetOf } from "../../src/kernel/page.ts";
import type { Named } from "../../src/records/record_repo.ts";
import { type ClientFilter, owned, requireOwn } from "./client_filter.ts";
import { toSlice, type Total } from "./pages.ts";
import { containing } from "./search.ts";
import { fragment, json, type Sql } from "./sql.ts";

interface CampaignRow {
  id: Uuid;
  client_id: Uuid;
  assistant_id: Uuid;
  name: string;
  description: string | null;
  status: CampaignStatus;
  rules: DialingRules;
  created_at: Date;
  updated_at: Date;
}

interface Names {
  assistant_name: string;
  client_name: string;
}

interface AssistantRow {
  id: Uuid;
  client_id: Uuid;
  name: string;
  connection: AgentConnection;
  outcomes: OutcomeDefinition[];
  operational_per_minute: bigint;
  webhook_platform: AgentPlatform | null;
  webhook_secret: string | null;
  webhook_api_key: string | null;
  webhook_recording_hosts: string[];
  created_at: Date;
}

const CAMPAIGN =
  fragment`k.id, k.client_id, k.assistant_id, k.name, k.description, k.status, k.rules,
  k.created_at, k.updated_at`;
const NAMES = fragment`a.name as assistant_name, c.name as client_name`;
const ASSISTANT = fragment`a.id, a.client_id, a.name, a.connection, a.outcomes,
  a.operational_per_minute, a.webhook_platform, a.webhook_secret, a.webhook_api_key,
  a.webhook_recording_hosts, a.created_at`;

/** Campaigns and assistants of the client that the filter names. */
export function campaignRepo(sql: Sql, filter: ClientFilter): CampaignRepo {
  const own = owned(filter, fragment`k.client_id`);
  const ownAssistant = owned(filter, fragment`a.client_id`);

  return {
    async get(id) {
      const [row] = await sql<CampaignRow & Names>`
        select ${CAMPAIGN}, ${NAMES} from campaigns k
        join assistants a on a.client_id = k.client_id and a.id = k.assistant_id
        join clients c on c.id = k.client_id
        where k.id = ${id} and ${own}`;
      return row ? toView(row) : null;
    },
    async list({ search, status }, page) {
      const matching = search === undefined
        ? fragment`true`
        : fragment`lower(k.name) like lower(${containing(search)})`;
      const condition = fragment`${own} and ${matching}
        and ${status === undefined ? fragment`true` : fragment`k.status = ${status}`}`;
      const rows = await sql<CampaignRow & Names & Total>`
        select ${CAMPAIGN}, ${NAMES}, total
        from (select count(*)::int as total from campaigns k where ${condition}) as counted
        left join (
          select * from campaigns k where ${condition}
          order by k.created_at desc, k.id desc limit ${page.limit} offset ${offsetOf(page)}
        ) as k on true
        left join assistants a on a.client_id = k.client_id and a.id = k.assistant_id
        left join clients c on c.id = k.client_id
        order by k.created_at desc, k.id desc`;
      return toSlice(rows, toView);
    },
    async suggest(text, limit) {
      const rows = await sql<Named>`
        select k.id, k.name from campaigns k
        where ${own} and lower(k.name) like lower(${containing(text)})
        order by lower(k.name) collate "C", k.id limit ${limit}`;
      return [...rows];
    },
    async byName(clientId, name) {
      const [row] = await sql<CampaignRow>`
        select ${CAMPAIGN} from campaigns k
        where k.client_id = ${clientId} and lower(k.name) = lower(${name}) and ${own}`;
      return row ? toCampaign(row) : null;
    },
    async save(campaign) {
      requireOwn(filter, campaign.clientId);
      await sql`
        insert into campaigns (
          client_id, id, assistant_id, name, description, status, rules, created_at, updated_at
        ) values (
          ${campaign.clientId}, ${campaign.id}, ${campaign.assistantId}, ${campaign.name},
          ${campaign.description}, ${campaign.status}, ${json(campaign.rules)},
          ${campaign.createdAt}, ${campaign.updatedAt}
        ) on conflict (client_id, id) do update set
          assistant_id = excluded.assistant_id, name = excluded.name,
          description = excluded.description, status = excluded.status, rules = excluded.rules,
          created_at = excluded.created_at, updated_at = excluded.updated_at`;
    },

    async getAssistant(id) {
      const [row] = await sql<AssistantRow>`
        select ${ASSISTANT} from assistants a where a.id = ${id} and ${ownAssistant}`;
      return row ? toAssistant(row) : null;
    },
    async assistantByName(clientId, name) {
      const [row] = await sql<AssistantRow>`
        select ${ASSISTANT} from assistants a
        where a.client_id = ${clientId} and lower(a.name) = lower(${name}) and ${ownAssistant}`;
      return row ? toAssistant(row) : null;
    },
    async listAssistants() {
      const rows = await sql<AssistantRow>`
        select ${ASSISTANT} from assistants a where ${ownAssistant}
        order by a.client_id, lower(a.name) collate "C"`;
      return rows.map(toAssistant);
    },
    async saveAssistant(assistant) {
      requireOwn(filter, assistant.clientId);
      await sql`
        insert into assistants (
          client_id, id, name, connection, outcomes, operational_per_minute,
          webhook_platform, webhook_secret, webhook_api_key, webhook_recording_hosts, created_at
        ) values (
          ${assistant.clientId}, ${assistant.id}, ${assistant.name}, ${json(assistant.connection)},
          ${json(assistant.outcomes)}, ${assistant.operationalPerMinute},
          ${assistant.webhook?.platform ?? null}, ${assistant.webhook?.secret ?? null},
          ${assistant.webhook?.apiKey ?? null}, ${json(assistant.webhook?.recordingHosts ?? [])},
          ${assistant.createdAt}
        ) on conflict (client_id, id) do update set
          name = excluded.name, connection = excluded.connection, outcomes = excluded.outcomes,
          operational_per_minute = excluded.operational_per_minute,
          webhook_platform = excluded.webhook_platform,
          webhook_secret = excluded.webhook_secret,
          webhook_api_key = excluded.webhook_api_key,
          webhook_recording_hosts = excluded.webhook_recording_hosts,
          created_at = excluded.created_at`;
    },
  };
}

function toCampaign(row: CampaignRow): Campaign {
  return {
    id: row.id,
    clientId: row.client_id,
    assistantId: row.assistant_id,
    name: row.name,
    description: row.description,
    status: row.status,
    rules: row.rules,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toView(row: CampaignRow & Names): CampaignView {
  return {
    campaign: toCampaign(row),
    assistantName: row.assistant_name,
    clientName: row.client_name,
  };
}

function toAssistant(row: AssistantRow): Assistant {
  return {
    id: row.id,
    clientId: row.client_id,
    name: row.name,
    connection: row.connection,
    outcomes: row.outcomes,
    operationalPerMinute: row.operational_per_minute,
    webhook: toWebhook(row),
    createdAt: row.created_at,
  };
}

function toWebhook(row: AssistantRow): AgentWebhook | null {
  const { webhook_platform: platform, webhook_secret: secret, webhook_api_key: apiKey } = row;
  const recordingHosts = row.webhook_recording_hosts;
  if (platform === null || secret === null) return null;
  return {
    platform,
    secret,
    ...(apiKey === null ? {} : { apiKey }),
    ...(recordingHosts.length === 0 ? {} : { recordingHosts }),
  };
}
