/**
 * One call of every method of every repository, for a world's rows, and what another client must
 * get for it. The type demands a probe for each method that there is, so nobody can add a query
 * without saying how it keeps clients apart. One file, because it is one table.
 *
 * @module
 */
import type { AuditLink } from "../../src/access/audit_log.ts";
import type { Client } from "../../src/access/client.ts";
import { figuresOfCall } from "../../src/campaigns/stats.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { Repos } from "../../src/kernel/unit_of_work.ts";
import {
  auditRow,
  callRow,
  ended,
  importRow,
  invitationRow,
  minutes,
  NOON,
  noteRow,
  orderRow,
  recordRow,
  sessionRow,
  tokenRow,
  uniquePhone,
} from "../support/rows.ts";
import { refOf, type World } from "../support/world.ts";

/** Stands for a rejection. */
export const REFUSED = Symbol("refused");

/** A call of a method, and what must come of it. */
export interface Probe {
  call(repos: Repos, world: World): Promise<unknown>;
  /**
   * What another client may get for it, who has no rows but its own client; {@link REFUSED} for a
   * rejection. In the world's own scope it must be something else.
   */
  hidden: readonly unknown[] | ((other: Client) => readonly unknown[]);
  /** Whether it only reads, so that it must do with a single flight. */
  reads: boolean;
  /** `operator`: refused in every client's scope; `authentication`: open to that scope. */
  for?: "operator" | "authentication";
}

/** A probe for every method. */
export type Probes = { [R in keyof Repos]: { [M in keyof Repos[R]]: Probe } };

type Calling = Probe["call"];

const PAGE = { page: 1, limit: 100 };
/** Before everything in a world. */
const EARLIER = minutes(-60);
const LATER = minutes(60);

/** A read that finds nothing of other clients. */
function finds(nothing: unknown, call: Calling): Probe {
  return { call, hidden: [nothing], reads: true };
}

/** A lock or a write that takes other clients' rows for absent. */
function takes(nothing: unknown, call: Calling): Probe {
  return { call, hidden: [nothing], reads: false };
}

/** A write that rejects for other clients' rows. */
function refuses(call: Calling): Probe {
  return { call, hidden: [REFUSED], reads: false };
}

/** A write that is the operator's alone. */
function operators(call: Calling): Probe {
  return { call, hidden: [REFUSED], reads: false, for: "operator" };
}

/** A read that is open before anybody is known, and to nobody else. */
function authenticates(call: Calling): Probe {
  return { call, hidden: [null, REFUSED], reads: true, for: "authentication" };
}

function importRef({ clientId, id }: World["contactImport"]) {
  return { clientId, importId: id };
}

function entryOf({ client }: World) {
  return { id: newId(NOON), clientId: client.id, at: NOON };
}

function linkOf({ audit: { clientId, id } }: World): AuditLink {
  return { clientId, seq: 1, entryId: id, hash: "0".repeat(64), keyId: "test" };
}

