/**
 * Transactions (RFC 3261 §17, RFC 6026): a request, its retransmissions, and the responses to it.
 *
 * One file, because the four state machines of the RFC share their timers and how they are matched.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import {
  cseqOf,
  type Header,
  isRequest,
  parameterOf,
  parseMessage,
  serialize,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  valueOf,
  valuesOf,
} from "./message.ts";
import { T1, T2, T4, type Timers, TRANSACTION_MS } from "./timers.ts";
import type { Flow } from "./transport.ts";

/** How a request ended: a final response, none in time (Timer B or F), or it could not be sent. */
export type Final =
  | { kind: "response"; response: SipResponse }
  | { kind: "timeout" }
  | { kind: "unsent" };

/** A request that was sent. */
export interface Exchange {
  /** As it went out, Via included. */
  request: SipRequest;
  flow: Flow;
  final: Promise<Final>;
  /** Ends the wait for a final response as if it had timed out. */
  giveUp(): void;
}

/** What an INVITE hears besides its first final response. */
export interface InviteListener {
  onProvisional(response: SipResponse): void;
  /** Every 2xx, also repeated ones and those of other branches of a fork (§13.2.2.4). */
  onSuccess(response: SipResponse, flow: Flow): void;
}

/** Who handles what belongs to no transaction. */
export interface TransactionUser {
  /** A new request, ACK included. All others must be answered with {@link Transactions.respond}. */
  onRequest(request: SipRequest, flow: Flow): void;
  /** A 2xx to an INVITE that is not known any more, or was sent before a restart. */
  onStray(response: SipResponse, flow: Flow): void;
  /** Something that is no SIP message; it is ignored. */
  onMalformed(error: unknown): void;
}

interface Client {
  exchange: Exchange;
  listener: InviteListener | null;
  /** As named in RFC 3261 and RFC 6026. */
  state: "calling" | "proceeding" | "completed" | "accepted";
  ack: Uint8Array | null;
  stopRetransmitting(): void;
  stopWaiting(): void;
  settle(final: Final): void;
}

interface Server {
  response: Uint8Array | null;
  stop(): void;
}

/** A branch by RFC 3261's own rules begins so (§8.1.1.7). */
const COOKIE = "z9hG4bK";

const PHRASES = new Map([
  [200, "OK"],
  [403, "Forbidden"],
  [405, "Method Not Allowed"],
  [420, "Bad Extension"],
  [422, "Session Interval Too Small"],
  [481, "Call/Transaction Does Not Exist"],
  [488, "Not Acceptable Here"],
  [491, "Request Pending"],
  [500, "Server Internal Error"],
]);

/** The transaction layer of one process. */
export class Transactions {
  readonly #clients = new Map<string, Client>();
  readonly #servers = new Map<string, Server>();
  /** Final responses to INVITEs that are repeated until their ACK, by call and CSeq. */
  readonly #unacknowledged = new Map<string, () => void>();

  constructor(private readonly timers: Timers, private readonly user: TransactionUser) {}

  /** Transactions that are remembered. */
  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /** Takes bytes from the transport. */
  receive(bytes: Uint8Array, flow: Flow): void {
    let message: SipMessage;
    try {
      message = parseMessage(bytes);
    } catch (error) {
      return this.user.onMalformed(error);
    }
    if (isRequest(message)) this.#receiveRequest(message, flow);
    else this.#receiveResponse(message, flow);
  }

  /** Sends a request in a transaction of its own. */
  request(request: SipRequest, flow: Flow, listener: InviteListener | null = null): Exchange {
    return this.#start(withVia(request, flow, COOKIE + randomId()), flow, listener);
  }

  /** Cancels an INVITE that has had a provisional response (§9.1). Its own final response matters not. */
  cancel({ request, flow }: Pick<Exchange, "request" | "flow">): Exchange {
    const kept = ["via", "route", "from", "to", "call-id", "max-forwards"];
    const { seq } = cseqOf(request);
    const headers = request.headers.filter(([name]) => kept.includes(name));
    const cancel: SipRequest = {
      method: "CANCEL",
      uri: request.uri,
      headers: [...headers, ["cseq", `${seq} CANCEL`]],
      body: "",
    };
    return this.#start(cancel, flow, null);
  }

