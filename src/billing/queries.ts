/**
 * Reads of clients' money; none needs more than a valid token.
 *
 * @module
 */
import { type ClientRef, requireClientId } from "../access/client_of.ts";
import { type Principal, scopeOf } from "../access/principal.ts";
import type { Store } from "../app_ports.ts";
import { notFound } from "../kernel/errors.ts";
import { type Page, pageRequest, toPage } from "../kernel/page.ts";
import type { LedgerEntry } from "./balance_service.ts";

/** Which part of a ledger to list. */
export type LedgerListing = ClientRef & { page?: number; limit?: number };

/**
 * A page of a client's ledger, newest first: the own one, or, for a master, the named client's.
 *
 * @throws DomainError `not_found`, `invalid`.
 */
export async function listLedger(
  { uow }: Store,
  principal: Principal,
  { clientUuid, ...paging }: LedgerListing,
): Promise<Page<LedgerEntry>> {
  const request = pageRequest(paging);
  const id = requireClientId(principal, clientUuid);
  return await uow.read(scopeOf(principal), async ({ access, balance }) => {
    const [client, slice] = await Promise.all([
      access.getClient(id),
      balance.ledgerPage(id, request),
    ]);
    if (client === null) throw notFound("Client");
    return toPage(request, slice);
  });
}
