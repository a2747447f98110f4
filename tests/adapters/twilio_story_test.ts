/**
 * The whole way with phones of the HTTP provider: from a tool call to a ringing phone, a transcript, a
 * recording and its cost; and that a call ends the same in whatever order its reports come.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compose } from "../../adapters/compose.ts";
import { operator } from "../../src/access/principal.ts";
import { createApp } from "../../src/app.ts";
import type { Call } from "../../src/calls/call.ts";
import { story } from "../mcp/story.ts";
import { setUpCompany } from "../support/acme.ts";
import { AGENT_WEBHOOK, reportAsAgent } from "../support/agent_platform.ts";
import { embeddedDatabases } from "../support/databases.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { NOON } from "../support/rows.ts";
import {
  addCall,
  addOrder,
  addRecord,
  balanceNow,
  callNow,
  openStudio,
} from "../support/studio.ts";
import { ACCOUNT, TwilioFake, type Webhook } from "../support/twilio_fake.ts";
import { openTwilio, PUBLIC_URL, reachable } from "../support/twilio_phone.ts";

Deno.test({
  name: "with TELEPHONY=twilio the main job is done from end to end, and what it cost is known",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const clock = new FakeClock(NOON);
  const fake = new TwilioFake(clock);
  fake.habits.recordedAfter = -1;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => fake.handle(request),
  );
  const databases = await embeddedDatabases();
  const { target, close } = await databases.fresh();
  const studio = await compose({
    database: target,
    readDatabase: null,
    publicUrl: PUBLIC_URL,
    telephony: {
      kind: "twilio",
      apiUrl: new URL(`http://127.0.0.1:${server.addr.port}`),
      ...ACCOUNT,
      webhookKey: null,
      quietSeconds: 120,
    },
    signingKey: null,
    limits: { requestsPerMinute: null, databaseConnections: 1 },
    log: () => {},
    clock,
  });
  const { app, http } = studio;
  const { token } = await setUpCompany(app, "Acme", 555, 0);
  const connection = { kind: "websocket" as const, url: "wss://agent.example.com/media" };
  await app.setup.apply(operator("test"), {
    clients: [{
      name: "Acme",
      assistants: [{ name: "Voice", connection, webhook: AGENT_WEBHOOK }],
    }],
  });
  const [{ id: assistantId }] = await app.campaigns.assistants(operator("test"));

  const stop = new AbortController();
  const working = studio.work(stop.signal);
  const passing = (async () => {
    while (!stop.signal.aborted) {
      for (const webhook of fake.due()) {
        const { url, fields, signature } = webhook;
        if (fields.some(([, value]) => value === "completed")) await agentReports(url);
        const response = await http.fetch(
          new Request(url, {
            method: "POST",
            headers: { "X-Twilio-Signature": signature },
            body: new URLSearchParams(fields),
          }),
        );
        assertEquals(response.status, 204);
      }
      await clock.advance(250);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  })();
  /** What the agent's platform tells, by its own webhook. */
  async function agentReports(url: string): Promise<void> {
    const transcript = ["Hello", "Hello, who is it?", "Acme"].map((text, i) => ({
      role: i === 1 ? "contact" : "agent",
      startSeconds: i,
      text,
    }));
    await reportAsAgent({ http, origin: PUBLIC_URL, assistantId, at: clock.now() }, {
      callUuid: new URL(url).searchParams.get("call"),
      eventId: "said",
      transcript,
      summary: "They said hello.",
    });
  }

  const fetchHere = (url: string, init?: RequestInit) => http.fetch(new Request(url, init));
  const rpc = async (method: string, params: Record<string, unknown>) => {
    const response = await fetchHere(new URL("/mcp", PUBLIC_URL).href, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    return (await response.json()).result;
  };
  try {
    let callUuid = "";
    await story({
      async tool(name, args = {}) {
        const result = await rpc("tools/call", { name, arguments: args });
        if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
        callUuid = result.structuredContent.callUuid ?? callUuid;
        return result.structuredContent;
      },
      async read(uri) {
        return JSON.parse((await rpc("resources/read", { uri })).contents[0].text);
      },
    }, fetchHere);
    const admin = await app.access.authenticate(token);
    let call = (await app.calls.get(admin, callUuid)).call;
    for (let tries = 0; call.phoneCost === null && tries < 500; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      call = (await app.calls.get(admin, callUuid)).call;
    }
    assertEquals([call.phoneCost, call.phoneCurrency], [14_000n, "USD"]);
    assertEquals([call.provider, call.providerCallId], ["twilio", [...fake.calls.keys()][0]]);
    assertEquals(fake.creates.length, 1);
  } finally {
    studio.stopWaiting();
    stop.abort();
    await Promise.all([working, passing]);
    await studio.close();
    await close();
    await databases.stop();
    await server.shutdown();
  }
});