  /** Sends an ACK to a 2xx, which is no transaction; returns it for when the 2xx comes again. */
  acknowledge(ack: SipRequest, flow: Flow): Uint8Array {
    const bytes = serialize(withVia(ack, flow, COOKIE + randomId()));
    flow.send(bytes).catch(() => {});
    return bytes;
  }

  /** Answers a request, and again whenever it is repeated; a final answer to an INVITE until its ACK. */
  respond(
    request: SipRequest,
    flow: Flow,
    status: number,
    { headers = [], body = "" }: { headers?: Header[]; body?: string } = {},
  ): void {
    const bytes = serialize(responseTo(request, flow, status, headers, body));
    const server = this.#servers.get(serverKey(request));
    if (server) server.response = bytes;
    const send = () => void flow.send(bytes).catch(() => {});
    send();
    const reliable = flow.protocol !== "udp";
    if (request.method !== "INVITE" || status < 200 || (reliable && status >= 300)) return;
    const key = ackKey(request);
    const repeating = this.timers.backingOff(T1, T2, send);
    const stop = () => {
      repeating();
      giveUp();
      this.#unacknowledged.delete(key);
    };
    const giveUp = this.timers.after(TRANSACTION_MS, stop);
    this.#unacknowledged.set(key, stop);
  }

  /** Forgets everything; nothing is sent any more. */
  close(): void {
    for (const client of this.#clients.values()) client.settle({ kind: "timeout" });
    this.#clients.clear();
    this.#servers.clear();
    this.#unacknowledged.clear();
    this.timers.cancelAll();
  }

  #start(request: SipRequest, flow: Flow, listener: InviteListener | null): Exchange {
    const invite = request.method === "INVITE";
    const reliable = flow.protocol !== "udp";
    const key = clientKey(request);
    const bytes = serialize(request);
    const { promise, resolve } = Promise.withResolvers<Final>();
    const send = () => flow.send(bytes);
    const repeat = () => void send().catch(() => {});
    const end = (final: Final) => {
      client.stopRetransmitting();
      client.stopWaiting();
      this.#clients.delete(key);
      resolve(final);
    };
    const client: Client = {
      exchange: { request, flow, final: promise, giveUp: () => end({ kind: "timeout" }) },
      listener,
      state: "calling",
      ack: null,
      // Timers A and E; A is not capped (§17.1.1.2).
      stopRetransmitting: reliable
        ? () => {}
        : this.timers.backingOff(T1, invite ? Infinity : T2, repeat),
      stopWaiting: this.timers.after(TRANSACTION_MS, () => end({ kind: "timeout" })),
      settle: resolve,
    };
    this.#clients.set(key, client);
    send().catch(() => {
      if (client.state === "calling") end({ kind: "unsent" });
    });
    return client.exchange;
  }

