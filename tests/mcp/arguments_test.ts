import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { addOrder, addRecord, NOBODY } from "../support/studio.ts";
import { contentsOf } from "../support/watched_store.ts";
import { ask, call, openEndpoint, refusal } from "./harness.ts";

Deno.test("unknown parameters are refused by name, with those that there are", async () => {
  const endpoint = await openEndpoint();
  const text = await refusal(endpoint, "get-record", { uuid: NOBODY, id: 1, verbose: true });
  assertEquals(
    text,
    '"id": unknown parameter. get-record takes uuid.\n' +
      '"verbose": unknown parameter. get-record takes uuid.',
  );
});

Deno.test("what clients add by themselves is dropped", async () => {
  const endpoint = await openEndpoint();
  const page = await call(endpoint, "list-records", { wait_for_previous: true, limit: 5 });
  assertEquals(page.limit, 5);
});

Deno.test("each wrong argument is told: the field, what was wrong, and what is allowed", async () => {
  const endpoint = await openEndpoint();
  const page = "Page number, 1-1000000 (default: 1)";
  const limit = "Results per page, 1-100 (default: 20)";
  const cases: [string, Record<string, unknown>, string][] = [
    ["get-record", {}, "uuid: is required (UUID of the record)."],
    ["get-record", { uuid: true }, "uuid: must be text, got true (UUID of the record)."],
    ["get-record", { uuid: 7.5 }, "uuid: must be text, got 7.5 (UUID of the record)."],
    ["get-record", { uuid: null }, "uuid: must be text, got null (UUID of the record)."],
    ["list-records", { limit: 101 }, `limit: must be at most 100, got 101 (${limit}).`],
    ["list-records", { limit: 0 }, `limit: must be at least 1, got 0 (${limit}).`],
    ["list-records", { limit: "20" }, `limit: must be a whole number, got "20" (${limit}).`],
    ["list-records", { page: 1.5 }, `page: must be a whole number, got 1.5 (${page}).`],
    [
      "list-records",
      { page: 1_000_001 },
      `page: must be at most 1000000, got 1000001 (${page}).`,
    ],
    ["list-records", { page: 0 }, `page: must be at least 1, got 0 (${page}).`],
    [
      "list-records",
      { status: "gone" },
      'status: must be one of active, inactive, archived, got "gone" (Filter by status).',
    ],
    [
      "get-call-details",
      { callUuid: NOBODY, waitSeconds: 51 },
      "waitSeconds: must be at most 50, got 51 " +
      "(Seconds to wait for the call's end, 0-50 (default: 0)).",
    ],
    [
      "create-record",
      { name: "A", phoneNumber: "+14155550132", recordTypeUuid: NOBODY, parameters: [] },
      "parameters: must be an object, got [] " +
      "(Custom key-value data the agent will know: up to 50 keys of 64 characters, 4 levels, " +
      "8192 bytes).",
    ],
  ];
  for (const [tool, args, expected] of cases) {
    assertEquals(await refusal(endpoint, tool, args), expected);
  }
});

Deno.test("several faults are told at once", async () => {
  const endpoint = await openEndpoint();
  const text = await refusal(endpoint, "list-records", { limit: 1000, status: 1, colour: "red" });
  assertEquals(text.split("\n").length, 3);
});

Deno.test("what is told of a long wrong value is short", async () => {
  const endpoint = await openEndpoint();
  const long = "x".repeat(100_000);
  const { recordId, campaignId } = await addOrder(endpoint);
  const order = { recordUuid: recordId, campaignUuid: campaignId };
  const refused: [string, Record<string, unknown>][] = [
    ["list-records", { limit: long }],
    ["list-records", { [long]: 1 }],
    ["list-records", { search: long }],
    ["get-record", { uuid: long }],
    ["update-record", { uuid: recordId, email: long }],
    ["update-record", { uuid: recordId, name: long }],
    ["update-record", { uuid: recordId, phoneNumber: long }],
    ["create-record", { name: "Bo", phoneNumber: "1", recordTypeUuid: NOBODY, country: long }],
    ["create-call-order", { ...order, scheduledTime: long }],
    ["create-call-order", { ...order, callType: long }],
    ["initiate-call", { callOrderUuid: NOBODY, idempotencyKey: long }],
    ["read-resource", { uri: long }],
  ];
  for (const [tool, args] of refused) {
    const text = await refusal(endpoint, tool, args);
    assert(text.length < 500, `${tool}: ${text.length} characters`);
  }
  const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`p${i}`, i]));
  const lines = (await refusal(endpoint, "get-record", { uuid: NOBODY, ...many })).split("\n");
  assertEquals([lines.length, lines[10]], [11, "And 2990 more unknown parameters."]);
});

