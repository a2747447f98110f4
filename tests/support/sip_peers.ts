/**
 * A SIP network in memory: a trunk and an agent whose phones do what a test says, on a test's clock.
 *
 * They read and write messages with the project's own parser: what others' programs make of ours is
 * for sipp, Kamailio and baresip to say.
 *
 * @module
 */
import {
  cseqOf,
  type Header,
  isRequest,
  parameterOf,
  parseMessage,
  serialize,
  type SipRequest,
  type SipResponse,
  uriIn,
  valueOf,
  valuesOf,
} from "../../adapters/telephony/sip/message.ts";
import type {
  Flow,
  Protocol,
  Receive,
  Target,
  Transport,
} from "../../adapters/telephony/sip/transport.ts";
import type { Clock } from "../../src/kernel/clock.ts";

/** What a peer does with a request that is new to it; null says nothing. */
export type Script = (request: SipRequest, peer: SipPeer) => void;

/** A wire that loses and delays nothing unless told to. */
export class MemoryWire implements Transport {
  /** Everything that went over it, in order, as start lines. */
  readonly log: string[] = [];
  /** Tells whether a message is lost on its way. */
  loses: (direction: "out" | "in", bytes: Uint8Array) => boolean = () => false;
  /** Hosts that cannot be reached. */
  readonly unreachable = new Set<string>();
  closed = false;
  readonly #peers = new Map<string, SipPeer>();
  #receive: Receive = () => {};

  constructor(readonly protocol: Protocol = "tcp") {}

  /** Puts a peer at `host:5060`. */
  attach(host: string, peer: SipPeer): void {
    this.#peers.set(host, peer);
    peer.send = (message) => this.toUs(host, serialize(message));
  }

