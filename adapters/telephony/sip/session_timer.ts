/**
 * The session timer of one dialog (RFC 4028): who refreshes the session, and how often.
 *
 * A peer may ask for a timer; of ourselves we ask for none, and a session that is not refreshed in
 * time is not ended by us: the OPTIONS pings miss a peer long before that.
 *
 * @module
 */
import { type Header, parameterOf, type SipMessage, valueOf, valuesOf } from "./message.ts";
import type { Timers } from "./timers.ts";

/** Least interval in seconds (§4): refreshing more often would be a burden. */
export const LEAST_SECONDS = 90;
/** Least seconds between two refreshes, whatever a peer demands. */
const LEAST_PAUSE = 10;

/** See the module's description. */
export class SessionTimer {
  /** Seconds; null while there is no timer. */
  #interval: number | null = null;
  /** Least that the peer, or a proxy on the way, would have. */
  #least = 0;
  #ours = false;
  #stop = () => {};

  /** `refresh` is told to send a refresh; what comes of it is to be told to {@link agreed}. */
  constructor(private readonly timers: Timers, private readonly refresh: () => void) {}

  /** For our INVITE, re-INVITE or UPDATE (§7.1, §7.4). */
  get headers(): Header[] {
    const headers: Header[] = [["supported", "timer"]];
    const seconds = this.#interval ?? this.#least;
    if (seconds > 0) {
      const refresher = this.#interval === null ? "" : `;refresher=${this.#ours ? "uac" : "uas"}`;
      headers.push(["session-expires", `${seconds}${refresher}`]);
    }
    if (this.#least > 0) headers.push(["min-se", String(this.#least)]);
    return headers;
  }

  /** Takes a 422's minimum (§7.3); false when it asks for nothing new. */
  raise(refusal: SipMessage): boolean {
    const wanted = secondsOf(valueOf(refusal, "min-se")) ?? 0;
    if (wanted <= this.#least) return false;
    this.#least = wanted;
    if (this.#interval !== null) this.#interval = Math.max(this.#interval, wanted);
    return true;
  }

  /** Takes over what a 2xx to a request of ours says; one that says nothing ends the timer (§7.2). */
  agreed(response: SipMessage): void {
    const value = valueOf(response, "session-expires");
    this.#start(secondsOf(value), parameterOf(value, "refresher")?.toLowerCase() === "uac");
  }

  /** Takes over a refresh of the peer (§9): what its 2xx has to say of it; null when it is too short. */
  accept(request: SipMessage): Header[] | null {
    const value = valueOf(request, "session-expires");
    const seconds = secondsOf(value);
    if (seconds === null) {
      this.#start(null, false);
      return [["supported", "timer"]];
    }
    if (seconds < LEAST_SECONDS) return null;
    // Where a proxy asked for it, and the peer knows of no timers, it cannot refresh.
    const ours = parameterOf(value, "refresher")?.toLowerCase() === "uas" ||
      !valuesOf(request, "supported").includes("timer");
    this.#start(seconds, ours);
    return [
      ["supported", "timer"],
      ...(ours ? [] : [["require", "timer"] as Header]),
      ["session-expires", `${seconds};refresher=${ours ? "uas" : "uac"}`],
    ];
  }

  /** Tries a refresh that failed again, before the session expires. */
  again(): void {
    if (this.#ours && this.#interval !== null) this.#arm(this.#interval / 10);
  }

  /** When the dialog is over. */
  stop(): void {
    this.#stop();
    this.#interval = null;
  }

  #start(seconds: number | null, ours: boolean): void {
    this.#stop();
    this.#interval = seconds;
    this.#ours = ours;
    if (ours && this.#interval !== null) this.#arm(this.#interval / 2);
  }

  #arm(seconds: number): void {
    this.#stop();
    this.#stop = this.timers.after(Math.max(seconds, LEAST_PAUSE) * 1000, this.refresh);
  }
}

/** Delta seconds; null when there are none. */
function secondsOf(value: string | undefined): number | null {
  const digits = /^\s*(\d{1,9})\s*(;|$)/.exec(value ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}
