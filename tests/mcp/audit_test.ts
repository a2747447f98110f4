/**
 * Whatever changes something for somebody stands in the audit trail. The table below names every use
 * case there is, and its type demands an entry for a new one; every tool that writes is called. One
 * file, because it is one table.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { DenialBook } from "../../adapters/denial_book.ts";
import { createMcp } from "../../adapters/mcp/create_mcp.ts";
import { TOOLS } from "../../adapters/mcp/tools/mod.ts";
import type { AuditEntry } from "../../src/access/audit_log.ts";
import type { Principal } from "../../src/access/principal.ts";
import type { App } from "../../src/app.ts";
import { newId } from "../../src/kernel/ids.ts";
import { NOON, recordRow, uniquePhone } from "../support/rows.ts";
import { openStudio, type Studio } from "../support/studio.ts";
import { ask, call, type Endpoint, openEndpoint } from "./harness.ts";

/** Does what a use case does. */
type Doing = (studio: Studio) => Promise<unknown>;

/**
 * How a use case is: it reads; the server or a provider does it, not somebody; or it writes, so. Of
 * secrets that somebody types not even a hash is kept.
 */
type UseCase = "reads" | "server" | Doing | { secret: Doing };

const USE_CASES: { [F in keyof App]: { [U in keyof App[F]]: UseCase } } = {
  access: {
    authenticate: "reads",
    issueToken: ({ app, admin, company }) =>
      app.access.issueToken(admin, { user: company.user.email, name: "T" }),
    listTokens: "reads",
    revokeToken: async ({ app, admin, company }) => {
      const made = await app.access.issueToken(admin, { user: company.user.email, name: "T" });
      await app.access.revokeToken(admin, made.token.id);
    },
    listClients: "reads",
    listUsers: "reads",
    auditTrail: "reads",
    watchChanges: "reads",
    getClient: "reads",
    lookAtClient: "reads",
    clientNames: "reads",
    listAudit: "reads",
    openInvitation: "reads",
    authenticateSession: "reads",
    listSessions: "reads",
    disableUser: ({ app, master, company }) =>
      app.access.disableUser(master, { email: company.user.email, disabled: true }),
    inviteUser: ({ app, master, company }) => app.access.inviteUser(master, company.user.email),
    acceptInvitation: { secret: (studio) => signedUp(studio) },
    signIn: { secret: (studio) => signedIn(studio) },
    endSession: {
      secret: async (studio) => {
        const { app } = studio;
        const me = await app.access.authenticateSession(await signedIn(studio));
        await app.access.endSession(me, me.sessionId);
      },
    },
    changePassword: {
      secret: async (studio) => {
        const { app } = studio;
        const me = await app.access.authenticateSession(await signedIn(studio));
        await app.access.changePassword(me, { current: PASSWORD, next: `${PASSWORD} anew` });
      },
    },
    sealAudit: "server",
    verifyAudit: "reads",
    recordDenials: ({ app, admin }) =>
      app.access.recordDenials([{
        principal: { ...admin, via: { application: "t/1", argumentsHash: "0".repeat(64) } },
        action: "initiate-call",
        code: "forbidden",
        times: 2,
      }]),
  },
  billing: { ledger: "reads" },
  imports: {
    preview: (studio) => aPreview(studio),
    start: async (studio) => {
      await studio.app.imports.start(studio.clerk, await aPreview(studio));
    },
    discard: async (studio) => {
      await studio.app.imports.discard(studio.clerk, await aPreview(studio));
    },
    get: "reads",
    sample: "reads",
    list: "reads",
    run: "server",
    forgetPreviews: "server",
  },
  records: {
    list: "reads",
    get: "reads",
    create: ({ app, admin, company }) =>
      app.records.create(admin, {
        name: "Bo",
        phoneNumber: uniquePhone(),
        recordTypeUuid: company.type.id,
      }),
    update: async (studio) => {
      const uuid = await aRecord(studio);
      await studio.app.records.update(studio.admin, { uuid, name: "Cy" });
    },
    import: ({ app, admin, company }) => {
      const fields = { name: "Bo", phoneNumber: uniquePhone() };
      return app.records.import(admin, {
        recordTypeUuid: company.type.id,
        rows: [{ line: 2, fields }],
      });
    },
    profile: "reads",
    outcomes: "reads",
    suggest: "reads",
    listTypes: "reads",
  },
  campaigns: {
    list: "reads",
    get: "reads",
    stats: "reads",
    allStats: "reads",
    callsPerDay: "reads",
    outcomes: "reads",
    totalCosts: "reads",
    suggest: "reads",
    assistants: "reads",
    agentWebhook: "reads",
  },
  callOrders: {
    list: "reads",
    get: "reads",
    create: (studio) => anOrder(studio),
    updateStatus: async (studio) => {
      const uuid = await anOrder(studio);
      await studio.app.callOrders.updateStatus(studio.admin, { uuid, status: "canceled" });
    },
  },
  calls: {
    initiate: async (studio) => {
      const callOrderUuid = await anOrder(studio);
      await studio.app.calls.initiate(studio.admin, { callOrderUuid });
    },
    list: "reads",
    get: "reads",
    wait: "reads",
    watch: "reads",
    transcript: "reads",
    recording: "reads",
    openRecording: "reads",
    applyEvent: "server",
    reportFromAgent: "server",
    reconcile: "server",
    dialDue: "server",
    forgetKeys: "server",
  },
  setup: {
    apply: ({ app, master }) =>
      app.setup.apply(master, {
        clients: [{
          name: "New",
          country: "US",
          tariff: { currency: "USD", setup: "0", perMinute: "1" },
        }],
      }),
    importHistory: async (studio) => {
      const uuid = await aRecord(studio);
      const notes = [{ recordUuid: uuid, author: "Ana", text: "Hi", at: NOON }];
      await studio.app.setup.importHistory(studio.master, { orders: [], notes });
    },
  },
};

