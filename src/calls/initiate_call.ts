/**
 * Makes the phone ring: checks, reserves, commits, and only then asks the provider, once.
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import type { Client } from "../access/client.ts";
import { type Principal, requirePermission, requireWrite, scopeOf } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import type { Balance } from "../billing/balance_service.ts";
import { phoneRate } from "../billing/pricing.ts";
import type { Assistant } from "../campaigns/assistant.ts";
import { alreadyLive, refusalToDial, unpaid } from "../compliance/dialing_checks.ts";
import { isCapped, periodsAt, refusalByCaps } from "../compliance/call_caps.ts";
import { DomainError, notFound } from "../kernel/errors.ts";
import { newId, requireId, type Uuid } from "../kernel/ids.ts";
import { canonical } from "../kernel/json.ts";
import { requireText } from "../kernel/text.ts";
import type { Repos } from "../kernel/unit_of_work.ts";
import type { ContactRecord } from "../records/record.ts";
import { applyCallEvent } from "./apply_call_event.ts";
import type { Call, CallPrices } from "./call.ts";
import type { CallReport } from "./call_event.ts";
import type { DialRequest, DialResult } from "./call_gateway.ts";
import type { CallView } from "./call_repo.ts";
import { dialRequest, newCall } from "./new_call.ts";
import { saveCall } from "./save_call.ts";

/** Most characters of an idempotency key. */
export const MAX_KEY = 200;

/** Whom to call. */
export type CallWish = {
  callOrderUuid: string;
  /** The same key with the same order gives the same call, for at least a day. */
  idempotencyKey?: string;
};

/** A call under way. */
export type InitiatedCall = CallView & {
  balance: Balance;
  /** True when the key was used before: nothing was dialled now. */
  repeated: boolean;
};

/** A call as it was committed before the provider is asked. */
interface Prepared {
  view: CallView;
  balance: Balance;
  /** Null when there is nothing to dial. */
  request: DialRequest | null;
}

/**
 * Dials an order, and returns as soon as the provider has taken or refused it. When the provider
 * does not answer, the call stays `dialing` and is never dialled again; the reconciler finds out.
 *
 * @throws DomainError, in this order: `forbidden`; `not_found` (Call order); `conflict` for a key
 * that came with another order, or while a call of the order is live; then every code of
 * {@link refusalToDial}; those of {@link refusalByCaps}; `insufficient_balance`. Nothing is written then.
 */
export async function initiateCall(
  ports: Ports,
  principal: Principal,
  input: CallWish,
): Promise<InitiatedCall> {
  requireWrite(principal);
  requirePermission(principal, "calls.manage");
  const orderId = requireId("Call order", input.callOrderUuid);
  const key = input.idempotencyKey === undefined
    ? null
    : requireText("idempotencyKey", input.idempotencyKey, MAX_KEY);
  const { view, balance, request } = await ports.uow.run(
    scopeOf(principal),
    (repos) => prepare(ports, principal, repos, orderId, key),
  );
  if (request === null) return { ...view, balance, repeated: true };
  // From here on the phone may be ringing: whatever becomes of the store, the caller must learn the
  // call's uuid, and the reconciler will find out the rest.
  try {
    await dial(ports, view.call, request);
    return await asItStands(ports, view.call);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "unavailable")) throw error;
    return { ...view, balance, repeated: false };
  }
}

async function asItStands({ uow }: Ports, { clientId, id }: Call): Promise<InitiatedCall> {
  const [view, balance] = await uow.read(
    { clientId },
    ({ calls, balance }) => Promise.all([calls.get(id), balance.get(clientId)]),
  );
  if (view === null || balance === null) throw notFound("Call");
  return { ...view, balance, repeated: false };
}

