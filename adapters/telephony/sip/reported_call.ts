/**
 * A call's line in the books, kept up to date, and its events, delivered in order until taken.
 *
 * @module
 */
import type { CallReport } from "../../../src/calls/call_event.ts";
import type { Clock } from "../../../src/kernel/clock.ts";
import type { Deliver } from "../phone_provider.ts";
import type { DialogStore, SipCall } from "./dialog_store.ts";

/** What every call's reports need. */
export interface Reporting {
  store: DialogStore;
  clock: Clock;
  /** Resolves once the studio listens. */
  deliver: Promise<Deliver>;
  /** Ends waits between tries. */
  signal: AbortSignal;
  onFailure: (what: string, error: unknown) => void;
}

/** Milliseconds between two tries to deliver, at first and at most. */
const RETRY_MS = [500, 60_000];

/** See the module's description. */
export class ReportedCall {
  #written: Promise<void> = Promise.resolve();

  constructor(readonly call: SipCall, private readonly reporting: Reporting) {}

  /** Settles when all that was noted is written and delivered, or delivering has to stop. */
  get settled(): Promise<void> {
    return this.#written;
  }

  /** Whether its end is known. */
  get ended(): boolean {
    return this.call.events.some(({ report }) => report.type === "ended");
  }

  /** Notes what happened, writes it down, and then delivers it. */
  note(report: CallReport, at: Date = this.reporting.clock.now()): void {
    const { ref, events } = this.call;
    const eventId = `sip:${report.type}`;
    events.push({ ref, eventId, at, providerCallId: ref.callId, report });
    this.save();
  }

  /** Writes the line after other changes, and delivers what is left to deliver. */
  save(): void {
    this.#written = this.#written.then(() => this.#flush());
  }

  async #flush(): Promise<void> {
    await this.#write();
    await this.#deliver();
    const { call } = this;
    const told = call.delivered === call.events.length;
    if (call.done || !told || !(this.ended || call.refused !== null)) return;
    call.done = true;
    await this.#write();
  }

  async #deliver(): Promise<void> {
    const { call } = this;
    for (let [pause, longest] = RETRY_MS; call.delivered < call.events.length;) {
      const deliver = await this.reporting.deliver;
      try {
        await deliver(call.events[call.delivered]);
        call.delivered++;
      } catch (error) {
        this.reporting.onFailure("an event could not be delivered", error);
        await this.reporting.clock.sleep(pause, this.reporting.signal);
        // What is left is in the books, for another process.
        if (this.reporting.signal.aborted) return;
        pause = Math.min(pause * 2, longest);
      }
    }
  }

  async #write(): Promise<void> {
    try {
      await this.reporting.store.save(this.call);
    } catch (error) {
      // The call itself goes on; it is written again with the next change.
      this.reporting.onFailure("a call could not be written down", error);
    }
  }
}
