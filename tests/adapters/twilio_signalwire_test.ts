/**
 * SignalWire's dialect on the stand-in, from the request to the last webhook: its paths, its credentials, its
 * signatures. The contract of every `CallGateway` runs on it besides.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { aDial } from "../contracts/call_gateway.ts";
import { DIALECTS, sign } from "../support/twilio_fake.ts";
import { openTwilio, reachable, type TwilioWorld } from "../support/twilio_phone.ts";

/** Dials at SignalWire. */
async function dialled(world: TwilioWorld) {
  const asked = aDial("0001");
  const result = await world.phone.gateway.dial(reachable(asked.request));
  assert(result.kind === "accepted", JSON.stringify(world.failures));
  return { ...asked, sid: result.providerCallId };
}

Deno.test("a call through SignalWire goes its whole way by SignalWire's own paths and signatures", async () => {
  await using world = openTwilio({ dialect: "signalwire" });
  const { call, sid } = await dialled(world);
  await world.pass(600);
  const told = new Set(world.reported.map(({ report }) => report.type));
  for (
    const type of ["queued", "ringing", "answered", "ended", "recording", "phone_cost"] as const
  ) {
    assert(told.has(type), type);
  }
  assertEquals(world.failures, []);
  assertEquals(world.phone.gateway.provider, "signalwire");
  const { requests } = world.fake;
  assert(requests.length > 3);
  for (const request of requests) assert(/^\w+ \/api\/laml\/2010-04-01\/Accounts\//.test(request));
  const recording = { reference: sid.replace("CA", "RE"), durationSeconds: 45 };
  const sound = await world.phone.gateway.recording({ ...call, recording }, { start: 0, end: 3 });
  assertEquals((await new Response(sound?.body).bytes()).length, 4);
});

Deno.test("SignalWire's webhooks are believed by its signing key in its own header alone", async () => {
  await using world = openTwilio({ dialect: "signalwire" });
  await dialled(world);
  await world.clock.advance(600_000);
  const { url, fields, signature } = world.fake.due()[0];
  const withPort = url.replace("studio.example.com", "studio.example.com:443");
  const post = async (header: string, value: string) => {
    const hook = world.phone.hooks.find(({ path }) => path === new URL(url).pathname)!;
    const init = {
      method: "POST",
      headers: { [header]: value },
      body: new URLSearchParams(fields),
    };
    const deliver = (event: typeof world.reported[0]) =>
      Promise.resolve(world.reported.push(event));
    return (await hook.handle(new Request(url, init), deliver)).status;
  };
  const { header, key } = DIALECTS.signalwire;
  assertEquals(await post(header, sign(url, fields, DIALECTS.twilio.key)), 403, "the API's token");
  assertEquals(await post(DIALECTS.twilio.header, signature), 403, "another's header");
  assertEquals(world.reported, []);
  assertEquals(await post(header, signature), 204);
  assertEquals(await post(header, sign(withPort, fields, key)), 204);
  assertEquals(world.reported.length, 2);
});

Deno.test("an assistant on a relay, which SignalWire does not have, is refused before anything is sent", async () => {
  await using world = openTwilio({ dialect: "signalwire" });
  const { request } = aDial("0001");
  const connection = { kind: "conversation_relay", url: "wss://agent.example.com" } as const;
  const result = await world.phone.gateway.dial({
    ...request,
    agent: { ...request.agent, connection },
  });
  assertEquals(result, { kind: "refused", reason: "media_incompatible" });
  assertEquals(world.fake.requests, []);
});
