/**
 * Random work: whatever clients, operators, providers and workers do, in any order.
 *
 * @module
 */
import fc from "fast-check";
import type { Principal } from "../../src/access/principal.ts";
import { CALL_ORDER_STATUSES } from "../../src/call_orders/call_order.ts";
import { END_REASONS } from "../../src/calls/call.ts";
import type { CallEvent, CallReport } from "../../src/calls/call_event.ts";
import type { DialRequest, DialResult } from "../../src/calls/call_gateway.ts";
import type { Campaign } from "../../src/campaigns/campaign.ts";
import { DomainError } from "../../src/kernel/errors.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import { RECORD_STATUSES } from "../../src/records/record.ts";
import { campaignRow } from "./rows.ts";
import { openStudio, type Studio } from "./studio.ts";

/** Commands pick what they act on by a number, of what there is by then, the latest being 0. */
const pick = fc.nat({ max: 15 });
const amount = fc.bigInt({ min: 0n, max: 600_000n });
/** Anything that somebody may do. */
export const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("record" as const), who: pick }) },
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant("order" as const),
      record: pick,
      campaign: pick,
      due: fc.boolean(),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant("initiate" as const),
      order: pick,
      key: fc.option(fc.nat({ max: 99 })),
      result: fc.constantFrom(...Array(7).fill("accepted"), "refused", "unknown"),
    }),
  },
  {
    weight: 30,
    arbitrary: fc.record({
      do: fc.constant("event" as const),
      call: pick,
      id: fc.nat({ max: 40 }),
      type: fc.nat({ max: 12 }),
      seconds: fc.nat({ max: 1200 }),
      reason: fc.constantFrom(...END_REASONS),
      amount,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("status" as const),
      order: pick,
      status: fc.constantFrom(...CALL_ORDER_STATUSES.filter((status) => status !== "do_not_call")),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stop" as const), order: pick }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("contact" as const),
      record: pick,
      status: fc.constantFrom(...RECORD_STATUSES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("topUp" as const), who: pick, amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("dialDue" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("reconcile" as const),
      answer: fc.constantFrom("not_found" as const, "unknown" as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.nat(90) }) },
);
/** Something that somebody does. */
export type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

/** A studio, and what was made in it so far. */
export interface Stage {
  studio: Studio;
  campaigns: Campaign[];
  records: string[];
  orders: string[];
  topUps: number;
  /** Numbers that its records were given. */
  numbers: number;
}

/** A studio with three campaigns of two clients; telephony's costs are estimated for one of them. */
export async function setStage(uow?: UnitOfWork): Promise<Stage> {
  const studio = await openStudio({ maxConcurrentCalls: 6, autoDial: true }, uow);
  const { company, other, store } = studio;
  const second = campaignRow(company.assistant, { rules: company.campaign.rules });
  const phoneRates = { US: "0.0085" };
  await store.run("all", async ({ access, campaigns }) => {
    await access.saveClient({ ...company.client, phoneRates });
    await campaigns.save(second);
  });
  const campaigns = [company.campaign, second, other.campaign];
  return { studio, campaigns, records: [], orders: [], topUps: 0, numbers: 0 };
}

function at<T>(items: T[], i: number): T {
  if (items.length === 0) throw new DomainError("not_found", "nothing to pick from yet");
  return items[items.length - 1 - i % items.length];
}

/** Does it, through the use cases. @throws DomainError when it is refused. */
export async function play(stage: Stage, command: Command): Promise<void> {
  const { studio, campaigns, records, orders } = stage;
  const { app, admin, stranger, master, clock, gateway, company, other, store } = studio;
  switch (command.do) {
    case "record": {
      const [who, of] = at<[Principal, typeof company]>(
        [[admin, company], [admin, company], [stranger, other]],
        command.who,
      );
      const phoneNumber = `+1415555${1000 + stage.numbers++}`;
      const fields = { name: "Ana", phoneNumber, recordTypeUuid: of.type.id };
      records.push((await app.records.create(who, fields)).record.id);
      return;
    }
    case "order": {
      const { order } = await app.callOrders.create(master, {
        recordUuid: at(records, command.record),
        campaignUuid: at(campaigns, command.campaign).id,
        scheduledTime: command.due ? clock.now().toISOString() : undefined,
      });
      orders.push(order.id);
      return;
    }
    case "initiate": {
      const results = ({ ref }: DialRequest): Record<string, DialResult> => ({
        accepted: { kind: "accepted", providerCallId: `line-${ref.callId}` },
        refused: { kind: "refused", reason: "provider_unavailable" },
        unknown: { kind: "unknown", why: "timeout" },
      });
      gateway.dialResult = (request) => results(request)[command.result];
      await app.calls.initiate(master, {
        callOrderUuid: at(orders, command.order),
        idempotencyKey: command.key === null ? undefined : `key-${command.key}`,
      });
      return;
    }
    case "event": {
      const event: CallEvent = {
        ref: at(gateway.dialled, command.call).ref,
        eventId: `e${command.id}`,
        at: clock.now(),
        report: reportOf(command),
      };
      await app.calls.applyEvent(event);
      return;
    }
    case "status":
    case "stop": {
      const status = command.do === "stop" ? "do_not_call" : command.status;
      await app.callOrders.updateStatus(master, { uuid: at(orders, command.order), status });
      return;
    }
    case "contact": {
      const { status, record } = command;
      await app.records.update(master, { uuid: at(records, record), status });
      return;
    }
    case "topUp": {
      const { client } = at([company, other], command.who);
      const entry = { id: newId(clock.now()), clientId: client.id, at: clock.now() };
      const reference = `top-up ${stage.topUps++}`;
      const { amount } = command;
      await store.run("all", ({ balance }) => balance.topUp({ ...entry, amount, reference }));
      return;
    }
    case "dialDue":
      await app.calls.dialDue();
      return;
    case "reconcile":
      gateway.lookupResult = () =>
        command.answer === "not_found" ? { kind: "not_found" } : { kind: "unknown", why: "busy" };
      await app.calls.reconcile(30);
      return;
    case "wait":
      await clock.advance(command.minutes * 60_000);
      return;
  }
}

function reportOf(
  { type, seconds, reason, amount }: Extract<Command, { do: "event" }>,
): CallReport {
  const outcome = { type: "number" as const, value: seconds % 3, turn: null };
  switch (type) {
    case 0:
      return { type: "ringing" };
    case 1:
      return { type: "answered", by: "person" };
    case 2:
      return { type: "answered", by: "machine" };
    case 3:
      return { type: "phone_cost", cost: { amount, currency: amount % 2n ? "USD" : "EUR" } };
    case 4:
      return { type: "transcript", turns: [], summary: "Fine." };
    case 5:
      return {
        type: "outcomes",
        outcomes: ["budget", "seats"].slice(seconds % 3).map((name) => ({ name, ...outcome })),
      };
    case 6:
      return { type: "opted_out" };
    case 7:
      return { type: "recording", reference: "RE1", durationSeconds: null };
    case 8:
      return { type: "ended", reason: "contact_hangup", durationSeconds: seconds };
    default:
      return { type: "ended", reason, durationSeconds: seconds % 2 ? seconds : null };
  }
}