Deno.test("what a protocol error tells of a long wrong value is short", async () => {
  const endpoint = await openEndpoint();
  const long = "x".repeat(100_000);
  const wrong: [string, Record<string, unknown>, string?][] = [
    ["tools/call", { name: long }],
    ["prompts/get", { name: long }],
    ["prompts/get", { name: "prepare-call", arguments: { record: long } }],
    ["resources/read", { uri: long }],
    [
      "completion/complete",
      { ref: { type: "ref/prompt", name: long }, argument: { name: "a", value: "" } },
    ],
    [
      "completion/complete",
      { ref: { type: "ref/resource", uri: long }, argument: { name: "a", value: "" } },
    ],
    ["tools/list", {}, `/mcp?toolsets=${"x".repeat(4000)}`],
  ];
  for (const [method, params, path] of wrong) {
    const { error } = await ask(endpoint, method, params, { era: "legacy", path });
    assertEquals(error?.code, -32602, method);
    assert(JSON.stringify(error).length < 800, `${method}: ${JSON.stringify(error).length}`);
  }
});

Deno.test("null for an optional parameter counts as left out, in parameters it removes", async () => {
  const endpoint = await openEndpoint();
  const page = await call(endpoint, "list-records", { search: null, status: null, limit: null });
  assertEquals(page.limit, 20);
  for (const era of ["modern", "legacy"] as const) {
    const params = { name: "list-records", arguments: null };
    const { result } = await ask(endpoint, "tools/call", params, { era });
    assertEquals(result.isError, undefined);
  }
  const missing = await refusal(endpoint, "get-record", { uuid: null });
  assertEquals(missing, "uuid: must be text, got null (UUID of the record).");
  const unknown = await refusal(endpoint, "list-records", { colour: null });
  assertStringIncludes(unknown, "unknown parameter");
  const { id } = await addRecord(endpoint, { parameters: { plan: "gold", seats: 2 } });
  const parameters = { plan: null };
  const changed = await call(endpoint, "update-record", { uuid: id, name: null, parameters });
  assertEquals([changed.name, changed.parameters], ["Bo Chen", { seats: 2 }]);
});

Deno.test("a whole number is taken as text where text is wanted", async () => {
  const endpoint = await openEndpoint();
  const { id } = await addRecord(endpoint);
  const record = await call(endpoint, "update-record", {
    uuid: id,
    phoneNumber: 4155550199,
    name: 42,
  });
  assertEquals([record.name, record.phoneNumber], ["42", "+14155550199"]);
  const found = await call(endpoint, "list-records", { search: 5550199 });
  assertEquals(found.total, 1);
});

Deno.test("nothing is written on a refused call", async () => {
  const endpoint = await openEndpoint();
  const order = await addOrder(endpoint);
  const before = await contentsOf(endpoint.store);
  const { type, campaign } = endpoint.company;
  const refused: [string, Record<string, unknown>][] = [
    ["create-record", { name: "A", phoneNumber: "+14155550132", recordTypeUuid: type.id, x: 1 }],
    ["create-record", { name: "A", phoneNumber: "12", recordTypeUuid: type.id }],
    ["update-record", { uuid: order.recordId, name: "B", phone: "+14155550132" }],
    ["create-call-order", { recordUuid: order.recordId, campaignUuid: campaign.id, callType: "x" }],
    ["update-call-order-status", { uuid: order.id, status: "done" }],
    ["initiate-call", { callOrderUuid: order.id, force: true }],
  ];
  for (const [tool, args] of refused) await refusal(endpoint, tool, args);
  assertEquals(await contentsOf(endpoint.store), before);
});

