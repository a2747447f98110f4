/** No result is longer than what clients take: one promise, hence one file. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fitDocument } from "../../adapters/mcp/present/fit_document.ts";
import { fence, NOTICE } from "../../adapters/mcp/present/untrusted.ts";
import { newId } from "../../src/kernel/ids.ts";
import { campaignRow, clientRow, NOON } from "../support/rows.ts";
import { addCall, addOrder, addRecord, report } from "../support/studio.ts";
import { type Ask, ask, call, type Endpoint, openEndpoint, refusal } from "./harness.ts";

/** Bytes of JSON that are 25,000 tokens at the 2.4 bytes that a token of such JSON has at least. */
const CAP = 60_000;

async function page(endpoint: Endpoint, name = "list-records") {
  const params = { name, arguments: { limit: 100 } };
  const { result } = await ask(endpoint, "tools/call", params);
  const bytes = new TextEncoder().encode(result.content[0].text).length;
  return { ...result.structuredContent, bytes };
}

Deno.test("a page of a hundred usual records is whole", async () => {
  const endpoint = await openEndpoint();
  for (let i = 0; i < 100; i++) {
    await addRecord(endpoint, {
      name: `Contact Number ${i}`,
      email: `contact.${i}@example.com`,
      parameters: { plan: "gold", seats: i, source: "spring fair" },
    });
  }
  const { records, notice, bytes } = await page(endpoint);
  assertEquals([records.length, notice], [100, undefined]);
  assertEquals(records.every((row: object) => "parameters" in row), true);
  assert(bytes < CAP, `${bytes} bytes`);
});

Deno.test("a page of a hundred records with much data fits, says what is left out, and where it is", async () => {
  const endpoint = await openEndpoint();
  const big = { notes: "ü".repeat(3900) };
  const heavy = await addRecord(endpoint, { parameters: big });
  for (let i = 0; i < 49; i++) await addRecord(endpoint, { parameters: big });
  for (let i = 0; i < 50; i++) await addRecord(endpoint, { parameters: { plan: "gold" } });
  const { records, notice, bytes } = await page(endpoint);
  assertEquals(records.length, 100);
  assertEquals(records.filter((row: object) => "parameters" in row).length, 50);
  assertStringIncludes(notice, "of 50 rows long parameters are left out; get-record shows them");
  assert(bytes < CAP, `${bytes} bytes`);
  assertEquals((await call(endpoint, "get-record", { uuid: heavy.id })).parameters, big);
});

Deno.test("a page of a hundred records with the longest names in any script fits", async () => {
  const endpoint = await openEndpoint();
  for (let i = 0; i < 100; i++) {
    const name = "陳".repeat(200);
    const email = `${"e".repeat(240)}@example.com`;
    await addRecord(endpoint, { name, firstName: name, lastName: name, email });
  }
  const { records, notice, bytes } = await page(endpoint);
  assertEquals(records.length, 100);
  assertStringIncludes(notice, "cut off");
  assert(bytes < CAP, `${bytes} bytes`);
});

Deno.test("a page of a hundred usual call orders that are all blocked fits, the reason with each", async () => {
  const window = { start: "09:00", end: "20:00", days: [1, 2, 3, 4, 5] };
  const endpoint = await openEndpoint({ rules: { window } });
  for (let i = 0; i < 100; i++) {
    const record = await addRecord(endpoint, { name: `Contact Number ${i}` });
    const instructions = "Ask whether the offer of last week has come.";
    await addOrder(endpoint, { instructions }, record);
  }
  const { callOrders, notice, bytes } = await page(endpoint, "list-call-orders");
  assertEquals(notice, "of 100 rows blockedBy has no message; ask for a smaller limit");
  for (const { instructions, blockedBy } of callOrders) {
    assertEquals([instructions.length, blockedBy], [44, {
      code: "outside_calling_window",
      retryAt: "2026-03-02T17:00:00.000Z",
    }]);
  }
  assert(bytes < CAP, `${bytes} bytes`);
  const few = await ask(endpoint, "tools/call", {
    name: "list-call-orders",
    arguments: { limit: 20 },
  });
  assertEquals(few.result.structuredContent.callOrders[0].blockedBy, {
    code: "outside_calling_window",
    message: "Outside the calling window in the callee's time zone; calling opens at " +
      "2026-03-02T17:00:00.000Z",
    retryAt: "2026-03-02T17:00:00.000Z",
  });
});

Deno.test("a page of a hundred call orders with the longest instructions fits", async () => {
  const endpoint = await openEndpoint();
  const record = await addRecord(endpoint, { name: "n".repeat(200) });
  for (let i = 0; i < 100; i++) {
    await addOrder(endpoint, { status: "contacted", instructions: "陳".repeat(2000) }, record);
  }
  const { callOrders, notice, bytes } = await page(endpoint, "list-call-orders");
  assertEquals(callOrders.length, 100);
  assertStringIncludes(notice, "ask for a smaller limit");
  assert(bytes < CAP, `${bytes} bytes`);
});

