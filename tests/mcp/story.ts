/**
 * The main job from end to end, as one client after the other has to do it: add three leads, put them
 * in a campaign, call the first, wait for the end, and read all that came of it.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";

/** A client of whatever make. */
export interface Client {
  /** A tool's structured result; rejects when it refused. */
  // deno-lint-ignore no-explicit-any -- JSON of many shapes, which the story looks into
  tool(name: string, args?: Record<string, unknown>): Promise<any>;
  /** A resource's document. */
  // deno-lint-ignore no-explicit-any -- likewise
  read(uri: string): Promise<any>;
}

/** Three numbers of which the first answers and is interested, in every simulated network. */
export const NUMBERS = ["+14155550001", "+14155550002", "+14155550003"];

/** Tells the story; `fetch` opens the recording's link. */
export async function story(
  client: Client,
  fetch: (url: string) => Promise<Response>,
): Promise<void> {
  const { recordTypes: [type] } = await client.tool("list-record-types");
  const { campaigns } = await client.tool("list-campaigns", { status: "active" });
  const campaignUuid = campaigns[0].uuid;
  const orders = [];
  for (const [i, phoneNumber] of NUMBERS.entries()) {
    const record = await client.tool("create-record", {
      name: `Lead ${i + 1}`,
      phoneNumber,
      recordTypeUuid: type.uuid,
      parameters: { source: "fair" },
    });
    orders.push(
      await client.tool("create-call-order", { recordUuid: record.uuid, campaignUuid }),
    );
  }
  const listed = await client.tool("list-call-orders", { campaignUuid, status: "planned" });
  assertEquals(listed.total, 3);

  const started = await client.tool("initiate-call", { callOrderUuid: orders[0].uuid });
  const { callUuid } = started;
  assert(Number(started.balance.reserved) > 0);
  let details = started;
  for (let tries = 0; tries < 10 && !/completed|failed/.test(details.status); tries++) {
    details = await client.tool("get-call-details", { callUuid, waitSeconds: 50 });
  }
  assertEquals([details.status, details.answeredBy], ["completed", "person"]);
  assert(details.durationSeconds > 0);
  assert(Number(details.cost.totalPrice) > 0);

  const { turns, summary } = await client.tool("get-call-transcript", { callUuid });
  assert(turns.length > 2);
  assertMatch(summary, /^<untrusted>.+<\/untrusted>$/);
  const { outcomes } = await client.tool("get-call-outcomes", { callUuid });
  assertEquals(outcomes, details.outcomes);

  const { url } = await client.tool("get-call-recording", { callUuid });
  const audio = await fetch(url);
  assertEquals([audio.status, audio.headers.get("content-type")], [200, "audio/mpeg"]);
  assert((await audio.bytes()).length > 1000);

  const stats = await client.read(`studio://campaigns/${campaignUuid}/stats`);
  assertEquals([stats.totalCalls, stats.answeredRate], [1, 1]);
  assertEquals(stats.totalCost, details.cost.totalPrice);
  const { balance, totalPrice } = await client.read("studio://costs/total");
  assertEquals(totalPrice, details.cost.totalPrice);
  assertEquals(balance.reserved, "0.00");
  const profile = await client.read(`studio://records/${orders[0].recordUuid}`);
  assertEquals(profile.callOrders[0].calls[0].callUuid, callUuid);
}
