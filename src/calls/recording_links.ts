/**
 * Port: links under which a recording can be heard for a while, by whoever holds one.
 *
 * @module
 */
import type { CallRef } from "./call_event.ts";

/** Signs links for one recording each. */
export interface RecordingLinks {
  /** An absolute URL that serves the call's recording until then. */
  sign(ref: CallRef, expiresAt: Date): Promise<string>;
}
