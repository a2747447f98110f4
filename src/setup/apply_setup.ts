/**
 * Brings the store to what a setup document says, in one transaction: all of it or nothing.
 *
 * @module
 */
import { auditEntry } from "../access/audit_log.ts";
import type { Client } from "../access/client.ts";
import { type Principal, requireMaster, requireWrite } from "../access/principal.ts";
import type { Ports } from "../app_ports.ts";
import { parseMicros, requireCurrency } from "../billing/money.ts";
import { defaultRules } from "../compliance/call_rules.ts";
import { requireRules } from "../compliance/require_rules.ts";
import { invalid } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { requireText } from "../kernel/text.ts";
import { requireCountry } from "../records/create_record.ts";
import { requireEmail } from "../records/record.ts";
import { applyCampaigns } from "./apply_campaigns.ts";
import { applyRecords } from "./apply_records.ts";
import type { ClientSetup, PersonSetup, Setup, SetupReport } from "./setup.ts";
import { type SetupWork, Upserts } from "./setup_work.ts";

const MAX_NAME = 200;
const MASTER_ROLE = "Master";
const UNASSIGNED_ROLE = "Unassigned";

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
    const note = (clientId: string | null) =>
      repos.audit.add(auditEntry(principal, {
        id: newId(now),
        at: now,
        clientId,
        action: "apply-setup",
        subjectId: clientId,
      }));
    if (setup.masters?.length || setup.unassigned?.length) {
      await applyMasters(work, setup.masters ?? []);
      await applyUnassigned(work, setup.unassigned ?? []);
      await note(null);
    }
    for (const [i, client] of (setup.clients ?? []).entries()) {
      await note(await applyClient(work, client, `clients[${i}]`));
    }
    return work.upserts.report;
  });
}

async function applyMasters(work: SetupWork, masters: PersonSetup[]): Promise<void> {
  if (!masters.length) return;
  const roleId = await operatorsRole(work, MASTER_ROLE, true);
  for (const { email, name } of masters) await applyUser(work, null, roleId, email, name, true);
}

/** Somebody who has joined a client since then stays there. */
async function applyUnassigned(work: SetupWork, people: PersonSetup[]): Promise<void> {
  if (!people.length) return;
  const roleId = await operatorsRole(work, UNASSIGNED_ROLE, false);
  for (const { email, name } of people) {
    const before = await work.repos.access.userByEmail(email);
    if (before?.clientId) work.upserts.report.unchanged++;
    else await applyUser(work, null, roleId, email, name, false);
  }
}

async function operatorsRole(
  { repos: { access }, upserts, now }: SetupWork,
  name: string,
  admin: boolean,
): Promise<string> {
  const found = await access.roleByName(null, name);
  const role = found ?? { id: newId(now), clientId: null, name, admin, permissions: [] };
  return (await upserts.save(`role ${name}`, found, role, (row) => access.saveRole(row))).id;
}

async function applyClient(work: SetupWork, setup: ClientSetup, path: string): Promise<string> {
  const { repos: { access, balance }, upserts, now } = work;
  const name = requireText(`${path}.name`, setup.name, MAX_NAME);
  const before = await access.clientByName(name);
  const client = await upserts.save(
    `client ${name}`,
    before,
    { ...clientOf(setup, before, path, now), name },
    (row) => access.saveClient(row),
  );
  await balance.open(client.id, client.tariff.currency);
  for (const { reference, amount } of setup.topUps ?? []) {
    const micros = parseMicros(`${path}.topUps`, amount);
    if (micros <= 0n) throw invalid(`${path}.topUps`, "amount must be more than 0");
    const paid = { id: newId(now), clientId: client.id, at: now, amount: micros, reference };
    if (await balance.topUp(paid)) {
      upserts.report.created++;
      upserts.report.changes.push(`topped up ${name} by ${amount} ${client.tariff.currency}`);
    } else {
      upserts.report.unchanged++;
    }
  }
  for (const role of setup.roles ?? []) {
    const found = await access.roleByName(client.id, role.name);
    const after = {
      id: found?.id ?? newId(now),
      clientId: client.id,
      name: requireText(`${path}.roles`, role.name, MAX_NAME),
      admin: role.admin ?? found?.admin ?? false,
      permissions: role.permissions ?? found?.permissions ?? [],
    };
    await upserts.save(`role ${role.name}`, found, after, (row) => access.saveRole(row));
  }
  for (const user of setup.users ?? []) {
    const role = await access.roleByName(client.id, user.role);
    if (role === null) {
      throw invalid(`${path}.users`, `no role ${user.role} in client ${name}; add it under roles`);
    }
    await applyUser(work, client.id, role.id, user.email, user.name, false);
  }
  await applyCampaigns(work, client, setup, path);
  await applyRecords(work, client, setup, path);
  return client.id;
}

async function applyUser(
  { repos: { access }, upserts, now }: SetupWork,
  clientId: string | null,
  roleId: string,
  email: string,
  name: string,
  master: boolean,
): Promise<void> {
  const before = await access.userByEmail(email);
  const elsewhere = before !== null && before.clientId !== null && before.clientId !== clientId;
  if (elsewhere || (before !== null && before.master !== master)) {
    throw invalid("users", `${email} already belongs to another client or to the operator`);
  }
  const after = {
    id: before?.id ?? newId(now),
    clientId,
    roleId,
    email: before?.email ?? requireEmail("email", email),
    name: requireText("name", name, MAX_NAME),
    master,
    createdAt: before?.createdAt ?? now,
  };
  await upserts.save(`user ${email}`, before, after, (row) => access.saveUser(row));
}

function clientOf(setup: ClientSetup, before: Client | null, path: string, now: Date): Client {
  const country = setup.country ?? before?.country;
  if (country === undefined) throw invalid(`${path}.country`, "is needed for a new client");
  const tariff = setup.tariff ? tariffOf(setup.tariff, path) : before?.tariff;
  if (tariff === undefined) throw invalid(`${path}.tariff`, "is needed for a new client");
  if (before !== null && before.tariff.currency !== tariff.currency) {
    throw invalid(`${path}.tariff.currency`, "cannot change once the client has a balance");
  }
  const rules = { ...(before?.rules ?? defaultRules(requireCountry(country))), ...setup.rules };
  return {
    id: before?.id ?? newId(now),
    name: setup.name,
    country: requireCountry(country),
    tariff,
    rules: requireRules(rules, `${path}.rules`),
    createdAt: before?.createdAt ?? now,
  };
}

function tariffOf(tariff: NonNullable<ClientSetup["tariff"]>, path: string): Client["tariff"] {
  const { currency, setup = "0", perMinute, incrementSeconds = 60 } = tariff;
  if (!Number.isInteger(incrementSeconds) || incrementSeconds < 1 || incrementSeconds > 3600) {
    throw invalid(`${path}.tariff.incrementSeconds`, "must be a whole number from 1 to 3600");
  }
  const prices = [
    parseMicros(`${path}.tariff.setup`, setup),
    parseMicros(`${path}.tariff.perMinute`, perMinute),
  ];
  if (prices.some((price) => price < 0n)) {
    throw invalid(`${path}.tariff`, "prices are never negative");
  }
  return {
    currency: requireCurrency(`${path}.tariff.currency`, currency),
    setup: prices[0],
    perMinute: prices[1],
    incrementSeconds,
  };
}
