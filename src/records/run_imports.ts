/**
 * Runs imports that were started, a batch per transaction. Any number of workers may run it: a lease
 * keeps others away, and a batch's records are written in the transaction that moves its import on,
 * so that no row is gone through twice whatever becomes of the lease.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import { BATCH_ROWS, type ContactImport, MAX_PROBLEMS } from "./contact_import.ts";
import { addRows } from "./import_records.ts";

/** Seconds after which another worker may go on with an import that its worker left. */
export const LEASE_SECONDS = 60;
/** Hours for which the rows of an import are kept that nobody starts. */
export const PREVIEW_HOURS = 24;

/**
 * Goes through the rows of every running import that no other worker has in hand.
 *
 * @returns how many batches were imported.
 */
export async function runImports(
  ports: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
): Promise<number> {
  for (let done = 0;;) {
    const now = ports.clock.now();
    let taken = await ports.uow.run("all", ({ imports }) => imports.claim(now, leaseFrom(now)));
    if (taken === null) return done;
    while (taken !== null) {
      taken = await runBatch(ports, taken);
      done++;
    }
  }
}

/** @returns the import as it stands, or null when it is over or another's. */
async function runBatch(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  { id, clientId, leaseUntil }: ContactImport,
): Promise<ContactImport | null> {
  const now = clock.now();
  return await uow.run({ clientId }, async (repos) => {
    const { imports, records } = repos;
    const held = await imports.lock(id);
    if (held === null || held.status !== "running") return null;
    if (held.leaseUntil?.getTime() !== leaseUntil?.getTime()) return null;
    const ref = { clientId, importId: id };
    const [type, rows] = await Promise.all([
      records.getType(held.typeId),
      imports.batch(ref, held.nextRow / BATCH_ROWS),
    ]);
    if (type === null) throw new Error(`import ${id}: its record type is gone`);
    const report = await addRows(repos, phoneNumbers, type, rows, now);
    const nextRow = held.nextRow + rows.length;
    const over = nextRow >= held.rows || rows.length === 0;
    const room = MAX_PROBLEMS - held.problems.length;
    const after: ContactImport = {
      ...held,
      status: over ? "done" : "running",
      nextRow,
      created: held.created + report.created,
      duplicates: held.duplicates + report.duplicates.length,
      refused: held.refused + report.refused.length,
      problems: [...held.problems, ...report.refused.slice(0, room)],
      leaseUntil: over ? null : leaseFrom(now),
      endedAt: over ? now : null,
    };
    await imports.update(after);
    if (over) await imports.dropRows(ref);
    return over ? null : after;
  });
}

/**
 * Discards imports that nobody started for {@link PREVIEW_HOURS}, and forgets their rows.
 *
 * @returns how many.
 */
export async function forgetPreviews(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
): Promise<number> {
  const now = clock.now();
  const before = new Date(now.getTime() - PREVIEW_HOURS * 3_600_000);
  return await uow.run("all", ({ imports }) => imports.dropPreviews(before, now));
}

function leaseFrom(now: Date): Date {
  return new Date(now.getTime() + LEASE_SECONDS * 1000);
}
