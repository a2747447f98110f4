/**
 * Calls through a SIP trunk, each joined to the assistant's own SIP address.
 *
 * SIP tells who hung up, when, and why a call failed. It knows nothing of prices, transcripts and
 * recordings, nor whether a person or a machine answered: those come from the agent's platform, or
 * not at all.
 *
 * One file, because a call's two legs, its lease and its reports live and end together.
 *
 * @module
 */
import type { Call, EndReason } from "../../../src/calls/call.ts";
import type { CallEvent } from "../../../src/calls/call_event.ts";
import type {
  CallGateway,
  DialRequest,
  DialResult,
  LookupResult,
} from "../../../src/calls/call_gateway.ts";
import type { Clock } from "../../../src/kernel/clock.ts";
import type { Uuid } from "../../../src/kernel/ids.ts";
import type { Deliver } from "../phone_provider.ts";
import { agentHeaders } from "./agent_headers.ts";
import { Dialog } from "./dialog.ts";
import type { DialogStore, SipCall } from "./dialog_store.ts";
import { parseUri } from "./message.ts";
import { hostMaybePort } from "./transaction.ts";
import { ReportedCall, type Reporting } from "./reported_call.ts";
import type { SipSettings } from "./settings.ts";
import { isRefusal } from "./statuses.ts";
import { type Step, ThirdPartyCall } from "./third_party_call_control.ts";
import type { Transport } from "./transport.ts";
import { type Resolver, TrunkLookup } from "./trunk_lookup.ts";
import { UserAgent } from "./user_agent.ts";

/** What the gateway is made of. */
export interface SipGatewayOptions {
  settings: Pick<SipSettings, "trunk" | "credentials" | "from" | "offer">;
  transport: Transport;
  store: DialogStore;
  clock: Clock;
  /** Told of what went wrong and is tried again, or ignored; never of anybody's number. */
  onFailure?: (what: string, error: unknown) => void;
  /** Seconds between two questions to a peer whether it is still there. */
  pingSeconds?: number;
  /** Finds the trunk's servers; the runtime's by default. */
  resolver?: Resolver;
}

/** Milliseconds for which a dial waits for the trunk's first word. */
const FIRST_WORD_MS = 4_000;
/** Milliseconds after which a request to dial that waited for the books is not carried out. */
const STALE_MS = 3_000;
/** Seconds that an agent has to answer, while the person already listens. */
const AGENT_RINGS_SECONDS = 10;
/** Milliseconds between two looks at the books, and for which a call is held. */
const ROUND_MS = 10_000;
const HOLD_MS = 30_000;
/** Calls taken over in one look. */
const BATCH = 50;
/** A restart cannot know how many requests were sent since the books were written. */
const SEQ_GAP = 10_000;
/** Milliseconds that hanging up may take when the server stops. */
const FAREWELL_MS = 4_000;
/** Days for which a call can be looked up, and will not be dialled again. */
const KEPT_DAYS = 7;

interface LiveCall {
  reported: ReportedCall;
  /** Null for one that was taken over. */
  control: ThirdPartyCall | null;
}

/** See the module's description. */
export class SipGateway implements CallGateway {
  /** See the port. */
  readonly provider = "sip";
  /** See the port. The books know of a call before its INVITE is sent. */
  readonly quietSeconds = 10;
  /** Our end of SIP; tests look at what it remembers. */
  readonly agent: UserAgent;
  readonly #options: SipGatewayOptions;
  readonly #owner: Uuid = crypto.randomUUID();
  readonly #live = new Map<Uuid, LiveCall>();
  readonly #dialing = new Map<Uuid, Promise<DialResult>>();
  readonly #delivering = Promise.withResolvers<Deliver>();
  readonly #stop = new AbortController();
  readonly #reporting: Reporting;
  readonly #trunk: TrunkLookup;

