import type { Ports } from "../app_ports.ts";
import { DomainError } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { auditEntry } from "./audit_log.ts";
import type { User } from "./client.ts";
import { type Principal, requireMaster, requireWrite } from "./principal.ts";

/** Whom to let in no longer, or again. */
export type UserAccess = {
  email: string;
  disabled: boolean;
};

/**
 * Disables a user, or enables one again. From then on none of their tokens, sessions, invitations
 * and passwords is accepted, anywhere; sessions end for good, the rest is good again once they are
 * enabled. The same again changes nothing.
 *
 * @throws DomainError `forbidden` for anybody but the operator, and for disabling oneself; `absent`
 * for an unknown user.
 */
export async function disableUser(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  principal: Principal,
  { email, disabled }: UserAccess,
): Promise<User> {
  requireMaster(principal);
  requireWrite(principal);
  const now = clock.now();
  return await uow.run("all", async ({ access, signIn, audit, changes }) => {
    const user = await access.userByEmail(email.trim());
    if (user === null) throw new DomainError("absent", "There is no user with that address.");
    if (user.id === principal.userId) {
      throw new DomainError("forbidden", "Forbidden: Nobody may disable themselves");
    }
    if ((user.disabledAt !== null) === disabled) return user;
    const changed = { ...user, disabledAt: disabled ? now : null };
    await access.saveUser(changed);
    if (disabled) await signIn.endSessions(user.id, null);
    await Promise.all([
      // Replicas remember for a moment whom a token stands for.
      changes.publish(user.clientId, { users: [user.id] }),
      audit.add(auditEntry(principal, {
        id: newId(now),
        at: now,
        clientId: user.clientId,
        action: disabled ? "disable-user" : "enable-user",
        subjectId: user.id,
      })),
    ]);
    return changed;
  });
}
