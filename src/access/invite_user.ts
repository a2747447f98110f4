import type { Ports } from "../app_ports.ts";
import { invalid } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { shown } from "../kernel/text.ts";
import { auditEntry } from "./audit_log.ts";
import type { User } from "./client.ts";
import { type Principal, requireMaster, requireWrite } from "./principal.ts";
import { mintSecret } from "./session.ts";
import { hashToken } from "./token.ts";

/** Milliseconds for which an invitation is good. */
const GOOD_FOR = 7 * 24 * 3_600_000;

/** A secret for a link by which a user chooses a password: also one who has forgotten the last. */
export type Invited = {
  secret: string;
  user: User;
  expiresAt: Date;
};

/**
 * Invites a user to the console.
 *
 * @throws DomainError `forbidden` for anybody but the operator, `invalid` for an unknown user.
 */
export async function inviteUser(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  principal: Principal,
  email: string,
): Promise<Invited> {
  requireMaster(principal);
  requireWrite(principal);
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + GOOD_FOR);
  const secret = mintSecret();
  const hash = await hashToken(secret);
  return await uow.run("all", async ({ access, signIn, audit }) => {
    const user = await access.userByEmail(email.trim());
    if (user === null) throw invalid("email", `no user has the e-mail address ${shown(email)}`);
    const id = newId(now);
    await signIn.insertInvitation({
      id,
      userId: user.id,
      hash,
      createdAt: now,
      expiresAt,
      usedAt: null,
    });
    await audit.add(auditEntry(principal, {
      id: newId(now),
      at: now,
      clientId: user.clientId,
      action: "invite-user",
      subjectId: user.id,
    }));
    return { secret, user, expiresAt };
  });
}
