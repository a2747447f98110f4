/**
 * The audit trail's chains, one per client and one of the operator's: each entry has a place, and a
 * hash over itself, its place, and the hash before it, made with a key. Who may write to the database
 * but lacks the key can therefore change, remove, insert or move nothing that was sealed without a
 * break in the chain, except to cut its end off, which an earlier report tells.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";
import type { AuditEntry, AuditLink } from "./audit_log.ts";
import { keyedHash } from "./fingerprint.ts";

/** Makes and checks links with one key. */
export type Sealer = {
  keyId: string;
  /** The link that follows on `previous`, null for the first of a chain. */
  link(previous: AuditLink | null, entry: AuditEntry): Promise<AuditLink>;
};

/** A sealer with that key. */
export async function sealerWith(key: string): Promise<Sealer> {
  const [hashLink, hashKey] = await Promise.all([keyedHash(key, "link"), keyedHash(key, "key")]);
  const keyId = (await hashKey(null)).slice(0, 16);
  return {
    keyId,
    async link(previous, entry) {
      const seq = (previous?.seq ?? 0) + 1;
      const hash = await hashLink({
        ...entry,
        at: entry.at.toISOString(),
        seq,
        previous: previous?.hash ?? null,
      });
      return { clientId: entry.clientId, seq, entryId: entry.id, hash, keyId };
    },
  };
}

/** How far a chain went; kept outside of the database, it tells when the end was cut off. */
export type ChainHead = {
  clientId: Uuid | null;
  seq: number;
  hash: string;
};
