import type { Ports } from "../app_ports.ts";
import { DomainError, invalid } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import type { SignedIn } from "./authenticate_session.ts";
import { auditEntry } from "./audit_log.ts";
import { requirePassword } from "./password.ts";
import { takeTry } from "./throttle.ts";

/**
 * Changes one's own password, and ends every other session.
 *
 * @throws DomainError `invalid` for a wrong current password or a bad new one, `throttled`.
 */
export async function changePassword(
  { uow, clock, passwords, rateLimits }: Pick<
    Ports,
    "uow" | "clock" | "passwords" | "rateLimits"
  >,
  { principal, sessionId, email }: SignedIn,
  { current, next }: { current: string; next: string },
): Promise<void> {
  requirePassword("newPassword", next, email);
  const account = await uow.read("authentication", ({ signIn }) => signIn.account(email));
  const password = account?.password ?? null;
  await takeTry({ rateLimits, clock }, email, password?.signedInAt ?? null, null);
  const verdict = await passwords.verify(current, password?.hash ?? null);
  if (account === null || password === null || verdict === "wrong") {
    throw invalid("currentPassword", "is not your current password");
  }
  const hash = await passwords.hash(next);
  const now = clock.now();
  const { user } = account;
  await uow.run("all", async ({ signIn, audit }) => {
    if (!await signIn.noteSignIn(user.id, password.hash, hash, now)) {
      throw new DomainError("conflict", "The password has just been changed. Sign in again.");
    }
    await Promise.all([
      signIn.endSessions(user.id, sessionId),
      audit.add(auditEntry(principal, {
        id: newId(now),
        at: now,
        clientId: user.clientId,
        action: "change-password",
        subjectId: user.id,
      })),
    ]);
  });
}
