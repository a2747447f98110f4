/**
 * A phone network as the composition root wires it: the gateway that dials, the routes that the
 * network calls, and what has to run beside them.
 *
 * @module
 */
import type { CallEvent } from "../../src/calls/call_event.ts";
import type { CallGateway } from "../../src/calls/call_gateway.ts";

/** Takes an event; rejects when it must come again. */
export type Deliver = (event: CallEvent) => Promise<unknown>;

/** A route that a provider calls. It authenticates by itself, and answers quickly. */
export interface Hook {
  /** As in Hono: `/hooks/twilio/:kind`. */
  path: string;
  method: "GET" | "POST";
  handle(request: Request, deliver: Deliver): Promise<Response>;
}

/** What a look at one thing has found. */
export interface Check {
  /** What was looked at, such as `number`. */
  check: string;
  /** `warning`: calls can be made, but something will be missed. */
  state: "ok" | "warning" | "failed";
  text: string;
  /** What to do; absent when nothing need be done. */
  fix?: string;
}

/** A phone network with all that belongs to it. */
export interface PhoneProvider {
  gateway: CallGateway;
  hooks: readonly Hook[];
  /** Seconds after which it is asked about a call that it says nothing of. */
  silentSeconds: number;
  /** Looks, before the first call, whether the network will take one; changes nothing. Never rejects. */
  check?(): Promise<Check[]>;
  /** Reports events, keeps connections alive, and the like, until the signal. */
  run(deliver: Deliver, signal: AbortSignal): Promise<void>;
}
