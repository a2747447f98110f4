/**
 * Whether an order may be dialled now. The checks stand in the order in which people are told of
 * them; each has its own stable sentence.
 *
 * @module
 */
import type { Client } from "../access/client.ts";
import { formatMicros, parseMicros } from "../billing/money.ts";
import { phoneRate } from "../billing/pricing.ts";
import { type CallOrder, isOpenOrder, nextStatuses } from "../call_orders/call_order.ts";
import type { Campaign } from "../campaigns/campaign.ts";
import { DomainError, type ErrorCode } from "../kernel/errors.ts";
import type { Uuid } from "../kernel/ids.ts";
import type { ContactRecord } from "../records/record.ts";
import { isOpen, nextOpening } from "./calling_window.ts";
import type { PhoneNumber, PhoneNumbers } from "./phone_numbers.ts";

/** What decides, beside the order itself and the time, whether it may be dialled. */
export type Circumstances = {
  record: Pick<
    ContactRecord,
    "status" | "phoneNumber" | "timeZone" | "consent" | "doNotCallAt"
  >;
  campaign: Pick<Campaign, "status" | "rules">;
  client: Pick<Client, "tariff" | "phoneRates" | "rules">;
  /** Whether the number is on the client's do-not-call list. */
  listed: boolean;
  /** Calls that are live now. */
  live: { ofClient: number; ofCampaign: number };
};

/** All that decides whether an order may be dialled. */
export type DialingFacts = Circumstances & {
  order: Pick<CallOrder, "callType" | "status" | "attempts">;
  now: Date;
};

/** The first reason not to dial, or null; the balance is not looked at. */
export function refusalToDial(phones: PhoneNumbers, facts: DialingFacts): DomainError | null {
  const early = refusalOfOrder(facts) ?? refusalOfRecord(facts) ?? refusalOfCampaign(facts);
  if (early !== null) return early;
  const phone = phones.parse(facts.record.phoneNumber, null);
  if ("problem" in phone) {
    return refusal("phone_invalid", "Record has no valid phone number; update it first");
  }
  return refusalOfNumber(phone, facts) ?? refusalByPrice(phone, facts) ?? refusalByWish(facts) ??
    refusalOfHour(phone, facts) ?? refusalByCap(facts);
}

function refusalOfOrder({ order, campaign }: DialingFacts): DomainError | null {
  if (order.callType !== "phone_out") {
    return refusal(
      "call_type_not_callable",
      `Call order is of type ${order.callType}; only phone_out orders can be dialled`,
    );
  }
  // A do_not_call order is told of as a wish of the callee's, further down.
  if (!isOpenOrder(order.status) && order.status !== "do_not_call") {
    return refusal(
      "order_not_callable",
      `Call order is ${order.status}; set it to ${ways(order.status)} before calling`,
    );
  }
  if (order.attempts >= campaign.rules.maxAttempts) {
    return refusal(
      "attempts_used_up",
      `Call order has used all ${campaign.rules.maxAttempts} attempts that its campaign allows; ` +
        "set it to canceled and create a new one to call again",
    );
  }
  return null;
}

/** Statuses in which it could be dialled, as far as it may be set to them. */
function ways(status: CallOrder["status"]): string {
  return nextStatuses(status).filter(isOpenOrder).join(" or ");
}

function refusalOfRecord({ record }: DialingFacts): DomainError | null {
  return record.status === "active" ? null : refusal(
    "record_not_callable",
    `Record is ${record.status}; set its status to active before calling`,
  );
}

function refusalOfCampaign({ campaign }: DialingFacts): DomainError | null {
  return campaign.status === "active" ? null : refusal(
    "campaign_not_active",
    `Campaign is ${campaign.status}; only active campaigns make calls`,
  );
}

function refusalOfNumber(
  phone: PhoneNumber,
  { campaign, client }: DialingFacts,
): DomainError | null {
  if (phone.blocked !== null) {
    return refusal("phone_blocked", `Phone number must not be called: ${phone.blocked}`);
  }
  const allowed = [client.rules.countries, campaign.rules.countries];
  if (allowed.some((countries) => countries !== null && !countries.includes(phone.country))) {
    return refusal(
      "country_not_allowed",
      `Phone number is in ${phone.country}, a country that this client or campaign may not call`,
    );
  }
  return null;
}

function refusalByPrice(
  { country }: PhoneNumber,
  { campaign, client: { rules, tariff, phoneRates } }: DialingFacts,
): DomainError | null {
  const prices = [tariff.perMinute, phoneRate(phoneRates, country) ?? 0n];
  const price = prices.reduce((a, b) => a > b ? a : b);
  const caps = [rules.maxPricePerMinute, campaign.rules.maxPricePerMinute];
  for (const cap of caps) {
    if (typeof cap !== "string" || price <= parseMicros("maxPricePerMinute", cap)) continue;
    return refusal(
      "price_above_cap",
      `A minute to ${country} costs ${formatMicros(price)} ${tariff.currency}, above the ` +
        `${cap} that this client or campaign allows`,
    );
  }
  return null;
}

function refusalByWish(
  { order, record, campaign, client, listed }: DialingFacts,
): DomainError | null {
  if (listed || record.doNotCallAt !== null || order.status === "do_not_call") {
    return refusal("do_not_call", "Record is marked do-not-call and must not be called");
  }
  if ((client.rules.requireConsent || campaign.rules.requireConsent) && record.consent === null) {
    return refusal(
      "consent_missing",
      "Record has no consent on file, which this client or campaign requires",
    );
  }
  return null;
}

function refusalOfHour(
  phone: PhoneNumber,
  { record, campaign, client, now }: DialingFacts,
): DomainError | null {
  const windows = [client.rules.window, campaign.rules.window];
  const zones = record.timeZone === null ? phone.timeZones : [record.timeZone];
  if (zones.length === 0 && windows.some((window) => window !== null)) {
    return refusal(
      "time_zone_unknown",
      "The callee's time zone is not known from the phone number, and this client or campaign " +
        "calls at certain hours only; import the record with its timeZone",
    );
  }
  if (isOpen(windows, zones, now)) return null;
  const retryAt = nextOpening(windows, zones, now);
  const next = retryAt === null ? "" : `; calling opens at ${retryAt.toISOString()}`;
  return new DomainError(
    "outside_calling_window",
    `Outside the calling window in the callee's time zone${next}`,
    { retryAt: retryAt ?? undefined },
  );
}

function refusalByCap({ campaign, client, live }: DialingFacts): DomainError | null {
  const ofCampaign = live.ofCampaign >= campaign.rules.maxConcurrentCalls;
  if (!ofCampaign && live.ofClient < client.rules.maxConcurrentCalls) return null;
  const whose = ofCampaign ? "campaign" : "client";
  return refusal(
    `${whose}_concurrency_limit`,
    `Concurrent call limit of the ${whose} reached; try again when a live call has ended`,
  );
}

/** The refusal to dial an order of which a call is live. */
export function alreadyLive(callId: Uuid): DomainError {
  return new DomainError(
    "conflict",
    `Call order already has a live call: ${callId}. Follow it with get-call-details.`,
    { field: "callOrderUuid", existing: callId },
  );
}

/** The refusal to dial what could not be paid. */
export function unpaid(): DomainError {
  return refusal("insufficient_balance", "Insufficient client balance to initiate calls");
}

function refusal(code: ErrorCode, message: string): DomainError {
  return new DomainError(code, message);
}
