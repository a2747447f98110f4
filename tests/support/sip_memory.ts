/**
 * A SIP gateway on a network in memory, with a trunk and an agent that a test plays.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { Credentials } from "../../adapters/telephony/sip/digest.ts";
import { type DialogStore, MemoryDialogStore } from "../../adapters/telephony/sip/dialog_store.ts";
import { SipGateway } from "../../adapters/telephony/sip/gateway.ts";
import type { OfferMode } from "../../adapters/telephony/sip/third_party_call_control.ts";
import type { Protocol } from "../../adapters/telephony/sip/transport.ts";
import type { Resolver } from "../../adapters/telephony/sip/trunk_lookup.ts";
import type { CallEvent } from "../../src/calls/call_event.ts";
import type { DialRequest } from "../../src/calls/call_gateway.ts";
import { aDial } from "../contracts/call_gateway.ts";
import { FakeClock } from "./fake_clock.ts";
import { isInitial, MemoryWire, routinely, type Script, sdpOf, SipPeer } from "./sip_peers.ts";

/** What differs from one test to the next. */
export interface SipMemoryOptions {
  protocol?: Protocol;
  offer?: OfferMode;
  credentials?: Credentials;
  store?: DialogStore;
  clock?: FakeClock;
  trunk?: Script;
  agent?: Script;
  /** DNS, for a trunk without a port. */
  resolver?: Resolver;
}

/** Trunk, agent and gateway on one wire. */
export function sipMemory(options: SipMemoryOptions = {}) {
  const clock = options.clock ?? new FakeClock();
  const store = options.store ?? new MemoryDialogStore();
  const wire = new MemoryWire(options.protocol ?? "udp");
  const trunk = new SipPeer("trunk.test", clock, options.trunk ?? answering);
  const agent = new SipPeer("agent.test", clock, options.agent ?? answering);
  wire.attach("trunk.test", trunk);
  wire.attach("agent.test", agent);
  const failures: string[] = [];
  const gateway = new SipGateway({
    settings: {
      trunk: { protocol: wire.protocol, host: "trunk.test", port: options.resolver ? null : 5060 },
      credentials: options.credentials ?? null,
      from: "sip:+15550001111@studio.test",
      offer: options.offer ?? "early",
    },
    transport: wire,
    store,
    clock,
    resolver: options.resolver,
    onFailure: (what, error) => failures.push(`${what}: ${error}`),
  });
  const reported: CallEvent[] = [];
  const stop = new AbortController();
  let deliver = (event: CallEvent): Promise<unknown> => Promise.resolve(reported.push(event));
  const running = gateway.run((event) => deliver(event), stop.signal);
  const stages = () => reported.map(({ report }) => report.type);
  const end = () => {
    const report = reported.map(({ report }) => report).find(({ type }) => type === "ended");
    return report?.type === "ended" ? [report.reason, report.durationSeconds] : null;
  };
  return {
    clock,
    wire,
    trunk,
    agent,
    gateway,
    store,
    failures,
    reported,
    stages,
    end,
    pass: (seconds: number) => clock.advance(seconds * 1000),
    onDeliver(next: (event: CallEvent) => Promise<unknown>) {
      deliver = next;
    },
    /** Dials, and lets the trunk's first word come. */
    async dial(overrides: Partial<DialRequest> = {}, uri = "sip:nova@agent.test") {
      const { request, call } = aDial("0001", overrides);
      const connection = { kind: "sip" as const, uri };
      const asked = { ...request, agent: { ...request.agent, connection } };
      const dialing = gateway.dial(asked);
      await clock.advance(0);
      return { request: asked, call, dialing };
    },
    async stop() {
      stop.abort();
      await clock.advance(5000);
      await running;
    },
    async [Symbol.asyncDispose]() {
      await this.stop();
    },
    /** Nothing is left once everything that lingers has run out. */
    async assertNothingLeft() {
      await clock.advance(70_000);
      assert(gateway.live === 0);
      const { legs, transactions, timers } = gateway.agent.remembered;
      assert(legs + transactions + timers === 0, JSON.stringify(gateway.agent.remembered));
    },
  };
}

/** Rings, is answered a second later, and talks until somebody hangs up. */
export function answering(...[request, peer]: Parameters<Script>): void {
  if (!isInitial(request)) return routinely(request, peer);
  peer.answer(request, 180);
  const sdp = sdpOf(peer.host === "agent.test" ? 5000 : 4000);
  peer.after(1, () => peer.answer(request, 200, { sdp }));
}

/** Does something else with the first INVITE, and what every phone does with the rest. */
export function onInvite(script: Script): Script {
  return (request, peer) => isInitial(request) ? script(request, peer) : routinely(request, peer);
}
