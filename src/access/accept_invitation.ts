/**
 * Opens an invitation, and accepts it.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import { DomainError } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import type { UnitOfWork } from "../kernel/unit_of_work.ts";
import { principalOf } from "./authenticate.ts";
import { auditEntry } from "./audit_log.ts";
import type { User } from "./client.ts";
import { requirePassword } from "./password.ts";
import { type Invitation, isSecret } from "./session.ts";
import { hashToken } from "./token.ts";

/**
 * Whom an invitation is for.
 *
 * @throws DomainError `absent` for one that is unknown, used or expired.
 */
export async function openInvitation(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  secret: string,
): Promise<User> {
  return (await find(uow, clock.now(), secret)).user;
}

/**
 * Sets the password of whom the invitation is for. Ends every session of theirs.
 *
 * @throws DomainError `absent` like {@link openInvitation}, `invalid` for a bad password.
 */
export async function acceptInvitation(
  { uow, clock, passwords }: Pick<Ports, "uow" | "clock" | "passwords">,
  secret: string,
  password: string,
): Promise<User> {
  const now = clock.now();
  const { invitation, user } = await find(uow, now, secret);
  requirePassword("password", password, user.email);
  const hash = await passwords.hash(password);
  await uow.run("all", async ({ signIn, audit }) => {
    if (!await signIn.useInvitation(invitation.id, now)) throw gone();
    await Promise.all([
      signIn.savePassword(user.id, hash, now),
      signIn.endSessions(user.id, null),
      audit.add(auditEntry(principalOf(user, null, null), {
        id: newId(now),
        at: now,
        clientId: user.clientId,
        action: "accept-invitation",
        subjectId: user.id,
      })),
    ]);
  });
  return user;
}

async function find(
  uow: UnitOfWork,
  now: Date,
  secret: string,
): Promise<{ invitation: Invitation; user: User }> {
  if (!isSecret(secret)) throw gone();
  const hash = await hashToken(secret);
  const found = await uow.read("authentication", ({ signIn }) => signIn.invitation(hash));
  if (found === null || found.invitation.usedAt !== null || found.invitation.expiresAt <= now) {
    throw gone();
  }
  return found;
}

function gone(): DomainError {
  return new DomainError(
    "absent",
    "This invitation is unknown, used or expired. Ask your administrator for a new one.",
  );
}
