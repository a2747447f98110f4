/**
 * Which client a question is about, and how a master looks at one client alone.
 *
 * @module
 */
import type { Store } from "../app_ports.ts";
import { invalid, notFound } from "../kernel/errors.ts";
import { requireId, type Uuid } from "../kernel/ids.ts";
import { type Principal, requireMaster, scopeOf } from "./principal.ts";
import type { ClientView } from "./queries.ts";

/** The client that is meant. */
export type ClientRef = {
  /** Needed of a master; the own client when absent. */
  clientUuid?: string;
};

/**
 * The client that a principal asks about.
 *
 * @throws DomainError `not_found` for another client's, `invalid` for a master who names none.
 */
export function requireClientId(principal: Principal, clientUuid: string | undefined): Uuid {
  const own = principal.clientId;
  if (clientUuid === undefined) {
    if (own === null) throw invalid("clientUuid", "is needed, because you see every client");
    return own;
  }
  const asked = requireId("Client", clientUuid);
  if (own !== null && own !== asked) throw notFound("Client");
  return asked;
}

/**
 * A client with its money: the own one, or, for a master, the named one.
 *
 * @throws DomainError `not_found`, `invalid`.
 */
export async function getClient(
  { uow }: Store,
  principal: Principal,
  { clientUuid }: ClientRef = {},
): Promise<ClientView> {
  const id = requireClientId(principal, clientUuid);
  return await uow.read(scopeOf(principal), async ({ access, balance }) => {
    const [client, money] = await Promise.all([access.getClient(id), balance.get(id)]);
    if (client === null) throw notFound("Client");
    return { client, balance: money };
  });
}

/**
 * A master's principal narrowed to one client: every use case then shows and changes that client's
 * rows alone, in the master's own name, and none of the operator's is open to it.
 *
 * @throws DomainError `forbidden` for anybody but a master, `not_found`.
 */
export async function lookAtClient(
  ports: Store,
  principal: Principal,
  clientUuid: string,
): Promise<{ principal: Principal; view: ClientView }> {
  requireMaster(principal);
  const view = await getClient(ports, principal, { clientUuid });
  return { principal: { ...principal, clientId: view.client.id, admin: true }, view };
}
