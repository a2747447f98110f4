/**
 * The composition root: the one place that sees inbound and outbound adapters. Database, phone
 * network and clock go in; the application and its web server come out.
 *
 * @module
 */
import { type App, createApp } from "../src/app.ts";
import type { Ports } from "../src/app_ports.ts";
import { requestOfCall } from "../src/calls/new_call.ts";
import { operator, type Principal } from "../src/access/principal.ts";
import { type Change, touchesAccess } from "../src/kernel/changes.ts";
import type { UnitOfWork } from "../src/kernel/unit_of_work.ts";
import type { Clock } from "../src/kernel/clock.ts";
import { DomainError } from "../src/kernel/errors.ts";
import { SystemClock } from "./clock.ts";
import type { Limits, Telephony } from "./config.ts";
import { readAssets } from "./console/assets.ts";
import { createConsole } from "./console/create_console.tsx";
import { agentHook } from "./http/agent_hook.ts";
import { DenialBook } from "./denial_book.ts";
import { createHttp, type Http } from "./http/create_http.ts";
import { perMinute } from "./http/request_limits.ts";
import type { Readiness } from "./http/health.ts";
import type { Log } from "./log.ts";
import { recordingLinks } from "./http/recording_links.ts";
import { LeasedRateLimits } from "./leased_rate_limits.ts";
import { remembered } from "./http/remembered.ts";
import { openPhone } from "./open_phone.ts";
import { createMcp } from "./mcp/create_mcp.ts";
import { agentRecordings } from "./recordings/agent_recordings.ts";
import { ScryptPasswords } from "./passwords.ts";
import { NumberingPlans } from "./phone_numbers.ts";
import { ANYTHING, ChangeSender } from "./postgres/change_sender.ts";
import { PostgresChangeFeed } from "./postgres/change_feed.ts";
import { countLiveCalls } from "./postgres/live_calls.ts";
import { Lanes, type Target } from "./postgres/lanes.ts";
import { examineDatabase } from "./postgres/examine.ts";
import { currentVersion, migrate, readMigrations } from "./postgres/migrate.ts";
import { PostgresPhoneBooks } from "./postgres/phone_books.ts";
import { PostgresRateLimits } from "./postgres/rate_limits.ts";
import { serverKey } from "./postgres/server_keys.ts";
import { PostgresUnitOfWork } from "./postgres/unit_of_work.ts";
import type { PhoneProvider } from "./telephony/phone_provider.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { jobsOf, runJobs } from "./workers.ts";

/** What a studio is made of. */
export interface StudioOptions {
  /** Migrated, or to be migrated by {@link prepareDatabase} first. */
  database: Target;
  /** Where resources are read from; null reads them from `database`. */
  readDatabase: Target | null;
  /** Where the connection leads that hears of changes; `database` unless given. */
  listenDatabase?: Target | null;
  publicUrl: URL;
  telephony: Telephony;
  /** Null takes the key that the replicas share in the database. */
  signingKey: string | null;
  limits: Limits;
  log: Log;
  clock?: Clock;
  /** Milliseconds for which a token's owner is remembered; 0, the default, asks for every call. */
  rememberTokensMs?: number;
  /** Watches the studio; null for nobody. */
  telemetry?: Telemetry | null;
  /** Called once per round trip to the database. */
  onRoundTrip?: () => void;
}

/** A running studio. */
export interface Studio {
  app: App;
  ports: Ports;
  http: Http;
  provider: PhoneProvider;
  /** The simulated network's own. */
  books: PostgresPhoneBooks;
  /** Does what a server does by itself (dial due orders, reconcile, report) until the signal. */
  work(signal: AbortSignal): Promise<void>;
  /** Ends waits for calls early, and tells `/readyz`: the server is about to stop. */
  stopWaiting(): void;
  /** Closes the connections to the database, once their work is done. */
  close(): Promise<void>;
}

/** Whoever sends a token that is not accepted. */
const NOBODY: Principal = { ...operator("unknown caller"), permissions: new Set() };

/** Of this server; told to clients. */
export const VERSION = "0.1.0";

export { examineDatabase };

/** Applies missing migrations, and returns their names. Any number of replicas may do it at once. */
export async function prepareDatabase(database: Target): Promise<string[]> {
  return await migrate(database, await readMigrations());
}