for (const [feature, useCases] of Object.entries(USE_CASES)) {
  for (const [name, useCase] of Object.entries<UseCase>(useCases)) {
    if (typeof useCase === "string") continue;
    if (typeof useCase === "object") {
      Deno.test(`${feature}.${name} leaves an entry in the audit trail, without a hash`, async () => {
        const studio = await openStudio();
        const added = await newEntries(studio);
        await useCase.secret(studio);
        const wanted = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
        const entries = (await added()).filter(({ action }) => action === wanted);
        assertEquals(entries.map(({ argumentsHash }) => argumentsHash), [null]);
      });
      continue;
    }
    Deno.test(`${feature}.${name} leaves an entry in the audit trail, with a hash of what was asked`, async () => {
      const studio = await openStudio();
      const added = await newEntries(studio);
      await useCase(studio);
      const entries = await added();
      assert(entries.length > 0, "nothing was noted");
      for (const { argumentsHash } of entries) assertMatch(argumentsHash ?? "", /^[0-9a-f]{64}$/);
    });
  }
}

/** Arguments of each tool that writes. */
const CALLS: Record<string, (studio: Studio) => Promise<Record<string, unknown>>> = {
  "create-record": ({ company }) =>
    Promise.resolve({ name: "Bo", phoneNumber: uniquePhone(), recordTypeUuid: company.type.id }),
  "update-record": async (studio) => ({ uuid: await aRecord(studio), name: "Cy" }),
  "create-call-order": async (studio) => ({
    recordUuid: await aRecord(studio),
    campaignUuid: studio.company.campaign.id,
  }),
  "update-call-order-status": async (studio) => ({
    uuid: await anOrder(studio),
    status: "canceled",
  }),
  "initiate-call": async (studio) => ({ callOrderUuid: await anOrder(studio) }),
};

Deno.test("every tool that writes is called here", () => {
  const writing = TOOLS.filter(({ hints }) => !hints.readOnlyHint).map(({ name }) => name);
  assertEquals(Object.keys(CALLS).sort(), writing.sort());
});

for (const [tool, argumentsOf] of Object.entries(CALLS)) {
  Deno.test(`${tool} says in the audit trail who called it, with which program`, async () => {
    const endpoint = await openEndpoint();
    const args = await argumentsOf(endpoint);
    const added = await newEntries(endpoint);
    await call(endpoint, tool, args, { who: "admin" });
    const [entry, ...more] = await added();
    assertEquals(more, []);
    const { admin } = endpoint;
    assertEquals([entry.action, entry.outcome, entry.application], [tool, "ok", "test/1"]);
    assertEquals([entry.userId, entry.tokenId, entry.clientId], [
      admin.userId,
      admin.tokenId,
      admin.clientId,
    ]);
    assertMatch(entry.argumentsHash ?? "none", /^[0-9a-f]{64}$/);
  });
}

