/**
 * One's own sessions.
 *
 * @module
 */
import type { Ports } from "../app_ports.ts";
import { isUuid } from "../kernel/ids.ts";
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
  { uow }: Pick<Ports, "uow">,
  { principal: { userId } }: SignedIn,
  uuid: string,
): Promise<void> {
  if (userId === null || !isUuid(uuid)) return;
  await uow.run("all", ({ signIn }) => signIn.endSession(userId, uuid.toLowerCase()));
}
