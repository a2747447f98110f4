/**
 * Turns a Bearer token into a principal.
 *
 * @module
 */
import type { Clock } from "../kernel/clock.ts";
import { DomainError } from "../kernel/errors.ts";
import type { UnitOfWork } from "../kernel/unit_of_work.ts";
import type { Identity } from "./access_repo.ts";
import type { Role, Token, User } from "./client.ts";
import { PERMISSIONS, type Principal } from "./principal.ts";
import { hashToken, isWellFormedToken } from "./token.ts";

/**
 * The principal that a token stands for; one round trip.
 *
 * @throws DomainError `unauthenticated` for an unknown, expired or revoked token, `no_client` for
 * a user who belongs to no client and is not a master.
 */
export async function authenticate(
  { uow, clock }: { uow: UnitOfWork; clock: Clock },
  token: string,
): Promise<Principal> {
  if (!isWellFormedToken(token)) throw unauthenticated();
  const hash = await hashToken(token);
  const now = clock.now();
  const identity = await uow.read("authentication", (repos) => repos.access.identify(hash, now));
  if (identity === null || !isLive(identity, now)) throw unauthenticated();
  requireClient(identity.user);
  return principalOf(identity.user, identity.role, identity.token);
}

/**
 * A user as a principal, by a token or (null) by a session; without a role nothing is permitted.
 */
export function principalOf(user: User, role: Role | null, token: Token | null): Principal {
  const granted = role === null ? [] : user.master || role.admin ? PERMISSIONS : role.permissions;
  const narrowed = token?.permissions ?? null;
  return {
    userId: user.id,
    tokenId: token?.id ?? null,
    name: user.name,
    clientId: user.master ? null : user.clientId,
    permissions: new Set(granted.filter((p) => narrowed === null || narrowed.includes(p))),
    readOnly: token?.readOnly ?? false,
    admin: (user.master || role?.admin === true) && narrowed === null,
  };
}

/**
 * Lets nobody by who belongs to no client, masters aside.
 *
 * @throws DomainError `no_client`.
 */
export function requireClient(user: User): void {
  if (user.clientId !== null || user.master) return;
  throw new DomainError(
    "no_client",
    "Forbidden: This user belongs to no client. Ask your administrator to add you to one.",
  );
}

function isLive({ token }: Identity, now: Date): boolean {
  return token.revokedAt === null && (token.expiresAt === null || token.expiresAt > now);
}

function unauthenticated(): DomainError {
  return new DomainError(
    "unauthenticated",
    "The token is missing, unknown, expired or revoked. Send a valid one as Authorization: Bearer <token>.",
  );
}
