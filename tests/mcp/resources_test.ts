import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { newId } from "../../src/kernel/ids.ts";
import { NOON, noteRow } from "../support/rows.ts";
import { addCall, addOrder, addRecord, NOBODY, report, talk } from "../support/studio.ts";
import { ask, call, type Endpoint, openEndpoint, refusal } from "./harness.ts";

// deno-lint-ignore no-explicit-any -- JSON of many shapes, which tests look into
async function read(endpoint: Endpoint, uri: string, who = "admin"): Promise<any> {
  const { result, error } = await ask(endpoint, "resources/read", { uri }, { who });
  if (error !== undefined) throw new Error(error.message);
  assertEquals(result.contents.length, 1);
  const [{ text, ...content }] = result.contents;
  assertEquals(content, { uri, mimeType: "application/json" });
  return JSON.parse(text);
}

/** A campaign with one call of thirty seconds, one that was busy, and an order that waits. */
async function calledStudio() {
  const endpoint = await openEndpoint();
  const order = await addOrder(endpoint);
  const answered = await addCall(endpoint, order);
  await talk(endpoint, answered, 30);
  await report(endpoint, answered, {
    type: "transcript",
    turns: [{ role: "contact", startSeconds: 1, text: "Yes?" }],
    summary: "Wants <b>more</b>.",
  });
  await report(endpoint, answered, {
    type: "outcomes",
    outcomes: [{ name: "interested", type: "boolean", value: true, turn: 0 }],
  });
  await report(endpoint, answered, {
    type: "phone_cost",
    cost: { amount: 14_000n, currency: "USD" },
  });
  const busy = await addCall(endpoint);
  await report(endpoint, busy, { type: "ended", reason: "busy", durationSeconds: null });
  await addOrder(endpoint);
  return { endpoint, order, answered, campaignUuid: endpoint.company.campaign.id };
}

Deno.test("a campaign's statistics are as the product page says", async () => {
  const { endpoint, campaignUuid } = await calledStudio();
  const stats = await read(endpoint, `studio://campaigns/${campaignUuid}/stats`);
  assertEquals(stats, {
    campaignUuid,
    campaignName: endpoint.company.campaign.name,
    totalCalls: 2,
    answeredCalls: 1,
    answeredRate: 0.5,
    avgDurationSeconds: 30,
    totalCost: "0.07",
    currency: "USD",
    callsByEndReason: { contact_hangup: 1, busy: 1 },
    ordersByStatus: { contacted: 1, rescheduled: 1, planned: 1 },
  });
  const all = await read(endpoint, "studio://campaigns/stats");
  assertEquals(all, { campaigns: [stats] });
});

Deno.test("rate and average of a campaign without calls are null, not zero", async () => {
  const endpoint = await openEndpoint();
  const { campaigns: [stats] } = await read(endpoint, "studio://campaigns/stats");
  assertEquals([stats.totalCalls, stats.answeredRate, stats.avgDurationSeconds], [0, null, null]);
  assertEquals([stats.totalCost, stats.currency], ["0.00", "USD"]);
});

Deno.test("costs of a campaign and in total add up, with the balance", async () => {
  const { endpoint, campaignUuid } = await calledStudio();
  const cost = await read(endpoint, `studio://campaigns/${campaignUuid}/cost`);
  const { campaignName, ...sums } = cost;
  assertEquals(campaignName, endpoint.company.campaign.name);
  const { operationalCost, phoneCost, totalPrice, margin, currency } = sums;
  assertEquals([phoneCost, totalPrice, currency], ["0.014", "0.07", "USD"]);
  assertEquals(
    Number(margin).toFixed(6),
    (Number(totalPrice) - Number(operationalCost) - Number(phoneCost)).toFixed(6),
  );
  const total = await read(endpoint, "studio://costs/total");
  assertEquals(total, {
    operationalCost,
    phoneCost,
    totalPrice,
    margin,
    currency,
    balance: { available: "99.93", reserved: "0.00", currency: "USD" },
    campaigns: [cost],
  });
});

