/**
 * History: what is told of calls, orders and notes of the past.
 *
 * @module
 */
import type { CallEvent } from "../calls/call_event.ts";
import type { Uuid } from "../kernel/ids.ts";

/** A call that is over. */
export type PastCall = {
  /** A UUIDv7 of the moment of dialling, by which its events refer to it. */
  id: Uuid;
  dialedAt: Date;
  /** Adapter that dialled it, such as `simulated`. */
  provider: string;
  /** All that was reported of it, oldest first. */
  events: CallEvent[];
};

/** An order of the past. */
export type PastOrder = {
  recordUuid: string;
  /** Of the record's client. */
  campaignUuid: string;
  orderedAt: Date;
  /** When the server was to dial it by itself. */
  scheduledTime?: Date;
  instructions?: string;
  /** Its calls, oldest first. */
  calls: PastCall[];
};

/** Something that was written down about a record. */
export type PastNote = {
  recordUuid: string;
  author: string;
  text: string;
  at: Date;
};

/** What happened before. */
export type History = {
  orders: PastOrder[];
  notes?: PastNote[];
};
