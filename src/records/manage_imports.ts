/**
 * Starts, discards and shows imports; reads need no more than a valid token.
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import { type Principal, requireWrite, scopeOf } from "../access/principal.ts";
import type { Ports, Store } from "../app_ports.ts";
import { DomainError, notFound } from "../kernel/errors.ts";
import { newId, requireId } from "../kernel/ids.ts";
import { type Page, pageRequest, toPage } from "../kernel/page.ts";
import type { ContactImport } from "./contact_import.ts";
import type { ContactImportView } from "./contact_import_repo.ts";
import type { ImportRow } from "./import_records.ts";

/** An import, with how far it is. @throws DomainError `not_found`. */
export async function getImport(
  { uow }: Store,
  principal: Principal,
  uuid: string,
): Promise<ContactImportView> {
  const id = requireId("Import", uuid);
  const view = await uow.read(scopeOf(principal), ({ imports }) => imports.get(id));
  if (view === null) throw notFound("Import");
  return view;
}

/**
 * An import with the first rows of its file as they will be stored, at most a batch of them; none
 * once it is over.
 *
 * @throws DomainError `not_found`.
 */
export async function sampleImport(
  ports: Store,
  principal: Principal,
  uuid: string,
): Promise<ContactImportView & { sample: ImportRow[] }> {
  const view = await getImport(ports, principal, uuid);
  const { clientId, id: importId } = view.contactImport;
  const sample = await ports.uow.read(
    scopeOf(principal),
    ({ imports }) => imports.batch({ clientId, importId }, 0),
  );
  return { ...view, sample };
}

/** A page of imports, newest first. @throws DomainError `invalid`. */
export async function listImports(
  { uow }: Store,
  principal: Principal,
  paging: { page?: number; limit?: number },
): Promise<Page<ContactImportView>> {
  const request = pageRequest(paging);
  return await uow.read(
    scopeOf(principal),
    async ({ imports }) => toPage(request, await imports.list(request)),
  );
}

/**
 * Lets the server's workers import the rows; a second time changes nothing.
 *
 * @throws DomainError `forbidden`, `not_found`, or `conflict` when it was discarded.
 */
export function startImport(
  ports: Pick<Ports, "uow" | "clock">,
  principal: Principal,
  uuid: string,
): Promise<ContactImportView> {
  return change(ports, principal, uuid, "start-import", (before, now) => {
    if (before.status === "discarded") {
      throw new DomainError("conflict", "This import was discarded. Upload the file again.");
    }
    return before.status === "previewed"
      ? { ...before, status: "running", startedAt: now }
      : before;
  });
}

/**
 * Gives an import up, and forgets its rows; records that it has made already stay. A second time
 * changes nothing.
 *
 * @throws DomainError `forbidden`, `not_found`, or `conflict` when it is done.
 */
export function discardImport(
  ports: Pick<Ports, "uow" | "clock">,
  principal: Principal,
  uuid: string,
): Promise<ContactImportView> {
  return change(ports, principal, uuid, "discard-import", (before, now) => {
    if (before.status === "done") {
      throw new DomainError("conflict", "This import is done; its records are there.");
    }
    return before.status === "discarded"
      ? before
      : { ...before, status: "discarded", leaseUntil: null, endedAt: now };
  });
}

async function change(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  principal: Principal,
  uuid: string,
  action: string,
  next: (before: ContactImport, now: Date) => ContactImport,
): Promise<ContactImportView> {
  requireWrite(principal);
  const id = requireId("Import", uuid);
  const now = clock.now();
  return await uow.run(scopeOf(principal), async ({ imports, audit }) => {
    const before = await imports.lock(id);
    if (before === null) throw notFound("Import");
    const after = next(before, now);
    if (after !== before) {
      const { clientId, status } = after;
      await Promise.all([
        imports.update(after),
        status === "discarded" ? imports.dropRows({ clientId, importId: id }) : undefined,
        audit.add(
          auditEntry(principal, { id: newId(now), at: now, clientId, action, subjectId: id }),
        ),
      ]);
    }
    const view = await imports.get(id);
    if (view === null) throw notFound("Import");
    return view;
  });
}
