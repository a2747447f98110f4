/**
 * The part of a setup document that is about record types, assistants and campaigns.
 *
 * @module
 */
import type { Client } from "../access/client.ts";
import { parsePrice } from "../billing/money.ts";
import {
  type AgentWebhook,
  MAX_RECORDING_HOSTS,
  requireApiKey,
  requireRecordingHost,
  requireWebhookSecret,
} from "../campaigns/agent_webhook.ts";
import type { Assistant } from "../campaigns/assistant.ts";
import { type Campaign, defaultDialingRules, type DialingRules } from "../campaigns/campaign.ts";
import { requireCount, requireRules } from "../compliance/require_rules.ts";
import { invalid } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { optionalText, requireText } from "../kernel/text.ts";
import type { AssistantSetup, CampaignSetup, ClientSetup } from "./setup.ts";
import { MAX_NAME, type SetupWork } from "./setup_work.ts";

const MAX_DESCRIPTION = 2000;

/** Creates and updates a client's record types, assistants and campaigns. */
export async function applyCampaigns(
  work: SetupWork,
  client: Client,
  { recordTypes = [], assistants = [], campaigns = [] }: ClientSetup,
  path: string,
): Promise<void> {
  for (const [i, type] of recordTypes.entries()) {
    await applyRecordType(work, client, type, `${path}.recordTypes[${i}]`);
  }
  for (const [i, assistant] of assistants.entries()) {
    await applyAssistant(work, client, assistant, `${path}.assistants[${i}]`);
  }
  for (const [i, campaign] of campaigns.entries()) {
    await applyCampaign(work, client, campaign, `${path}.campaigns[${i}]`);
  }
}

async function applyRecordType(
  { repos: { records }, upserts, now }: SetupWork,
  client: Client,
  setup: { name: string; description?: string },
  path: string,
): Promise<void> {
  const name = requireText(`${path}.name`, setup.name, MAX_NAME);
  const before = await records.typeByName(client.id, name);
  const after = {
    id: before?.id ?? newId(now),
    clientId: client.id,
    name,
    description: descriptionOf(setup, before, path),
    createdAt: before?.createdAt ?? now,
  };
  await upserts.save(`record type ${name}`, before, after, (row) => records.saveType(row));
}

async function applyAssistant(
  { repos: { campaigns }, upserts, now }: SetupWork,
  client: Client,
  setup: AssistantSetup,
  path: string,
): Promise<void> {
  const name = requireText(`${path}.name`, setup.name, MAX_NAME);
  const before = await campaigns.assistantByName(client.id, name);
  const outcomes = setup.outcomes ?? before?.outcomes ?? [];
  if (new Set(outcomes.map((outcome) => outcome.name)).size < outcomes.length) {
    throw invalid(`${path}.outcomes`, "names must differ");
  }
  const cost = setup.operationalPerMinute;
  const after: Assistant = {
    id: before?.id ?? newId(now),
    clientId: client.id,
    name,
    connection: setup.connection ?? before?.connection ?? { kind: "simulated" },
    outcomes,
    operationalPerMinute: cost === undefined
      ? before?.operationalPerMinute ?? 0n
      : parsePrice(`${path}.operationalPerMinute`, cost),
    webhook: setup.webhook === undefined
      ? before?.webhook ?? null
      : webhookOf(setup.webhook, `${path}.webhook`),
    createdAt: before?.createdAt ?? now,
  };
  const write = (row: Assistant) => campaigns.saveAssistant(row);
  await upserts.save(`assistant ${name}`, before, after, write);
}

function webhookOf(setup: AgentWebhook | null, path: string): AgentWebhook | null {
  if (setup === null) return null;
  const { platform, apiKey, recordingHosts = [] } = setup;
  const field = `${path}.recordingHosts`;
  if (recordingHosts.length > MAX_RECORDING_HOSTS) {
    throw invalid(field, `must be at most ${MAX_RECORDING_HOSTS}`);
  }
  const hosts = recordingHosts.map((host) => requireRecordingHost(field, host));
  return {
    platform,
    secret: requireWebhookSecret(`${path}.secret`, setup.secret),
    ...(apiKey === undefined ? {} : { apiKey: requireApiKey(`${path}.apiKey`, platform, apiKey) }),
    ...(hosts.length === 0 ? {} : { recordingHosts: hosts }),
  };
}

async function applyCampaign(
  { repos: { campaigns }, upserts, now }: SetupWork,
  client: Client,
  setup: CampaignSetup,
  path: string,
): Promise<void> {
  const name = requireText(`${path}.name`, setup.name, MAX_NAME);
  const before = await campaigns.byName(client.id, name);
  const assistantId = setup.assistant === undefined
    ? before?.assistantId
    : (await campaigns.assistantByName(client.id, setup.assistant.trim()))?.id;
  if (assistantId === undefined) {
    const problem = `must name an assistant of ${client.name}; add it under assistants`;
    throw invalid(`${path}.assistant`, problem);
  }
  const rules = { ...(before?.rules ?? defaultDialingRules(client.country)), ...setup.rules };
  const after: Campaign = {
    id: before?.id ?? newId(now),
    clientId: client.id,
    assistantId,
    name,
    description: descriptionOf(setup, before, path),
    status: setup.status ?? before?.status ?? "draft",
    rules: requireDialingRules(rules, `${path}.rules`),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  await upserts.save(`campaign ${name}`, before, after, (row) => campaigns.save(row));
}

function descriptionOf(
  { description }: { description?: string },
  before: { description: string | null } | null,
  path: string,
): string | null {
  return description === undefined
    ? before?.description ?? null
    : optionalText(`${path}.description`, description, MAX_DESCRIPTION);
}

function requireDialingRules(rules: DialingRules, path: string): DialingRules {
  requireCount(`${path}.maxAttempts`, rules.maxAttempts, 1, 100);
  requireCount(`${path}.retryAfterMinutes`, rules.retryAfterMinutes, 1, 43_200);
  requireCount(`${path}.ringSeconds`, rules.ringSeconds, 5, 120);
  requireCount(`${path}.maxCallSeconds`, rules.maxCallSeconds, 10, 14_400);
  return requireRules(rules, path);
}
