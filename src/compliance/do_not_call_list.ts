/**
 * Port: numbers that a client must not call again, whatever record they stand in.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";

/** A client's suppression list. */
export interface DoNotCallList {
  /** Whether the number is on the client's list. */
  has(clientId: Uuid, phoneNumber: string): Promise<boolean>;
  /** Puts it there; once is enough. Use cases go through `listNumbers`, for who is dialling. */
  add(clientId: Uuid, phoneNumber: string, at: Date): Promise<void>;
}
