/**
 * A call that is about to be dialled: the row that is kept of it, and the wish that is put to the
 * provider.
 *
 * @module
 */
import type { Principal } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import { priceOf } from "../billing/pricing.ts";
import type { CallOrder } from "../call_orders/call_order.ts";
import type { Assistant } from "../campaigns/assistant.ts";
import type { Campaign } from "../campaigns/campaign.ts";
import { newId } from "../kernel/ids.ts";
import type { Json } from "../kernel/json.ts";
import type { ContactRecord } from "../records/record.ts";
import type { Call, CallPrices } from "./call.ts";
import type { CallRef } from "./call_event.ts";
import type { DialRequest } from "./call_gateway.ts";

/** A call that is about to be dialled, now. */
export function newCall(
  ports: { clock: Pick<Ports["clock"], "now">; gateway: Pick<Ports["gateway"], "provider"> },
  principal: Principal,
  order: CallOrder,
  record: ContactRecord,
  campaign: Campaign,
  assistant: Assistant,
  prices: CallPrices,
): Call {
  const now = ports.clock.now();
  const { maxCallSeconds } = campaign.rules;
  const { tariff } = prices;
  return {
    id: newId(now),
    clientId: order.clientId,
    orderId: order.id,
    recordId: record.id,
    campaignId: campaign.id,
    assistantId: assistant.id,
    phoneNumber: record.phoneNumber,
    status: "dialing",
    endReason: null,
    answeredBy: null,
    createdAt: now,
    answeredAt: null,
    endedAt: null,
    durationSeconds: null,
    timeline: [{ status: "dialing", at: now }],
    summary: null,
    recording: null,
    agentRecordingUrl: null,
    provider: ports.gateway.provider,
    providerCallId: null,
    currency: tariff.currency,
    prices,
    reserved: priceOf(tariff, maxCallSeconds),
    price: null,
    operationalCost: null,
    phoneCost: null,
    phoneCurrency: null,
    maxSeconds: maxCallSeconds,
    initiatedBy: principal.userId,
    tokenId: principal.tokenId,
    updatedAt: now,
  };
}

/** What the provider is asked, and what the agent is told. */
export function dialRequest(
  call: Call,
  order: CallOrder,
  record: ContactRecord,
  campaign: Campaign,
  assistant: Assistant,
): DialRequest {
  const context: Record<string, string> = { contact: record.name, campaign: campaign.name };
  if (order.instructions !== null) context.instructions = order.instructions;
  for (const [name, value] of Object.entries(record.parameters)) {
    context[`parameters.${name}`] = textOf(value);
  }
  return {
    ref: { clientId: call.clientId, callId: call.id },
    to: call.phoneNumber,
    ringSeconds: campaign.rules.ringSeconds,
    maxSeconds: call.maxSeconds,
    agent: { connection: assistant.connection, outcomes: assistant.outcomes, context },
  };
}

/** What the provider was asked for a call; null when there is no such call (any more). */
export async function requestOfCall(
  { uow }: Pick<Ports, "uow">,
  { clientId, callId }: CallRef,
): Promise<DialRequest | null> {
  return await uow.run({ clientId }, async (repos) => {
    const call = (await repos.calls.get(callId))?.call;
    if (call === undefined) return null;
    const [order, record, campaign, assistant] = await Promise.all([
      repos.callOrders.get(call.orderId),
      repos.records.get(call.recordId),
      repos.campaigns.get(call.campaignId),
      repos.campaigns.getAssistant(call.assistantId),
    ]);
    if (order === null || record === null || campaign === null || assistant === null) return null;
    return dialRequest(call, order.order, record.record, campaign.campaign, assistant);
  });
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
