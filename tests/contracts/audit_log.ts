/** What the store owes the audit trail. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { AuditEntry, AuditFilter, AuditLink } from "../../src/access/audit_log.ts";
import { newId } from "../../src/kernel/ids.ts";
import { auditRow, minutes, NOON, tokenRow, userRow } from "../support/rows.ts";
import { byId, walk } from "./paging.ts";
import { contract, newCompany, scopeOf, withoutTrace } from "./suite.ts";

/** The contract of `AuditLog`. */
export const auditLogContract = contract("AuditLog", (tell) => {
  tell("shows what was done, newest first, in every field", async (uow) => {
    const company = await newCompany(uow);
    const { user } = company;
    const full = auditRow(user, {
      at: new Date("2026-03-29T01:59:59.999Z"),
      tokenId: newId(NOON),
      subjectId: newId(NOON),
      actor: 'Ana "the boss" 🦊',
      application: "claude-code/2.1.0",
      argumentsHash: "0123456789abcdef".repeat(4),
      outcome: "forbidden",
      times: 7,
    });
    const bare = auditRow(user, { at: minutes(-9), userId: null });
    const entries = [bare, full, auditRow(user), auditRow(user)];
    for (const entry of entries) {
      await uow.run(scopeOf(company), ({ audit }) => audit.add(entry));
    }
    const latest = (limit: number) =>
      uow.read(scopeOf(company), ({ audit }) => audit.latest(limit));
    const all = await latest(10);
    assertEquals([all[0], all[3]], [full, bare]);
    assertEquals(byId(all), byId(entries));
    assertEquals(await latest(3), all.slice(0, 3));
  });

  tell("lists entries in stable pages, newest first, with the names there are", async (uow) => {
    const company = await newCompany(uow);
    const { client, user, role } = company;
    const [token, other] = [tokenRow(user), userRow(role)];
    await uow.run("all", async ({ access }) => {
      await access.saveUser(other);
      await access.insertToken(token);
    });
    // Several of one moment, whose order is that of their uuids.
    const rows = Array.from(
      { length: 12 },
      (_, i) =>
        auditRow(user, { at: minutes(Math.floor(i / 4)), tokenId: i % 2 ? token.id : null }),
    );
    for (const entry of rows) await uow.run(scopeOf(company), ({ audit }) => audit.add(entry));
    await walk(rows, ({ at }) => at, async (page) => {
      const slice = await uow.read(scopeOf(company), ({ audit }) => audit.page({}, page));
      for (const { entry, ...names } of slice.items) {
        assertEquals(names, {
          clientName: client.name,
          userName: user.name,
          userEmail: user.email,
          tokenName: entry.tokenId && token.name,
        });
      }
      return { items: slice.items.map(({ entry }) => entry), total: slice.total };
    });
    // A token is named beside its own user alone, and who is of another client not at all.
    const foreign = await newCompany(uow);
    const odd = [
      auditRow(user, { userId: other.id, tokenId: token.id, at: minutes(9) }),
      auditRow(user, { userId: foreign.user.id, at: minutes(8) }),
    ];
    for (const entry of odd) await uow.run(scopeOf(company), ({ audit }) => audit.add(entry));
    const first = await uow.read(
      scopeOf(company),
      ({ audit }) => audit.page({}, { page: 1, limit: 2 }),
    );
    const named = first.items.map((item) => [item.entry.id, item.userEmail, item.tokenName]);
    assertEquals(named, [[odd[0].id, other.email, null], [odd[1].id, null, null]]);
  });

  tell("lists entries by user, action, subject and outcome", async (uow) => {
    const company = await newCompany(uow);
    const { user } = company;
    const [userId, subjectId] = [newId(NOON), newId(NOON)];
    const entries = [
      auditRow(user, { userId }),
      auditRow(user, { action: "import-records", subjectId }),
      auditRow(user, { userId, action: "import-records", subjectId: newId(NOON) }),
      auditRow(user, { action: "initiate-call", outcome: "forbidden", times: 3 }),
    ];
    for (const entry of entries) await uow.run(scopeOf(company), ({ audit }) => audit.add(entry));
    const listed = async (filter: AuditFilter) => {
      const slice = await uow.read(
        scopeOf(company),
        ({ audit }) => audit.page(filter, { page: 1, limit: 10 }),
      );
      assertEquals(slice.total, slice.items.length);
      return slice.items.map(({ entry }) => entries.findIndex(({ id }) => id === entry.id)).sort();
    };
    assertEquals(await listed({ userId }), [0, 2]);
    assertEquals(await listed({ action: "import-records" }), [1, 2]);
    assertEquals(await listed({ subjectId }), [1]);
    assertEquals(await listed({ userId, action: "import-records" }), [2]);
    assertEquals(await listed({ userId, subjectId }), []);
    assertEquals(await listed({ refused: true }), [3]);
    assertEquals(await listed({ refused: true, userId }), []);
    assertEquals(await listed({ refused: false }), [0, 1, 2, 3]);
  });

  tell("keeps what belongs to the operator from clients", async (uow) => {
    const company = await newCompany(uow);
    // Later than anything else, so that it is the latest of a store that is shared.
    const at = new Date(Date.UTC(2999, 0, 1) + Math.floor(Math.random() * 1e12));
    const entry = auditRow(company.user, { clientId: null, userId: null, at });
    await uow.run("all", ({ audit }) => audit.add(entry));
    const everything = await uow.read("all", ({ audit }) => audit.latest(1_000));
    assertEquals(everything.filter(({ id }) => id === entry.id), [entry]);
    const ours = await uow.read(scopeOf(company), ({ audit }) => audit.latest(1_000));
    assertEquals(ours, []);
    const forged: AuditEntry = { ...entry, id: newId(NOON) };
    await assertRejects(() => uow.run(scopeOf(company), ({ audit }) => audit.add(forged)));
  });

  tell("never writes over an entry", async (uow) => {
    const company = await newCompany(uow);
    const entry = auditRow(company.user);
    await uow.run(scopeOf(company), ({ audit }) => audit.add(entry));
    const forged = { ...entry, actor: "Somebody else" };
    await assertRejects(() => uow.run(scopeOf(company), ({ audit }) => audit.add(forged)));
    const latest = await uow.read(scopeOf(company), ({ audit }) => audit.latest(10));
    assertEquals(latest, [entry]);
  });

  tell("gives entries out to be sealed, each once, oldest first", async (uow) => {
    const company = await newCompany(uow);
    const entries = [auditRow(company.user), auditRow(company.user), auditRow(company.user)];
    for (const entry of entries) {
      await uow.run(scopeOf(company), ({ audit }) => audit.add(entry));
    }
    const ours = (found: AuditEntry[]) =>
      found.filter(({ clientId }) => clientId === company.client.id);
    const everything = 1_000_000;
    const peeked = await withoutTrace(uow, "all", ({ audit }) => audit.takeUnsealed(everything));
    assertEquals(ours(peeked), entries.toSorted((a, b) => a.id < b.id ? -1 : 1));
    const taken: AuditEntry[] = [];
    for (let more = true; more;) {
      const some = await uow.run("all", ({ audit }) => audit.takeUnsealed(2));
      assert(some.length <= 2);
      taken.push(...some);
      more = some.length > 0;
    }
    assertEquals(ours(taken), ours(peeked));
    const { waiting, lost } = await uow.read("all", ({ audit }) => audit.unsealed(10));
    assertEquals([waiting, lost], [0, []]);
  });

  tell("keeps each client's chain, and gives a place and an entry away once", async (uow) => {
    const company = await newCompany(uow);
    const { client: { id: clientId }, user } = company;
    const entries = [auditRow(user), auditRow(user), auditRow(user)];
    const links = entries.map((entry, i) => linkOf(entry, i + 1));
    for (const entry of entries) {
      await uow.run(scopeOf(company), ({ audit }) => audit.add(entry));
    }
    const last = () => uow.read("all", ({ audit }) => audit.lastLink(clientId));
    assertEquals(await last(), null);
    await uow.run("all", ({ audit }) => audit.takeUnsealed(1_000_000));
    const { strange } = await uow.read("all", ({ audit }) => audit.unsealed(1_000_000));
    const known = new Set(strange.map(({ entryId }) => entryId));
    assert(entries.every(({ id }) => known.has(id)), "neither sealed nor waiting");
    await uow.run("all", ({ audit }) => audit.seal(links.slice(0, 2)));
    assertEquals(await last(), links[1]);
    for (const taken of [linkOf(entries[2], 2), linkOf(entries[0], 3)]) {
      await assertRejects(() => uow.run("all", ({ audit }) => audit.seal([taken])));
    }
    await uow.run("all", ({ audit }) => audit.seal(links.slice(2)));
    const page = (after: number, limit: number) =>
      uow.read("all", ({ audit }) => audit.links(clientId, after, limit));
    const all = entries.map((entry, i) => ({ link: links[i], entry }));
    assertEquals(await page(0, 10), all);
    assertEquals([await page(1, 1), await page(3, 1)], [[all[1]], []]);
    const chains = await uow.read("all", ({ audit }) => audit.chains());
    assertEquals(chains.filter((id) => id === clientId), [clientId]);
  });

  tell("keeps a chain of the operator's own", async (uow) => {
    const { user } = await newCompany(uow);
    const entry = auditRow(user, { clientId: null, userId: null });
    const chained = await withoutTrace(uow, "all", async ({ audit }) => {
      await audit.add(entry);
      const before = await audit.lastLink(null);
      const link = linkOf(entry, (before?.seq ?? 0) + 1);
      await audit.seal([link]);
      const [found] = await audit.links(null, link.seq - 1, 9);
      assertEquals(found, { link, entry });
      return (await audit.chains()).includes(null);
    });
    assertEquals(chained, true);
  });

  tell("forgets what was undone", async (uow) => {
    const company = await newCompany(uow);
    await assertRejects(() =>
      uow.run(scopeOf(company), async ({ audit }) => {
        await audit.add(auditRow(company.user));
        throw new Error("changed my mind");
      })
    );
    assertEquals(await uow.read(scopeOf(company), ({ audit }) => audit.latest(10)), []);
  });
});

function linkOf({ clientId, id }: AuditEntry, seq: number): AuditLink {
  return { clientId, seq, entryId: id, hash: String(seq).repeat(64).slice(0, 64), keyId: "test" };
}
