/**
 * Our end of SIP: transport and transactions, and the legs that what comes in belongs to.
 *
 * @module
 */
import type { Clock } from "../../../src/kernel/clock.ts";
import { answer, challengeOf, type Credentials } from "./digest.ts";
import { Dialog } from "./dialog.ts";
import { ALLOW, type Leg } from "./leg.ts";
import {
  cseqOf,
  type Header,
  parameterOf,
  type SipRequest,
  type SipResponse,
  valueOf,
} from "./message.ts";
import { refusing } from "./sdp.ts";
import { Timers, TRANSACTION_MS } from "./timers.ts";
import { type Final, hostPort, randomId, Transactions } from "./transaction.ts";
import type { Flow, Protocol, Target, Transport } from "./transport.ts";

/** See the module's description. */
export class UserAgent {
  /** Every timer of every transaction and leg. */
  readonly timers: Timers;
  /** Sends requests and answers. */
  readonly transactions: Transactions;
  /** Told of what goes wrong on the way; never of anybody's number. */
  readonly onFailure: (what: string, error: unknown) => void;
  readonly #transport: Transport;
  readonly #legs = new Map<string, Leg>();

  constructor(
    { transport, clock, onFailure }: {
      transport: Transport;
      clock: Clock;
      onFailure: (what: string, error: unknown) => void;
    },
  ) {
    this.onFailure = onFailure;
    this.#transport = transport;
    this.timers = new Timers(clock);
    this.transactions = new Transactions(this.timers, {
      onRequest: (request, flow) => this.#route(request, flow),
      onStray: (response, flow) => this.refuseStray(response, flow),
      onMalformed: (error) => onFailure("a malformed SIP message was ignored", error),
    });
    transport.onReceive((bytes, flow) => this.transactions.receive(bytes, flow));
  }

  /** What is still remembered: all are 0 some time after the last call. */
  get remembered(): { legs: number; transactions: number; timers: number } {
    return {
      legs: this.#legs.size,
      transactions: this.transactions.size,
      timers: this.timers.pending,
    };
  }

  /** From then on, what belongs to the leg's call finds it. */
  add(leg: Leg): void {
    this.#legs.set(leg.options.callId, leg);
  }

  /** Until nothing of a call that is over can come any more. */
  removeLater({ options: { callId } }: Leg): void {
    this.timers.after(TRANSACTION_MS, () => this.#legs.delete(callId));
  }

  /** See {@link Transport}. */
  flowTo(target: Target): Promise<Flow> {
    return this.#transport.flowTo(target);
  }

  /** See {@link Transactions.respond}. */
  respond(
    request: SipRequest,
    flow: Flow,
    status: number,
    content: { headers?: Header[]; body?: string } = {},
  ): void {
    this.transactions.respond(request, flow, status, content);
  }

  /** Acknowledges an answer that nobody waits for, and hangs up (§13.2.2.4): a fork's, or a late one. */
  refuseStray(response: SipResponse, flow: Flow): void {
    const { seq } = cseqOf(response);
    const dialog = Dialog.from(response);
    const origin = { host: flow.local.host, session: 0, version: 0 };
    // It may be an offer or an answer; an answer in an ACK that needs none is ignored.
    const body = response.body === "" ? "" : refusing(response.body, origin);
    const type: Header[] = body === "" ? [] : [["content-type", "application/sdp"]];
    this.transactions.acknowledge(dialog.ack(seq, type, body), flow);
    this.transactions.request(dialog.request("BYE"), flow);
  }

  /**
   * Asks a peer outside of any call what it can do (RFC 3261 §11), with credentials when it wants
   * them (`challenged`).
   */
  async options(
    target: Target,
    from: string,
    credentials: Credentials | null,
    patienceMs: number,
  ): Promise<Final & { challenged: boolean }> {
    const uri = `sip:${hostPort(target)}`;
    const [callId, tag] = [randomId(), randomId()];
    let seq = 0;
    try {
      const flow = await this.flowTo(target);
      return await this.#authenticated(credentials, "OPTIONS", uri, (authorization) => {
        const exchange = this.transactions.request({
          method: "OPTIONS",
          uri,
          headers: [
            ["max-forwards", "70"],
            ["from", `<${from}>;tag=${tag}`],
            ["to", `<${uri}>`],
            ["call-id", callId],
            ["cseq", `${++seq} OPTIONS`],
            ["contact", `<sip:studio@${hostPort(flow.local)}>`],
            ["accept", "application/sdp"],
            ...authorization,
          ],
          body: "",
        }, flow);
        const waited = this.timers.after(patienceMs, () => exchange.giveUp());
        return exchange.final.finally(waited);
      });
    } catch (error) {
      this.onFailure("a SIP peer cannot be reached", error);
      return { kind: "unsent", challenged: false };
    }
  }

  /** Ends a dialog that a process before us has left; true when the peer still knew of it. */
  async bye(
    dialog: Dialog,
    fallback: Protocol,
    credentials: Credentials | null,
  ): Promise<boolean> {
    try {
      const flow = await this.flowTo(dialog.nextHop(fallback));
      const { target } = dialog.state;
      const final = await this.#authenticated(
        credentials,
        "BYE",
        target,
        (headers) => this.transactions.request(dialog.request("BYE", headers), flow).final,
      );
      return final.kind === "response" && final.response.status < 300;
    } catch {
      return false;
    }
  }

  /** Cancels an INVITE that a process before us has left; true when the server knew of it. */
  async cancelLeftBehind(request: SipRequest, server: Target): Promise<boolean> {
    try {
      const flow = await this.flowTo(server);
      const final = await this.transactions.cancel({ request, flow }).final;
      return final.kind === "response" && final.response.status < 300;
    } catch {
      // A trunk that cannot be reached cannot be told; it ends by itself what nobody acknowledges.
      return false;
    }
  }

  /** Forgets everything, and closes the sockets. */
  close(): void {
    this.transactions.close();
    this.#legs.clear();
    this.#transport.close();
  }

  async #authenticated(
    credentials: Credentials | null,
    method: string,
    uri: string,
    send: (authorization: Header[]) => Promise<Final>,
  ): Promise<Final & { challenged: boolean }> {
    const final = await send([]);
    const challenge = final.kind === "response" && final.response.status >= 400
      ? challengeOf(final.response)
      : null;
    if (challenge === null || credentials === null) return { ...final, challenged: false };
    return { ...await send([answer(challenge, credentials, method, uri)]), challenged: true };
  }

  #route(request: SipRequest, flow: Flow): void {
    const leg = this.#legs.get(valueOf(request, "call-id")!);
    if (request.method === "CANCEL") return this.respond(request, flow, 200);
    if (leg) return leg.receive(request, flow);
    if (request.method === "ACK") return;
    if (parameterOf(valueOf(request, "to"), "tag") !== undefined) {
      return this.respond(request, flow, 481);
    }
    // Trunks ask so whether we are there. Nobody is called through us.
    this.respond(request, flow, request.method === "OPTIONS" ? 200 : 405, { headers: [ALLOW] });
  }
}
