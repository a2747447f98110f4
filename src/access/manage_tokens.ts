/**
 * Makes, lists and revokes API tokens.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import { type CallCaps, isCapped, requireCaps } from "../compliance/call_caps.ts";
import { DomainError, invalid } from "../kernel/errors.ts";
import { isUuid, newId, type Uuid } from "../kernel/ids.ts";
import { requireText } from "../kernel/text.ts";
import type { TokenView } from "./access_repo.ts";
import { auditEntry } from "./audit_log.ts";
import type { Token } from "./client.ts";
import {
  isMaster,
  type Permission,
  type Principal,
  requirePermission,
  requireWrite,
  scopeOf,
} from "./principal.ts";
import { hashToken, mintToken } from "./token.ts";

/** Most characters of a token's name. */
export const MAX_TOKEN_NAME = 100;

/** A token to make. */
export type NewToken = {
  /** Uuid of the caller's choice, so that asking twice makes one token. */
  id?: Uuid;
  /** E-mail address of the user whom it belongs to. */
  user: string;
  name: string;
  expiresAt?: Date;
  readOnly?: boolean;
  /** Fewer permissions than the user's; absent leaves them as those of the token in use. */
  permissions?: Permission[];
  /** On what is started with it; absent for none. */
  caps?: CallCaps;
};

/** A token, with the secret that is never shown again. */
export type IssuedToken = {
  secret: string;
  token: Token;
};

/**
 * Makes a token: a master for anybody, others for themselves. A token makes none that may do more
 * than itself.
 *
 * @throws DomainError `forbidden`, `invalid` for an unknown user, a time in the past, or caps that
 * make no sense, `conflict` when there is a token with that uuid.
 */
export async function issueToken(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  principal: Principal,
  input: NewToken,
): Promise<IssuedToken> {
  requireWrite(principal);
  for (const permission of input.permissions ?? []) requirePermission(principal, permission);
  const now = clock.now();
  const name = requireText("name", input.name, MAX_TOKEN_NAME);
  const expiresAt = input.expiresAt ?? null;
  if (expiresAt !== null && expiresAt <= now) throw invalid("expiresAt", "must be in the future");
  const caps = requireCaps(input.caps ?? {}, "");
  const secret = mintToken();
  const hash = await hashToken(secret);
  return await uow.run(scopeOf(principal), async ({ access, audit }) => {
    const [user, own, same] = await Promise.all([
      access.userByEmail(input.user),
      principal.tokenId === null ? null : access.getToken(principal.tokenId),
      input.id === undefined ? null : access.getToken(input.id),
    ]);
    if (same !== null) {
      const problem = "This token was made already, and its secret is shown once. Make another.";
      throw new DomainError("conflict", problem, { existing: same.token.id });
    }
    if (user === null) throw invalid("user", `no user has the e-mail address ${input.user}`);
    requireOwn(principal, user.id);
    if (own !== null && isCapped(own.token.caps)) {
      // Each token is counted by itself: with many of them a cap would be none.
      throw new DomainError("forbidden", "Forbidden: A token with caps makes no other tokens");
    }
    if (user.master && typeof caps.maxSpendPerDay === "string") {
      throw invalid("maxSpendPerDay", "a master spends in the currencies of many clients");
    }
    const token: Token = {
      id: input.id ?? newId(now),
      userId: user.id,
      name,
      hash,
      readOnly: input.readOnly ?? false,
      permissions: input.permissions ?? own?.token.permissions ?? null,
      caps,
      createdAt: now,
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
    };
    await access.insertToken(token);
    await audit.add(auditEntry(principal, {
      id: newId(now),
      at: now,
      clientId: user.clientId,
      action: "issue-token",
      subjectId: token.id,
    }));
    return { secret, token };
  });
}

/** Tokens of everybody for a master, else one's own; newest first. */
export async function listTokens(
  { uow }: Pick<Ports, "uow">,
  principal: Principal,
): Promise<TokenView[]> {
  const all = await uow.read(scopeOf(principal), ({ access }) => access.listTokens());
  return isMaster(principal) ? all : all.filter(({ token }) => token.userId === principal.userId);
}

/**
 * Revokes a token, at once and for good; a second time changes nothing.
 *
 * @throws DomainError `forbidden`, or `invalid` for an unknown token.
 */
export async function revokeToken(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  principal: Principal,
  uuid: string,
): Promise<void> {
  requireWrite(principal);
  const now = clock.now();
  await uow.run(scopeOf(principal), async ({ access, audit, changes }) => {
    const found = isUuid(uuid) ? await access.getToken(uuid.toLowerCase()) : null;
    if (found === null) throw invalid("token", `no token has the uuid ${uuid}`);
    requireOwn(principal, found.token.userId);
    const [owner] = await Promise.all([
      access.userByEmail(found.userEmail),
      access.revokeToken(found.token.id, now),
    ]);
    const clientId = owner?.clientId ?? null;
    await Promise.all([
      // Replicas remember for a moment whom a token stands for.
      changes.publish(clientId, { users: [found.token.userId] }),
      audit.add(auditEntry(principal, {
        id: newId(now),
        at: now,
        clientId,
        action: "revoke-token",
        subjectId: found.token.id,
      })),
    ]);
  });
}

function requireOwn(principal: Principal, userId: string): void {
  if (!isMaster(principal) && principal.userId !== userId) {
    throw new DomainError("forbidden", "Forbidden: This token belongs to another user");
  }
}
