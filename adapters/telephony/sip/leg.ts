/**
 * One leg of a call: an INVITE that we send, the dialog that comes of it, and its end. One idea, and
 * one state, hence one file.
 *
 * @module
 */
import { answer, type Challenge, challengeOf, type Credentials } from "./digest.ts";
import { Dialog, type DialogState, targetOf } from "./dialog.ts";
import {
  cseqOf,
  type Header,
  parameterOf,
  type SipRequest,
  type SipResponse,
  valueOf,
  valuesOf,
} from "./message.ts";
import { blackHole, flowing, type Origin, refusing, relayed, sameMedia } from "./sdp.ts";
import {
  type Exchange,
  type Final,
  hostPort,
  type InviteListener,
  randomId,
} from "./transaction.ts";
import { LEAST_SECONDS, SessionTimer } from "./session_timer.ts";
import { TRANSACTION_MS } from "./timers.ts";
import type { Flow, Protocol, Target } from "./transport.ts";
import type { UserAgent } from "./user_agent.ts";

/** Whom a leg calls, and as whom. */
export interface LegOptions {
  callId: string;
  /** Request URI and To. */
  uri: string;
  /** Our own URI, in From. */
  from: string;
  /** Where the INVITE goes, best first, when not where the URI says: the trunk's servers. */
  servers: (() => Promise<Target[]>) | null;
  /** For challenges; null refuses them. */
  credentials: Credentials | null;
  /** Seconds to an answer, from the INVITE and again from the first ring. */
  ringSeconds: number;
  headers: Header[];
}

/** What became of an INVITE. */
export type Invited =
  | { kind: "answered"; sdp: string }
  | { kind: "refused"; status: number }
  /** Nobody picked up in time; the call was cancelled. */
  | { kind: "rang_out" }
  /** We cancelled it. */
  | { kind: "canceled" }
  /** Not a word from the peer. */
  | { kind: "silent" }
  /** It could not be sent: the peer cannot be reached. */
  | { kind: "unsent" };

/** Whom a leg tells. */
export interface LegListener {
  /** The INVITE is on its way, each time that it is: it may have to be cancelled. */
  onSent(): void;
  /** The peer has the INVITE, whatever it will make of it. */
  onTrying(): void;
  onRinging(): void;
  /** The peer has hung up. */
  onHangUp(): void;
  /** The peer offers other media: the answer, or a status to refuse it with. */
  onOffer(sdp: string): Promise<{ sdp: string } | { status: number }>;
}

type State = "calling" | "unacknowledged" | "up" | "over";

/** Requests that we take (RFC 3261 §20.5). */
export const ALLOW: Header = ["allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE"];

/** Requests that refresh a session (RFC 4028 §3). */
const REFRESHING = ["INVITE", "UPDATE"];
/** Milliseconds before an offer that collided with the peer's is repeated (§14.1, as the caller). */
const GLARE_MS = [2_100, 4_000];

/** Milliseconds that a connection may take. */
const CONNECT_MS = 3_000;

