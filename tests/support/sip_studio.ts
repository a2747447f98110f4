/**
 * A SIP gateway on real sockets and real time, for peers that are programs of their own.
 *
 * @module
 */
import { assert } from "@std/assert";
import { SystemClock } from "../../adapters/clock.ts";
import { MemoryDialogStore } from "../../adapters/telephony/sip/dialog_store.ts";
import { SipGateway, type SipGatewayOptions } from "../../adapters/telephony/sip/gateway.ts";
import { type Protocol, Sockets } from "../../adapters/telephony/sip/transport.ts";
import type { CallEvent, CallReport } from "../../src/calls/call_event.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import type { DialRequest, DialResult } from "../../src/calls/call_gateway.ts";
import { aDial } from "../contracts/call_gateway.ts";

/** A gateway at work, and all that it reports. */
export interface SipStudio extends AsyncDisposable {
  gateway: SipGateway;
  sockets: Sockets;
  failures: string[];
  /** Dials a number through the trunk, and tells all of the call once it is over. */
  call(agentUri: string, overrides?: Partial<DialRequest>): Promise<CalledOnce>;
}

/** A call that is over. */
export interface CalledOnce {
  result: DialResult;
  events: CallEvent[];
  /** Types of the reports, in order. */
  stages: string[];
  end: Extract<CallReport, { type: "ended" }>;
}

/** A gateway whose trunk listens at a port of this machine. */
export function sipStudio(
  protocol: Protocol,
  port: number,
  options: Partial<SipGatewayOptions["settings"]> & {
    caCerts?: string[];
    clock?: Clock;
  } = {},
): SipStudio {
  const { caCerts, clock = new SystemClock(), ...settings } = options;
  const sockets = new Sockets({
    listen: { host: "127.0.0.1", port: 0 },
    advertise: null,
    caCerts,
  });
  const failures: string[] = [];
  const gateway = new SipGateway({
    settings: {
      trunk: { protocol, host: "127.0.0.1", port },
      credentials: null,
      from: "sip:+15550001111@127.0.0.1",
      offer: "early",
      ...settings,
    },
    transport: sockets,
    store: new MemoryDialogStore(),
    clock,
    onFailure: (what, error) => failures.push(`${what}: ${error}`),
  });
  const reported: CallEvent[] = [];
  const waiting = new Map<string, () => void>();
  const deliver = (event: CallEvent) => {
    reported.push(event);
    if (event.report.type === "ended") waiting.get(event.ref.callId)?.();
    return Promise.resolve();
  };
  const stop = new AbortController();
  const running = gateway.run(deliver, stop.signal);
  return {
    gateway,
    sockets,
    failures,
    async call(uri, overrides = {}) {
      const { request } = aDial("0001", overrides);
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(request.ref.callId, resolve);
      const connection = { kind: "sip" as const, uri };
      const agent = { ...request.agent, connection };
      const result = await gateway.dial({ ...request, agent });
      if (result.kind !== "refused") await promise;
      const events = reported.filter(({ ref }) => ref.callId === request.ref.callId);
      const reports = events.map(({ report }) => report);
      const end = result.kind === "refused"
        ? { type: "ended" as const, reason: result.reason, durationSeconds: null }
        : reports.find((report) => report.type === "ended");
      assert(end);
      return { result, events, stages: reports.map(({ type }) => type), end };
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      // The runtime closes sockets in its own time.
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}
