/**
 * Brings the store to what a setup document says, in one transaction: all of it or nothing.
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import { type Principal, requireMaster, requireWrite } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import { newId, type Uuid } from "../kernel/ids.ts";
import { applyCampaigns } from "./apply_campaigns.ts";
import { applyClientRow } from "./apply_client_row.ts";
import { applyOperators, applyRoles, applyUsers } from "./apply_people.ts";
import { applyRecords } from "./apply_records.ts";
import type { ClientSetup, Setup, SetupReport } from "./setup.ts";
import { type SetupWork, Upserts } from "./setup_work.ts";

/**
 * Creates what is missing and updates what differs; names are how rows are found again.
 *
 * @throws DomainError `forbidden` for anybody but a master; `invalid` with the path of what is
 * wrong, and then nothing was written.
 */
export async function applySetup(
  { uow, clock, phoneNumbers }: Pick<Ports, "uow" | "clock" | "phoneNumbers">,
  principal: Principal,
  setup: Setup,
): Promise<SetupReport> {
  requireMaster(principal);
  requireWrite(principal);
  const now = clock.now();
  return await uow.run("all", async (repos) => {
    const work = { repos, upserts: new Upserts(), now, phoneNumbers };
    const { report } = work.upserts;
    const noted = async (apply: () => Promise<Uuid | null>) => {
      const changesBefore = report.changes.length;
      const clientId = await apply();
      if (report.changes.length === changesBefore) return;
      const what = { clientId, action: "apply-setup", subjectId: clientId };
      await repos.audit.add(auditEntry(principal, { id: newId(now), at: now, ...what }));
      await repos.changes.publish(clientId, null);
    };
    await noted(() => applyOperators(work, setup));
    for (const [i, client] of (setup.clients ?? []).entries()) {
      await noted(() => applyClient(work, client, `clients[${i}]`));
    }
    return report;
  });
}

/** @returns the client's id. */
async function applyClient(work: SetupWork, setup: ClientSetup, path: string): Promise<Uuid> {
  const client = await applyClientRow(work, setup, path);
  await applyRoles(work, client, setup.roles ?? [], `${path}.roles`);
  await applyUsers(work, client, setup.users ?? [], `${path}.users`);
  await applyCampaigns(work, client, setup, path);
  await applyRecords(work, client, setup.records ?? [], `${path}.records`);
  return client.id;
}