  /** Sends us bytes from a host. */
  toUs(host: string, bytes: Uint8Array): void {
    if (this.loses("in", bytes)) return;
    this.log.push(`< ${host} ${firstLine(bytes)}`);
    queueMicrotask(() => this.closed || this.#receive(bytes, this.#flow(host)));
  }

  /** See the interface. */
  onReceive(receive: Receive): void {
    this.#receive = receive;
  }

  /** See the interface. */
  listen(): Promise<void> {
    return Promise.resolve();
  }

  /** See the interface. */
  flowTo({ host }: Target): Promise<Flow> {
    if (this.unreachable.has(host)) return Promise.reject(new Error("connection refused"));
    return Promise.resolve(this.#flow(host));
  }

  /** See the interface. */
  close(): void {
    this.closed = true;
  }

  #flow(host: string): Flow {
    return {
      protocol: this.protocol,
      local: { host: "studio.test", port: 5060 },
      remote: { host, port: 5060 },
      open: true,
      send: (bytes) => {
        if (this.unreachable.has(host)) return Promise.reject(new Error("connection lost"));
        if (this.loses("out", bytes)) return Promise.resolve();
        this.log.push(`> ${host} ${firstLine(bytes)}`);
        queueMicrotask(() => this.#peers.get(host)?.receive(bytes));
        return Promise.resolve();
      },
    };
  }
}

/** A phone, or many of them behind one address. */
export class SipPeer {
  /** Requests that were new, in order. */
  readonly requests: SipRequest[] = [];
  /** Responses to requests of its own. */
  readonly responses: SipResponse[] = [];
  send: (message: SipRequest | SipResponse) => void = () => {};
  /** Whether answers to an INVITE are repeated until their ACK, as on a lossy network they must be. */
  repeats = false;
  readonly #answers = new Map<string, SipResponse | null>();

  constructor(readonly host: string, readonly clock: Clock, private readonly script: Script) {}

  /** Takes bytes; a repeated request gets the same answer again. */
  receive(bytes: Uint8Array): void {
    const message = parseMessage(bytes);
    if (!isRequest(message)) return void this.responses.push(message);
    const key = keyOf(message);
    const known = this.#answers.get(key);
    if (known !== undefined && message.method !== "ACK") {
      return known ? this.send(known) : undefined;
    }
    this.#answers.set(key, null);
    this.requests.push(message);
    this.script(message, this);
  }

  /** Answers a request. */
  answer(
    request: SipRequest,
    status: number,
    { sdp = "", tag = "peer", headers = [] }: {
      sdp?: string;
      tag?: string;
      headers?: Header[];
    } = {},
  ): void {
    const to = valueOf(request, "to")!;
    const tagged = status === 100 || parameterOf(to, "tag") !== undefined ? to : `${to};tag=${tag}`;
    const response: SipResponse = {
      status,
      reason: "",
      headers: [
        ...valuesOf(request, "via").map((via): Header => ["via", via]),
        ["from", valueOf(request, "from")!],
        ["to", tagged],
        ["call-id", valueOf(request, "call-id")!],
        ["cseq", valueOf(request, "cseq")!],
        ["contact", `<sip:peer@${this.host}>`],
        ...headers,
        ...(sdp === "" ? [] : [["content-type", "application/sdp"] as Header]),
      ],
      body: sdp,
    };
    this.#answers.set(keyOf(request), response);
    this.send(response);
    if (this.repeats && request.method === "INVITE" && status >= 200) this.#repeat(response, 0.5);
  }

  #repeat(response: SipResponse, seconds: number): void {
    this.after(seconds, () => {
      const same = (name: string, ack: SipRequest) =>
        valueOf(ack, name) === valueOf(response, name);
      const { seq } = cseqOf(response);
      const known = this.got("ACK").some((ack) => same("call-id", ack) && cseqOf(ack).seq === seq);
      if (known) return;
      this.send(response);
      this.#repeat(response, Math.min(4, seconds * 2));
    });
  }

  /** A request of its own in the dialog that it answered. */
  ask(
    invite: SipRequest,
    method: string,
    { seq = 1, tag = "peer", sdp = "", headers = [] as Header[] } = {},
  ): void {
    this.send({
      method,
      uri: uriIn(valueOf(invite, "contact")!),
      headers: [
        ["via", `SIP/2.0/TCP ${this.host};branch=z9hG4bK${crypto.randomUUID()}`],
        ["from", `${valueOf(invite, "to")};tag=${tag}`],
        ["to", valueOf(invite, "from")!],
        ["call-id", valueOf(invite, "call-id")!],
        ["cseq", `${seq} ${method}`],
        ["contact", `<sip:peer@${this.host}>`],
        ...headers,
        ...(sdp === "" ? [] : [["content-type", "application/sdp"] as Header]),
      ],
      body: sdp,
    });
  }

  /** After so many seconds of the clock. */
  after(seconds: number, run: () => void): void {
    void this.clock.sleep(seconds * 1000).then(run);
  }

  /** The first request with a method, and how many there were. */
  got(method: string): SipRequest[] {
    return this.requests.filter((request) => request.method === method);
  }
}

/** Media at a port of a host. */
export function sdpOf(port: number, host = "192.0.2.7"): string {
  return [
    "v=0",
    `o=peer 1 1 IN IP4 ${host}`,
    "s=-",
    `c=IN IP4 ${host}`,
    "t=0 0",
    `m=audio ${port} RTP/AVP 0`,
    "a=rtpmap:0 PCMU/8000",
    "",
  ].join("\r\n");
}

/** Whether an INVITE is the first of its dialog. */
export function isInitial(request: SipRequest): boolean {
  return request.method === "INVITE" && parameterOf(valueOf(request, "to"), "tag") === undefined;
}

/** What every phone does with the rest: confirms, and gives up what is cancelled. */
export function routinely(request: SipRequest, peer: SipPeer): void {
  if (request.method === "ACK") return;
  peer.answer(request, 200, request.method === "INVITE" ? { sdp: sdpOf(4000) } : {});
  if (request.method !== "CANCEL") return;
  const { seq } = cseqOf(request);
  const invite = peer.got("INVITE").find((known) =>
    valueOf(known, "call-id") === valueOf(request, "call-id") && cseqOf(known).seq === seq
  );
  if (invite) peer.answer(invite, 487);
}

function keyOf(request: SipRequest): string {
  return `${parameterOf(valueOf(request, "via"), "branch")} ${request.method}`;
}

function firstLine(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split("\r\n")[0];
}