  constructor(options: SipGatewayOptions) {
    this.#options = options;
    const { transport, clock, store } = options;
    const onFailure = options.onFailure ?? (() => {});
    this.#trunk = new TrunkLookup(options.settings.trunk, clock, options.resolver);
    this.agent = new UserAgent({ transport, clock, onFailure });
    const deliver = this.#delivering.promise;
    this.#reporting = { store, clock, deliver, signal: this.#stop.signal, onFailure };
  }

  /** Calls that are not over, or not delivered. */
  get live(): number {
    return this.#live.size;
  }

  /**
   * See the port. Accepted at the trunk's first word; refused when that says that nothing can ring.
   * A trunk that says nothing at all may have put the call through: what it says later, or that it
   * never did (Timer B, `provider_unavailable`), is reported.
   */
  dial(request: DialRequest): Promise<DialResult> {
    const { callId } = request.ref;
    const dialing = this.#dialing.get(callId) ??
      this.#dial(request).finally(() => this.#dialing.delete(callId));
    this.#dialing.set(callId, dialing);
    return dialing;
  }

  /** See the port. Every process tells the same, whichever has the call in hand. */
  async lookup({ id, clientId }: Call): Promise<LookupResult> {
    const live = this.#live.get(id)?.reported.call;
    try {
      const call = live ?? await this.#options.store.get({ clientId, callId: id });
      if (call === null || call.refused !== null) return { kind: "not_found" };
      return { kind: "found", providerCallId: id, events: [...call.events] };
    } catch (error) {
      this.#reporting.onFailure("the books could not be read", error);
      return { kind: "unknown", why: "the books of SIP calls could not be reached" };
    }
  }

