/**
 * Gives new entries of the audit trail their places in the chains. Apart from the writes themselves,
 * because the head of a chain can be held by one transaction at a time: a client's writes would wait
 * for each other. Until an entry is sealed, some seconds, nothing would tell of a change to it.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import { type ChainHead, sealerWith } from "./audit_chain.ts";
import type { AuditLink } from "./audit_log.ts";

/** Entries sealed in one transaction. */
const BATCH = 500;

/**
 * Seals what waits. Any number of workers may do it at once: they take different entries, and of two
 * that want the same place the later one starts again.
 *
 * @returns how far the chains go now that were added to.
 */
export async function sealAudit(
  { uow, auditKey }: Pick<Ports, "uow" | "auditKey">,
): Promise<ChainHead[]> {
  const sealer = await sealerWith(auditKey);
  const heads = new Map<string | null, ChainHead>();
  for (let more = true; more;) {
    const links = await uow.run("all", async ({ audit }) => {
      const entries = await audit.takeUnsealed(BATCH);
      const owners = [...new Set(entries.map(({ clientId }) => clientId))];
      const found = await Promise.all(owners.map((owner) => audit.lastLink(owner)));
      const last = new Map(owners.map((owner, i) => [owner, found[i]]));
      const links: AuditLink[] = [];
      for (const entry of entries) {
        const link = await sealer.link(last.get(entry.clientId) ?? null, entry);
        last.set(entry.clientId, link);
        links.push(link);
      }
      await audit.seal(links);
      return links;
    });
    for (const { clientId, seq, hash } of links) heads.set(clientId, { clientId, seq, hash });
    more = links.length === BATCH;
  }
  return [...heads.values()];
}