Deno.test("a malformed, an unknown and a foreign uuid are told the same", async () => {
  const endpoint = await openEndpoint();
  const order = await addOrder(endpoint);
  const texts: [string, string, string][] = [
    ["get-record", "uuid", "Record not found or access denied"],
    ["update-call-order-status", "uuid", "Call order not found or access denied"],
    ["initiate-call", "callOrderUuid", "Call order not found or access denied"],
    ["get-call-details", "callUuid", "Call not found or access denied"],
    ["get-call-recording", "callUuid", "Call not found or access denied"],
    ["get-call-transcript", "callUuid", "Call not found or access denied"],
    ["get-call-outcomes", "callUuid", "Call not found or access denied"],
    ["list-records", "recordTypeUuid", "Record type not found or access denied"],
    ["list-call-orders", "campaignUuid", "Campaign not found or access denied"],
  ];
  const foreign = { uuid: order.recordId, callOrderUuid: order.id, campaignUuid: order.campaignId };
  for (const [tool, field, expected] of texts) {
    const extra = tool === "update-call-order-status" ? { status: "canceled" } : {};
    const own: Record<string, string> = tool === "update-call-order-status"
      ? { uuid: order.id }
      : foreign;
    for (const value of ["x", NOBODY, own[field] ?? endpoint.company.type.id]) {
      const args = { [field]: value, ...extra };
      assertEquals(await refusal(endpoint, tool, args, { who: "stranger" }), expected, tool);
    }
  }
});

Deno.test("a uuid may be written in capitals", async () => {
  const endpoint = await openEndpoint();
  const { recordId } = await addOrder(endpoint);
  const record = await call(endpoint, "get-record", { uuid: recordId.toUpperCase() });
  assertEquals(record.uuid, recordId);
});

Deno.test("a key named like a prototype's is a key like any other", async () => {
  const endpoint = await openEndpoint();
  const { recordId } = await addOrder(endpoint);
  const parameters = JSON.parse('{"__proto__": {"admin": true}, "constructor": "x"}');
  await call(endpoint, "update-record", { uuid: recordId, parameters });
  assertEquals(Object.hasOwn({}, "admin"), false);
  assertEquals(({} as Record<string, unknown>).admin, undefined);
  const body = JSON.parse(`{"name":"get-record","arguments":{"uuid":"${recordId}","__proto__":1}}`);
  const { result } = await ask(endpoint, "tools/call", body);
  assertStringIncludes(result.content[0].text, '"__proto__": unknown parameter');
});

Deno.test("an unknown tool is a protocol error in both eras, arguments may be left out", async () => {
  const endpoint = await openEndpoint();
  for (const era of ["modern", "legacy"] as const) {
    const unknown = await ask(endpoint, "tools/call", { name: "drop-tables" }, { era });
    assertEquals(unknown.error?.code, -32602);
    const without = await ask(endpoint, "tools/call", { name: "list-campaigns" }, { era });
    assertEquals(without.result.isError, undefined);
  }
});

Deno.test("parameters of the protocol that are wrong are -32602, not errors of ours", async () => {
  const endpoint = await openEndpoint();
  const wrong: [string, Record<string, unknown>][] = [
    ["tools/call", {}],
    ["tools/call", { name: 1 }],
    ["tools/call", { name: "get-record", arguments: "uuid" }],
    ["tools/call", { name: "get-record", arguments: [] }],
    ["resources/read", {}],
    ["resources/read", { uri: 1 }],
    ["tools/call", { name: "get-record", arguments: 1 }],
    ["prompts/get", {}],
    ["prompts/get", { name: "review-campaign", arguments: { campaign: 1 } }],
    ["completion/complete", {}],
    ["tools/list", { cursor: "made up" }],
    ["resources/list", { cursor: 1 }],
  ];
  for (const era of ["modern", "legacy"] as const) {
    for (const [method, params] of wrong) {
      const { error } = await ask(endpoint, method, params, { era });
      assertEquals(error?.code, -32602, `${era} ${method} ${JSON.stringify(params)}`);
    }
  }
  assertEquals(endpoint.reported, []);
});