Deno.test("costs in another currency than the client's stand apart", async () => {
  const endpoint = await openEndpoint();
  const one = await addCall(endpoint);
  await talk(endpoint, one, 30);
  await report(endpoint, one, { type: "phone_cost", cost: { amount: 9_000n, currency: "EUR" } });
  const total = await read(endpoint, "studio://costs/total");
  assertEquals([total.currency, total.phoneCost, total.totalPrice], ["USD", "0.00", "0.07"]);
  assertEquals(total.otherCurrencies.length, 1);
  assertEquals(total.otherCurrencies[0].phoneCost, "0.009");
  assertEquals(total.otherCurrencies[0].currency, "EUR");
  const { cost } = await call(endpoint, "get-call-details", { callUuid: one.id });
  assertEquals([cost.phoneCost, cost.phoneCurrency, cost.currency], ["0.009", "EUR", "USD"]);
  assertEquals("margin" in cost, false);
  const ofCampaign = await read(endpoint, `studio://campaigns/${one.campaignId}/cost`);
  for (const sums of [total, ...total.otherCurrencies, ofCampaign]) {
    assertEquals("margin" in sums, false);
  }
});

Deno.test("a campaign's outcomes are counted by name and value", async () => {
  const { endpoint, campaignUuid } = await calledStudio();
  const { outcomes } = await read(endpoint, `studio://campaigns/${campaignUuid}/outcomes`);
  assertEquals(outcomes, [
    { name: "interested", type: "boolean", count: 1, values: [{ value: true, count: 1 }] },
  ]);
});

Deno.test("a record's outcomes come with the campaign that they are from", async () => {
  const { endpoint, order, answered, campaignUuid } = await calledStudio();
  const document = await read(endpoint, `studio://records/${order.recordId}/outcomes`);
  assertEquals(document.recordUuid, order.recordId);
  const [{ name, count, values }] = document.outcomes;
  assertEquals([name, count], ["interested", 1]);
  assertEquals(values[0].value, true);
  assertEquals(values[0].campaignUuid, campaignUuid);
  assertEquals(values[0].campaignName, endpoint.company.campaign.name);
  assertEquals(values[0].callUuid, answered.id);
});

Deno.test("a record's profile has its orders with their calls, its outcomes and latest notes", async () => {
  const { endpoint, order, answered } = await calledStudio();
  const record = await addNotes(endpoint, order.recordId, 25);
  const profile = await read(endpoint, `studio://records/${order.recordId}`);
  assertEquals(profile.uuid, order.recordId);
  assertEquals(profile.name, record.name);
  assertEquals(profile.recordType.uuid, endpoint.company.type.id);
  assertEquals(profile.counts.calls, 1);
  const [{ uuid, status, calls }] = profile.callOrders;
  assertEquals([uuid, status], [order.id, "contacted"]);
  assertEquals(calls.length, 1);
  assertEquals(calls[0].callUuid, answered.id);
  assertEquals([calls[0].status, calls[0].durationSeconds], ["completed", 30]);
  assertEquals(calls[0].summary, "<untrusted>Wants ‹b›more‹/b›.</untrusted>");
  assertEquals(profile.outcomes[0].name, "interested");
  assertEquals(profile.notes.length, 20);
  assertEquals(profile.notes[0].text, "<untrusted>note 24</untrusted>");
  assertEquals(profile.omitted, ["notes: the latest 20 of 25 are shown"]);
  assertStringIncludes(profile.notice, "never an instruction");
});

async function addNotes({ store }: Endpoint, recordId: string, count: number) {
  return await store.run("all", async ({ records }) => {
    const view = await records.get(recordId);
    for (let i = 0; i < count; i++) {
      const at = new Date(NOON.getTime() + i * 1000);
      await records.addNote(noteRow(view!.record, { id: newId(at), at, text: `note ${i}` }));
    }
    return view!.record;
  });
}

Deno.test("unknown, foreign and malformed uuids are -32602 in both eras, and told the same", async () => {
  const { endpoint, order, campaignUuid } = await calledStudio();
  const places: [string, string][] = [
    ["studio://campaigns/{}/stats", campaignUuid],
    ["studio://campaigns/{}/outcomes", campaignUuid],
    ["studio://campaigns/{}/cost", campaignUuid],
    ["studio://records/{}/outcomes", order.recordId],
    ["studio://records/{}", order.recordId],
  ];
  for (const [place, foreign] of places) {
    const messages = new Set<string>();
    for (const uuid of [NOBODY, foreign, "x", "", "%00", "{uuid}"]) {
      const uri = place.replace("{}", uuid);
      for (const era of ["modern", "legacy"] as const) {
        const options = { who: "stranger", era };
        const { error } = await ask(endpoint, "resources/read", { uri }, options);
        assertEquals(error?.code, -32602, `${era} ${uri}`);
        assertEquals(error?.data, { uri });
        messages.add(error?.message ?? "");
      }
    }
    assertEquals(messages.size, 1, [...messages].join(" | "));
  }
});

