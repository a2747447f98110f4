import type { Ports } from "../app_ports.ts";
import { DomainError } from "../kernel/errors.ts";
import type { Uuid } from "../kernel/ids.ts";
import { principalOf, requireClient } from "./authenticate.ts";
import type { Principal } from "./principal.ts";
import { IDLE, isLiveSession, isSecret } from "./session.ts";
import { hashToken } from "./token.ts";

/** A person at a browser. */
export type SignedIn = {
  principal: Principal;
  sessionId: Uuid;
  email: string;
  /** Name of the user's client; null for a master. */
  clientName: string | null;
};

/**
 * Who a session's secret stands for; one round trip.
 *
 * @throws DomainError `unauthenticated` for a session that is unknown or has ended, `no_client`.
 */
export async function authenticateSession(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  secret: string,
): Promise<SignedIn> {
  if (!isSecret(secret)) throw ended();
  const hash = await hashToken(secret);
  const now = clock.now();
  const idleSince = new Date(now.getTime() - IDLE);
  const owner = await uow.read(
    "authentication",
    ({ signIn }) => signIn.identifySession(hash, now, idleSince),
  );
  if (owner === null || !isLiveSession(owner.session, now)) throw ended();
  const { session, user, role, clientName } = owner;
  requireClient(user);
  return {
    principal: principalOf(user, role, null),
    sessionId: session.id,
    email: user.email,
    clientName,
  };
}

function ended(): DomainError {
  return new DomainError("unauthenticated", "Your session has ended. Sign in again.");
}
