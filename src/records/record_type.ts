/**
 * A record type: a kind of contact, such as "Lead" or "Patient".
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";

/** A kind of contact of one client. */
export type RecordType = {
  id: Uuid;
  clientId: Uuid;
  /** Unique within the client, compared without case. */
  name: string;
  description: string | null;
  createdAt: Date;
};