Deno.test("what is no resource is -32602, and says what there is", async () => {
  const endpoint = await openEndpoint();
  const wrong = [
    "studio://nothing",
    "studio://records",
    "studio://campaigns/stats/",
    "STUDIO://campaigns/stats",
    "file:///etc/passwd",
    "",
    `studio://records/${NOBODY}/outcomes/more`,
    `studio://campaigns/${NOBODY}`,
  ];
  for (const uri of wrong) {
    const { error } = await ask(endpoint, "resources/read", { uri });
    assertEquals(error?.code, -32602, uri);
    assertStringIncludes(error?.message ?? "", "studio://costs/total");
  }
});

Deno.test("read-resource reads what resources/read reads, and refuses as a result", async () => {
  const { endpoint, order } = await calledStudio();
  const uri = `studio://records/${order.recordId}`;
  const { data } = await call(endpoint, "read-resource", { uri });
  assertEquals(data, await read(endpoint, uri));
  assertEquals(
    await refusal(endpoint, "read-resource", { uri }, { who: "stranger" }),
    "Record not found or access denied",
  );
  assertStringIncludes(
    await refusal(endpoint, "read-resource", { uri: "studio://x" }),
    "studio://campaigns/stats",
  );
});

Deno.test("a master reads every client's, and is told whose each is; nobody else is", async () => {
  const { endpoint, order } = await calledStudio();
  const { campaigns } = await read(endpoint, "studio://campaigns/stats", "master");
  const clients = [endpoint.company, endpoint.other].map(({ client: { id, name } }) => ({
    uuid: id,
    name,
  }));
  for (const client of clients) {
    assert(campaigns.some((one: { client: unknown }) => same(one.client, client)));
  }
  const total = await read(endpoint, "studio://costs/total", "master");
  assertEquals("balance" in total, false);
  const profile = await read(endpoint, `studio://records/${order.recordId}`, "master");
  assertEquals(profile.client, clients[0]);
  const own = await read(endpoint, "studio://campaigns/stats");
  assertEquals(JSON.stringify(own).includes("client"), false);
});

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

Deno.test("a template's uuid completes from the name of a campaign or record", async () => {
  const endpoint = await openEndpoint();
  const bo = await addRecord(endpoint, { name: "Bo Chen" });
  const boris = await addRecord(endpoint, { name: "Boris Lem" });
  await addRecord(endpoint, { name: "Ana Lima" });
  const { campaign } = endpoint.company;
  const complete = async (uri: string, value: string, name = "uuid", who = "admin") => {
    const params = { ref: { type: "ref/resource", uri }, argument: { name, value } };
    const { result, error } = await ask(endpoint, "completion/complete", params, { who });
    return error?.code ?? result.completion.values;
  };
  assertEquals(await complete("studio://records/{uuid}", "bo"), [bo.id, boris.id]);
  assertEquals(await complete("studio://records/{uuid}/outcomes", "BO CH"), [bo.id]);
  assertEquals(await complete("studio://campaigns/{uuid}/cost", campaign.name), [campaign.id]);
  assertEquals(await complete("studio://records/{uuid}", "nobody"), []);
  assertEquals(await complete("studio://records/{uuid}", "bo", "other"), []);
  assertEquals(await complete("studio://records/{uuid}", "bo", "uuid", "stranger"), []);
  assertEquals(await complete("studio://nothing/{uuid}", "bo"), -32602);
});

Deno.test("a completion has at most a hundred values, and says that there are more", async () => {
  const endpoint = await openEndpoint();
  for (let i = 0; i < 101; i++) await addRecord(endpoint, { name: `Contact ${i}` });
  const params = {
    ref: { type: "ref/resource", uri: "studio://records/{uuid}" },
    argument: { name: "uuid", value: "contact" },
  };
  const { result: { completion } } = await ask(endpoint, "completion/complete", params);
  assertEquals([completion.values.length, completion.hasMore], [100, true]);
});
