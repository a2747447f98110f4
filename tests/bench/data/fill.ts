/**
 * Fills a database with a past: people, campaigns and tokens through the operator's own use cases,
 * the mass of rows inside the database, over several connections at once, indexes made afterwards.
 *
 * @module
 */
import { compose, prepareDatabase } from "../../../adapters/compose.ts";
import { Lane } from "../../../adapters/postgres/lane.ts";
import { grantLogin } from "../../../adapters/postgres/roles.ts";
import { operator } from "../../../src/access/principal.ts";
import type { App } from "../../../src/app.ts";
import { planOf, type Share } from "./plan.ts";
import { DROP_FUNCTIONS, FILLED, FUNCTIONS, LISTS, rowsOf, type Stretch, SUMS } from "./rows.ts";

/** The role that servers log in as. */
export const LOGIN = "studio";
/** Records that one statement makes. */
const STRETCH = 10_000;
const CONNECTIONS = 2;

/** Told how much of the work is done, from 0 to 1, and what is being done. */
export type Progress = (done: number, what: string) => void;

/** The same database as the server's own role. */
export function asLogin(url: string): string {
  const login = new URL(url);
  login.username = LOGIN;
  return login.href;
}

/** Fills an empty database, whose owner the URL names and may switch triggers off. */
export async function fill(url: string, scale: number, progress: Progress): Promise<void> {
  progress(0, "people and campaigns");
  await prepareDatabase({ url });
  await grantLogin({ url }, LOGIN);
  const plan = planOf(scale);
  const clientIds = await setUp(url, plan);
  const lanes = await Promise.all(Array.from({ length: CONNECTIONS }, () => lane(url)));
  try {
    const [first] = lanes;
    await first.simple(FUNCTIONS);
    for (const name of FILLED) {
      await first.simple(`alter table ${name} set (autovacuum_enabled = off)`);
    }
    const indexes = await secondaryIndexes(first);
    for (const { name } of indexes) await first.simple(`drop index ${name}`);
    const stretches = plan.flatMap(({ records }, i) => stretchesOf(clientIds[i], records));
    const total = plan.reduce((sum, { records }) => sum + records, 0);
    let made = 0;
    await side(lanes, stretches, async (lane, stretch) => {
      for (const text of rowsOf(stretch)) await lane.simple(text);
      made += stretch.to - stretch.from + 1;
      progress(0.6 * made / total, `${made.toLocaleString("en")} records with their calls`);
    });
    const last = [
      ...indexes.map(({ text }) => text),
      ...SUMS.slice(0, -3),
      SUMS.slice(-3).join("; "),
    ];
    let finished = 0;
    for (const each of lanes) await each.simple("reset enable_hashjoin; reset enable_mergejoin");
    await side(lanes, last, async (lane, text) => {
      await lane.simple(text);
      progress(0.6 + 0.3 * ++finished / last.length, "indexes and sums");
    });
    for (const text of LISTS) await first.simple(text);
    await first.simple(DROP_FUNCTIONS);
    await first.simple("set session_replication_role = origin");
    progress(0.9, "statistics");
    for (const name of FILLED) await first.simple(`alter table ${name} reset (autovacuum_enabled)`);
    await first.simple("vacuum analyze");
    progress(1, "done");
  } finally {
    await Promise.all(lanes.map((lane) => lane.end()));
  }
}

async function lane(url: string): Promise<Lane> {
  const lane = await Lane.open({ url }, 10_000);
  await lane.simple(
    "set session_replication_role = replica; set maintenance_work_mem = '512MB'; " +
      "set synchronous_commit = off; set work_mem = '256MB'; set jit = off; " +
      // A stretch is always a small part, whatever the statistics of half-filled tables say.
      "set enable_hashjoin = off; set enable_mergejoin = off",
  );
  return lane;
}

async function setUp(url: string, plan: Share[]): Promise<string[]> {
  return await withApp(url, async (app) => {
    const who = operator("bench");
    for (const share of plan) await app.setup.apply(who, { clients: [clientOf(share)] });
    const byName = new Map(
      (await app.access.listClients(who)).map(({ client }) => [client.name, client.id]),
    );
    return plan.map(({ name }) => byName.get(name) ?? "");
  });
}

/** A studio on the database for the length of some work. */
export async function withApp<T>(url: string, work: (app: App) => Promise<T>): Promise<T> {
  const studio = await compose({
    database: { url: asLogin(url) },
    readDatabase: null,
    publicUrl: new URL("http://127.0.0.1"),
    telephony: { kind: "simulated", speed: 1 },
    signingKey: null,
    limits: { requestsPerMinute: null, databaseConnections: 2 },
    log: () => {},
  });
  try {
    return await work(studio.app);
  } finally {
    await studio.close();
  }
}

function clientOf({ name, email, campaigns }: Share) {
  const anything = {
    window: null,
    countries: null,
    requireConsent: false,
    maxConcurrentCalls: 1000,
  };
  return {
    name,
    country: "US",
    tariff: { currency: "USD", setup: "0.013", perMinute: "0.171717", incrementSeconds: 60 },
    rules: anything,
    topUps: [{ reference: "first", amount: "10000000" }],
    roles: [{ name: "Admin", admin: true }],
    users: [{ email, name: "Ana", role: "Admin" }],
    recordTypes: [{ name: "Customer" }, { name: "Lead" }, { name: "Partner" }],
    assistants: [{ name: "Voice", operationalPerMinute: "0.05" }],
    campaigns: Array.from({ length: campaigns }, (_, i) => ({
      name: `Campaign ${String(i + 1).padStart(2, "0")}`,
      status: "active" as const,
      assistant: "Voice",
      rules: anything,
    })),
  };
}

function stretchesOf(clientId: string, records: number): Stretch[] {
  return Array.from({ length: Math.ceil(records / STRETCH) }, (_, i) => ({
    clientId,
    records,
    from: i * STRETCH + 1,
    to: Math.min(records, (i + 1) * STRETCH),
  }));
}

/** Indexes of the filled tables that no constraint needs. */
async function secondaryIndexes(lane: Lane): Promise<{ name: string; text: string }[]> {
  const parameters = [`{${FILLED.join(",")}}`];
  return [
    ...await lane.send<{ name: string; text: string }>({
      text: `select c.relname as name, pg_get_indexdef(i.indexrelid) as text
        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
        where t.relname = any($1::text[]) and t.relnamespace = 'public'::regnamespace
          and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
          -- Rows are found by these while others are made.
          and c.relname not in ('records_newest', 'call_orders_by_record', 'calls_by_record')
        order by c.relname like '%search%' desc, c.relname`,
      parameters,
    }),
  ];
}

/** Does all items, as many at a time as there are connections. */
async function side<T>(
  lanes: Lane[],
  items: T[],
  work: (lane: Lane, item: T) => Promise<unknown>,
): Promise<void> {
  const left = [...items];
  await Promise.all(lanes.map(async (lane) => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(lane, item);
  }));
}