/** Every method there is. */
export const PROBES: Probes = {
  access: {
    identify: authenticates(({ access }, { token }) => access.identify(token.hash, NOON)),
    getClient: finds(null, ({ access }, { client }) => access.getClient(client.id)),
    clientByName: finds(null, ({ access }, { client }) => access.clientByName(client.name)),
    listClients: {
      call: ({ access }) => access.listClients(),
      hidden: (other) => [[other]],
      reads: true,
    },
    saveClient: operators(({ access }, { client }) => access.saveClient(client)),
    roleByName: finds(
      null,
      ({ access }, { client, role }) => access.roleByName(client.id, role.name),
    ),
    listRoles: finds([], ({ access }) => access.listRoles()),
    saveRole: operators(({ access }, { role }) => access.saveRole(role)),
    userByEmail: finds(null, ({ access }, { user }) => access.userByEmail(user.email)),
    listUsers: finds([], ({ access }) => access.listUsers()),
    saveUser: operators(({ access }, { user }) => access.saveUser(user)),
    getToken: finds(null, ({ access }, { token }) => access.getToken(token.id)),
    listTokens: finds([], ({ access }) => access.listTokens()),
    insertToken: refuses(({ access }, { user }) => access.insertToken(tokenRow(user))),
    revokeToken: takes(false, ({ access }, { token }) => access.revokeToken(token.id, NOON)),
  },
  audit: {
    add: refuses(({ audit }, { user }) => audit.add(auditRow(user))),
    latest: finds([], ({ audit }) => audit.latest(100)),
    page: finds({ items: [], total: 0 }, ({ audit }) => audit.page({}, PAGE)),
    takeUnsealed: operators(({ audit }) => audit.takeUnsealed(100)),
    lastLink: { ...operators(({ audit }, { client }) => audit.lastLink(client.id)), reads: true },
    seal: operators(({ audit }, world) => audit.seal([linkOf(world)])),
    chains: { ...operators(({ audit }) => audit.chains()), reads: true },
    links: { ...operators(({ audit }, { client }) => audit.links(client.id, 0, 9)), reads: true },
    unsealed: { ...operators(({ audit }) => audit.unsealed(9)), reads: true },
  },
  balance: {
    get: finds(null, ({ balance }, { client }) => balance.get(client.id)),
    list: finds([], ({ balance }) => balance.list(100)),
    lock: takes(null, ({ balance }, { client }) => balance.lock(client.id)),
    reserve: {
      call: ({ balance }, world) =>
        balance.reserve({ ...entryOf(world), callId: world.past.id, amount: 1n }),
      hidden: [false, REFUSED],
      reads: false,
    },
    settle: refuses(({ balance }, world) =>
      balance.settle({
        ...entryOf(world),
        callId: world.call.id,
        reserved: world.call.reserved,
        cost: 1n,
      })
    ),
    adjust: refuses(({ balance }, world) =>
      balance.adjust({ ...entryOf(world), callId: world.call.id, amount: 1n })
    ),
    open: operators(({ balance }, { client }) => balance.open(client.id, "USD")),
    topUp: operators(({ balance }, world) =>
      balance.topUp({ ...entryOf(world), amount: 1n, reference: "second" })
    ),
    ledgerPage: finds(
      { items: [], total: 0 },
      ({ balance }, { client }) => balance.ledgerPage(client.id, PAGE),
    ),
    ledger: finds([], ({ balance }, { client }) => balance.ledger(client.id, 100)),
  },
  callOrders: {
    get: finds(null, ({ callOrders }, { order }) => callOrders.get(order.id)),
    lock: takes(null, ({ callOrders }, { order }) => callOrders.lock(order.id)),
    list: finds(
      { items: [], total: 0 },
      ({ callOrders }, { campaign }) => callOrders.list({ campaignId: campaign.id }, PAGE),
    ),
    openOrderId: finds(
      null,
      ({ callOrders }, { client, record, campaign }) =>
        callOrders.openOrderId(client.id, record.id, campaign.id),
    ),
    insert: refuses(({ callOrders }, { record, campaign }) =>
      callOrders.insert(orderRow(record, campaign, { status: "canceled" }))
    ),
    update: refuses(({ callOrders }, { order }) =>
      callOrders.update({ ...order, status: "canceled" })
    ),
    claimDue: takes([], ({ callOrders }) => callOrders.claimDue(LATER, minutes(90), 100)),
  },
  calls: {
    get: finds(null, ({ calls }, { call }) => calls.get(call.id)),
    lock: takes(null, ({ calls }, { call }) => calls.lock(refOf(call))),
    liveOfOrder: finds(
      null,
      ({ calls }, { client, order }) => calls.liveOfOrder(client.id, order.id),
    ),
    startedSince: finds(
      { lastMinute: 0, today: 0, spend: 0n },
      ({ calls }, { client }) =>
        calls.startedSince(client.id, null, { minute: minutes(-999), day: minutes(-999) }),
    ),
    countLive: finds(
      { ofClient: 0, ofCampaign: 0 },
      ({ calls }, { client, campaign }) => calls.countLive(client.id, campaign.id),
    ),
    insert: refuses(({ calls }, { order, assistant }) =>
      calls.insert(callRow(order, assistant, ended()))
    ),
    update: refuses(({ calls }, { call }) => calls.update({ ...call, status: "ringing" })),
    list: finds(
      { items: [], total: 0 },
      ({ calls }, { campaign }) => calls.list({ campaignId: campaign.id }, PAGE),
    ),
    ofRecord: finds([], ({ calls }, { record }) => calls.ofRecord(record.id, 100)),
    silentSince: finds([], ({ calls }) => calls.silentSince(LATER, 100)),
    toNumber: finds(
      [],
      ({ calls }, { call }) => calls.toNumber(call.provider, call.phoneNumber, EARLIER, LATER),
    ),
    unpriced: finds(
      [],
      ({ calls }, { past }) =>
        calls.unpriced(past.provider, { endedAt: EARLIER, id: past.id }, 100),
    ),
    addEvent: refuses(({ calls }, { call }) => calls.addEvent(refOf(call), "ringing", NOON)),
    newestEvent: finds(null, ({ calls }, { call }) => calls.newestEvent(refOf(call), "d")),
    transcript: finds(null, ({ calls }, { call }) => calls.transcript(call.id)),
    saveTranscript: refuses(({ calls }, { call }) =>
      calls.saveTranscript(refOf(call), { turns: [] })
    ),
    outcomes: finds([], ({ calls }, { call }) => calls.outcomes(call.id)),
    saveOutcomes: refuses(({ calls }, { call }) => calls.saveOutcomes(refOf(call), [])),
    outcomesOfRecord: finds([], ({ calls }, { record }) => calls.outcomesOfRecord(record.id, 100)),
    findKey: finds(null, ({ calls }, { client, key }) => calls.findKey(client.id, key.key)),
    insertKey: refuses(({ calls }, { key }) => calls.insertKey({ ...key, key: "another" })),
    dropKeys: operators(({ calls }) => calls.dropKeys(minutes(-600))),
  },
  campaigns: {
    get: finds(null, ({ campaigns }, { campaign }) => campaigns.get(campaign.id)),
    list: finds(
      { items: [], total: 0 },
      ({ campaigns }, { campaign }) => campaigns.list({ search: campaign.name }, PAGE),
    ),
    suggest: finds([], ({ campaigns }, { campaign }) => campaigns.suggest(campaign.name, 100)),
    byName: finds(
      null,
      ({ campaigns }, { client, campaign }) => campaigns.byName(client.id, campaign.name),
    ),
    save: refuses(({ campaigns }, { campaign }) =>
      campaigns.save({ ...campaign, status: "finished" })
    ),
    getAssistant: finds(
      null,
      ({ campaigns }, { assistant }) => campaigns.getAssistant(assistant.id),
    ),
    assistantByName: finds(
      null,
      ({ campaigns }, { client, assistant }) =>
        campaigns.assistantByName(client.id, assistant.name),
    ),
    listAssistants: finds([], ({ campaigns }) => campaigns.listAssistants()),
    saveAssistant: refuses(({ campaigns }, { assistant }) =>
      campaigns.saveAssistant({ ...assistant, outcomes: [] })
    ),
  },
  changes: {
    publish: refuses(({ changes }, { client, call }) =>
      changes.publish(client.id, { calls: [call.id] })
    ),
  },
  doNotCall: {
    has: finds(
      false,
      ({ doNotCall }, { client, record }) => doNotCall.has(client.id, record.phoneNumber),
    ),
    add: refuses(({ doNotCall }, { client }) => doNotCall.add(client.id, uniquePhone(), NOON)),
  },
  imports: {
    get: finds(null, ({ imports }, { contactImport }) => imports.get(contactImport.id)),
    lock: takes(null, ({ imports }, { contactImport }) => imports.lock(contactImport.id)),
    list: finds({ items: [], total: 0 }, ({ imports }) => imports.list(PAGE)),
    insert: refuses(({ imports }, { type }) => imports.insert(importRow(type), [[]])),
    update: refuses(({ imports }, { contactImport }) =>
      imports.update({ ...contactImport, nextRow: 1 })
    ),
    batch: finds(
      [],
      ({ imports }, { contactImport }) => imports.batch(importRef(contactImport), 0),
    ),
    dropRows: takes(
      0,
      ({ imports }, { contactImport }) => imports.dropRows(importRef(contactImport)),
    ),
    claim: takes(null, ({ imports }) => imports.claim(LATER, minutes(90))),
    dropPreviews: takes(0, ({ imports }) => imports.dropPreviews(LATER, NOON)),
  },
  records: {
    get: finds(null, ({ records }, { record }) => records.get(record.id)),
    lock: takes(null, ({ records }, { record }) => records.lock(record.id)),
    list: finds(
      { items: [], total: 0 },
      ({ records }, { record }) => records.list({ search: record.phoneNumber }, PAGE),
    ),
    suggest: finds([], ({ records }, { record }) => records.suggest(record.name, 100)),
    counts: finds(
      { ordersByStatus: {}, calls: 0, outcomes: 0, notes: 0 },
      ({ records }, { record }) => records.counts(record.id),
    ),
    insert: refuses(({ records }, { type }) => records.insert(recordRow(type))),
    update: refuses(({ records }, { record }) => records.update({ ...record, name: "Mallory" })),
    takenPhones: finds(
      [],
      ({ records }, { client, type, record }) =>
        records.takenPhones(client.id, type.id, [record.phoneNumber]),
    ),
    idByPhone: finds(
      null,
      ({ records }, { client, type, record }) =>
        records.idByPhone(client.id, type.id, record.phoneNumber),
    ),
    getType: finds(null, ({ records }, { type }) => records.getType(type.id)),
    typeByName: finds(
      null,
      ({ records }, { client, type }) => records.typeByName(client.id, type.name),
    ),
    listTypes: finds({ items: [], total: 0 }, ({ records }) => records.listTypes(PAGE)),
    saveType: refuses(({ records }, { type }) => records.saveType({ ...type, name: "Mallory" })),
    notes: finds([], ({ records }, { record }) => records.notes(record.id, 100)),
    addNote: refuses(({ records }, { record }) => records.addNote(noteRow(record))),
  },
  signIn: {
    account: authenticates(({ signIn }, { user }) => signIn.account(user.email)),
    identifySession: authenticates(({ signIn }, { session }) =>
      signIn.identifySession(session.hash, NOON, minutes(-600))
    ),
    invitation: authenticates(({ signIn }, { invitation }) => signIn.invitation(invitation.hash)),
    insertInvitation: operators(({ signIn }, { user }) =>
      signIn.insertInvitation(invitationRow(user))
    ),
    useInvitation: operators(({ signIn }, { invitation }) =>
      signIn.useInvitation(invitation.id, NOON)
    ),
    savePassword: operators(({ signIn }, { user }) => signIn.savePassword(user.id, "$x", NOON)),
    noteSignIn: operators(({ signIn }, { user }) => signIn.noteSignIn(user.id, "$a", "$b", NOON)),
    insertSession: operators(({ signIn }, { user }) => signIn.insertSession(sessionRow(user))),
    listSessions: operators(({ signIn }, { user }) => signIn.listSessions(user.id)),
    endSession: operators(({ signIn }, { session }) =>
      signIn.endSession(session.userId, session.id)
    ),
    endSessions: operators(({ signIn }, { user }) => signIn.endSessions(user.id, null)),
  },
  stats: {
    add: refuses(({ stats }, { client, campaign, past }) =>
      stats.add(client.id, campaign.id, figuresOfCall(past))
    ),
    ofCampaign: finds(null, ({ stats }, { campaign }) => stats.ofCampaign(campaign.id)),
    all: finds([], ({ stats }) => stats.all(100)),
    totalCosts: finds([], ({ stats }) => stats.totalCosts()),
    addToDay: refuses(({ stats }, { client, campaign, past }) =>
      stats.addToDay(client.id, campaign.id, "2026-03-02", figuresOfCall(past))
    ),
    days: finds(
      [],
      ({ stats }, { campaign }) => stats.days(campaign.id, "2000-01-01", "2999-01-01"),
    ),
    addOutcomes: refuses(({ stats }, { client, campaign, outcomes }) =>
      stats.addOutcomes(client.id, campaign.id, outcomes, 1)
    ),
    outcomes: finds([], ({ stats }, { campaign }) => stats.outcomes(campaign.id, 100)),
  },
};

/** All probes, each with a name such as `records.get`. */
export function everyProbe(): (Probe & { name: string; repo: keyof Repos })[] {
  return (Object.keys(PROBES) as (keyof Repos)[]).flatMap((repo) =>
    Object.entries<Probe>(PROBES[repo]).map(([method, probe]) => ({
      ...probe,
      repo,
      name: `${repo}.${method}`,
    }))
  );
}
