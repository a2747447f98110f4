/**
 * The part of a setup document that is about a client itself, and what it has paid in.
 *
 * @module
 */
import type { Client } from "../access/client.ts";
import { parseMicros, parsePrice, requireCurrency } from "../billing/money.ts";
import type { PhoneRates } from "../billing/pricing.ts";
import { requireCaps } from "../compliance/call_caps.ts";
import { defaultRules } from "../compliance/call_rules.ts";
import { priceText, requireCount, requireRules } from "../compliance/require_rules.ts";
import { invalid } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { requireCountry, requireText } from "../kernel/text.ts";
import type { ClientSetup } from "./setup.ts";
import { MAX_NAME, type SetupWork } from "./setup_work.ts";

/** Creates or updates the client, opens its balance, and pays in what was not paid in before. */
export async function applyClientRow(
  work: SetupWork,
  setup: ClientSetup,
  path: string,
): Promise<Client> {
  const { repos: { access, balance }, upserts } = work;
  const name = requireText(`${path}.name`, setup.name, MAX_NAME);
  const before = await access.clientByName(name);
  const after = clientOf({ ...setup, name }, before, path, work.now);
  const write = (row: Client) => access.saveClient(row);
  const client = await upserts.save(`client ${name}`, before, after, write);
  await balance.open(client.id, client.tariff.currency);
  for (const [i, topUp] of (setup.topUps ?? []).entries()) {
    await payIn(work, client, topUp, `${path}.topUps[${i}]`);
  }
  return client;
}

async function payIn(
  { repos: { balance }, upserts: { report }, now }: SetupWork,
  { id: clientId, name, tariff }: Client,
  topUp: { reference: string; amount: string },
  path: string,
): Promise<void> {
  const reference = requireText(`${path}.reference`, topUp.reference, MAX_NAME);
  const amount = parseMicros(`${path}.amount`, topUp.amount);
  if (amount <= 0n) throw invalid(`${path}.amount`, "must be more than 0");
  if (await balance.topUp({ id: newId(now), clientId, at: now, amount, reference })) {
    report.created++;
    report.changes.push(`topped up ${name} by ${topUp.amount} ${tariff.currency}`);
  } else {
    report.unchanged++;
  }
}

function clientOf(setup: ClientSetup, before: Client | null, path: string, now: Date): Client {
  const named = setup.country ?? before?.country;
  if (named === undefined) throw invalid(`${path}.country`, "is needed for a new client");
  const country = requireCountry(`${path}.country`, named);
  const tariff = setup.tariff ? tariffOf(setup.tariff, `${path}.tariff`) : before?.tariff;
  if (tariff === undefined) throw invalid(`${path}.tariff`, "is needed for a new client");
  if (before !== null && before.tariff.currency !== tariff.currency) {
    throw invalid(`${path}.tariff.currency`, "cannot change once the client has a balance");
  }
  const rules = { ...(before?.rules ?? defaultRules(country)), ...setup.rules };
  return {
    id: before?.id ?? newId(now),
    name: setup.name,
    country,
    tariff,
    phoneRates: setup.phoneRates
      ? ratesOf(setup.phoneRates, `${path}.phoneRates`)
      : before?.phoneRates ?? {},
    rules: requireCaps(requireRules(rules, `${path}.rules`), `${path}.rules`),
    createdAt: before?.createdAt ?? now,
  };
}

function ratesOf(rates: PhoneRates, path: string): PhoneRates {
  return Object.fromEntries(
    Object.entries(rates).map(([country, rate]) => [
      country === "default" ? country : requireCountry(path, country),
      priceText(`${path}.${country}`, rate),
    ]),
  );
}

function tariffOf(tariff: NonNullable<ClientSetup["tariff"]>, path: string): Client["tariff"] {
  const { currency, setup = "0", perMinute, incrementSeconds = 60 } = tariff;
  requireCount(`${path}.incrementSeconds`, incrementSeconds, 1, 3600);
  return {
    currency: requireCurrency(`${path}.currency`, currency),
    setup: parsePrice(`${path}.setup`, setup),
    perMinute: parsePrice(`${path}.perMinute`, perMinute),
    incrementSeconds,
  };
}
