/**
 * Whether an order may be dialled now. The checks stand in the order in which people are told of
 * them; each has its own stable sentence.
 *
 * @module
 */
import type { Client } from "../access/client.ts";
import { type CallOrder, isOpenOrder, nextStatuses } from "../call_orders/call_order.ts";
import type { Campaign } from "../campaigns/campaign.ts";
import { DomainError, type ErrorCode } from "../kernel/errors.ts";
import type { ContactRecord } from "../records/record.ts";
import { isOpen, nextOpening } from "./calling_window.ts";
import type { PhoneNumbers } from "./phone_numbers.ts";

/** All that decides whether an order may be dialled. */
export type DialingFacts = {
  order: CallOrder;
  record: ContactRecord;
  campaign: Campaign;
  client: Client;
  /** Whether the number is on the client's do-not-call list. */
  listed: boolean;
  /** Calls that are live now. */
  live: { ofClient: number; ofCampaign: number };
  now: Date;
};

/** The first reason not to dial, or null; the balance is not looked at. */
export function refusalToDial(phones: PhoneNumbers, facts: DialingFacts): DomainError | null {
  return refusalOfOrder(facts) ?? refusalOfRecord(facts) ?? refusalOfCampaign(facts) ??
    refusalOfNumber(phones, facts) ?? refusalByWish(facts) ?? refusalOfHour(phones, facts) ??
    refusalByCap(facts);
}

function refusalOfOrder({ order, campaign }: DialingFacts): DomainError | null {
  if (order.callType !== "phone_out") {
    return refusal(
      "order_not_callable",
      `Call order is of type ${order.callType}; only phone_out orders can be dialled`,
    );
  }
  // A do_not_call order is told of as a wish of the callee's, further down.
  if (!isOpenOrder(order.status) && order.status !== "do_not_call") {
    return refusal(
      "order_not_callable",
      `Call order is ${order.status}; set it to ${ways(order)} before calling`,
    );
  }
  if (order.attempts >= campaign.rules.maxAttempts) {
    return refusal(
      "order_not_callable",
      `Call order has used all ${campaign.rules.maxAttempts} attempts that its campaign allows; ` +
        "set it to canceled and create a new one to call again",
    );
  }
  return null;
}

/** Statuses in which it could be dialled, as far as it may be set to them. */
function ways(order: CallOrder): string {
  return nextStatuses(order.status).filter(isOpenOrder).join(" or ");
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
  phones: PhoneNumbers,
  { record, campaign, client }: DialingFacts,
): DomainError | null {
  const phone = phones.parse(record.phoneNumber, null);
  if ("problem" in phone) {
    return refusal("phone_not_callable", "Record has no valid phone number; update it first");
  }
  if (phone.blocked !== null) {
    return refusal("phone_not_callable", `Phone number must not be called: ${phone.blocked}`);
  }
  const allowed = [client.rules.countries, campaign.rules.countries];
  if (allowed.some((countries) => countries !== null && !countries.includes(phone.country))) {
    return refusal(
      "phone_not_callable",
      `Phone number is in ${phone.country}, a country that this client or campaign may not call`,
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
  phones: PhoneNumbers,
  { record, campaign, client, now }: DialingFacts,
): DomainError | null {
  const windows = [client.rules.window, campaign.rules.window];
  const phone = phones.parse(record.phoneNumber, null);
  const ofNumber = "problem" in phone ? [] : phone.timeZones;
  const zones = record.timeZone === null ? ofNumber : [record.timeZone];
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
    "concurrency_limit",
    `Concurrent call limit of the ${whose} reached; try again when a live call has ended`,
  );
}

function refusal(code: ErrorCode, message: string): DomainError {
  return new DomainError(code, message);
}
