/** What the store owes passwords, sessions and invitations. */
import { assertEquals, assertRejects } from "@std/assert";
import type { UnitOfWork } from "../../src/kernel/unit_of_work.ts";
import type { SignInRepo } from "../../src/access/sign_in_repo.ts";
import { invitationRow, minutes, NOON, roleRow, sessionRow, userRow } from "../support/rows.ts";
import { atOnce, contract, newCompany } from "./suite.ts";

const LONG_AGO = minutes(-600);

/** The contract of `SignInRepo`. */
export const signInRepoContract = contract("SignInRepo", (tell) => {
  tell(
    "knows an account by its e-mail address in whatever case, with and without password",
    async (uow) => {
      const { user, role } = await newCompany(uow);
      const account = () => asked(uow, (repo) => repo.account(user.email.toUpperCase()));
      assertEquals(await account(), { user, role, password: null });
      await done(uow, (repo) => repo.savePassword(user.id, "$one", NOON));
      const password = { hash: "$one", signedInAt: null };
      assertEquals(await account(), { user, role, password });
      assertEquals(await asked(uow, (repo) => repo.account("nobody@example.com")), null);
    },
  );

  tell("notes a sign-in with the password that was checked, and with no other", async (uow) => {
    const { user } = await newCompany(uow);
    const password = async () => (await asked(uow, (repo) => repo.account(user.email)))?.password;
    await done(uow, (repo) => repo.savePassword(user.id, "$one", NOON));
    const note = (from: string, to: string, at: Date) =>
      done(uow, (repo) => repo.noteSignIn(user.id, from, to, at));
    assertEquals(await note("$one", "$one", minutes(1)), true);
    assertEquals(await password(), { hash: "$one", signedInAt: minutes(1) });
    assertEquals(await note("$one", "$two", minutes(2)), true);
    assertEquals(await note("$one", "$three", minutes(3)), false);
    assertEquals(await password(), { hash: "$two", signedInAt: minutes(2) });
    await done(uow, (repo) => repo.savePassword(user.id, "$four", minutes(4)));
    assertEquals(await password(), { hash: "$four", signedInAt: null });
  });

  tell("knows a session's owner by its hash, with the client's name", async (uow) => {
    const { user, role, client } = await newCompany(uow);
    const operators = roleRow(null);
    const master = userRow(operators, { master: true });
    const [session, masters] = [sessionRow(user), sessionRow(master)];
    await uow.run("all", async ({ access, signIn }) => {
      await access.saveRole(operators);
      await access.saveUser(master);
      await signIn.insertSession(session);
      await signIn.insertSession(masters);
    });
    const identify = (hash: string) =>
      asked(uow, (repo) => repo.identifySession(hash, NOON, LONG_AGO));
    assertEquals(await identify(session.hash), { session, user, role, clientName: client.name });
    assertEquals(await identify(masters.hash), {
      session: masters,
      user: master,
      role: operators,
      clientName: null,
    });
    assertEquals(await identify("0".repeat(64)), null);
  });

  tell("knows no account, session or invitation of who is disabled, until enabled", async (uow) => {
    const { user } = await newCompany(uow);
    const [session, invitation] = [sessionRow(user), invitationRow(user)];
    await done(uow, (repo) => repo.insertSession(session));
    await done(uow, (repo) => repo.insertInvitation(invitation));
    const known = async () =>
      [
        await asked(uow, (repo) => repo.account(user.email)),
        await asked(uow, (repo) => repo.identifySession(session.hash, NOON, LONG_AGO)),
        await asked(uow, (repo) => repo.invitation(invitation.hash)),
      ].map((found) => found !== null);
    const save = (disabledAt: Date | null) =>
      uow.run("all", ({ access }) => access.saveUser({ ...user, disabledAt }));
    assertEquals(await known(), [true, true, true]);
    await save(NOON);
    assertEquals(await known(), [false, false, false]);
    await save(null);
    assertEquals(await known(), [true, true, true]);
  });

  tell("notes a session's use once a minute, and never revives an idle one", async (uow) => {
    const { user } = await newCompany(uow);
    const session = sessionRow(user);
    await done(uow, (repo) => repo.insertSession(session));
    const use = (at: Date, idleSince = LONG_AGO) =>
      asked(uow, (repo) => repo.identifySession(session.hash, at, idleSince));
    const lastUse = async () =>
      (await done(uow, (repo) => repo.listSessions(user.id)))[0].lastUsedAt;
    await use(minutes(59 / 60));
    assertEquals(await lastUse(), NOON);
    await atOnce(5, () => use(minutes(1)));
    assertEquals(await lastUse(), minutes(1));
    await use(minutes(9), minutes(1));
    assertEquals(await lastUse(), minutes(1));
  });

  tell(
    "lists a user's sessions newest first, and ends them one by one or all but one",
    async (uow) => {
      const { user } = await newCompany(uow);
      const { user: other } = await newCompany(uow);
      const [first, second, third] = [0, 1, 2].map((at) =>
        sessionRow(user, { createdAt: minutes(at) })
      );
      const others = sessionRow(other);
      for (const session of [first, third, second, others]) {
        await done(uow, (repo) => repo.insertSession(session));
      }
      const list = (id = user.id) => done(uow, (repo) => repo.listSessions(id));
      const end = (userId: string, id: string) => done(uow, (repo) => repo.endSession(userId, id));
      assertEquals(await list(), [third, second, first]);
      assertEquals(await end(other.id, first.id), false);
      assertEquals(await end(user.id, first.id), true);
      assertEquals(await end(user.id, first.id), false);
      await done(uow, (repo) => repo.endSessions(user.id, third.id));
      assertEquals(await list(), [third]);
      await done(uow, (repo) => repo.endSessions(user.id, null));
      assertEquals([await list(), await list(other.id)], [[], [others]]);
    },
  );

  tell("an invitation is used once, however many try at once", async (uow) => {
    const { user } = await newCompany(uow);
    const invitation = invitationRow(user);
    await done(uow, (repo) => repo.insertInvitation(invitation));
    const open = () => asked(uow, (repo) => repo.invitation(invitation.hash));
    assertEquals(await open(), { invitation, user });
    const uses = await atOnce(
      5,
      () => done(uow, (repo) => repo.useInvitation(invitation.id, minutes(1))),
    );
    assertEquals(uses.filter(Boolean).length, 1);
    assertEquals((await open())?.invitation, { ...invitation, usedAt: minutes(1) });
    assertEquals(await asked(uow, (repo) => repo.invitation("0".repeat(64))), null);
  });

  tell("refuses rows of nobody, and a second one with the same hash", async (uow) => {
    const { user } = await newCompany(uow);
    const nobody = userRow(roleRow(null));
    const session = sessionRow(user);
    const invitation = invitationRow(user);
    await done(uow, (repo) => repo.insertSession(session));
    await done(uow, (repo) => repo.insertInvitation(invitation));
    const refused: ((repo: SignInRepo) => Promise<unknown>)[] = [
      (repo) => repo.savePassword(nobody.id, "$one", NOON),
      (repo) => repo.insertSession(sessionRow(nobody)),
      (repo) => repo.insertInvitation(invitationRow(nobody)),
      (repo) => repo.insertSession(sessionRow(user, { hash: session.hash })),
      (repo) => repo.insertInvitation(invitationRow(user, { hash: invitation.hash })),
    ];
    for (const write of refused) await assertRejects(() => done(uow, write));
  });
});

/** Before anybody is known. */
function asked<T>(uow: UnitOfWork, work: (repo: SignInRepo) => Promise<T>): Promise<T> {
  return uow.read("authentication", ({ signIn }) => work(signIn));
}

function done<T>(uow: UnitOfWork, work: (repo: SignInRepo) => Promise<T>): Promise<T> {
  return uow.run("all", ({ signIn }) => work(signIn));
}
