/**
 * A `CallGateway` to Twilio, or to whoever speaks its 2010-04-01 API.
 *
 * What it remembers (which calls it dialled, and under which id) saves requests; nothing depends on it,
 * so it may be lost with the process.
 *
 * @module
 */
import type { Call } from "../../../src/calls/call.ts";
import type { CallRef } from "../../../src/calls/call_event.ts";
import type {
  ByteRange,
  CallGateway,
  DialRequest,
  DialResult,
  LookupResult,
  RecordingStream,
} from "../../../src/calls/call_gateway.ts";
import type { CallRepo } from "../../../src/calls/call_repo.ts";
import type { Clock } from "../../../src/kernel/clock.ts";
import {
  buildChildren,
  buildCreate,
  buildFetch,
  buildFind,
  buildHangUp,
  buildRecordings,
  parseCreate,
  parseFetch,
  parseList,
  parseRecordings,
} from "./api.ts";
import type { CallbackUrls, Subject } from "./callback_urls.ts";
import { costOf } from "./cost.ts";
import type { Dialect } from "./dialect.ts";
import { eventsOfKnown, type Known } from "./events.ts";
import { Recent } from "./recent.ts";
import { openRecording } from "./recording.ts";
import { hasEnded } from "./statuses.ts";
import type { Answer, ApiRequest, Transport } from "./transport.ts";
import { MAX_INLINE, twimlFor } from "./twiml.ts";

/** What a gateway is made of. */
export interface GatewayOptions {
  dialect: Dialect;
  transport: Transport;
  clock: Clock;
  /** As in the port. */
  quietSeconds: number;
  /** Calls of every client: they share the account. */
  calls: Pick<CallRepo, "toNumber">;
  /** Null when the provider cannot reach us. */
  urls: CallbackUrls | null;
  /** Told of refusals and failures, without numbers or names. */
  onFailure: (what: string, facts: Record<string, unknown>) => void;
}

/** What asking the provider about a call comes to. */
export type Asked =
  | { kind: "known"; known: Known }
  | { kind: "not_found" }
  | { kind: "unknown"; why: string };

/** Calls that are remembered. */
const REMEMBERED = 5_000;
/** Milliseconds by which the provider's clock may be behind ours. */
const CLOCK_SKEW = 30_000;