Deno.test("a client of an older revision is named by its user agent", async () => {
  const endpoint = await openEndpoint();
  const args = await CALLS["create-record"](endpoint);
  const headers = { "user-agent": "cursor/9 (mac)\u00e9" };
  const added = await newEntries(endpoint);
  await call(endpoint, "create-record", args, { era: "legacy", headers });
  assertEquals((await added())[0].application, "cursor/9 (mac)");
});

Deno.test("refusals are counted, mistakes are not", async () => {
  const studio = await openStudio();
  const told: string[] = [];
  const mcp = createMcp({
    app: studio.app,
    resources: studio.app,
    version: "0",
    report: () => {},
    clock: studio.clock,
    denied: ({ tokenId }, tool, code) => told.push([tokenId, tool, code].join(" ")),
  });
  const endpoint = (principal: Principal): Pick<Endpoint, "fetch"> => ({
    fetch: async (request) => {
      const body = await request.json();
      const again = new Request(request.url, { method: "POST", headers: request.headers });
      return await mcp.fetch(again, {
        principal,
        body,
        stillAllowed: () => Promise.resolve(true),
      });
    },
  });
  const { viewer, readOnly, admin } = studio;
  const unknown = { callOrderUuid: newId(NOON) };
  await ask(endpoint(viewer), "tools/call", { name: "initiate-call", arguments: unknown });
  await ask(endpoint(readOnly), "tools/call", { name: "create-record", arguments: {} });
  await ask(endpoint(admin), "tools/call", { name: "initiate-call", arguments: unknown });
  assertEquals(told, [
    `${viewer.tokenId} initiate-call forbidden`,
    `${readOnly.tokenId} create-record forbidden`,
    `${admin.tokenId} initiate-call not_found`,
  ]);
  let down = true;
  const book = new DenialBook((denials) =>
    down ? Promise.reject(new Error("down")) : studio.app.access.recordDenials(denials)
  );
  for (let i = 0; i < 5; i++) book.note(viewer, "initiate-call", "forbidden");
  book.note(admin, "initiate-call", "insufficient_balance");
  for (const code of ["invalid", "not_found", "conflict", "absent", "unavailable"] as const) {
    book.note(admin, "initiate-call", code);
  }
  await book.flush().catch(() => {});
  down = false;
  book.note(viewer, "initiate-call", "forbidden");
  const added = await newEntries(studio);
  await book.flush();
  await book.flush();
  assertEquals(
    (await added()).map(({ userId, outcome, times }) => [userId, outcome, times]).sort(),
    [[viewer.userId, "forbidden", 6], [admin.userId, "insufficient_balance", 1]].sort(),
  );
});

/** What is noted from now on. */
async function newEntries(studio: Studio): Promise<() => Promise<AuditEntry[]>> {
  const before = new Set((await trail(studio)).map(({ id }) => id));
  return async () => (await trail(studio)).filter(({ id }) => !before.has(id));
}

async function trail({ store }: Studio): Promise<AuditEntry[]> {
  return await store.run("all", ({ audit }) => audit.latest(1000));
}

const PASSWORD = "correct horse battery";

async function signedUp({ app, master, company }: Studio): Promise<void> {
  const { secret } = await app.access.inviteUser(master, company.user.email);
  await app.access.acceptInvitation(secret, PASSWORD);
}

async function signedIn(studio: Studio): Promise<string> {
  await signedUp(studio);
  const { email } = studio.company.user;
  return await studio.app.access.signIn({ email, password: PASSWORD, address: null });
}

async function aPreview({ app, clerk, company }: Studio): Promise<string> {
  const { contactImport } = await app.imports.preview(clerk, {
    recordTypeUuid: company.type.id,
    fileName: "leads.csv",
    bytes: 100,
    rows: [{ line: 2, fields: { name: "Bo", phoneNumber: uniquePhone() } }],
  });
  return contactImport.id;
}

async function aRecord({ store, company }: Studio): Promise<string> {
  const record = recordRow(company.type);
  await store.run("all", ({ records }) => records.insert(record));
  return record.id;
}

async function anOrder(studio: Studio): Promise<string> {
  const recordUuid = await aRecord(studio);
  const { app, admin, company } = studio;
  const made = await app.callOrders.create(admin, {
    recordUuid,
    campaignUuid: company.campaign.id,
  });
  return made.order.id;
}
