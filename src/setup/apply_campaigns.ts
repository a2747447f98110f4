/**
 * The part of a setup document that is about record types, assistants and campaigns.
 *
 * @module
 */
import type { Client } from "../access/client.ts";
import { formatMicros, parseMicros } from "../billing/money.ts";
import type { Assistant } from "../campaigns/assistant.ts";
import { type Campaign, defaultDialingRules, type DialingRules } from "../campaigns/campaign.ts";
import { requireCount, requireRules } from "../compliance/require_rules.ts";
import { invalid } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { optionalText, requireText } from "../kernel/text.ts";
import type { AssistantSetup, CampaignSetup, ClientSetup } from "./setup.ts";
import type { SetupWork } from "./setup_work.ts";

const MAX_NAME = 200;
const MAX_DESCRIPTION = 2000;

/** Creates and updates a client's record types, assistants and campaigns. */
export async function applyCampaigns(
  work: SetupWork,
  client: Client,
  setup: ClientSetup,
  path: string,
): Promise<void> {
  const { repos: { records, campaigns }, upserts, now } = work;
  for (const type of setup.recordTypes ?? []) {
    const before = await records.typeByName(client.id, type.name);
    const after = {
      id: before?.id ?? newId(now),
      clientId: client.id,
      name: requireText(`${path}.recordTypes`, type.name, MAX_NAME),
      description: type.description === undefined
        ? before?.description ?? null
        : optionalText(`${path}.recordTypes`, type.description, MAX_DESCRIPTION),
      createdAt: before?.createdAt ?? now,
    };
    await upserts.save(`record type ${type.name}`, before, after, (row) => records.saveType(row));
  }
  for (const assistant of setup.assistants ?? []) {
    const before = await campaigns.assistantByName(client.id, assistant.name);
    const after = assistantOf(work, client, assistant, before, path);
    await upserts.save(
      `assistant ${after.name}`,
      before,
      after,
      (row) => campaigns.saveAssistant(row),
    );
  }
  for (const campaign of setup.campaigns ?? []) {
    const before = await campaigns.byName(client.id, campaign.name);
    const after = await campaignOf(work, client, campaign, before, path);
    await upserts.save(`campaign ${after.name}`, before, after, (row) => campaigns.save(row));
  }
}

function assistantOf(
  { now }: SetupWork,
  client: Client,
  setup: AssistantSetup,
  before: Assistant | null,
  path: string,
): Assistant {
  const names = setup.outcomes?.map(({ name }) => name) ?? [];
  if (new Set(names).size < names.length) {
    throw invalid(`${path}.assistants`, `outcome names of ${setup.name} must differ`);
  }
  const cost = setup.operationalPerMinute ?? formatMicros(before?.operationalPerMinute ?? 0n);
  return {
    id: before?.id ?? newId(now),
    clientId: client.id,
    name: requireText(`${path}.assistants`, setup.name, MAX_NAME),
    connection: setup.connection ?? before?.connection ?? { kind: "simulated" },
    outcomes: setup.outcomes ?? before?.outcomes ?? [],
    operationalPerMinute: parseMicros(`${path}.assistants.operationalPerMinute`, cost),
    createdAt: before?.createdAt ?? now,
  };
}

async function campaignOf(
  { repos: { campaigns }, now }: SetupWork,
  client: Client,
  setup: CampaignSetup,
  before: Campaign | null,
  path: string,
): Promise<Campaign> {
  const assistant = setup.assistant === undefined
    ? null
    : await campaigns.assistantByName(client.id, setup.assistant);
  const assistantId = assistant?.id ?? (setup.assistant === undefined ? before?.assistantId : null);
  if (!assistantId) {
    throw invalid(
      `${path}.campaigns`,
      `${setup.name} needs the name of an assistant of ${client.name}; add it under assistants`,
    );
  }
  const rules = { ...(before?.rules ?? defaultDialingRules(client.country)), ...setup.rules };
  return {
    id: before?.id ?? newId(now),
    clientId: client.id,
    assistantId,
    name: requireText(`${path}.campaigns`, setup.name, MAX_NAME),
    description: setup.description === undefined
      ? before?.description ?? null
      : optionalText(`${path}.campaigns`, setup.description, MAX_DESCRIPTION),
    status: setup.status ?? before?.status ?? "draft",
    rules: requireDialingRules(rules, `${path}.campaigns.rules`),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

function requireDialingRules(rules: DialingRules, path: string): DialingRules {
  requireCount(`${path}.maxAttempts`, rules.maxAttempts, 1, 100);
  requireCount(`${path}.retryAfterMinutes`, rules.retryAfterMinutes, 1, 43_200);
  requireCount(`${path}.ringSeconds`, rules.ringSeconds, 5, 120);
  requireCount(`${path}.maxCallSeconds`, rules.maxCallSeconds, 10, 14_400);
  return requireRules(rules, path);
}