/** Dials, looks up, lists and hangs up by plain HTTP. */
export class TwilioGateway implements CallGateway {
  /** See the port. */
  readonly provider: string;
  /** See the port. */
  readonly quietSeconds: number;
  readonly #options: GatewayOptions;
  readonly #dialled = new Recent<string, Promise<DialResult>>(REMEMBERED);
  readonly #sids = new Recent<string, string>(REMEMBERED);
  /** Told of each call that is accepted or looked up, and whether it is over. */
  onCall: (subject: Subject, sid: string, over: boolean) => void = () => {};

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.provider = options.dialect.provider;
    this.quietSeconds = options.quietSeconds;
  }

  /** See the port. */
  dial(request: DialRequest): Promise<DialResult> {
    const { callId } = request.ref;
    // The provider has no key by which it would know a repeated request.
    const before = this.#dialled.get(callId);
    if (before !== undefined) return before;
    const result = this.#dial(request);
    this.#dialled.set(callId, result);
    return result;
  }

  async #dial(request: DialRequest): Promise<DialResult> {
    const { dialect, transport, urls, onFailure } = this.#options;
    const { ref, to, ringSeconds, maxSeconds } = request;
    const callbacks = await urls?.of({ ref, maxSeconds }) ?? null;
    const twiml = this.twiml(request, callbacks?.agent ?? null);
    if (twiml === null || (callbacks === null && twiml.length > MAX_INLINE)) {
      onFailure("cannot attach the assistant", {
        callId: ref.callId,
        connection: request.agent.connection.kind,
        characters: twiml?.length,
      });
      return { kind: "refused", reason: "media_incompatible" };
    }
    const wish = { to, ringSeconds, maxSeconds, twiml, callbacks };
    const sent = await transport.send(buildCreate(dialect, wish));
    const { result, code } = parseCreate(sent);
    if (result.kind === "accepted") {
      this.remember(ref, result.providerCallId);
      this.onCall({ ref, maxSeconds }, result.providerCallId, false);
    } else {
      onFailure("dialling was not accepted", { callId: ref.callId, ...result, code });
    }
    return result;
  }

  /** What the provider is to do when the call is answered; null when the assistant is out of its reach. */
  twiml(request: DialRequest, agentUrl: string | null): string | null {
    const { conversationRelay } = this.#options.dialect;
    return twimlFor(request, { agentUrl, conversationRelay });
  }

  /** Notes the provider's id of a call, from wherever it came. */
  remember({ callId }: CallRef, sid: string): void {
    this.#sids.set(callId, sid);
  }

  /** See the port. */
  async lookup(call: Call): Promise<LookupResult> {
    const ref = { clientId: call.clientId, callId: call.id };
    let sid = call.providerCallId ?? this.#sids.get(call.id);
    if (sid === undefined) {
      const found = await this.#find(call);
      if (found.kind !== "found") return found;
      sid = found.sid;
      this.remember(ref, sid);
    }
    const asked = await this.ask(sid);
    if (asked.kind !== "known") return asked;
    const subject = { ref, maxSeconds: call.maxSeconds };
    this.onCall(subject, sid, hasEnded(asked.known.call.status));
    const events = eventsOfKnown(subject, asked.known, this.#options.clock.now());
    return { kind: "found", providerCallId: sid, events };
  }

  /**
   * Looks for a call whose dialling was in doubt: one to its number, from ours, of its time, that is
   * no other call's and, as far as is known, cannot be. Two that fit are none, nor is one that would
   * fit two calls: taking a wrong one would be worse than waiting.
   */
  async #find(
    call: Call,
  ): Promise<{ kind: "found"; sid: string } | Exclude<LookupResult, { kind: "found" }>> {
    const request = buildFind(this.#options.dialect, call.phoneNumber);
    const sent = await this.#options.transport.send(request);
    const answer = answerOf(sent);
    const calls = answer?.status === 200 ? parseList(answer.body) : null;
    if (calls === null) return { kind: "unknown", why: whyNot(sent) };
    const quiet = this.quietSeconds * 1000;
    const from = call.createdAt.getTime() - CLOCK_SKEW;
    const until = call.createdAt.getTime() + quiet;
    const rivals = (await this.#options.calls.toNumber(
      this.provider,
      call.phoneNumber,
      new Date(from - CLOCK_SKEW - quiet),
      new Date(until + CLOCK_SKEW),
    )).filter(({ id }) => id !== call.id);
    const others = new Set(rivals.map(({ id, providerCallId }) => {
      return providerCallId ?? this.#sids.get(id);
    }));
    const fitting = calls.filter(({ sid, createdAt, direction }) => {
      const at = createdAt?.getTime() ?? 0;
      return direction === "outbound-api" && at >= from && at <= until && !others.has(sid);
    });
    if (fitting.length === 0) return { kind: "not_found" };
    // Of a refused call the cost is known to be nothing.
    const inDoubt = rivals.some(({ id, providerCallId, phoneCost }) => {
      return providerCallId === null && phoneCost === null && this.#sids.get(id) === undefined;
    });
    if (fitting.length > 1 || inDoubt) return { kind: "unknown", why: "several calls would fit" };
    return { kind: "found", sid: fitting[0].sid };
  }

  /** All that the provider knows of a call of its own. */
  async ask(sid: string): Promise<Asked> {
    const { dialect, transport } = this.#options;
    const sent = await transport.send(buildFetch(dialect, sid));
    const answer = answerOf(sent);
    if (answer?.status === 404) return { kind: "not_found" };
    const call = answer?.status === 200 ? parseFetch(answer.body) : null;
    if (call === null) return { kind: "unknown", why: whyNot(sent) };
    if (call.status !== "completed") {
      return { kind: "known", known: { call, recording: null, cost: null } };
    }
    const [recordings, children] = await Promise.all([
      this.#body(buildRecordings(dialect, sid)),
      call.price === null ? null : this.#body(buildChildren(dialect, sid)),
    ]);
    const recording = recordings === null ? null : parseRecordings(recordings);
    const legs = children === null ? null : parseList(children);
    return { kind: "known", known: { call, recording, cost: legs && costOf([call, ...legs]) } };
  }

  /** See the port. Of a call that is over already, the provider refuses it. */
  async hangUp(call: Call): Promise<void> {
    const { dialect, transport, onFailure } = this.#options;
    const sid = call.providerCallId ?? this.#sids.get(call.id);
    if (sid === undefined) return;
    const sent = await transport.send(buildHangUp(dialect, sid));
    const status = answerOf(sent)?.status;
    if (status === 200 || status === 400 || status === 404) return;
    onFailure("hanging up failed", { callId: call.id, why: whyNot(sent) });
  }

  /** See the port. Rejects when the provider cannot be reached. */
  async recording({ recording }: Call, range: ByteRange | null): Promise<RecordingStream | null> {
    if (recording === null) return null;
    const { dialect, transport } = this.#options;
    return await openRecording(transport, dialect, recording.reference, range);
  }

  async #body(request: ApiRequest): Promise<string | null> {
    const answer = answerOf(await this.#options.transport.send(request));
    return answer?.status === 200 ? answer.body : null;
  }
}

type SentAnswer = Awaited<ReturnType<Transport["send"]>>;

function answerOf(sent: SentAnswer): Answer | null {
  return sent.kind === "answered" ? sent.answer : null;
}

function whyNot(sent: SentAnswer): string {
  if (sent.kind !== "answered") return sent.why;
  return `the provider answered with status ${sent.answer.status}`;
}
