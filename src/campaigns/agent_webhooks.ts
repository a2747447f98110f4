/**
 * Which assistants report, and by which secret a report is known to be theirs.
 *
 * @module
 */
import { type Principal, requireMaster } from "../access/principal.ts";
import type { Store } from "../app_ports.ts";
import { isUuid, type Uuid } from "../kernel/ids.ts";
import { type AgentPlatform, type AgentWebhook, recordingHostsOf } from "./agent_webhook.ts";
import type { Assistant } from "./assistant.ts";

/** An assistant as whoever reports for it is known. */
export type AgentRef = {
  clientId: Uuid;
  assistantId: Uuid;
};

/**
 * The webhook of an assistant, by which its caller is checked: nobody is known yet.
 *
 * @returns null when there is no such assistant, or it has no webhook.
 */
export async function findAgentWebhook(
  { uow }: Store,
  assistantUuid: string,
): Promise<{ agent: AgentRef; webhook: AgentWebhook } | null> {
  if (!isUuid(assistantUuid)) return null;
  const id = assistantUuid.toLowerCase();
  const assistant = await uow.read("all", ({ campaigns }) => campaigns.getAssistant(id));
  if (!assistant?.webhook) return null;
  const { clientId, webhook } = assistant;
  return { agent: { clientId, assistantId: id }, webhook };
}

/** An assistant without what is secret about it. */
export type AssistantView = Pick<Assistant, "id" | "clientId" | "name" | "connection"> & {
  clientName: string;
  /** Whose words its reports are in; null when it reports nothing. */
  platform: AgentPlatform | null;
  /** Hosts from which its recordings may be fetched. */
  recordingHosts: string[];
  /** Whether the platform's own key is set, where its recordings need one. */
  hasApiKey: boolean;
};

/** Every assistant, by client and name. @throws DomainError `forbidden`. */
export async function listAssistants(
  { uow }: Store,
  principal: Principal,
): Promise<AssistantView[]> {
  requireMaster(principal);
  return await uow.read("all", async ({ access, campaigns }) => {
    const [clients, assistants] = await Promise.all([
      access.listClients(),
      campaigns.listAssistants(),
    ]);
    const places = new Map(clients.map(({ id, name }, at) => [id, { at, name }]));
    const placeOf = (clientId: Uuid) => places.get(clientId)?.at ?? clients.length;
    return assistants
      .map(({ id, clientId, name, connection, webhook }) => ({
        id,
        clientId,
        name,
        connection,
        clientName: places.get(clientId)?.name ?? "",
        platform: webhook?.platform ?? null,
        recordingHosts: webhook ? recordingHostsOf(webhook) : [],
        hasApiKey: webhook?.apiKey !== undefined,
      }))
      .sort((a, b) => placeOf(a.clientId) - placeOf(b.clientId));
  });
}
