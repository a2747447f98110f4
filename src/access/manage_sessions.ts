/**
 * One's own sessions.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import { isUuid, newId } from "../kernel/ids.ts";
import { auditEntry } from "./audit_log.ts";
import type { SignedIn } from "./authenticate_session.ts";
import { isLiveSession, type Session } from "./session.ts";

/** A session as its owner sees it. */
export type SessionView = {
  session: Session;
  /** Whether it is the one that asks. */
  current: boolean;
};

/** Where one is signed in, newest first. */
export async function listSessions(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  { principal, sessionId }: SignedIn,
): Promise<SessionView[]> {
  const { userId } = principal;
  if (userId === null) return [];
  const now = clock.now();
  const sessions = await uow.read("all", ({ signIn }) => signIn.listSessions(userId));
  return sessions.filter((session) => isLiveSession(session, now))
    .map((session) => ({ session, current: session.id === sessionId }));
}

/** Ends a session of one's own, at once; nothing happens when there is none. */
export async function endSession(
  { uow, clock }: Pick<Ports, "uow" | "clock">,
  { principal }: SignedIn,
  uuid: string,
): Promise<void> {
  const { userId, clientId } = principal;
  if (userId === null || !isUuid(uuid)) return;
  const sessionId = uuid.toLowerCase();
  const now = clock.now();
  await uow.run("all", async ({ signIn, audit }) => {
    if (!(await signIn.listSessions(userId)).some(({ id }) => id === sessionId)) return;
    await Promise.all([
      signIn.endSession(userId, sessionId),
      audit.add(auditEntry(principal, {
        id: newId(now),
        at: now,
        clientId,
        action: "end-session",
        subjectId: sessionId,
      })),
    ]);
  });
}