Deno.test("a record with much history fits everywhere, says what is cut off, and where it is", async () => {
  const endpoint = await openEndpoint();
  const record = await addRecord(endpoint, { name: "Zoe Adler" });
  for (let i = 0; i < 50; i++) {
    await addOrder(endpoint, { status: "contacted", instructions: "x".repeat(2000) }, record);
  }
  const uri = `studio://records/${record.id}`;
  const tool = await call(endpoint, "read-resource", { uri });
  const { result: read } = await ask(endpoint, "resources/read", { uri });
  const prompt = await ask(endpoint, "prompts/get", {
    name: "prepare-call",
    arguments: { record: "zoe" },
  });
  const texts = [
    JSON.stringify(tool),
    read.contents[0].text,
    prompt.result.messages[0].content.text,
  ];
  for (const text of texts) {
    const bytes = new TextEncoder().encode(text).length;
    assert(bytes < CAP, `${bytes} bytes`);
    assertStringIncludes(text, "Texts longer than 300 characters are cut off");
    assertStringIncludes(text, "list-call-orders the orders");
  }
  assertEquals(JSON.parse(texts[1]).callOrders.length, 50);
});

Deno.test("follow-up-list fits with the longest names and instructions", async () => {
  const endpoint = await openEndpoint();
  for (const status of ["planned", "busy", "rescheduled"] as const) {
    for (let i = 0; i < 50; i++) {
      const record = await addRecord(endpoint, { name: "陳".repeat(200) });
      await addOrder(endpoint, { status, instructions: "陳".repeat(2000) }, record);
    }
  }
  const { name } = endpoint.company.campaign;
  const { result } = await ask(endpoint, "prompts/get", {
    name: "follow-up-list",
    arguments: { campaign: name },
  });
  const { text } = result.messages[0].content;
  assert(new TextEncoder().encode(text).length < CAP);
  assertStringIncludes(text, "list-call-orders has all of them");
});

Deno.test("a document's long texts are cut before its lists, and fences stay closed", () => {
  const fenced = fence("x".repeat(5000));
  const document = { id: "a", notes: Array.from({ length: 20 }, () => fenced) };
  const cut = fitDocument(document, "the shelf has it") as typeof document & { shortened: string };
  assertEquals(cut.shortened, "Texts longer than 1000 characters are cut off; the shelf has it.");
  assertEquals(cut.notes.length, 20);
  assertEquals(cut.notes[0], fence(`${"x".repeat(1000)}…`));
  const smiling = fitDocument({ notes: [`y${"😀".repeat(30_000)}`] }, "") as { notes: string[] };
  assertEquals(smiling.notes, [`y${"😀".repeat(499)}…`]);
  const rows = { rows: Array.from({ length: 500 }, (_, i) => ({ i, text: "y".repeat(400) })) };
  const fewer = fitDocument(rows, "each row stands alone") as typeof rows & { shortened: string };
  assertEquals(fewer.rows.length, 100);
  assertStringIncludes(fewer.shortened, "lists longer than 100 entries");
  assertEquals(fitDocument({ short: true }, ""), { short: true });
});

/** The longest texts that an agent's platform may report, in the script that takes most bytes. */
const LONG = "陳".repeat(10_000);

/** A tool's whole result, which must be short enough. */
async function fitting(
  endpoint: Endpoint,
  name: string,
  args: Record<string, unknown>,
  options: Ask = {},
) {
  const result = await call(endpoint, name, args, options);
  const bytes = new TextEncoder().encode(JSON.stringify(result)).length;
  assert(bytes < CAP, `${name}: ${bytes} bytes`);
  return result;
}

for (
  const [what, text, count] of [["usual", "Yes, on Monday.", 5000], ["longest", LONG, 50]] as const
) {
  Deno.test(`a long transcript of ${what} turns is read page by page, each turn once, in order`, async () => {
    const endpoint = await openEndpoint();
    const { id: callUuid, ...rest } = await addCall(endpoint);
    const turns = Array.from({ length: count }, (_, startSeconds) => ({
      role: "contact" as const,
      startSeconds,
      text,
    }));
    const transcript = { type: "transcript" as const, turns, summary: LONG };
    await report(endpoint, { id: callUuid, ...rest }, transcript);
    const first = await fitting(endpoint, "get-call-transcript", { callUuid });
    assertEquals(first.summary, fence(LONG));
    assertStringIncludes(
      first.notice,
      `of ${count} (from 0): call again with fromTurn ${first.nextTurn} for more.`,
    );
    const seconds = first.turns.map((turn: { startSeconds: number }) => turn.startSeconds);
    let fromTurn = first.nextTurn;
    while (fromTurn !== undefined) {
      assertEquals(fromTurn, seconds.length);
      const more = await fitting(endpoint, "get-call-transcript", { callUuid, fromTurn });
      assert(more.turns.length > 0);
      assertEquals([more.summary, more.turns[0].text], [undefined, fence(text)]);
      for (const turn of more.turns) seconds.push(turn.startSeconds);
      fromTurn = more.nextTurn;
    }
    assertEquals(seconds, turns.map(({ startSeconds }) => startSeconds));
    const beyond = { callUuid, fromTurn: count };
    const text_ = await refusal(endpoint, "get-call-transcript", beyond);
    assertEquals(text_, `fromTurn: must be below ${count}, the number of turns`);
  });
}

