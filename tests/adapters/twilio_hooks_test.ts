/**
 * The routes that the HTTP provider calls: what is believed, what is refused, and what comes late, twice,
 * out of order or never.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { CallEvent, CallReport } from "../../src/calls/call_event.ts";
import { aDial } from "../contracts/call_gateway.ts";
import { sign, type Webhook } from "../support/twilio_fake.ts";
import { openTwilio, reachable, type TwilioWorld } from "../support/twilio_phone.ts";

/** A world in which a call was dialled to a number that ends so. */
async function dialled(world: TwilioWorld, digits = "0001") {
  const asked = aDial(digits);
  const result = await world.phone.gateway.dial(reachable(asked.request));
  assert(result.kind === "accepted");
  return { ...asked, sid: result.providerCallId };
}

/** The webhooks of a call's whole life, none of them posted. */
async function webhooksOf(world: TwilioWorld, digits?: string): Promise<Webhook[]> {
  await dialled(world, digits);
  await world.clock.advance(600_000);
  return world.fake.due();
}

function reports<T extends CallReport["type"]>(events: CallEvent[], type: T) {
  return events.map(({ report }) => report).filter((report) => report.type === type);
}

Deno.test("a webhook that the provider did not sign is refused, and nothing is told", async () => {
  await using world = openTwilio();
  const webhook = (await webhooksOf(world))[0];
  const { url, fields, signature } = webhook;
  const forgeries: Webhook[] = [
    { ...webhook, signature: "" },
    { ...webhook, signature: sign(url, fields, "another token") },
    { ...webhook, fields: fields.map(([k, v]) => [k, k === "CallStatus" ? "completed" : v]) },
    { ...webhook, fields: [...fields, ["CallDuration", "1"]] },
    { ...webhook, url: url.replace("max=", "max=9") },
    { ...webhook, url: url.replace("/status", "/recording") },
  ];
  for (const forgery of forgeries) assertEquals((await world.post(forgery)).status, 403);
  assertEquals(world.reported, []);
  assertEquals((await world.post({ url, fields, signature })).status, 204);
  assertEquals(world.reported.length, 1);
});

Deno.test("a webhook of the provider's to an address that we did not give out is refused", async () => {
  await using world = openTwilio();
  const { url, fields } = (await webhooksOf(world))[0];
  const other = new URL(url);
  other.searchParams.set("call", aDial("0001").request.ref.callId);
  const misled = { url: other.href, fields, signature: sign(other.href, fields) };
  assertEquals((await world.post(misled)).status, 403);
  assertEquals(world.reported, []);
});

Deno.test("the signature is over the configured address, by whatever name the request came in", async () => {
  await using world = openTwilio();
  const { url, fields, signature } = (await webhooksOf(world))[0];
  const inside = url.replace("https://studio.example.com", "http://10.0.0.7:8080");
  assertEquals((await world.post({ url: inside, fields, signature })).status, 204);
  const theirs = { url: inside, fields, signature: sign(inside, fields) };
  assertEquals((await world.post(theirs)).status, 403);
});

Deno.test("a body that is no form, or is too long, is refused", async () => {
  await using world = openTwilio();
  const { url, signature } = (await webhooksOf(world))[0];
  const hook = world.phone.hooks[0];
  const post = async (type: string, body: string) => {
    const headers = { "content-type": type, "x-twilio-signature": signature };
    const request = new Request(url, { method: "POST", headers, body });
    return (await hook.handle(request, () => Promise.resolve())).status;
  };
  assertEquals(await post("application/json", "{}"), 415);
  assertEquals(await post("application/x-www-form-urlencoded", "a=".padEnd(70_000, "x")), 413);
});

Deno.test("a webhook that comes again has the same event id; every happening has its own", async () => {
  await using world = openTwilio();
  const webhooks = await webhooksOf(world);
  for (const webhook of [...webhooks, ...webhooks, ...webhooks]) {
    assertEquals((await world.post(webhook)).status, 204);
  }
  const ids = world.reported.map(({ eventId }) => eventId);
  assertEquals(ids.length, 3 * webhooks.length);
  assertEquals(new Set(ids).size, webhooks.length);
});