/** Builds everything; nothing runs until a request comes or `work` is called. */
export async function compose(options: StudioOptions): Promise<Studio> {
  const { database, readDatabase, publicUrl, telephony, limits, log, telemetry } = options;
  const clock = options.clock ?? new SystemClock();
  const lanesOptions = { size: limits.databaseConnections, onRoundTrip: options.onRoundTrip };
  const lanes = new Lanes(database, lanesOptions);
  // Probes do not stand in line with what they are to tell of.
  const probeLanes = new Lanes(database, { size: 1 });
  const readLanes = readDatabase === null ? null : new Lanes(readDatabase, lanesOptions);
  const signingKey = options.signingKey ?? await serverKey(lanes, "recording-links");
  const links = recordingLinks({ signingKey, publicUrl, clock });
  const books = new PostgresPhoneBooks(lanes);
  const sender = new ChangeSender(database, log);
  const watched = (uow: UnitOfWork) => telemetry?.store(uow) ?? uow;
  const forgetTokens = (told: readonly Change[]) => {
    if (told.some(touchesAccess)) tokens.forget();
  };
  const tell = (told: Change[]) => {
    forgetTokens(told);
    sender.tell(told);
  };
  const store = new PostgresUnitOfWork(lanes, tell);
  const uow = watched(store);
  const listen = options.listenDatabase ?? database;
  const changes = new PostgresChangeFeed({ listen, notify: database, log });
  const rateLimits = new PostgresRateLimits(lanes);
  const provider = openPhone(telephony, {
    lanes,
    uow,
    books,
    clock,
    log,
    publicUrl,
    signingKey,
    requestOf: (ref) => requestOfCall({ uow }, ref),
  });
  const ports: Ports = {
    uow,
    changes,
    clock,
    gateway: telemetry?.gateway(provider.gateway) ?? provider.gateway,
    phoneNumbers: new NumberingPlans(),
    recordingLinks: links,
    agentRecordings: agentRecordings({ publicUrl, clock, log }),
    passwords: new ScryptPasswords(),
    rateLimits,
    // A key from outside protects from whoever may write to the database, too.
    auditKey: options.signingKey ?? await serverKey(lanes, "audit-trail"),
  };
  const app = createApp(ports);
  const resources = readLanes === null
    ? app
    : createApp({ ...ports, uow: watched(new PostgresUnitOfWork(readLanes)) });
  const denials = new DenialBook(app.access.recordDenials);
  const stopping = new AbortController();
  const mcp = createMcp({
    app,
    resources,
    version: VERSION,
    report: (event, fields) => log("warn", event, fields),
    clock,
    observe: telemetry?.mcp,
    denied: (principal, tool, code) => denials.note(principal, tool, code),
  });
  const authenticate = async (token: string) => {
    try {
      return await app.access.authenticate(token);
    } catch (error) {
      if (error instanceof DomainError) denials.note(NOBODY, "authenticate", error.code);
      throw error;
    }
  };
  const tokens = remembered(authenticate, options.rememberTokensMs ?? 0, clock);
  // The console looks at the endpoint from outside, through the server that it is a part of.
  const http: Http = createHttp({
    publicUrl,
    authenticate: tokens,
    mcp: mcp.fetch,
    ready: readiness(probeLanes, (await readMigrations()).length),
    recordings: { links, open: app.calls.openRecording },
    clock,
    log,
    pages: createConsole({
      app,
      assets: await readAssets(),
      publicUrl,
      clock,
      log,
      fetch: (request) => http.fetch(request),
      stopping: stopping.signal,
    }),
    limits: {
      rates: new LeasedRateLimits(rateLimits, clock),
      perToken: perMinute(limits.requestsPerMinute),
      perClient: perMinute(limits.clientRequestsPerMinute),
      perAddress: perMinute(limits.addressRequestsPerMinute),
      failures: perMinute(limits.failedTokensPerMinute),
    },
    trustedProxies: limits.trustedProxies,
    requestsInFlight: limits.requestsInFlight,
    mayWait: mcp.mayWait,
    hooks: [
      agentHook({ find: app.campaigns.agentWebhook, report: app.calls.reportFromAgent, clock }),
      ...provider.hooks.map(({ path, method, handle }) => ({
        path,
        method,
        handle: (request: Request) => handle(request, app.calls.applyEvent),
      })),
    ],
  });
  telemetry?.watch({
    connections: () => lanes.usage,
    streams: mcp.streams,
    listening: () => changes.listening,
  });
  const jobs = [
    ...jobsOf(app, provider.silentSeconds, log),
    { name: "note denials", every: 5_000, run: () => denials.flush() },
    { name: "sweep rate limits", every: 60_000, run: () => rateLimits.sweep() },
  ];
  if (telemetry) {
    const run = async () => telemetry.liveCalls(await countLiveCalls(lanes));
    jobs.push({ name: "count live calls", every: 10_000, run });
  }
  return {
    app,
    ports,
    http,
    provider,
    books,
    async work(signal) {
      // What other processes change; the first subscription connects.
      changes.subscribe("all", (change) => {
        forgetTokens([change]);
        store.heard(change);
      });
      // For what this process changed just before it was killed, if it was.
      sender.tell([ANYTHING]);
      const running = runJobs(jobs, { clock, log, signal, observe: telemetry?.job });
      await Promise.all([running, provider.run(app.calls.applyEvent, signal)]);
    },
    stopWaiting() {
      http.stopAcceptingTraffic();
      mcp.stopWaiting();
      stopping.abort();
    },
    async close() {
      await Promise.all([changes.close(), sender.close()]);
      await denials.flush().catch((error) => log("warn", "denials were lost", { error }));
      await Promise.all([lanes, probeLanes, readLanes].map((each) => each?.close()));
    },
  };
}

function readiness(lanes: Lanes, wanted: number): () => Promise<Readiness> {
  return async (): Promise<Readiness> => {
    try {
      const found = await currentVersion(lanes);
      // A newer database is fine: a newer replica has migrated, and this one is about to go.
      const ok = found >= wanted;
      const migrations = ok ? "ok" : `at ${found}, waiting for ${wanted}`;
      return { ok, checks: { database: "ok", migrations } };
    } catch {
      return { ok: false, checks: { database: "cannot be reached" } };
    }
  };
}
