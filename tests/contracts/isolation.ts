/**
 * What every method owes the clients: nobody sees or changes another's rows. Each probe is also
 * shown to find its row where it may, because one that never finds anything proves nothing.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, equal } from "@std/assert";
import type { Client } from "../../src/access/client.ts";
import { figuresOfCall, figuresOfOrder } from "../../src/campaigns/stats.ts";
import type { Scope } from "../../src/kernel/scope.ts";
import type { Repos, UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import {
  callRow,
  campaignRow,
  clientRow,
  ended,
  importRow,
  NOON,
  noteRow,
  orderRow,
  recordRow,
} from "../support/rows.ts";
import { refOf, type World } from "../support/world.ts";
import { everyProbe, type Probe, REFUSED } from "./every_method.ts";
import { contract, newWorld, scopeOf, withoutTrace } from "./suite.ts";

/** Holds for every store, and for either of its two fences alone. */
export const isolationContract = contract("isolation", (tell) => {
  for (const probe of everyProbe()) {
    const { name, call, reads } = probe;

    tell(`${name} is blind to another client's rows`, async (uow) => {
      const world = await newWorld(uow);
      const other = await newBareClient(uow);
      const before = await mainRows(uow, world);
      const got = await outcomeOf(
        uow.run({ clientId: other.id }, (repos) => call(repos, world)),
      );
      assertHidden(probe, other, got);
      if (reads) {
        const read = uow.read({ clientId: other.id }, (repos) => call(repos, world));
        assertHidden(probe, other, await outcomeOf(read));
      }
      assertEquals(await mainRows(uow, world), before);
    });

    tell(`${name} works where it may, and only there`, async (uow) => {
      const world = await newWorld(uow);
      const other = await newBareClient(uow);
      const open: Scope[] = probe.for === "authentication"
        ? ["authentication"]
        : probe.for === "operator"
        ? ["all"]
        : [scopeOf(world), "all"];
      for (const scope of open) {
        const got = await withoutTrace(uow, scope, (repos) => call(repos, world));
        assert(!hiddenBy(probe, other).some((nothing) => equal(nothing, got)), show(got));
        if (reads) assertEquals(await uow.read(scope, (repos) => call(repos, world)), got);
      }
      if (probe.for === "operator") {
        await assertRejects(() => uow.run(scopeOf(world), (repos) => call(repos, world)));
      }
      if (probe.for !== "authentication") {
        await assertRejects(() => uow.run("authentication", (repos) => call(repos, world)));
      }
    });
  }

  for (const [what, point] of Object.entries(POINTERS)) {
    tell(`${what} may not point at another client's row`, async (uow) => {
      const own = await newWorld(uow);
      const foreign = await newWorld(uow);
      const before = await mainRows(uow, foreign);
      for (const scope of [scopeOf(own), "all" as const]) {
        await assertRejects(() => uow.run(scope, (repos) => point(repos, own, foreign)));
        await withoutTrace(uow, scope, (repos) => point(repos, own, own));
      }
      assertEquals(await mainRows(uow, foreign), before);
    });
  }

  for (const [what, save] of Object.entries(TAKEOVERS)) {
    tell(`${what} is not taken over by whoever knows its uuid`, async (uow) => {
      const own = await newWorld(uow);
      const foreign = await newWorld(uow);
      const before = await mainRows(uow, foreign);
      // Whether it is refused, or becomes a row of the own client beside the other, is the same.
      await outcomeOf(uow.run(scopeOf(own), (repos) => save(repos, own, foreign)));
      assertEquals(await mainRows(uow, foreign), before);
    });
  }
});

/** Writes of own rows under uuids of the second world. */
const TAKEOVERS: Record<string, (repos: Repos, own: World, at: World) => Promise<unknown>> = {
  "a record type": ({ records }, { client }, { type }) =>
    records.saveType({ ...type, clientId: client.id, name: "Mine" }),
  "an assistant": ({ campaigns }, { client }, { assistant }) =>
    campaigns.saveAssistant({ ...assistant, clientId: client.id, name: "Mine" }),
  "a campaign": ({ campaigns }, { client, assistant }, { campaign }) =>
    campaigns.save({ ...campaign, clientId: client.id, assistantId: assistant.id, name: "Mine" }),
};

