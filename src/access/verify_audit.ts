/**
 * Finds what was changed, removed, inserted or moved in the audit trail, and says where.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import type { Uuid } from "../kernel/ids.ts";
import { type ChainHead, type Sealer, sealerWith } from "./audit_chain.ts";
import type { AuditLink, AuditLog } from "./audit_log.ts";
import { type Principal, requireMaster } from "./principal.ts";

/** Something that is not as it was sealed. */
export type AuditProblem = {
  /** Null for the operator's own chain. */
  clientId: Uuid | null;
  /** Place in the chain; null for an entry that has none. */
  seq: number | null;
  entryId: Uuid | null;
  kind: "changed" | "removed" | "inserted" | "cut_off" | "other_key";
  /** In words. */
  problem: string;
};

/** What became of the look at every chain. */
export type AuditReport = {
  /** Entries that are as they were sealed. */
  sound: number;
  /** New entries that have no place yet. */
  waiting: number;
  /** Keep them outside of the database, and give them to a later verification. */
  heads: ChainHead[];
  problems: AuditProblem[];
};

/** Links read at a time. */
const PAGE = 1000;
/** Entries outside of any chain that are told of. */
const MAX_OUTSIDE = 1000;

/**
 * Looks at every entry and every link.
 *
 * @param earlier - heads of an earlier report: the chains must still contain them.
 * @throws DomainError `forbidden` for anybody but a master.
 */
export async function verifyAudit(
  { uow, auditKey }: Pick<Ports, "uow" | "auditKey">,
  principal: Principal,
  earlier: ChainHead[] = [],
): Promise<AuditReport> {
  requireMaster(principal);
  const sealer = await sealerWith(auditKey);
  const report: AuditReport = { sound: 0, waiting: 0, heads: [], problems: [] };
  const known = await uow.read("all", ({ audit }) => audit.chains());
  const page = (clientId: Uuid | null, after: number) =>
    uow.read("all", ({ audit }) => audit.links(clientId, after, PAGE));
  for (const clientId of new Set([...known, ...earlier.map((head) => head.clientId)])) {
    const expected = earlier.filter((head) => head.clientId === clientId);
    await verifyChain(sealer, clientId, expected, page, report);
  }
  const outside = await uow.read("all", ({ audit }) => audit.unsealed(MAX_OUTSIDE));
  report.waiting = outside.waiting;
  for (const entry of outside.lost) {
    const problem = "an entry was removed before it was sealed";
    report.problems.push({ ...entry, seq: null, kind: "removed", problem });
  }
  for (const entry of outside.strange) {
    const problem = "an entry is there that was never sealed: inserted, or its link was removed";
    report.problems.push({ ...entry, seq: null, kind: "inserted", problem });
  }
  return report;
}

async function verifyChain(
  sealer: Sealer,
  clientId: Uuid | null,
  earlier: ChainHead[],
  page: (clientId: Uuid | null, after: number) => ReturnType<AuditLog["links"]>,
  report: AuditReport,
): Promise<void> {
  const tell = (
    kind: AuditProblem["kind"],
    seq: number,
    entryId: Uuid | null,
    problem: string,
  ) => report.problems.push({ clientId, seq, entryId, kind, problem });
  const due = new Map(earlier.map(({ seq, hash }) => [seq, hash]));
  let previous: AuditLink | null = null;
  for (let more = true; more;) {
    const read: Awaited<ReturnType<typeof page>> = await page(clientId, previous?.seq ?? 0);
    for (const { link, entry } of read) {
      const { seq, entryId, keyId } = link;
      const follows = seq === (previous?.seq ?? 0) + 1;
      if (!follows) {
        tell("removed", seq - 1, null, `the links before place ${seq} were removed`);
      }
      if (keyId !== sealer.keyId) {
        tell("other_key", seq, entryId, `sealed with another key (${keyId}): verify with that one`);
      } else if (entry === null) {
        tell("removed", seq, entryId, "the entry was removed");
      } else if (follows && (await sealer.link(previous, entry)).hash !== link.hash) {
        tell("changed", seq, entryId, "the entry, its link or its place was changed");
      } else if (follows) report.sound++;
      if (due.get(seq) === link.hash) due.delete(seq);
      previous = link;
    }
    more = read.length === PAGE;
  }
  for (const seq of due.keys()) {
    tell("cut_off", seq, null, `place ${seq} is not as an earlier report has it`);
  }
  if (previous !== null) {
    report.heads.push({ clientId, seq: previous.seq, hash: previous.hash });
  }
}