  #receiveResponse(response: SipResponse, flow: Flow): void {
    const client = this.#clients.get(clientKey(response));
    const invite = cseqOf(response).method === "INVITE";
    const success = response.status >= 200 && response.status < 300;
    if (!client) {
      if (invite && success) this.user.onStray(response, flow);
      return;
    }
    if (response.status < 200) return this.#provisional(client, response, invite);
    const first = client.state === "calling" || client.state === "proceeding";
    if (first) {
      client.stopRetransmitting();
      client.stopWaiting();
      client.state = invite && success ? "accepted" : "completed";
      // Timers D, K and M: what is repeated meanwhile is known, and answered.
      const reliable = client.exchange.flow.protocol !== "udp";
      const linger = success && invite
        ? TRANSACTION_MS
        : reliable
        ? 0
        : invite
        ? TRANSACTION_MS
        : T4;
      const forget = () => this.#clients.delete(clientKey(response));
      if (linger === 0) forget();
      else this.timers.after(linger, forget);
    }
    if (invite && !success && client.state === "completed") {
      client.ack ??= serialize(ackOf(client.exchange.request, response));
      client.exchange.flow.send(client.ack).catch(() => {});
    }
    if (invite && success && client.state === "accepted") {
      client.listener?.onSuccess(response, flow);
    }
    if (first) client.settle({ kind: "response", response });
  }

  #provisional(client: Client, response: SipResponse, invite: boolean): void {
    if (client.state === "calling") {
      client.state = "proceeding";
      if (invite) {
        client.stopRetransmitting();
        client.stopWaiting();
      }
    }
    if (client.state === "proceeding") client.listener?.onProvisional(response);
  }

  #receiveRequest(request: SipRequest, flow: Flow): void {
    if (request.method === "ACK") {
      this.#unacknowledged.get(ackKey(request))?.();
      return this.user.onRequest(request, flow);
    }
    const key = serverKey(request);
    const known = this.#servers.get(key);
    if (known) {
      if (known.response) flow.send(known.response).catch(() => {});
      return;
    }
    const stop = this.timers.after(TRANSACTION_MS, () => this.#servers.delete(key));
    this.#servers.set(key, { response: null, stop });
    this.user.onRequest(request, flow);
  }
}

/** Random text for branches, tags and the like. */
export function randomId(): string {
  return randomBytes(8).toString("hex");
}

/** Host and port as they stand in a URI or a Via. */
export function hostPort({ host, port }: { host: string; port: number }): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The same of what may have no port. */
export function hostMaybePort({ host, port }: { host: string; port: number | null }): string {
  return hostPort({ host, port: port ?? 0 }).replace(/:0$/, "");
}

function withVia(request: SipRequest, flow: Flow, branch: string): SipRequest {
  const { protocol, local } = flow;
  const via = `SIP/2.0/${protocol.toUpperCase()} ${hostPort(local)};branch=${branch};rport`;
  return { ...request, headers: [["via", via], ...request.headers] };
}

/** §17.1.1.3: the ACK to a final response other than 2xx belongs to the INVITE's transaction. */
function ackOf(invite: SipRequest, response: SipResponse): SipRequest {
  const kept = ["via", "route", "from", "call-id", "max-forwards"];
  const headers = invite.headers.filter(([name]) => kept.includes(name));
  return {
    method: "ACK",
    uri: invite.uri,
    headers: [
      ...headers,
      ["to", valueOf(response, "to")!],
      ["cseq", `${cseqOf(invite).seq} ACK`],
    ],
    body: "",
  };
}

function responseTo(
  request: SipRequest,
  { remote }: Flow,
  status: number,
  headers: Header[],
  body: string,
): SipResponse {
  const [top, ...vias] = valuesOf(request, "via");
  // RFC 3581 §4.
  const seen = top.replace(/;\s*rport(?=;|$)/i, `;received=${remote.host};rport=${remote.port}`);
  const to = valueOf(request, "to")!;
  return {
    status,
    reason: PHRASES.get(status) ?? "",
    headers: [
      ...[seen, ...vias].map((via): Header => ["via", via]),
      ...valuesOf(request, "record-route").map((route): Header => ["record-route", route]),
      ["from", valueOf(request, "from")!],
      ["to", parameterOf(to, "tag") === undefined ? `${to};tag=${randomId()}` : to],
      ["call-id", valueOf(request, "call-id")!],
      ["cseq", valueOf(request, "cseq")!],
      ...headers,
    ],
    body,
  };
}

function branchOf(message: SipMessage): string {
  return parameterOf(valueOf(message, "via"), "branch") ?? "";
}

function clientKey(message: SipMessage): string {
  return `${branchOf(message)} ${cseqOf(message).method}`;
}

/** §17.2.3: branch, the sender's own address, and method. */
function serverKey(request: SipRequest): string {
  const sentBy = valueOf(request, "via")!.split(";")[0];
  return `${branchOf(request)} ${sentBy} ${request.method}`;
}

function ackKey(request: SipRequest): string {
  return `${valueOf(request, "call-id")} ${cseqOf(request).seq}`;
}
