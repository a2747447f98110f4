/**
 * Port: passwords, sessions and invitations. No client's scope reaches them: what is asked before
 * anybody is known is open to authentication, and the rest is done in the operator's scope once a
 * secret has been checked.
 *
 * @module
 */
import type { Uuid } from "../kernel/ids.ts";
import type { Role, User } from "./client.ts";
import type { Invitation, Session } from "./session.ts";

/** A person who may sign in. */
export type Account = {
  user: User;
  role: Role;
  /** Null before the first invitation was accepted. */
  password: { hash: string; signedInAt: Date | null } | null;
};

/** What a session's secret leads to. */
export type SessionOwner = {
  session: Session;
  user: User;
  role: Role;
  /** Name of the user's client; null for a master. */
  clientName: string | null;
};

/** Passwords, sessions and invitations; a disabled user's are not found by their secrets. */
export interface SignInRepo {
  /** The person with that e-mail address, in whatever case. */
  account(email: string): Promise<Account | null>;
  /**
   * The owner of a session by its hash, or null; ended ones are found too. Notes the use when the
   * last one noted is a minute old, unless that was before `idleSince`: ended is ended.
   */
  identifySession(hash: string, now: Date, idleSince: Date): Promise<SessionOwner | null>;
  /** An invitation by its hash with its user, or null; used and expired ones are found too. */
  invitation(hash: string): Promise<{ invitation: Invitation; user: User } | null>;

  /** Adds an invitation. */
  insertInvitation(invitation: Invitation): Promise<void>;
  /** False when it was used before. */
  useInvitation(id: Uuid, at: Date): Promise<boolean>;
  /** Sets a user's password, whatever it was. */
  savePassword(userId: Uuid, hash: string, at: Date): Promise<void>;
  /**
   * Notes a sign-in with the password of hash `from`, to be kept as `to` from now on; false when the
   * password has been changed meanwhile.
   */
  noteSignIn(userId: Uuid, from: string, to: string, at: Date): Promise<boolean>;

  /** Adds a session. */
  insertSession(session: Session): Promise<void>;
  /** A user's sessions, newest first; also those that have ended by themselves. */
  listSessions(userId: Uuid): Promise<Session[]>;
  /** Ends a session of that user; false when there is none. */
  endSession(userId: Uuid, id: Uuid): Promise<boolean>;
  /** Ends every session of a user, except one if named. */
  endSessions(userId: Uuid, except: Uuid | null): Promise<void>;
}
