import type { Ports } from "../app_ports.ts";
import { DomainError } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { principalOf, requireClient } from "./authenticate.ts";
import { auditEntry } from "./audit_log.ts";
import { isLiveSession, mintSecret } from "./session.ts";
import { takeTry } from "./throttle.ts";
import { hashToken } from "./token.ts";

/** What a person types, and where from. */
export type Credentials = {
  email: string;
  password: string;
  /** Address that the request comes from; null when that is not known. */
  address: string | null;
  /** Kind of browser and machine, to be told in the list of sessions; 60 characters at most. */
  device?: string | null;
};

/**
 * Begins a session, and returns its secret. An unknown address and a wrong password take the same
 * work and get the same words.
 *
 * @throws DomainError `unauthenticated`, `throttled` after several failures in a row, `no_client`
 * for a correct password of a user to whom nothing is open.
 */
export async function signIn(
  { uow, clock, passwords, rateLimits }: Pick<
    Ports,
    "uow" | "clock" | "passwords" | "rateLimits"
  >,
  { email, password, address, device = null }: Credentials,
): Promise<string> {
  const typed = email.trim();
  const account = await uow.read("authentication", (repos) => repos.signIn.account(typed));
  await takeTry({ rateLimits, clock }, typed, account?.password?.signedInAt ?? null, address);
  const kept = account?.password?.hash ?? null;
  const verdict = await passwords.verify(password, kept);
  if (account === null || kept === null || verdict === "wrong") throw refused();
  const { user, role } = account;
  requireClient(user);
  const next = verdict === "outdated" ? await passwords.hash(password) : kept;
  const now = clock.now();
  const secret = mintSecret();
  const hash = await hashToken(secret);
  await uow.run("all", async ({ signIn, audit }) => {
    const [same, sessions] = await Promise.all([
      signIn.noteSignIn(user.id, kept, next, now),
      signIn.listSessions(user.id),
    ]);
    if (!same) throw refused();
    const id = newId(now);
    await Promise.all([
      ...sessions.filter((session) => !isLiveSession(session, now)).map((session) =>
        signIn.endSession(user.id, session.id)
      ),
      signIn.insertSession({ id, userId: user.id, hash, createdAt: now, lastUsedAt: now, device }),
      audit.add(auditEntry(principalOf(user, role, null), {
        id: newId(now),
        at: now,
        clientId: user.clientId,
        action: "sign-in",
        subjectId: id,
      })),
    ]);
  });
  return secret;
}

function refused(): DomainError {
  return new DomainError(
    "unauthenticated",
    "This e-mail address and password do not belong together. Check both and try again.",
  );
}
