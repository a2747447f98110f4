/**
 * Third-party call control (RFC 3725): two legs that we place, and media that flow between them
 * without us. The agent is never rung before the person has answered, and always gets an offer.
 *
 * `early` (flow IV's idea): the trunk is offered a black hole, the agent the trunk's answer, and the
 * trunk then the agent's in a re-INVITE. `late` (flow I): the trunk is asked for an offer, which the
 * agent answers; quicker, but not every trunk takes an INVITE without a description.
 *
 * @module
 */
import type { EndReason } from "../../../src/calls/call.ts";
import { type Invited, Leg, type LegListener, type LegOptions } from "./leg.ts";
import { sameMedia } from "./sdp.ts";
import { endReasonOf } from "./statuses.ts";
import type { UserAgent } from "./user_agent.ts";

/** When the trunk learns of the agent's media. */
export type OfferMode = "early" | "late";

/** Two legs and their limits. */
export interface ThirdPartyCallOptions {
  agent: UserAgent;
  mode: OfferMode;
  contact: LegOptions;
  assistant: LegOptions;
  /** Seconds from the person's answer after which the call is ended. */
  maxSeconds: number;
  /** Seconds between two questions to each end whether it is still there. */
  pingSeconds: number;
}

/** Steps of such a call, in order; some may be missing, the end never is. */
export type Step =
  /** The INVITE is on its way to the trunk, for the first time or with credentials. */
  | { type: "sent" }
  /** The trunk has it. */
  | { type: "trying" }
  | { type: "ringing" }
  /** The person has answered; the agent is rung. */
  | { type: "picked_up" }
  /** Agent and person hear each other. */
  | { type: "joined" }
  | { type: "ended"; reason: EndReason };

/** Reason headers (RFC 3326) for what we end ourselves. */
const NORMAL = 'SIP;cause=200;text="Call completed"';
const GONE = 'SIP;cause=480;text="Agent unavailable"';

/** One call. `report` is told each step as it happens. */
export class ThirdPartyCall {
  readonly contact: Leg;
  readonly assistant: Leg;
  readonly #options: ThirdPartyCallOptions;
  readonly #report: (step: Step) => void;
  #over = false;
  #joined = false;
  #silent = false;
  #cancelTimers: (() => void)[] = [];

  constructor(options: ThirdPartyCallOptions, report: (step: Step) => void) {
    this.#options = options;
    this.#report = report;
    this.contact = new Leg(options.agent, options.contact, {
      onSent: () => this.#tell({ type: "sent" }),
      onTrying: () => this.#tell({ type: "trying" }),
      onRinging: () => this.#tell({ type: "ringing" }),
      onHangUp: () => void this.end("contact_hangup"),
      onOffer: (sdp) => this.#relay(sdp, this.assistant),
    });
    const assistant: LegListener = {
      onSent: () => {},
      onTrying: () => {},
      onRinging: () => {},
      onHangUp: () => void this.end(this.#joined ? "agent_hangup" : "agent_unavailable"),
      onOffer: (sdp) => this.#relay(sdp, this.contact),
    };
    this.assistant = new Leg(options.agent, options.assistant, assistant);
  }

  /** Places it. Settles when both are joined, or it has ended. */
  async start(): Promise<void> {
    const early = this.#options.mode === "early";
    const answered = await this.contact.invite(early ? "black hole" : "none");
    if (this.#over) return;
    if (answered.kind !== "answered") {
      return this.#finish(reasonOf(answered));
    }
    this.#tell({ type: "picked_up" });
    this.#after(this.#options.maxSeconds, () => void this.end("max_duration"));
    if (early) this.contact.acknowledge();
    const agent = await this.assistant.invite({ sdp: answered.sdp });
    if (this.#over) {
      if (agent.kind === "answered") await this.assistant.hangUp(NORMAL);
      return;
    }
    if (agent.kind !== "answered") return this.end("agent_unavailable");
    this.assistant.acknowledge();
    if (!early) this.contact.acknowledge(agent.sdp);
    else if (!await this.#connect(answered.sdp, agent.sdp)) {
      return this.end(this.contact.state === "up" ? "media_incompatible" : "contact_lost");
    }
    if (this.#over) return;
    this.#joined = true;
    this.#tell({ type: "joined" });
    this.#pingLater();
  }

  /** Ends it from our side: reported at once. Settles when both ends have confirmed. */
  async end(reason: EndReason): Promise<void> {
    if (this.#over) return;
    this.#finish(reason);
    const why = reason === "agent_unavailable" ? GONE : NORMAL;
    await Promise.all([this.contact.hangUp(why), this.assistant.hangUp(why)]);
  }

  /** Ends it without a report: somebody else has made one. */
  async abandon(): Promise<void> {
    this.#silent = true;
    await this.end("contact_lost");
  }

  /** Tells the trunk of the agent's media, and the agent of what the trunk makes of them. */
  async #connect(offered: string, answer: string): Promise<boolean> {
    const final = await this.contact.offer(answer);
    if (final === null || this.#over) return this.#over;
    return sameMedia(offered, final) || await this.assistant.offer(final) !== null || this.#over;
  }

  /** An offer of one end (hold, another codec) is the other's to answer. */
  async #relay(sdp: string, to: Leg): Promise<{ sdp: string } | { status: number }> {
    if (!this.#joined) return { status: 491 };
    const answer = await to.offer(sdp);
    return answer === null ? { status: 488 } : { sdp: answer };
  }

  #pingLater(): void {
    this.#after(this.#options.pingSeconds, async () => {
      const lost = (leg: Leg, reason: EndReason) =>
        leg.ping().then((there) => {
          if (!there && leg.state === "up") void this.end(reason);
        });
      await Promise.all([
        lost(this.contact, "contact_lost"),
        lost(this.assistant, "agent_lost"),
      ]);
      if (!this.#over) this.#pingLater();
    });
  }

  #finish(reason: EndReason): void {
    this.#over = true;
    for (const cancel of this.#cancelTimers) cancel();
    if (!this.#silent) this.#report({ type: "ended", reason });
  }

  #tell(step: Step): void {
    if (!this.#over) this.#report(step);
  }

  #after(seconds: number, run: () => void): void {
    const { timers } = this.#options.agent;
    this.#cancelTimers.push(timers.after(seconds * 1000, run));
  }
}

function reasonOf(result: Exclude<Invited, { kind: "answered" }>): EndReason {
  switch (result.kind) {
    case "refused":
      return endReasonOf(result.status);
    case "rang_out":
      return "no_answer";
    case "canceled":
      return "canceled";
    case "silent":
    case "unsent":
      return "provider_unavailable";
  }
}