/** See the module's description. */
export class Leg {
  /** Changed by the leg alone. */
  state: State = "calling";
  #dialog: Dialog | null = null;
  #flow: Flow | null = null;
  #invite: Exchange | null = null;
  #inviteSeq = 0;
  /** Whether the peer has said anything. */
  #heard = false;
  /** Whether something rings, or may ring. */
  #rang = false;
  /** Whether it has the latest INVITE: only then may that be cancelled (§9.1). */
  #proceeding = false;
  #canceling: "rang_out" | "canceled" | null = null;
  #ringTimer = () => {};
  #challenge: Challenge | null = null;
  /** By the INVITE's number: each 2xx that is repeated is acknowledged again. */
  readonly #acks = new Map<number, { bytes: Uint8Array; flow: Flow }>();
  #offering = false;
  /** What was last sent as session description. */
  #described = "";
  #peerSdp = "";
  /** Whether the peer takes UPDATE (RFC 3311). */
  #updates = false;
  readonly #session: SessionTimer;
  readonly #tag = randomId();
  readonly #origin: Origin = {
    host: "0.0.0.0",
    session: Math.floor(Math.random() * 2 ** 31),
    version: 0,
  };

  constructor(
    private readonly agent: UserAgent,
    readonly options: LegOptions,
    private readonly listener: LegListener,
  ) {
    this.#session = new SessionTimer(agent.timers, () => void this.#refresh());
  }

  /** Null before there is a dialog. */
  get dialog(): DialogState | null {
    return this.#dialog?.state ?? null;
  }

  /** Our INVITE, while it may still have to be cancelled. */
  get pending(): SipRequest | null {
    return this.state === "calling" && this.#invite ? { ...this.#invite.request, body: "" } : null;
  }

  /**
   * Calls. `offer`: a black hole, nothing (the peer is to offer), or another leg's description.
   * Settles with the first final answer; the ACK to it is the caller's.
   */
  async invite(offer: "black hole" | "none" | { sdp: string }): Promise<Invited> {
    this.agent.add(this);
    const { servers, uri } = this.options;
    const targets = await servers?.() ?? [targetOf(uri, "udp")];
    let final: Final = { kind: "unsent" };
    this.#armRingTimer();
    // The next server only when this one has surely not dialled (RFC 3263 §4.3): one that says
    // nothing may have.
    for (const target of targets) {
      const opened = await this.#open(target);
      // Hung up while the connection was being made.
      if (this.#isOver()) return { kind: this.#canceling === "rang_out" ? "unsent" : "canceled" };
      if (opened === null) continue;
      final = await this.#inviteAt(opened, offer);
      if (final.kind === "timeout" || this.#rang || this.#canceling !== null) break;
      if (final.kind === "response" && final.response.status !== 503) break;
      this.#challenge = null;
    }
    this.#ringTimer();
    return this.#invited(final);
  }

  #isOver(): boolean {
    return this.state === "over";
  }

  async #inviteAt(
    { local }: Flow,
    offer: "black hole" | "none" | { sdp: string },
  ): Promise<Final> {
    this.#origin.host = local.host;
    const body = offer === "none"
      ? ""
      : offer === "black hole"
      ? this.#describe(blackHole(this.#origin))
      : this.#describe(flowing(offer.sdp, this.#origin));
    const { uri, from, callId, headers } = this.options;
    const listener: InviteListener = {
      onProvisional: (response) => this.#provisional(response),
      onSuccess: (response, flow) => this.#success(response, flow, this.#inviteSeq),
    };
    return await this.#exchange("INVITE", uri, (authorization) => ({
      method: "INVITE",
      uri,
      headers: [
        ["max-forwards", "70"],
        ["from", `<${from}>;tag=${this.#tag}`],
        ["to", `<${uri}>`],
        ["call-id", callId],
        ["cseq", `${++this.#inviteSeq} INVITE`],
        ...this.#common(),
        ...this.#session.headers,
        ...authorization,
        ...headers,
        ...typeOf(body),
      ],
      body,
    }), listener);
  }

  /** Acknowledges the answer; with a description when the peer was the one to offer. */
  acknowledge(sdp: string | null = null): void {
    if (this.state !== "unacknowledged") return;
    this.state = "up";
    this.#sendAck(sdp === null ? "" : this.#describe(relayed(sdp, this.#origin)));
  }

  /** Offers the peer other media, and acknowledges. Null when it will not have them. */
  async offer(sdp: string): Promise<string | null> {
    if (this.#offering) return null;
    this.#offering = true;
    const before = this.#described;
    const accepted = await this.#reinvite(this.#describe(relayed(sdp, this.#origin)));
    this.#offering = false;
    // What was refused changes nothing (RFC 3261 §14.1).
    if (!accepted) this.#described = before;
    return accepted ? this.#peerSdp : null;
  }

  /** True when the peer agrees. */
  async #reinvite(body: string): Promise<boolean> {
    for (let tries = 0; this.state === "up"; tries++) {
      const final = await this.#inDialog("INVITE", typeOf(body), body);
      if (final.kind !== "response") return false;
      const { status } = final.response;
      if (status !== 491 || tries === 3) return status < 300;
      const [least, most] = GLARE_MS;
      await this.agent.timers.clock.sleep(least + Math.random() * (most - least));
    }
    return false;
  }

  /** Keeps the session alive where that is ours to do (RFC 4028 §7.4, §10). */
  async #refresh(): Promise<void> {
    if (this.state !== "up") return;
    // Whatever is being agreed on refreshes it, too.
    if (this.#offering) return this.#session.again();
    if (this.#updates) {
      const final = await this.#inDialog("UPDATE");
      const accepted = final.kind === "response" && final.response.status < 300;
      if (accepted && this.state === "up") return this.#session.agreed(final.response);
    } else {
      this.#offering = true;
      // Word for word: the same version tells that nothing changes.
      const accepted = await this.#reinvite(this.#described);
      this.#offering = false;
      if (accepted) return;
    }
    this.#session.again();
  }

  /** Whether the peer still knows of the call: an OPTIONS in its dialog. */
  async ping(): Promise<boolean> {
    const final = await this.#inDialog("OPTIONS");
    return final.kind === "response" && final.response.status !== 481;
  }

  /** Ends it, whatever its state; `reason` as in RFC 3326. Settles when the peer has said so. */
  async hangUp(reason: string): Promise<void> {
    const was = this.state;
    if (was === "calling") return this.#cancel("canceled");
    if (was === "over") return;
    // First of all: what comes meanwhile must find it over.
    this.#over();
    if (was === "unacknowledged") this.#sendAck(this.#refusal());
    await this.#inDialog("BYE", [["reason", reason]]);
  }

  /** Takes a request of the peer in this dialog. */
  receive(request: SipRequest, flow: Flow): void {
    if (request.method === "ACK") return;
    if (!this.#dialog?.owns(request) || (this.state === "over" && request.method !== "BYE")) {
      return this.agent.respond(request, flow, 481);
    }
    if (!this.#dialog.accepts(request)) return this.agent.respond(request, flow, 500);
    const unknown = valuesOf(request, "require").filter((option) => option !== "timer");
    if (unknown.length && request.method !== "BYE") {
      const headers: Header[] = [["unsupported", unknown.join(", ")]];
      return this.agent.respond(request, flow, 420, { headers });
    }
    switch (request.method) {
      case "BYE":
        this.agent.respond(request, flow, 200);
        if (this.state === "over") return;
        this.#over();
        return this.listener.onHangUp();
      case "INVITE":
      case "UPDATE":
        return void this.#changed(request, flow);
      case "OPTIONS":
      case "INFO":
        return this.agent.respond(request, flow, 200);
      default:
        return this.agent.respond(request, flow, 405, { headers: this.#common() });
    }
  }

  async #open(target: Target): Promise<Flow | null> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const waited = this.agent.timers.after(
      CONNECT_MS,
      () => reject(new Error("it does not answer")),
    );
    try {
      this.#flow = await Promise.race([this.agent.flowTo(target), late]).finally(waited);
      return this.#flow;
    } catch (error) {
      this.agent.onFailure("a SIP peer cannot be reached", error);
      return null;
    }
  }

  /** In-dialog requests keep to the connection of the dialog while it lives. */
  async #flowNow(): Promise<Flow> {
    const protocol: Protocol = this.#flow?.protocol ?? "udp";
    if (this.#flow?.open && protocol !== "udp") return this.#flow;
    this.#flow = await this.agent.flowTo(this.#dialog!.nextHop(protocol));
    return this.#flow;
  }

  /** Sends a request, and again with an answer to each new challenge. */
  async #exchange(
    method: string,
    uri: string,
    build: (authorization: Header[]) => SipRequest,
    listener: InviteListener | null = null,
  ): Promise<Final> {
    const { credentials } = this.options;
    for (let stale = 0, raised = 0;;) {
      const answered = this.#challenge !== null;
      const authorization = this.#challenge && credentials
        ? [answer(this.#challenge, credentials, method, uri)]
        : [];
      const exchange = this.agent.transactions.request(
        build(authorization),
        this.#flow!,
        listener,
      );
      if (listener && this.state === "calling") {
        this.#invite = exchange;
        this.#proceeding = false;
        this.listener.onSent();
      }
      const final = await exchange.final;
      if (final.kind === "response" && final.response.status === 422) {
        const again = this.#canceling === null && raised++ < 3;
        if (again && this.#session.raise(final.response)) continue;
      }
      const challenge = final.kind === "response" && credentials !== null &&
          (final.response.status === 401 || final.response.status === 407)
        ? challengeOf(final.response)
        : null;
      // A second challenge for the same answer says that the password is wrong, unless only the
      // nonce was too old.
      if (challenge === null || (answered && !challenge.stale) || stale > 1) return final;
      if (this.#canceling !== null) return final;
      if (challenge.stale) stale++;
      this.#challenge = challenge;
    }
  }

  async #inDialog(method: string, headers: Header[] = [], body = ""): Promise<Final> {
    const dialog = this.#dialog!;
    try {
      await this.#flowNow();
    } catch {
      return { kind: "unsent" };
    }
    let seq = 0;
    const listener = method !== "INVITE" ? null : {
      onProvisional: () => {},
      onSuccess: (response: SipResponse, flow: Flow) => this.#success(response, flow, seq),
    };
    return await this.#exchange(method, dialog.state.target, (authorization) => {
      const request = dialog.request(
        method,
        [
          ...this.#common(),
          ...(REFRESHING.includes(method) ? this.#session.headers : []),
          ...authorization,
          ...headers,
        ],
        body,
      );
      seq = cseqOf(request).seq;
      return request;
    }, listener);
  }

  #provisional(response: SipResponse): void {
    if (!this.#proceeding) {
      this.#proceeding = true;
      if (this.#canceling) this.#sendCancel();
    }
    if (!this.#heard) {
      this.#heard = true;
      if (!this.#canceling) this.listener.onTrying();
    }
    if (response.status === 100) return;
    this.#rang = true;
    if (this.#canceling || this.state !== "calling") return;
    this.#armRingTimer();
    this.listener.onRinging();
  }

  /** Every 2xx to an INVITE of ours: the answer, its repetition, or another branch's of a fork. */
  #success(response: SipResponse, flow: Flow, seq: number): void {
    const tag = parameterOf(valueOf(response, "to"), "tag") ?? "";
    if (this.#dialog !== null && tag !== this.#dialog.remoteTag) {
      return this.agent.refuseStray(response, flow);
    }
    this.#heard = true;
    const ack = this.#acks.get(seq);
    if (ack) return void ack.flow.send(ack.bytes).catch(() => {});
    this.#dialog?.refresh(response);
    this.#updates = valuesOf(response, "allow").includes("UPDATE");
    if (this.#dialog !== null && this.state === "up") {
      this.#session.agreed(response);
      this.#peerSdp = response.body;
      return this.#sendAck("", seq);
    }
    if (this.#dialog !== null) return;
    this.#dialog = Dialog.from(response);
    this.#peerSdp = response.body;
    if (!this.#canceling && this.state === "calling") {
      this.state = "unacknowledged";
      return this.#session.agreed(response);
    }
    // It was picked up while we cancelled, or after we had given up.
    this.#over();
    this.#sendAck(this.#refusal());
    void this.#inDialog("BYE");
  }

  #invited(final: Final): Invited {
    if (this.state === "unacknowledged") return { kind: "answered", sdp: this.#peerSdp };
    const canceled = this.#canceling;
    if (canceled !== null && (this.#heard || canceled === "canceled")) {
      return this.#failed({ kind: canceled });
    }
    if (final.kind === "unsent") return this.#failed({ kind: "unsent" });
    if (final.kind === "timeout") return this.#failed({ kind: "silent" });
    return this.#failed({ kind: "refused", status: final.response.status });
  }

  #failed(result: Invited): Invited {
    this.#over();
    return result;
  }

  #armRingTimer(): void {
    this.#ringTimer();
    const milliseconds = this.options.ringSeconds * 1000;
    this.#ringTimer = this.agent.timers.after(milliseconds, () => this.#cancel("rang_out"));
  }

  #cancel(why: "rang_out" | "canceled"): void {
    if (this.#canceling !== null || this.state !== "calling") return;
    this.#canceling = why;
    this.#ringTimer();
    // Before anything was heard, a CANCEL might overtake its INVITE; Timer B runs then.
    if (this.#invite === null) this.#over();
    else if (this.#proceeding) this.#sendCancel();
  }

  #sendCancel(): void {
    const invite = this.#invite!;
    this.agent.transactions.cancel(invite);
    const giveUp = this.agent.timers.after(TRANSACTION_MS, () => invite.giveUp());
    void invite.final.then(giveUp);
  }

  #sendAck(body: string, seq = cseqOf(this.#invite!.request).seq): void {
    const authorization = this.#invite!.request.headers.filter(([name]) =>
      name.endsWith("authorization")
    );
    const flow = this.#flow!;
    const ack = this.#dialog!.ack(seq, [...authorization, ...typeOf(body)], body);
    const send = (flow: Flow) => {
      this.#acks.set(seq, { flow, bytes: this.agent.transactions.acknowledge(ack, flow) });
    };
    // Over UDP it goes where the dialog says, which may not be where the INVITE went.
    if (flow.protocol === "udp") this.#flowNow().then(send, () => {});
    else send(flow);
  }

  /** The answer that an ACK must carry when the peer offered, and nobody takes the offer. */
  #refusal(): string {
    return this.#described === "" && this.#peerSdp !== ""
      ? this.#describe(refusing(this.#peerSdp, this.#origin))
      : "";
  }

  /** A re-INVITE or UPDATE of the peer: other media, another address, or only a sign of life. */
  async #changed(request: SipRequest, flow: Flow): Promise<void> {
    const bare = request.method === "UPDATE" && request.body === "";
    if (this.#offering && !bare) return this.agent.respond(request, flow, 491);
    const session = this.#session.accept(request);
    if (session === null) {
      const headers: Header[] = [["min-se", String(LEAST_SECONDS)]];
      return this.agent.respond(request, flow, 422, { headers });
    }
    this.#dialog!.refresh(request);
    const headers = [...this.#common(), ...session];
    if (bare) return this.agent.respond(request, flow, 200, { headers });
    this.#offering = true;
    // Without an offer, or with the one that is known, it only refreshes the session.
    const known = request.body === "" || sameMedia(request.body, this.#peerSdp) &&
        directionOf(request.body) === directionOf(this.#peerSdp);
    try {
      const result = known ? null : await this.listener.onOffer(request.body);
      if (result && "status" in result) return this.agent.respond(request, flow, result.status);
      if (request.body !== "") this.#peerSdp = request.body;
      // Word for word where nothing changes: the version says so (RFC 3264 §8).
      const body = result ? this.#describe(relayed(result.sdp, this.#origin)) : this.#described;
      this.agent.respond(request, flow, 200, { headers: [...headers, ...typeOf(body)], body });
    } finally {
      this.#offering = false;
    }
  }

  #describe(sdp: string): string {
    this.#described = sdp;
    return sdp;
  }

  #common(): Header[] {
    const { protocol, local } = this.#flow!;
    const transport = protocol === "udp" ? "" : `;transport=${protocol}`;
    return [
      ["contact", `<sip:studio@${hostPort(local)}${transport}>`],
      ALLOW,
      ["user-agent", "Call Camp Studio"],
    ];
  }

  #over(): void {
    this.state = "over";
    this.#ringTimer();
    this.#session.stop();
    // What is still under way (repeated answers, a BYE that crosses ours) finds it for a while.
    this.agent.removeLater(this);
  }
}

function typeOf(body: string): Header[] {
  return body === "" ? [] : [["content-type", "application/sdp"]];
}

function directionOf(sdp: string): string {
  return /^a=(sendrecv|inactive|recvonly|sendonly)\s*$/m.exec(sdp)?.[1] ?? "sendrecv";
}
