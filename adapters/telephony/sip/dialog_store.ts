/**
 * What has to be known of SIP calls after the process that placed them is gone: whom to tell that
 * they are over, and what to tell the studio.
 *
 * @module
 */
import type { EndReason } from "../../../src/calls/call.ts";
import type { CallEvent, CallRef } from "../../../src/calls/call_event.ts";
import type { Uuid } from "../../../src/kernel/ids.ts";
import type { DialogState } from "./dialog.ts";
import type { SipRequest } from "./message.ts";

/** A call as the network's books have it. */
export interface SipCall {
  ref: CallRef;
  /** The process that has it in hand. */
  owner: Uuid;
  /** Until then; an owner that lives says so again and again. */
  heldUntil: Date;
  dialedAt: Date;
  maxSeconds: number;
  /** Why it was surely not dialled; null when it was, or may have been. */
  refused: EndReason | null;
  /** When the person picked up. */
  answeredAt: Date | null;
  /** Our INVITE to the trunk, while a CANCEL may be needed. */
  invite: SipRequest | null;
  /** Of the trunk's leg and the agent's, once they exist. */
  contact: DialogState | null;
  assistant: DialogState | null;
  /** All that happened so far. */
  events: CallEvent[];
  /** How many of them the studio has taken. */
  delivered: number;
  /** Over, and the studio knows. */
  done: boolean;
}

/** The books. Every method may reject when they cannot be reached. */
export interface DialogStore {
  /** Writes a call that is about to be dialled; the call that is there already, else null. */
  open(call: SipCall): Promise<SipCall | null>;
  /** One call. */
  get(ref: CallRef): Promise<SipCall | null>;
  /** Writes what became of a call, unless another process has taken it over. */
  save(call: SipCall): Promise<void>;
  /** Says that the owner still has these in hand; tells which of them are still its. */
  hold(owner: Uuid, callIds: Uuid[], until: Date): Promise<Uuid[]>;
  /** Takes over calls that are not done and that nobody has in hand. */
  claim(owner: Uuid, now: Date, until: Date, limit: number): Promise<SipCall[]>;
  /** Takes over one call that is not done, from whoever has it in hand; null when there is none. */
  take(ref: CallRef, owner: Uuid, until: Date): Promise<SipCall | null>;
  /** Drops calls that are done and were dialled before. */
  forget(before: Date): Promise<void>;
}

/** Books that end with the process. */
export class MemoryDialogStore implements DialogStore {
  readonly #calls = new Map<string, SipCall>();

  /** See the interface. */
  open(call: SipCall): Promise<SipCall | null> {
    const known = this.#calls.get(call.ref.callId) ?? null;
    if (known === null) this.#calls.set(call.ref.callId, structuredClone(call));
    return Promise.resolve(structuredClone(known));
  }

  /** See the interface. */
  get({ clientId, callId }: CallRef): Promise<SipCall | null> {
    const call = this.#calls.get(callId);
    return Promise.resolve(call?.ref.clientId === clientId ? structuredClone(call) : null);
  }

  /** See the interface. */
  save(call: SipCall): Promise<void> {
    const known = this.#calls.get(call.ref.callId);
    if (known?.owner === call.owner) {
      this.#calls.set(call.ref.callId, structuredClone({ ...call, heldUntil: known.heldUntil }));
    }
    return Promise.resolve();
  }

  /** See the interface. */
  hold(owner: Uuid, callIds: Uuid[], until: Date): Promise<Uuid[]> {
    const held = callIds.filter((id) => this.#calls.get(id)?.owner === owner);
    for (const id of held) this.#calls.get(id)!.heldUntil = until;
    return Promise.resolve(held);
  }

  /** See the interface. */
  claim(owner: Uuid, now: Date, until: Date, limit: number): Promise<SipCall[]> {
    const left = Array.from(this.#calls.values())
      .filter(({ done, heldUntil }) => !done && heldUntil <= now)
      .slice(0, limit);
    for (const call of left) Object.assign(call, { owner, heldUntil: until });
    return Promise.resolve(structuredClone(left));
  }

  /** See the interface. */
  take({ clientId, callId }: CallRef, owner: Uuid, heldUntil: Date): Promise<SipCall | null> {
    const call = this.#calls.get(callId);
    if (call === undefined || call.done || call.ref.clientId !== clientId) {
      return Promise.resolve(null);
    }
    Object.assign(call, { owner, heldUntil });
    return Promise.resolve(structuredClone(call));
  }

  /** See the interface. */
  forget(before: Date): Promise<void> {
    for (const [id, { done, dialedAt }] of this.#calls) {
      if (done && dialedAt < before) this.#calls.delete(id);
    }
    return Promise.resolve();
  }
}
