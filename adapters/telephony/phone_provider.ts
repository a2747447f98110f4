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

/** The state of one thing that a phone network needs. */
export type PhoneFinding = {
  check: string;
  state: "ok" | "warning" | "failed";
  text: string;
  /** What to do; absent when nothing need be done. */
  fix?: string;
};

/** A phone network with all that belongs to it. */
export interface PhoneProvider {
  gateway: CallGateway;
  hooks: readonly Hook[];
  /** Seconds after which it is asked about a call that it says nothing of. */
  silentSeconds: number;
  /** Looks whether calls can be placed, without placing one; absent where there is nothing to look at. */
  check?(): Promise<PhoneFinding[]>;
  /** Reports events, keeps connections alive, and the like, until the signal. */
  run(deliver: Deliver, signal: AbortSignal): Promise<void>;
}
