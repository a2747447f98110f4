/**
 * The parts of a call's page but for what was said: timeline, facts, outcomes, and cost.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";
import { type Call, isLive } from "../../../src/calls/call.ts";
import type { Outcome } from "../../../src/calls/outcome.ts";
import { phoneCostOf } from "../../../src/calls/phone_cost.ts";
import type { CallDetails } from "../../../src/calls/queries.ts";
import type { Turn } from "../../../src/calls/transcript.ts";
import { durationText, moneyText, NOTHING, wordsOf } from "../ui/format.ts";
import { EmptyState, Facts, Moment } from "../ui/parts.tsx";
import { outcomeText, Said } from "../ui/said.tsx";
import type { Visit } from "../visit.tsx";

/** Steps of the call, each with the time since it was made. */
export function Timeline({ call }: { call: Call }) {
  const { timeline, createdAt } = call;
  return (
    <ol class="timeline">
      {timeline.map(({ status, at }, i) => (
        <li class={i === timeline.length - 1 && isLive(call) ? "now" : undefined}>
          <strong>{wordsOf(status)}</strong>
          <span>
            {i === 0
              ? <Moment at={at} />
              : `after ${durationText((at.getTime() - createdAt.getTime()) / 1000)}`}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Whom it reached, for what, and how it was made. */
export function FactsOfCall(
  { visit, details: { call, recordName, campaignName } }: { visit: Visit; details: CallDetails },
) {
  const items: [string, Child][] = [
    [
      "Contact",
      <a href={visit.link(`/records/${call.recordId}`)}>
        <bdi>{recordName}</bdi>
      </a>,
    ],
    ["Number", call.phoneNumber],
    ["Campaign", <a href={visit.link(`/campaigns/${call.campaignId}`)}>{campaignName}</a>],
    ["Answered by", call.answeredBy === null ? NOTHING : wordsOf(call.answeredBy)],
    ["Length", durationText(call.durationSeconds)],
    ["End reason", call.endReason === null ? NOTHING : wordsOf(call.endReason)],
    ["Longest allowed", durationText(call.maxSeconds)],
    ["Started by", call.initiatedBy === null ? "The schedule" : "A person or assistant"],
    ["Phone network", wordsOf(call.provider)],
    ["Call", <code class="id">{call.id}</code>],
    ["Order", <code class="id">{call.orderId}</code>],
  ];
  return <Facts items={items} />;
}

/** What was found out, and the turns that it rests on. */
export function Outcomes(
  { call, outcomes, turns }: { call: Call; outcomes: Outcome[]; turns: Turn[] },
) {
  if (outcomes.length === 0) {
    return (
      <EmptyState title={isLive(call) ? "None yet: the call is going on" : "There are none"} />
    );
  }
  return (
    <dl class="found">
      {outcomes.map(({ name, type, value, turn }) => (
        <div>
          <dt>{wordsOf(name)}</dt>
          <dd>
            {type === "text" ? <Said>{outcomeText(value)}</Said> : outcomeText(value)}
            {turn !== null && turns[turn] !== undefined && (
              <a class="rests-on" href={`#turn-${turn}`}>
                said at {durationText(turns[turn].startSeconds)}
              </a>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What the call cost, or what is held back for it while nobody knows. */
export function Cost({ call }: { call: Call }) {
  const { currency, price, operationalCost, prices: { tariff }, reserved } = call;
  const inOwn = (amount: bigint) => moneyText(amount, currency);
  if (isLive(call) || price === null) {
    return <Facts items={[["Reserved for this call", inOwn(reserved)]]} />;
  }
  const phone = phoneCostOf(call);
  const operational = operationalCost ?? 0n;
  const items: [Child, Child][] = price === 0n ? [] : [
    ["Setup", inOwn(tariff.setup)],
    [
      <>
        Minutes
        <small>{inOwn(tariff.perMinute)} a minute, by {tariff.incrementSeconds} s</small>
      </>,
      inOwn(price - tariff.setup),
    ],
  ];
  items.push(
    [<strong>Price</strong>, <strong>{inOwn(price)}</strong>],
    ["Agent platform", inOwn(operational)],
    [
      <>
        Phone network
        {phone?.estimated && <small>estimated, the network has not told yet</small>}
      </>,
      phone === null ? NOTHING : moneyText(phone.amount, phone.currency),
    ],
  );
  if (phone === null || phone.currency === currency) {
    items.push(["Margin", inOwn(price - operational - (phone?.amount ?? 0n))]);
  }
  return <Facts items={items} />;
}