Deno.test("a usual transcript is whole, and one turn may be asked for as the first", async () => {
  const endpoint = await openEndpoint();
  const made = await addCall(endpoint);
  const turns = [0, 1, 2].map((startSeconds) => ({
    role: "agent" as const,
    startSeconds,
    text: "Hello",
  }));
  await report(endpoint, made, { type: "transcript", turns, summary: "Short." });
  const whole = await call(endpoint, "get-call-transcript", { callUuid: made.id });
  assertEquals([whole.turns.length, whole.nextTurn, whole.notice], [3, undefined, NOTICE]);
  const last = await call(endpoint, "get-call-transcript", { callUuid: made.id, fromTurn: 2 });
  assertEquals([last.turns.length, last.turns[0].startSeconds], [1, 2]);
});

Deno.test("two hundred outcomes of the longest texts: each can be read in full, the details fit", async () => {
  const endpoint = await openEndpoint();
  const made = await addCall(endpoint);
  const outcomes = Array.from({ length: 200 }, (_, i) => ({
    name: `outcome ${i}`,
    type: "text" as const,
    value: LONG,
    turn: null,
  }));
  await report(endpoint, made, { type: "outcomes", outcomes });
  await report(endpoint, made, { type: "summary", summary: LONG });
  const callUuid = made.id;
  const names: string[] = [];
  let fromOutcome: number | undefined;
  do {
    const page = await fitting(endpoint, "get-call-outcomes", { callUuid, fromOutcome });
    for (const { name, value } of page.outcomes) {
      assertEquals(value, fence(LONG));
      names.push(name);
    }
    fromOutcome = page.nextOutcome;
  } while (fromOutcome !== undefined);
  assertEquals(names, outcomes.map(({ name }) => name));
  const details = await fitting(endpoint, "get-call-details", { callUuid });
  assertStringIncludes(details.notice, NOTICE);
  assertStringIncludes(details.notice, "get-call-outcomes has the outcomes in full");
  assertEquals(details.phoneNumber, made.phoneNumber);
  const { recordId, campaignId } = made;
  for (
    const uri of [
      "studio://campaigns/stats",
      `studio://campaigns/${campaignId}/stats`,
      `studio://campaigns/${campaignId}/outcomes`,
      `studio://records/${recordId}/outcomes`,
      `studio://records/${recordId}`,
      `studio://campaigns/${campaignId}/cost`,
      "studio://costs/total",
    ]
  ) await fitting(endpoint, "read-resource", { uri });
});

Deno.test("a page of a hundred campaigns or record types with the longest names fits", async () => {
  const endpoint = await openEndpoint();
  const { company, store } = endpoint;
  await store.run("all", async ({ campaigns, records }) => {
    for (let i = 0; i < 100; i++) {
      const name = `${i} ${"陳".repeat(195)}`;
      const description = "陳".repeat(2000);
      await campaigns.save(campaignRow(company.assistant, { name, description }));
      await records.saveType({ ...company.type, id: newId(NOON), name, description });
    }
  });
  for (
    const [tool, rows] of [["list-campaigns", "campaigns"], ["list-record-types", "recordTypes"]]
  ) {
    const page = await fitting(endpoint, tool, { limit: 100 });
    assertEquals(page[rows].length, 100);
    assertStringIncludes(page.notice, "ask for a smaller limit");
  }
});

Deno.test("a master's costs carry each client's balance, at most a hundred, and fit", async () => {
  const endpoint = await openEndpoint();
  await endpoint.store.run("all", async ({ access, balance }) => {
    for (let i = 0; i < 120; i++) {
      const client = clientRow({ name: `${i} ${"陳".repeat(190)}` });
      await access.saveClient(client);
      await balance.open(client.id, "USD");
    }
  });
  const uri = "studio://costs/total";
  const { data } = await fitting(endpoint, "read-resource", { uri }, { who: "master" });
  assert(data.balances.length > 0 && data.balances.length <= 100);
  assertEquals(Object.keys(data.balances[0]), ["client", "available", "reserved", "currency"]);
  assertEquals(data.balancesOmitted, "after the first 100 by name");
});
