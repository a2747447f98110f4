import type { ClientView } from "../../../src/access/queries.ts";
import { formatMicros } from "../../../src/billing/money.ts";
import type { ClientSetup } from "../../../src/setup/setup.ts";
import { countOf, defineCommand, listOf, OPERATOR, UsageError, type Values } from "../command.ts";
import { table } from "../table.ts";
import { CALL_RULE_OPTIONS, callRulesOf, CAP_OPTIONS, capsOf } from "./rule_options.ts";
import { setUpClient, setUpOne } from "./set_up.ts";

/** `client create` */
export const createClient = defineCommand({
  name: "client create",
  about: "Create a client, or change what is named of one.",
  options: {
    name: { type: "string", value: "NAME", about: "Unique.", required: true },
    country: { type: "string", value: "CC", about: "Such as US. For a new client." },
    currency: { type: "string", value: "CODE", about: "Such as USD. With --per-minute." },
    "per-minute": { type: "string", value: "AMOUNT", about: "Price. For a new client." },
    setup: { type: "string", value: "AMOUNT", about: "Price per answered call (0)." },
    increment: { type: "string", value: "SECONDS", about: "Seconds billed at a time (60)." },
    "phone-rates": {
      type: "string",
      value: "CC=AMOUNT,…",
      about: "What telephony is expected to cost us per minute, by country, and default=AMOUNT.",
    },
    ...CALL_RULE_OPTIONS,
    ...CAP_OPTIONS,
  },
  async run(machine, { values }) {
    const { name, country } = values;
    return await setUpOne(machine, {
      name,
      country,
      tariff: tariffOf(values),
      phoneRates: ratesOf(values["phone-rates"]),
      rules: rulesOf(values),
    });
  },
});

function rulesOf(values: Values<typeof CALL_RULE_OPTIONS & typeof CAP_OPTIONS>) {
  const [rules, caps] = [callRulesOf(values), capsOf(values)];
  return rules || caps ? { ...rules, ...caps } : undefined;
}

/** `client list` */
export const listClients = defineCommand({
  name: "client list",
  about: "List clients with their balances.",
  options: {},
  async run(machine) {
    const { app } = await machine.open();
    const rows = (await app.access.listClients(OPERATOR)).map(shown);
    return {
      json: rows,
      text: table(
        ["name", "uuid", "country", "currency", "available", "reserved", "spent"],
        rows.map((row) => [
          row.name,
          row.uuid,
          row.country,
          row.currency,
          row.available,
          row.reserved,
          row.spent,
        ]),
      ),
    };
  },
});

/** `top-up` */
export const topUp = defineCommand({
  name: "top-up",
  about: "Pay into a client's balance, once per reference.",
  options: {
    client: { type: "string", value: "NAME", about: "Whose balance.", required: true },
    amount: {
      type: "string",
      value: "AMOUNT",
      about: "In the client's currency, such as 250.00.",
      required: true,
    },
    reference: {
      type: "string",
      value: "TEXT",
      about: "Makes it count once, such as an invoice number.",
      required: true,
    },
  },
  async run(machine, { values: { client, amount, reference } }) {
    return await setUpClient(machine, { name: client, topUps: [{ reference, amount }] });
  },
});

function tariffOf(
  values: {
    [K in "currency" | "per-minute" | "setup" | "increment"]: string | undefined;
  },
): ClientSetup["tariff"] {
  const { currency, "per-minute": perMinute, setup, increment } = values;
  if (currency === undefined && perMinute === undefined && !setup && !increment) return undefined;
  if (currency === undefined || perMinute === undefined) {
    throw new UsageError("A tariff needs both --currency and --per-minute.");
  }
  const incrementSeconds = countOf("increment", increment, 3600);
  return { currency, perMinute, setup, incrementSeconds };
}

function ratesOf(text: string | undefined): ClientSetup["phoneRates"] {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    listOf(text).map((pair) => {
      const [country, rate, ...rest] = pair.split("=");
      if (rate === undefined || rest.length) {
        throw new UsageError(`--phone-rates must be CC=AMOUNT,…, such as US=0.01, got "${pair}"`);
      }
      return [country, rate];
    }),
  );
}

function shown({ client, balance }: ClientView) {
  const { id, name, country, tariff } = client;
  return {
    uuid: id,
    name,
    country,
    currency: tariff.currency,
    perMinute: formatMicros(tariff.perMinute),
    setup: formatMicros(tariff.setup),
    available: formatMicros(balance?.available ?? 0n),
    reserved: formatMicros(balance?.reserved ?? 0n),
    spent: formatMicros(balance?.spent ?? 0n),
    paidIn: formatMicros(balance?.paidIn ?? 0n),
  };
}