/** Writes of own rows that refer to rows of the second world. */
const POINTERS: Record<string, (repos: Repos, own: World, at: World) => Promise<unknown>> = {
  "a record": ({ records }, { client }, { type }) =>
    records.insert(recordRow(type, { clientId: client.id })),
  "a note": ({ records }, { client }, { record }) =>
    records.addNote(noteRow(record, { clientId: client.id })),
  "an import": ({ imports }, { client }, { type }) =>
    imports.insert(importRow(type, { clientId: client.id }), []),
  "a campaign": ({ campaigns }, { client }, { assistant }) =>
    campaigns.save(campaignRow(assistant, { clientId: client.id })),
  "an order's record": ({ callOrders }, { client, campaign }, { record }) =>
    callOrders.insert(orderRow(record, campaign, { clientId: client.id, status: "failed" })),
  "an order's campaign": ({ callOrders }, { record }, { campaign }) =>
    callOrders.insert(orderRow(record, campaign, { status: "failed" })),
  "a call's order": ({ calls }, { past, order, assistant }, { order: { id: orderId } }) =>
    calls.insert(callRow(order, assistant, ended({ orderId, createdAt: past.createdAt }))),
  "a call's record": ({ calls }, { order, assistant }, { record }) =>
    calls.insert(callRow(order, assistant, ended({ recordId: record.id }))),
  "a call's campaign": ({ calls }, { order, assistant }, { campaign }) =>
    calls.insert(callRow(order, assistant, ended({ campaignId: campaign.id }))),
  "a call's assistant": ({ calls }, { order }, { assistant }) =>
    calls.insert(callRow(order, assistant, ended())),
  "an event": ({ calls }, { client }, { call }) =>
    calls.addEvent({ ...refOf(call), clientId: client.id }, "forged", NOON),
  "a transcript": ({ calls }, { client }, { call }) =>
    calls.saveTranscript({ ...refOf(call), clientId: client.id }, { turns: [] }),
  "an outcome": ({ calls }, { client }, { call }) =>
    calls.saveOutcomes({ ...refOf(call), clientId: client.id }, []),
  "a campaign's figure": ({ stats }, { client }, { campaign, order }) =>
    stats.add(client.id, campaign.id, figuresOfOrder(order)),
  "a day's figure": ({ stats }, { client }, { campaign, past }) =>
    stats.addToDay(client.id, campaign.id, "2026-03-02", figuresOfCall(past)),
  "an outcome's count": ({ stats }, { client }, { campaign, outcomes }) =>
    stats.addOutcomes(client.id, campaign.id, outcomes, 1),
};

async function newBareClient(uow: UnitOfWork): Promise<Client> {
  const client = clientRow();
  await uow.run("all", ({ access }) => access.saveClient(client));
  return client;
}

async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch {
    return REFUSED;
  }
}

function hiddenBy({ hidden }: Probe, other: Client): readonly unknown[] {
  return typeof hidden === "function" ? hidden(other) : hidden;
}

function assertHidden(probe: Probe, other: Client, got: unknown): void {
  assert(hiddenBy(probe, other).some((nothing) => equal(nothing, got)), show(got));
}

function show(value: unknown): string {
  return `got ${Deno.inspect(value, { depth: 6 })}`;
}

/** What a world's client can see of its rows. */
async function mainRows(uow: UnitOfWork, world: World): Promise<unknown> {
  const { client, token, type, record, order, call, campaign, assistant } = world;
  return await uow.read(scopeOf(world), (repos) =>
    Promise.all([
      repos.access.getToken(token.id),
      repos.audit.latest(100),
      repos.balance.get(client.id),
      repos.balance.ledger(client.id, 100),
      repos.callOrders.get(order.id),
      repos.calls.get(call.id),
      repos.calls.outcomes(call.id),
      repos.calls.transcript(call.id),
      repos.campaigns.get(campaign.id),
      repos.campaigns.getAssistant(assistant.id),
      repos.imports.get(world.contactImport.id),
      repos.records.get(record.id),
      repos.records.counts(record.id),
      repos.records.getType(type.id),
      repos.stats.ofCampaign(campaign.id),
      repos.stats.days(campaign.id, "2000-01-01", "2999-01-01"),
      repos.stats.outcomes(campaign.id, 100),
    ]));
}