Deno.test("an event that cannot be kept is asked for again", async () => {
  let broken = true;
  await using world = openTwilio({
    deliver: () => broken ? Promise.reject(new Error("no database")) : Promise.resolve(),
  });
  await dialled(world);
  await world.pass(5);
  assertEquals(world.reported, []);
  broken = false;
  await world.pass(600);
  assertEquals(reports(world.reported, "ended").length, 1);
  assert(world.failures.some(({ what }) => what === "an event could not be delivered"));
});

Deno.test("an agent that cannot be reached ends the call, which still has its length and price", async () => {
  await using world = openTwilio();
  const { request } = await dialled(world);
  await world.pass(10);
  const twiml = world.fake.creates[0].get("Twiml")!;
  const url = /statusCallback="([^"]+)"/.exec(twiml)![1].replaceAll("&#38;", "&");
  const fields: [string, string][] = [["CallSid", "CA1"], ["StreamEvent", "stream-error"]];
  const response = await world.post({ url, fields, signature: sign(url, fields) });
  assert((await response.text()).includes("<Hangup/>"));
  const last = world.reported.at(-1)!;
  assertEquals(last.report, { type: "ended", reason: "agent_unavailable", durationSeconds: null });
  assertEquals(last.ref, request.ref);
  await world.pass(600);
  assertEquals(reports(world.reported, "ended").length, 2);
});

const PRICES: [string, Partial<TwilioWorld["fake"]["habits"]>, CallReport[]][] = [
  ["after ten minutes", { priceAfter: 600 }, [cost(14_000n, "USD")]],
  ["never", { priceAfter: null }, []],
  ["in EUR", { priceUnit: "EUR" }, [cost(14_000n, "EUR")]],
  ["with a child leg", { childPrice: "-0.00400" }, [cost(18_000n, "USD")]],
];

function cost(amount: bigint, currency: string): CallReport {
  return { type: "phone_cost", cost: { amount, currency } };
}

for (const [when, habits, expected] of PRICES) {
  Deno.test(`a price that comes ${when} is told ${expected.length} times`, async () => {
    await using world = openTwilio();
    Object.assign(world.fake.habits, habits);
    await dialled(world);
    await world.pass(4 * 3600);
    assertEquals(reports(world.reported, "phone_cost"), expected);
    const asked = world.fake.requests.length;
    await world.pass(24 * 3600);
    assertEquals(world.fake.requests.length, asked, "asking comes to an end");
  });
}

Deno.test("long TwiML is fetched from us, and only by the provider", async () => {
  const { request } = aDial("0001");
  const context = { instructions: "Be kind. ".repeat(1000) };
  const asked = reachable({ ...request, agent: { ...request.agent, context } });
  await using world = openTwilio({ requestOf: () => Promise.resolve(asked) });
  assertEquals((await world.phone.gateway.dial(asked)).kind, "accepted");
  const form = world.fake.creates[0];
  assertEquals(form.get("Twiml"), null);
  const url = form.get("Url")!;
  const fields: [string, string][] = [["CallSid", "CA1"], ["CallStatus", "in-progress"]];
  assertEquals((await world.post({ url, fields, signature: "" })).status, 403);
  const response = await world.post({ url, fields, signature: sign(url, fields) });
  assertEquals(response.headers.get("content-type"), "text/xml; charset=utf-8");
  const twiml = await response.text();
  assert(twiml.length > 4000 && twiml.includes(request.ref.callId));
});

Deno.test("without an address that the provider reaches, there are no routes, and long TwiML is refused", async () => {
  await using world = openTwilio({ publicUrl: new URL("http://localhost:8787") });
  assertEquals(world.phone.hooks, []);
  const { request } = aDial("0001");
  const context = { instructions: "Be kind. ".repeat(1000) };
  const asked = reachable({ ...request, agent: { ...request.agent, context } });
  assertEquals(await world.phone.gateway.dial(asked), {
    kind: "refused",
    reason: "media_incompatible",
  });
  assertEquals(world.fake.requests, []);
});