  /**
   * Asks the provider to end the call, if it is still live; idempotent; what comes of it is told by
   * events. A call that another process has in hand is taken from it: that one learns so when it next
   * looks at the books, and lets go.
   *
   * @throws StoreError when the books of such a call cannot be reached: it was not ended.
   */
  async hangUp({ id: callId, clientId }: Call): Promise<void> {
    // A call that is just being dialled has to be somewhere before it can be ended.
    if (!this.#live.has(callId)) await this.#dialing.get(callId);
    const live = this.#live.get(callId);
    if (live) return this.#end(live);
    const { store, clock } = this.#options;
    const until = new Date(clock.now().getTime() + HOLD_MS);
    const call = await store.take({ clientId, callId }, this.#owner, until);
    if (call !== null && !this.#live.has(callId)) this.#takeOverSoon(call);
  }

  /** See the port. A recording comes from the agent's platform, if at all. */
  recording(): Promise<null> {
    return Promise.resolve(null);
  }

  /**
   * Listens, delivers, and looks after calls that another process left behind, until the signal; then
   * hangs up what is left. Rejects when the address to listen at cannot be had.
   */
  async run(deliver: Deliver, signal: AbortSignal): Promise<void> {
    const { transport, settings, clock } = this.#options;
    await transport.listen(settings.trunk.protocol ?? "udp");
    this.#delivering.resolve(deliver);
    while (!signal.aborted) {
      await this.#lookAfter().catch((error) =>
        this.#reporting.onFailure("the books could not be looked after", error)
      );
      await clock.sleep(ROUND_MS, signal);
    }
    await this.#farewell();
  }

  async #dial(request: DialRequest): Promise<DialResult> {
    const { store, clock } = this.#options;
    const { ref, agent: { connection } } = request;
    if (!/^\+[1-9]\d{6,14}$/.test(request.to)) return refused("invalid_number");
    if (connection.kind !== "sip" || !isSipUri(connection.uri)) {
      return refused("media_incompatible");
    }
    if (this.#stop.signal.aborted) return refused("provider_unavailable");
    const dialedAt = clock.now();
    const call: SipCall = {
      ref,
      owner: this.#owner,
      heldUntil: new Date(dialedAt.getTime() + HOLD_MS),
      dialedAt,
      maxSeconds: request.maxSeconds,
      refused: null,
      answeredAt: null,
      invite: null,
      contact: null,
      assistant: null,
      events: [],
      delivered: 0,
      done: false,
    };
    const live = this.#live.get(ref.callId)?.reported.call;
    if (live) return resultOf(live);
    try {
      const known = await store.open(call);
      if (known !== null) return resultOf(known);
    } catch (error) {
      // Nothing was sent, and nothing will be.
      this.#reporting.onFailure("a call could not be written down", error);
      return refused("provider_unavailable");
    }
    const reported = new ReportedCall(call, this.#reporting);
    if (clock.now().getTime() - dialedAt.getTime() > STALE_MS) {
      call.refused = "provider_unavailable";
      reported.save();
      return refused("provider_unavailable");
    }
    return await this.#place(request, connection.uri, reported);
  }

  async #place(request: DialRequest, uri: string, reported: ReportedCall): Promise<DialResult> {
    const { call } = reported;
    const { ref: { callId } } = call;
    const { promise: first, resolve: decide } = Promise.withResolvers<DialResult>();
    let decided = false;
    const waited = this.agent.timers.after(FIRST_WORD_MS, () => {
      decided = true;
      decide(UNKNOWN);
    });
    const control = new ThirdPartyCall(this.#legs(request, uri), (step) => {
      if (step.type === "sent") {
        call.invite = control.contact.pending;
        return reported.save();
      }
      waited();
      const nothingRang = !decided && step.type === "ended" && isRefusal(step.reason);
      if (nothingRang) {
        call.refused = step.reason;
        reported.save();
        void reported.settled.then(() => decide(refused(step.reason)));
      } else {
        this.#note(reported, control, step);
        decide({ kind: "accepted", providerCallId: callId });
      }
      decided = true;
      if (step.type === "ended") void this.#forgetWhenTold(callId, reported);
    });
    this.#live.set(callId, { reported, control });
    control.start().catch((error) => {
      this.#reporting.onFailure("a call went wrong", error);
      void control.end("provider_unavailable");
    });
    return await first;
  }

  #note(
    reported: ReportedCall,
    control: ThirdPartyCall,
    step: Exclude<Step, { type: "sent" }>,
  ): void {
    const { call } = reported;
    const now = this.#options.clock.now();
    call.invite = control.contact.pending;
    call.contact = control.contact.dialog;
    call.assistant = control.assistant.dialog;
    if (call.events.length === 0) reported.note({ type: "queued" });
    switch (step.type) {
      case "trying":
        return;
      case "ringing":
        if (call.events.every(({ report }) => report.type !== "ringing")) {
          reported.note({ type: "ringing" });
        }
        return;
      case "picked_up":
        call.answeredAt = now;
        return reported.save();
      case "joined":
        return reported.note({ type: "answered", by: null }, call.answeredAt ?? now);
      case "ended":
        return reported.note(endOf(call, step.reason, now), now);
    }
  }

