/**
 * The part of a setup document that is about people and their roles.
 *
 * @module
 */
import type { Client } from "../access/client.ts";
import { invalid } from "../kernel/errors.ts";
import { newId, type Uuid } from "../kernel/ids.ts";
import { requireText } from "../kernel/text.ts";
import { requireEmail } from "../records/record.ts";
import type { ClientSetup, PersonSetup, Setup } from "./setup.ts";
import { MAX_NAME, type SetupWork } from "./setup_work.ts";

const MASTER_ROLE = "Master";
const UNASSIGNED_ROLE = "Unassigned";

/** Where a person belongs. */
type Place = { clientId: Uuid | null; roleId: Uuid; master: boolean };

/** Creates and updates the operator's own people, and those who belong to nobody yet: no client's. */
export async function applyOperators(
  work: SetupWork,
  { masters = [], unassigned = [] }: Setup,
): Promise<null> {
  if (masters.length) {
    const roleId = await operatorsRole(work, MASTER_ROLE, true);
    for (const [i, person] of masters.entries()) {
      await applyUser(work, { clientId: null, roleId, master: true }, person, `masters[${i}]`);
    }
  }
  if (unassigned.length) {
    const roleId = await operatorsRole(work, UNASSIGNED_ROLE, false);
    for (const [i, person] of unassigned.entries()) {
      const before = await work.repos.access.userByEmail(person.email.trim());
      // Somebody who has joined a client since then stays there.
      if (before?.clientId) work.upserts.report.unchanged++;
      else {
        const nowhere = { clientId: null, roleId, master: false };
        await applyUser(work, nowhere, person, `unassigned[${i}]`);
      }
    }
  }
  return null;
}

async function operatorsRole(
  { repos: { access }, upserts, now }: SetupWork,
  name: string,
  admin: boolean,
): Promise<Uuid> {
  const found = await access.roleByName(null, name);
  const role = found ?? { id: newId(now), clientId: null, name, admin, permissions: [] };
  return (await upserts.save(`role ${name}`, found, role, (row) => access.saveRole(row))).id;
}

/** Creates and updates a client's roles. */
export async function applyRoles(
  { repos: { access }, upserts, now }: SetupWork,
  client: Client,
  roles: NonNullable<ClientSetup["roles"]>,
  path: string,
): Promise<void> {
  for (const [i, role] of roles.entries()) {
    const name = requireText(`${path}[${i}].name`, role.name, MAX_NAME);
    const found = await access.roleByName(client.id, name);
    const after = {
      id: found?.id ?? newId(now),
      clientId: client.id,
      name,
      admin: role.admin ?? found?.admin ?? false,
      permissions: role.permissions ?? found?.permissions ?? [],
    };
    await upserts.save(`role ${name}`, found, after, (row) => access.saveRole(row));
  }
}

/** Creates and updates a client's users. */
export async function applyUsers(
  work: SetupWork,
  client: Client,
  users: NonNullable<ClientSetup["users"]>,
  path: string,
): Promise<void> {
  for (const [i, user] of users.entries()) {
    const at = `${path}[${i}]`;
    const role = await work.repos.access.roleByName(client.id, user.role.trim());
    if (role === null) {
      const problem = `no role ${user.role} in client ${client.name}; add it under roles`;
      throw invalid(`${at}.role`, problem);
    }
    await applyUser(work, { clientId: client.id, roleId: role.id, master: false }, user, at);
  }
}

async function applyUser(
  { repos: { access }, upserts, now }: SetupWork,
  place: Place,
  person: PersonSetup,
  path: string,
): Promise<void> {
  const email = requireEmail(`${path}.email`, person.email);
  const before = await access.userByEmail(email);
  const elsewhere = before !== null && before.clientId !== null &&
    before.clientId !== place.clientId;
  if (elsewhere || (before !== null && before.master !== place.master)) {
    const problem = `${email} already belongs to another client or to the operator`;
    throw invalid(`${path}.email`, problem);
  }
  const after = {
    ...place,
    id: before?.id ?? newId(now),
    email: before?.email ?? email,
    name: requireText(`${path}.name`, person.name, MAX_NAME),
    createdAt: before?.createdAt ?? now,
    disabledAt: before?.disabledAt ?? null,
  };
  await upserts.save(`user ${after.email}`, before, after, (row) => access.saveUser(row));
}
