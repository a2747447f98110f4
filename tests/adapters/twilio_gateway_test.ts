/**
 * The HTTP provider's adapter under the contract of every `CallGateway`, against a stand-in of the
 * provider: once reported to by webhooks, once left to look by itself, and once as SignalWire.
 *
 * @module
 */
import { callGatewayContract, type GatewayHarness } from "../contracts/call_gateway.ts";
import { openTwilio, type Otherwise, reachable } from "../support/twilio_phone.ts";

const PLATFORM = "the agent's platform reports what was said, by a webhook of its own";

const exceptions = {
  "an answered call has a transcript, a summary, and the outcomes asked for": PLATFORM,
  "a contact that wants no more calls opts out": PLATFORM,
  "looking tells what was reported, with the same ids, at every moment":
    "the provider tells a call's present state, not when it rang or was answered",
};

callGatewayContract("Twilio by webhooks", () => harness({}), { exceptions });

callGatewayContract(
  "Twilio by looking",
  () => harness({ publicUrl: new URL("http://127.0.0.1:8787") }),
  { exceptions },
);

callGatewayContract("SignalWire by webhooks", () => harness({ dialect: "signalwire" }), {
  exceptions,
});

function harness(otherwise: Otherwise): Promise<GatewayHarness> {
  const world = openTwilio(otherwise);
  const { phone: { gateway }, fake, reported, pass } = world;
  // The contract's assistants are simulated ones, which no real phone reaches.
  const dial: typeof gateway.dial = (request) => gateway.dial(reachable(request));
  const real = {
    provider: gateway.provider,
    quietSeconds: gateway.quietSeconds,
    dial,
    lookup: gateway.lookup.bind(gateway),
    hangUp: gateway.hangUp.bind(gateway),
    recording: gateway.recording.bind(gateway),
  };
  return Promise.resolve({
    gateway: real,
    pass,
    reported: ({ callId }) => reported.filter(({ ref }) => ref.callId === callId),
    dials({ callId }) {
      const forms = [...fake.calls.values()].map(({ form }) => form.get("Twiml") ?? "");
      return Promise.resolve(forms.filter((twiml) => twiml.includes(callId)).length);
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  });
}
