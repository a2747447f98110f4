import type { SignInRepo } from "../../src/access/sign_in_repo.ts";
import type { Session } from "../../src/access/session.ts";
import { createdAt, newestFirst, same } from "./lists.ts";
import type { AtOnce, Transaction } from "./transaction.ts";

const USE_NOTED_EVERY = 60_000;

/** Passwords, sessions and invitations; they belong to no client. */
export function signInRepo(tx: Transaction): AtOnce<SignInRepo> {
  const requireUser = (id: string) => {
    if (tx.find("users", id) === null) throw new Error("users: no such row");
  };
  const sessionsOf = (userId: string): Session[] =>
    tx.all("sessions").filter((session) => session.userId === userId);

  return {
    account(email) {
      const user = tx.all("users").find((each) => same(each.email, email));
      const role = user && tx.find("roles", user.roleId);
      if (!role || user.disabledAt) return null;
      const kept = tx.find("passwords", user.id);
      return { user, role, password: kept && { hash: kept.hash, signedInAt: kept.signedInAt } };
    },
    identifySession(hash, now, idleSince) {
      const session = tx.all("sessions").find((each) => each.hash === hash);
      const user = session && tx.find("users", session.userId);
      const role = user && tx.find("roles", user.roleId);
      if (!role || user.disabledAt) return null;
      const { lastUsedAt } = session;
      if (+now - +lastUsedAt >= USE_NOTED_EVERY && lastUsedAt > idleSince) {
        tx.update("sessions", session.id, null, { ...session, lastUsedAt: now });
      }
      const client = user.clientId === null ? null : tx.find("clients", user.clientId);
      return { session, user, role, clientName: client?.name ?? null };
    },
    invitation(hash) {
      const invitation = tx.all("invitations").find((each) => each.hash === hash);
      const user = invitation && tx.find("users", invitation.userId);
      return user && !user.disabledAt ? { invitation, user } : null;
    },

    insertInvitation(invitation) {
      requireUser(invitation.userId);
      tx.requireUnique("invitations", invitation.id, ({ hash }) => hash === invitation.hash);
      tx.insert("invitations", invitation.id, null, invitation);
    },
    useInvitation(id, at) {
      const invitation = tx.find("invitations", id);
      if (invitation === null || invitation.usedAt !== null) return false;
      tx.update("invitations", id, null, { ...invitation, usedAt: at });
      return true;
    },
    savePassword(userId, hash, at) {
      requireUser(userId);
      tx.save("passwords", userId, null, { userId, hash, changedAt: at, signedInAt: null });
    },
    noteSignIn(userId, from, to, at) {
      const kept = tx.find("passwords", userId);
      if (kept?.hash !== from) return false;
      const changedAt = from === to ? kept.changedAt : at;
      tx.save("passwords", userId, null, { userId, hash: to, changedAt, signedInAt: at });
      return true;
    },

    insertSession(session) {
      requireUser(session.userId);
      tx.requireUnique("sessions", session.id, ({ hash }) => hash === session.hash);
      tx.insert("sessions", session.id, null, session);
    },
    listSessions(userId) {
      return newestFirst(sessionsOf(userId), createdAt);
    },
    endSession(userId, id) {
      if (tx.find("sessions", id)?.userId !== userId) return false;
      tx.remove("sessions", id);
      return true;
    },
    endSessions(userId, except) {
      for (const { id } of sessionsOf(userId)) if (id !== except) tx.remove("sessions", id);
    },
  };
}
