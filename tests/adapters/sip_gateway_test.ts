/**
 * SIP under the contract of every `CallGateway`, and what is its own, on a network in memory.
 *
 * @module
 */
import { MemoryDialogStore } from "../../adapters/telephony/sip/dialog_store.ts";
import { SipGateway } from "../../adapters/telephony/sip/gateway.ts";
import {
  cseqOf,
  parseUri,
  type SipRequest,
  valueOf,
} from "../../adapters/telephony/sip/message.ts";
import type { CallEvent } from "../../src/calls/call_event.ts";
import type { CallGateway } from "../../src/calls/call_gateway.ts";
import { callGatewayContract, type GatewayHarness } from "../contracts/call_gateway.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { isInitial, MemoryWire, routinely, sdpOf, SipPeer } from "../support/sip_peers.ts";

const NO_PRICE = "SIP tells no price";
const NO_TALK = "what was said comes from the agent's platform";
const NO_EARS = "SIP does not tell a machine from a person";

callGatewayContract("sip", gatewayOnMemory, {
  exceptions: {
    "an answered call costs something": NO_PRICE,
    "an answered call has a transcript, a summary, and the outcomes asked for": NO_TALK,
    "a contact that wants no more calls opts out": NO_TALK,
    "a voicemail is a call that a machine answered": NO_EARS,
    "a recording is an MP3 of which any part can be had":
      "a recording comes from the agent's platform",
  },
});

/** Seconds from the answer after which the person behind a number hangs up. */
const TALKS = new Map([["0009", 2], ["0010", 3600]]);

function phones(request: SipRequest, trunk: SipPeer): void {
  if (!isInitial(request)) return routinely(request, trunk);
  const digits = parseUri(request.uri).user!.slice(-4);
  const rings = (seconds: number) => trunk.after(seconds, () => trunk.answer(request, 180));
  const answers = (seconds: number) => {
    rings(seconds - 3);
    trunk.after(seconds, () => trunk.answer(request, 200, { sdp: sdpOf(4000) }));
    trunk.after(seconds + (TALKS.get(digits) ?? 40), () => trunk.ask(request, "BYE"));
  };
  switch (digits) {
    case "0002":
      trunk.answer(request, 100);
      return trunk.after(2, () => trunk.answer(request, 486));
    case "0003":
      trunk.answer(request, 100);
      return rings(1);
    case "0004":
      return trunk.after(1, () => trunk.answer(request, 404));
    case "0007":
      return trunk.answer(request, 503);
    case "0008":
      return answers(9);
    default:
      trunk.answer(request, 100);
      return answers(5);
  }
}

function gatewayOnMemory(): Promise<GatewayHarness> {
  const clock = new FakeClock();
  const wire = new MemoryWire();
  const trunk = new SipPeer("trunk.test", clock, phones);
  const agent = new SipPeer("agent.test", clock, routinely);
  wire.attach("trunk.test", trunk);
  wire.attach("agent.test", agent);
  const sip = new SipGateway({
    settings: {
      trunk: { protocol: "tcp", host: "trunk.test", port: 5060 },
      credentials: null,
      from: "sip:+15550001111@studio.test",
      offer: "early",
    },
    transport: wire,
    store: new MemoryDialogStore(),
    clock,
  });
  const reported: CallEvent[] = [];
  const stop = new AbortController();
  const running = sip.run((event) => Promise.resolve(reported.push(event)), stop.signal);
  const gateway: CallGateway = {
    provider: sip.provider,
    quietSeconds: sip.quietSeconds,
    dial: ({ agent, ...request }) =>
      sip.dial({
        ...request,
        agent: { ...agent, connection: { kind: "sip", uri: "sip:nova@agent.test" } },
      }),
    lookup: (call) => sip.lookup(call),
    hangUp: (call) => sip.hangUp(call),
    recording: () => sip.recording(),
  };
  return Promise.resolve({
    gateway,
    reported: ({ callId }) => reported.filter(({ ref }) => ref.callId === callId),
    pass: (seconds) => clock.advance(seconds * 1000),
    dials({ callId }) {
      const calls = trunk.requests.filter((request) =>
        isInitial(request) && valueOf(request, "call-id") === callId && cseqOf(request).seq === 1 &&
        !request.uri.includes("0007@")
      );
      return Promise.resolve(calls.length);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  });
}
