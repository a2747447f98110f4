/**
 * Dialogs of calls that we place (RFC 3261 §12): what one end must know to talk to the other.
 *
 * @module
 */
import {
  cseqOf,
  type Header,
  parameterOf,
  parseUri,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  uriIn,
  valueOf,
  valuesOf,
} from "./message.ts";
import type { Protocol, Target } from "./transport.ts";

/** All of a dialog that has to outlive a process, so that another can end it. */
export interface DialogState {
  callId: string;
  /** Our address with our tag, as in From. */
  local: string;
  /** The peer's with its tag, as in To; without one while it has not answered. */
  remote: string;
  /** Of the last request that we sent. */
  localSeq: number;
  /** Where the peer wants requests: its Contact. */
  target: string;
  /** Proxies that want to stay in between, nearest first. */
  routes: string[];
}

/** One end of a dialog. */
export class Dialog {
  #remoteSeq = -1;

  constructor(readonly state: DialogState) {}

  /** The dialog that a 2xx to our INVITE makes (§12.1.2). */
  static from(response: SipResponse): Dialog {
    return new Dialog({
      callId: valueOf(response, "call-id")!,
      local: valueOf(response, "from")!,
      remote: valueOf(response, "to")!,
      localSeq: cseqOf(response).seq,
      target: uriIn(valueOf(response, "contact") ?? valueOf(response, "to")!),
      routes: valuesOf(response, "record-route").reverse(),
    });
  }

  /** The peer's tag: what tells the branches of a fork apart. */
  get remoteTag(): string {
    return parameterOf(this.state.remote, "tag") ?? "";
  }

  /** Whether a message is of this dialog, seen from a response or a request of the peer. */
  owns(message: SipMessage): boolean {
    const [ours, theirs] = "status" in message ? ["from", "to"] : ["to", "from"];
    return valueOf(message, "call-id") === this.state.callId &&
      parameterOf(valueOf(message, ours), "tag") === parameterOf(this.state.local, "tag") &&
      (parameterOf(valueOf(message, theirs), "tag") ?? "") === this.remoteTag;
  }

  /** Notes a request's number; false when an earlier one has overtaken it (§12.2.2). */
  accepts(request: SipRequest): boolean {
    const { seq } = cseqOf(request);
    if (seq < this.#remoteSeq) return false;
    this.#remoteSeq = seq;
    return true;
  }

  /** Takes over the Contact of a request or response that refreshes the target (§12.2). */
  refresh(message: SipMessage): void {
    const contact = valueOf(message, "contact");
    if (contact !== undefined) this.state.target = uriIn(contact);
  }

  /** The next request in this dialog. */
  request(method: string, headers: Header[] = [], body = ""): SipRequest {
    this.state.localSeq++;
    return this.#build(method, this.state.localSeq, headers, body);
  }

  /** The ACK to a 2xx; its number is the INVITE's (§13.2.2.4). */
  ack(seq: number, headers: Header[], body: string): SipRequest {
    return this.#build("ACK", seq, headers, body);
  }

  /** Where the next request goes when there is no connection to keep to: first route, else target. */
  nextHop(fallback: Protocol): Target {
    const [first] = this.state.routes;
    return targetOf(first === undefined ? this.state.target : uriIn(first), fallback);
  }

  #build(method: string, seq: number, headers: Header[], body: string): SipRequest {
    const { callId, local, remote, target } = this.state;
    let { routes } = this.state;
    let uri = target;
    // A strict router, of before RFC 3261, wants to be named in the request line (§12.2.1.1).
    if (routes.length && !parseUri(uriIn(routes[0])).parameters.has("lr")) {
      uri = uriIn(routes[0]);
      routes = [...routes.slice(1), `<${target}>`];
    }
    return {
      method,
      uri,
      headers: [
        ...routes.map((route): Header => ["route", route]),
        ["max-forwards", "70"],
        ["from", local],
        ["to", remote],
        ["call-id", callId],
        ["cseq", `${seq} ${method}`],
        ...headers,
      ],
      body,
    };
  }
}

/**
 * Where a URI leads; its own transport, or `fallback`.
 *
 * @throws SipSyntaxError for what is no SIP URI.
 */
export function targetOf(uri: string, fallback: Protocol): Target {
  const { secure, host, port, parameters } = parseUri(uri);
  const named = parameters.get("transport")?.toLowerCase();
  const protocol = secure
    ? "tls"
    : named === "udp" || named === "tcp" || named === "tls"
    ? named
    : fallback;
  return { protocol, host, port: port ?? (protocol === "tls" ? 5061 : 5060) };
}
