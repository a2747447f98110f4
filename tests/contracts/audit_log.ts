/** What the store owes the audit trail. */
import { assertEquals, assertRejects } from "@std/assert";
import type { AuditEntry } from "../../src/access/audit_log.ts";
import { newId } from "../../src/kernel/ids.ts";
import { auditRow, minutes, NOON } from "../support/rows.ts";
import { byId } from "./paging.ts";
import { contract, newCompany, scopeOf } from "./suite.ts";

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