  #legs(request: DialRequest, uri: string) {
    const { settings: { trunk, credentials, from, offer }, pingSeconds = 30 } = this.#options;
    const { ref, to, ringSeconds, maxSeconds, agent } = request;
    return {
      agent: this.agent,
      mode: offer,
      maxSeconds,
      pingSeconds,
      contact: {
        callId: ref.callId,
        uri: `sip:${to}@${hostMaybePort(trunk)}`,
        from,
        servers: () => this.#trunk.targets(),
        credentials,
        ringSeconds,
        headers: [],
      },
      assistant: {
        callId: `${ref.callId}-agent`,
        uri,
        from,
        servers: null,
        credentials: null,
        ringSeconds: AGENT_RINGS_SECONDS,
        headers: agentHeaders(ref, agent.context),
      },
    };
  }

  async #forgetWhenTold(callId: Uuid, reported: ReportedCall): Promise<void> {
    await reported.settled;
    if (this.#live.get(callId)?.reported === reported) this.#live.delete(callId);
  }

  async #lookAfter(): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    const until = new Date(now.getTime() + HOLD_MS);
    const ours = Array.from(this.#live.keys());
    const held = new Set(await store.hold(this.#owner, ours, until));
    for (const [id, { control }] of this.#live) {
      // Another process took this one for dead, and has reported its end.
      if (ours.includes(id) && !held.has(id)) {
        this.#live.delete(id);
        void control?.abandon();
      }
    }
    const left = await store.claim(this.#owner, now, until, BATCH);
    for (const call of left) this.#takeOverSoon(call);
    await store.forget(new Date(now.getTime() - KEPT_DAYS * 86_400_000));
  }

  /** Not awaited: a peer that is gone takes longer to be given up than a call is held. */
  #takeOverSoon(call: SipCall): void {
    this.#takeOver(call).catch((error) =>
      this.#reporting.onFailure("a call that was left behind could not be ended", error)
    );
  }

  /** Ends a call that a process left behind, and reports what that one could not. */
  async #takeOver(call: SipCall): Promise<void> {
    const reported = new ReportedCall(call, this.#reporting);
    this.#live.set(call.ref.callId, { reported, control: null });
    if (!reported.ended && call.refused === null) {
      const reason = await this.#endLeftBehind(call);
      const now = this.#options.clock.now();
      reported.note(endOf(call, reason, now), now);
    } else {
      reported.save();
    }
    void this.#forgetWhenTold(call.ref.callId, reported);
  }

  async #endLeftBehind({ invite, contact, assistant, events }: SipCall): Promise<EndReason> {
    const { credentials } = this.#options.settings;
    const servers = await this.#trunk.targets();
    const bye = async (state: SipCall["contact"]) => {
      if (state === null) return false;
      const dialog = new Dialog({ ...state, localSeq: state.localSeq + SEQ_GAP });
      return await this.agent.bye(dialog, servers[0].protocol, credentials);
    };
    if (contact !== null) {
      const [there] = await Promise.all([bye(contact), bye(assistant)]);
      return there ? "ended_by_client" : "contact_lost";
    }
    if (invite === null) return "provider_unavailable";
    // Which of the servers has it is not written down; the others do not know what is meant. One
    // after the other: it is the same CANCEL.
    let known = false;
    for (const server of servers) {
      known ||= await this.agent.cancelLeftBehind(invite, server);
    }
    // Nothing came back from it then, and it knows nothing now: the INVITE was lost.
    return known || events.length > 0 ? "canceled" : "provider_unavailable";
  }

  /** Ends a call in hand; reported at once, confirmed by both ends when they will. */
  #end({ reported, control }: LiveCall): void {
    const reason = reported.call.answeredAt === null ? "canceled" : "ended_by_client";
    control?.end(reason).catch((error) =>
      this.#reporting.onFailure("a call could not be hung up", error)
    );
  }

  async #farewell(): Promise<void> {
    this.#stop.abort();
    const calls = Array.from(this.#live.values());
    const waiting = new AbortController();
    await Promise.race([
      Promise.all(calls.map(async ({ reported, control }) => {
        await control?.end(reported.call.answeredAt === null ? "canceled" : "ended_by_client");
        await reported.settled;
      })),
      this.#options.clock.sleep(FAREWELL_MS, waiting.signal),
    ]);
    waiting.abort();
    this.agent.close();
  }
}

const UNKNOWN: DialResult = { kind: "unknown", why: "the SIP trunk has not answered in time" };

function refused(reason: EndReason): DialResult {
  return { kind: "refused", reason };
}

/** What dialling a call again gives. */
function resultOf({ ref, refused: reason, events }: SipCall): DialResult {
  if (reason !== null) return refused(reason);
  return events.length === 0 ? UNKNOWN : { kind: "accepted", providerCallId: ref.callId };
}

function endOf(
  { answeredAt, maxSeconds }: SipCall,
  reason: EndReason,
  at: Date,
): Extract<CallEvent["report"], { type: "ended" }> {
  const seconds = answeredAt === null
    ? null
    : Math.min(maxSeconds, Math.round((at.getTime() - answeredAt.getTime()) / 1000));
  return { type: "ended", reason, durationSeconds: seconds };
}

function isSipUri(text: string): boolean {
  try {
    parseUri(text);
    return true;
  } catch {
    return false;
  }
}