async function prepare(
  ports: Ports,
  principal: Principal,
  repos: Repos,
  orderId: Uuid,
  key: string | null,
): Promise<Prepared> {
  const now = ports.clock.now();
  const order = await repos.callOrders.lock(orderId);
  if (order === null) throw notFound("Call order");
  const { clientId, recordId, campaignId } = order;
  // The balance is held before keys and calls are looked at: nobody else of the client can use the
  // same key or reserve meanwhile.
  const { tokenId } = principal;
  const [record, balance, earlier, live, campaign, client, token] = await Promise.all([
    repos.records.lock(recordId),
    repos.balance.lock(clientId),
    key === null ? null : repos.calls.findKey(clientId, key),
    repos.calls.liveOfOrder(clientId, order.id),
    repos.campaigns.get(campaignId),
    repos.access.getClient(clientId),
    tokenId === null ? null : repos.access.getToken(tokenId),
  ]);
  const fingerprint = canonical({ callOrderUuid: orderId });
  if (earlier !== null) {
    if (earlier.fingerprint !== fingerprint) throw keyTaken();
    const view = await repos.calls.get(earlier.callId);
    if (view === null || balance === null) throw notFound("Call");
    return { view, balance, request: null };
  }
  if (live !== null) throw alreadyLive(live.id);
  if (record === null || campaign === null || client === null) throw notFound("Call order");
  const periods = periodsAt(now);
  const tokenCaps = token?.token.caps ?? {};
  const [assistant, listed, inProgress, ofClient, ofToken] = await Promise.all([
    repos.campaigns.getAssistant(campaign.campaign.assistantId),
    repos.doNotCall.has(clientId, record.phoneNumber),
    repos.calls.countLive(clientId, campaignId),
    isCapped(client.rules) ? repos.calls.startedSince(clientId, null, periods) : null,
    isCapped(tokenCaps) ? repos.calls.startedSince(clientId, tokenId, periods) : null,
  ]);
  if (assistant === null) throw notFound("Campaign");
  const refusal = refusalToDial(ports.phoneNumbers, {
    order,
    record,
    campaign: campaign.campaign,
    client,
    listed,
    live: inProgress,
    now,
  });
  if (refusal !== null) throw refusal;
  const prices = pricesOf(ports, client, record, assistant);
  const call = newCall(ports, principal, order, record, campaign.campaign, assistant, prices);
  const beyond =
    (ofClient && refusalByCaps("client", client.rules, ofClient, call.reserved, now)) ??
      (ofToken && refusalByCaps("token", tokenCaps, ofToken, call.reserved, now));
  if (beyond !== null) throw beyond;
  const money = { id: newId(now), clientId, callId: call.id, at: now };
  if (!await repos.balance.reserve({ ...money, amount: call.reserved })) {
    throw unpaid();
  }
  const [, view, left] = await Promise.all([
    saveCall(repos, null, call),
    repos.calls.get(call.id),
    repos.balance.get(clientId),
    key === null
      ? undefined
      : repos.calls.insertKey({ clientId, key, fingerprint, callId: call.id, at: now }),
    repos.audit.add(auditEntry(principal, {
      id: newId(now),
      at: now,
      clientId,
      action: "initiate-call",
      subjectId: call.id,
    })),
  ]);
  if (view === null || left === null) throw notFound("Call");
  const request = dialRequest(call, order, record, campaign.campaign, assistant);
  return { view, balance: left, request };
}

function pricesOf(
  { phoneNumbers }: Ports,
  { tariff, phoneRates }: Client,
  { phoneNumber }: ContactRecord,
  { operationalPerMinute }: Assistant,
): CallPrices {
  const phone = phoneNumbers.parse(phoneNumber, null);
  const phonePerMinute = "problem" in phone ? null : phoneRate(phoneRates, phone.country);
  return { tariff, operationalPerMinute, phonePerMinute };
}

async function dial(ports: Ports, call: Call, request: DialRequest): Promise<void> {
  const age = ports.clock.now().getTime() - call.createdAt.getTime();
  // This late, the reconciler may already have taken the call for one that was never dialled.
  if (age > ports.gateway.quietSeconds * 500) return;
  const result = await ports.gateway.dial(request);
  const report = reportOf(result);
  if (report === null) return;
  const providerCallId = result.kind === "accepted" ? result.providerCallId : undefined;
  const about = { ref: request.ref, at: ports.clock.now(), providerCallId };
  if (result.kind === "refused") {
    // Surely not dialled, so the provider surely charges nothing.
    const cost = { amount: 0n, currency: call.currency };
    await applyCallEvent(ports, {
      ...about,
      eventId: "dial-cost",
      report: { type: "phone_cost", cost },
    });
  }
  await applyCallEvent(ports, { ...about, eventId: "dial", report });
}

function reportOf(result: DialResult): CallReport | null {
  switch (result.kind) {
    case "accepted":
      return { type: "queued" };
    case "refused":
      return { type: "ended", reason: result.reason, durationSeconds: null };
    case "unknown":
      return null;
  }
}

function keyTaken(): DomainError {
  return new DomainError(
    "conflict",
    "idempotencyKey: was used for another call order; use a new key",
    { field: "idempotencyKey" },
  );
}