/** A call whose webhooks are all there, and none of them posted yet. */
async function overCall(digits: string) {
  const studio = await openStudio();
  const call = await addCall(studio);
  const app = createApp(studio.ports);
  const world = openTwilio({ deliver: app.calls.applyEvent });
  const { request } = reachableCall(call, digits);
  const result = await world.phone.gateway.dial(request);
  assert(result.kind === "accepted");
  await world.clock.advance(600_000);
  return { studio, call, world, webhooks: world.fake.due() };
}

function reachableCall(call: Call, digits: string) {
  return {
    request: reachable({
      ref: { clientId: call.clientId, callId: call.id },
      to: `+1415555${digits}`,
      ringSeconds: 30,
      maxSeconds: call.maxSeconds,
      agent: { connection: { kind: "simulated" }, outcomes: [], context: {} },
    }),
  };
}

const ENDS: [string, Call["status"], Call["endReason"], number | null][] = [
  ["0001", "completed", "contact_hangup", 45],
  ["0002", "busy", "busy", null],
  ["0003", "no_answer", "no_answer", null],
  ["0004", "failed", "invalid_number", null],
];

for (const [digits, status, reason, seconds] of ENDS) {
  Deno.test(`a call to ${digits} is ${status}, in whatever order and however often its reports come`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { studio, call, world, webhooks } = await overCall(digits);
        await using _ = world;
        for (const webhook of shuffled([...webhooks, ...webhooks, ...webhooks], seed)) {
          assertEquals((await world.post(webhook)).status, 204);
        }
        const { status: found, endReason, durationSeconds } = await callNow(studio, call);
        assertEquals([found, endReason, durationSeconds], [status, reason, seconds]);
      }),
      { numRuns: 15 },
    );
  });
}

function shuffled(webhooks: Webhook[], seed: number): Webhook[] {
  const keyed = webhooks.map((webhook, i) => ({ webhook, key: Math.sin(seed + i * 7919) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ webhook }) => webhook);
}

Deno.test("completed before answered still makes an answered call, of its length", async () => {
  const { studio, call, world, webhooks } = await overCall("0001");
  await using _ = world;
  for (const webhook of webhooks.toReversed()) await world.post(webhook);
  const after = await callNow(studio, call);
  assertEquals([after.status, after.durationSeconds], ["completed", 45]);
  assertEquals(Number(after.endedAt) - Number(after.answeredAt), 45_000);
  assertEquals(after.answeredBy, "person");
  assert(after.price !== null && after.price > 0n);
});

for (const digits of ["0001", "0008"]) {
  Deno.test(`a call to ${digits} whose reports never come is found by asking, and never dialled again`, async () => {
    const studio = await openStudio();
    await using world = openTwilio();
    const { gateway } = world.phone;
    const app = createApp({
      ...studio.ports,
      clock: world.clock,
      gateway: {
        provider: gateway.provider,
        quietSeconds: gateway.quietSeconds,
        dial: (request) => gateway.dial(reachable(request)),
        lookup: (call) => gateway.lookup(call),
        hangUp: (call) => gateway.hangUp(call),
        recording: (call, range) => gateway.recording(call, range),
      },
    });
    const record = await addRecord(studio, { phoneNumber: `+1415555${digits}` });
    const order = await addOrder(studio, {}, record);
    let settled = false;
    const dialling = app.calls.initiate(studio.admin, { callOrderUuid: order.id })
      .finally(() => settled = true);
    while (!settled) await world.pass(1);
    const { call } = await dialling;
    assertEquals(call.status, digits === "0008" ? "dialing" : "queued");
    await world.clock.advance(600_000);
    await app.calls.reconcile(60);
    const after = await callNow(studio, call);
    assertEquals([after.status, after.durationSeconds], ["completed", 45]);
    assertEquals(after.providerCallId, [...world.fake.calls.keys()][0]);
    assertEquals(world.fake.creates.length, 1);
    assertEquals((await balanceNow(studio)).reserved, 0n);
  });
}

Deno.test("a call that the provider never got is over after the quiet period, and costs nothing", async () => {
  const studio = await openStudio();
  const call = await addCall(studio);
  await studio.store.run("all", ({ calls }) => calls.update({ ...call, providerCallId: null }));
  await using world = openTwilio();
  const app = createApp({ ...studio.ports, clock: world.clock, gateway: world.phone.gateway });
  await world.clock.advance(100_000);
  await app.calls.reconcile(60);
  assertEquals((await callNow(studio, call)).endReason, null);
  await world.clock.advance(100_000);
  await app.calls.reconcile(60);
  const after = await callNow(studio, call);
  assertEquals([after.endReason, after.price], ["provider_unavailable", 0n]);
  assertEquals(world.fake.creates.length, 0);
});
