/**
 * Turns a Bearer token into a principal.
 *
 * @module
 */
import type { Clock } from "../kernel/clock.ts";
import { DomainError } from "../kernel/errors.ts";
import type { UnitOfWork } from "../kernel/unit_of_work.ts";
import type { Identity } from "./access_repo.ts";
import { type Permission, PERMISSIONS, type Principal } from "./principal.ts";
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
  const { user } = identity;
  if (user.clientId === null && !user.master) {
    throw new DomainError(
      "no_client",
      "Forbidden: This user belongs to no client. Ask your administrator to add you to one.",
    );
  }
  return {
    userId: user.id,
    tokenId: identity.token.id,
    name: user.name,
    clientId: user.master ? null : user.clientId,
    permissions: permissionsOf(identity),
    readOnly: identity.token.readOnly,
    admin: (user.master || identity.role.admin) && identity.token.permissions === null,
  };
}

function isLive({ token }: Identity, now: Date): boolean {
  return token.revokedAt === null && (token.expiresAt === null || token.expiresAt > now);
}

function permissionsOf({ user, role, token }: Identity): ReadonlySet<Permission> {
  const granted = user.master || role.admin ? PERMISSIONS : role.permissions;
  return new Set(
    granted.filter((p) => token.permissions === null || token.permissions.includes(p)),
  );
}

function unauthenticated(): DomainError {
  return new DomainError(
    "unauthenticated",
    "The token is missing, unknown, expired or revoked. Send a valid one as Authorization: Bearer <token>.",
  );
}
