import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CALL_ORDER_STATUSES, type CallOrder } from "../../src/call_orders/call_order.ts";
import { type Call, END_REASONS, endStatusOf } from "../../src/calls/call.ts";
import {
  addFigures,
  type CampaignFigures,
  difference,
  figuresOfCall,
  figuresOfOrder,
  isZero,
  noFigures,
} from "../../src/campaigns/stats.ts";
import { callRow, ended, minutes, orderRow } from "../support/rows.ts";
import { worldOf } from "../support/world.ts";

const world = worldOf();

const anyMicros = fc.option(fc.bigInt({ min: 0n, max: 2n ** 60n }), { nil: null });

/** A call in any state that a call can be in, and some more. */
const anyCall: fc.Arbitrary<Call> = fc.record({
  reason: fc.option(fc.constantFrom(...END_REASONS), { nil: null }),
  answered: fc.boolean(),
  durationSeconds: fc.option(fc.nat(7_200), { nil: null }),
  currency: fc.constantFrom("USD", "EUR"),
  price: anyMicros,
  operationalCost: anyMicros,
  phoneCost: anyMicros,
  phoneCurrency: fc.constantFrom("USD", "EUR", "AED"),
  phonePerMinute: anyMicros,
}).map(({ reason, answered, phoneCurrency, phonePerMinute, ...fields }) =>
  callRow(world.order, world.assistant, {
    ...fields,
    prices: { ...world.call.prices, phonePerMinute },
    phoneCurrency: fields.phoneCost === null ? null : phoneCurrency,
    status: reason ? endStatusOf(reason) : "ringing",
    endReason: reason,
    answeredAt: answered ? minutes(1) : null,
  })
);

const anyOrder: fc.Arbitrary<CallOrder> = fc.constantFrom(...CALL_ORDER_STATUSES)
  .map((status) => orderRow(world.record, world.campaign, { status }));

/** One of a few rows comes to be, or becomes another. */
const anyChange = fc.record({
  row: fc.nat(4),
  figures: fc.oneof(
    fc.record({ kind: fc.constant("call"), figures: anyCall.map(figuresOfCall) }),
    fc.record({ kind: fc.constant("order"), figures: anyOrder.map(figuresOfOrder) }),
  ),
});

Deno.test("figures kept by differences equal a recount, whatever happens to calls and orders", () => {
  fc.assert(fc.property(fc.array(anyChange, { maxLength: 60 }), (changes) => {
    const rows = new Map<string, CampaignFigures>();
    let kept = noFigures();
    for (const { row, figures: { kind, figures } } of changes) {
      const key = `${kind} ${row}`;
      kept = addFigures(kept, difference(rows.get(key) ?? null, figures), 1);
      rows.set(key, figures);
    }
    const recount = [...rows.values()].reduce((sum, row) => addFigures(sum, row, 1), noFigures());
    assertEquals(inOrder(kept), inOrder(recount));
  }));
});

Deno.test("figures added and taken away again leave nothing", () => {
  fc.assert(fc.property(fc.array(anyCall), (calls) => {
    let sum = noFigures();
    for (const call of calls) sum = addFigures(sum, figuresOfCall(call), 1);
    for (const call of calls) sum = addFigures(sum, figuresOfCall(call), -1);
    assertEquals(sum, noFigures());
  }));
});

Deno.test("a call that stays as it is changes nothing", () => {
  fc.assert(fc.property(anyCall, (call) => {
    assert(isZero(difference(figuresOfCall(call), figuresOfCall({ ...call, summary: "New" }))));
    assert(!isZero(difference(null, figuresOfCall(call))));
  }));
});

Deno.test("a live call counts as dialled, and costs nothing yet", () => {
  const { costs, ...figures } = figuresOfCall(callRow(world.order, world.assistant));
  assertEquals(figures, { ...emptyButCosts(), calls: 1 });
  assertEquals(costs, [{ currency: "USD", price: 0n, operational: 0n, phone: 0n }]);
});

Deno.test("an answered call counts its seconds only once it has ended", () => {
  const live = callRow(world.order, world.assistant, {
    status: "in_progress",
    answeredAt: minutes(1),
  });
  const { answered, answeredEnded, answeredSeconds } = figuresOfCall(live);
  assertEquals([answered, answeredEnded, answeredSeconds], [1, 0, 0]);
  const after = figuresOfCall({ ...live, ...ended() });
  assertEquals([after.answered, after.answeredEnded, after.answeredSeconds], [1, 1, 120]);
});

Deno.test("a call's figures are those of what it cost, how it ended, and how long it took", () => {
  assertEquals(figuresOfCall(callRow(world.order, world.assistant, ended())), {
    calls: 1,
    answered: 1,
    answeredEnded: 1,
    answeredSeconds: 120,
    endReasons: { contact_hangup: 1 },
    orders: {},
    costs: [{ currency: "USD", price: 250_000n, operational: 100_000n, phone: 14_000n }],
  });
});

Deno.test("a provider's own currency is kept apart from the client's", () => {
  const call = callRow(world.order, world.assistant, ended({ phoneCurrency: "EUR" }));
  assertEquals(figuresOfCall(call).costs, [
    { currency: "USD", price: 250_000n, operational: 100_000n, phone: 0n },
    { currency: "EUR", price: 0n, operational: 0n, phone: 14_000n },
  ]);
});

function emptyButCosts(): Omit<CampaignFigures, "costs"> {
  const { costs: _, ...figures } = noFigures();
  return figures;
}

/** Currencies come in the order in which they first did, which differences may change. */
function inOrder(figures: CampaignFigures): CampaignFigures {
  const costs = figures.costs.toSorted((a, b) => a.currency < b.currency ? -1 : 1);
  return { ...figures, costs };
}
