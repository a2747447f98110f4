/**
 * Every use case, by feature: the whole inside, as inbound adapters see it.
 *
 * @module
 */
import { acceptInvitation, openInvitation } from "./access/accept_invitation.ts";
import { authenticate } from "./access/authenticate.ts";
import { authenticateSession } from "./access/authenticate_session.ts";
import { changePassword } from "./access/change_password.ts";
import { disableUser } from "./access/disable_user.ts";
import { inviteUser } from "./access/invite_user.ts";
import { endSession, listSessions } from "./access/manage_sessions.ts";
import { getClient, lookAtClient } from "./access/client_of.ts";
import { issueToken, listTokens, revokeToken } from "./access/manage_tokens.ts";
import { fingerprint } from "./access/fingerprint.ts";
import type { Principal } from "./access/principal.ts";
import { recordDenials } from "./access/record_denials.ts";
import { sealAudit } from "./access/seal_audit.ts";
import { verifyAudit } from "./access/verify_audit.ts";
import { auditTrail, clientNames, listAudit, listClients, listUsers } from "./access/queries.ts";
import { signIn } from "./access/sign_in.ts";
import { watchChanges } from "./access/watch_changes.ts";
import type { Ports } from "./app_ports.ts";
import { listLedger } from "./billing/queries.ts";
import { createCallOrder } from "./call_orders/create_call_order.ts";
import { listCallOrders } from "./call_orders/queries.ts";
import { updateCallOrderStatus } from "./call_orders/update_call_order_status.ts";
import { applyCallEvent } from "./calls/apply_call_event.ts";
import { dialDueOrders } from "./calls/dial_due_orders.ts";
import { forgetKeys } from "./calls/forget_keys.ts";
import { initiateCall } from "./calls/initiate_call.ts";
import {
  getCall,
  getRecording,
  getTranscript,
  listCalls,
  openRecording,
  waitForCall,
  watchCall,
} from "./calls/queries.ts";
import { reconcileCalls } from "./calls/reconcile_calls.ts";
import { reportFromAgent } from "./calls/report_from_agent.ts";
import { findAgentWebhook, listAssistants } from "./campaigns/agent_webhooks.ts";
import {
  allCampaignStats,
  callsPerDay,
  campaignOutcomes,
  campaignStats,
  getCampaign,
  listCampaigns,
  suggestCampaigns,
  totalCosts,
} from "./campaigns/queries.ts";
import { createRecord } from "./records/create_record.ts";
import {
  getRecord,
  listRecords,
  listRecordTypes,
  recordOutcomes,
  recordProfile,
  suggestRecords,
} from "./records/queries.ts";
import { importRecords } from "./records/import_records.ts";
import {
  discardImport,
  getImport,
  listImports,
  sampleImport,
  startImport,
} from "./records/manage_imports.ts";
import { previewImport } from "./records/preview_import.ts";
import { forgetPreviews, runImports } from "./records/run_imports.ts";
import { updateRecord } from "./records/update_record.ts";
import { applySetup } from "./setup/apply_setup.ts";
import { importHistory } from "./setup/import_history.ts";

/** A use case that somebody asks for, with its ports filled in. */
export type Bound<F> = F extends (ports: Ports, ...rest: infer A) => infer R ? (...rest: A) => R
  : never;

/** The use cases, grouped by feature. Each takes the principal first, where somebody asks. */
export type App = {
  access: {
    authenticate: Bound<typeof authenticate>;
    issueToken: Bound<typeof issueToken>;
    listTokens: Bound<typeof listTokens>;
    revokeToken: Bound<typeof revokeToken>;
    getClient: Bound<typeof getClient>;
    lookAtClient: Bound<typeof lookAtClient>;
    listClients: Bound<typeof listClients>;
    listUsers: Bound<typeof listUsers>;
    auditTrail: Bound<typeof auditTrail>;
    watchChanges: Bound<typeof watchChanges>;
    clientNames: Bound<typeof clientNames>;
    disableUser: Bound<typeof disableUser>;
    inviteUser: Bound<typeof inviteUser>;
    openInvitation: Bound<typeof openInvitation>;
    acceptInvitation: Bound<typeof acceptInvitation>;
    signIn: Bound<typeof signIn>;
    authenticateSession: Bound<typeof authenticateSession>;
    listSessions: Bound<typeof listSessions>;
    endSession: Bound<typeof endSession>;
    changePassword: Bound<typeof changePassword>;
    listAudit: Bound<typeof listAudit>;
    sealAudit: Bound<typeof sealAudit>;
    verifyAudit: Bound<typeof verifyAudit>;
    recordDenials: Bound<typeof recordDenials>;
  };
  billing: {
    ledger: Bound<typeof listLedger>;
  };
  records: {
    list: Bound<typeof listRecords>;
    get: Bound<typeof getRecord>;
    create: Bound<typeof createRecord>;
    update: Bound<typeof updateRecord>;
    import: Bound<typeof importRecords>;
    profile: Bound<typeof recordProfile>;
    outcomes: Bound<typeof recordOutcomes>;
    suggest: Bound<typeof suggestRecords>;
    listTypes: Bound<typeof listRecordTypes>;
  };
  imports: {
    preview: Bound<typeof previewImport>;
    start: Bound<typeof startImport>;
    discard: Bound<typeof discardImport>;
    get: Bound<typeof getImport>;
    sample: Bound<typeof sampleImport>;
    list: Bound<typeof listImports>;
    run: Bound<typeof runImports>;
    forgetPreviews: Bound<typeof forgetPreviews>;
  };
  campaigns: {
    list: Bound<typeof listCampaigns>;
    get: Bound<typeof getCampaign>;
    stats: Bound<typeof campaignStats>;
    allStats: Bound<typeof allCampaignStats>;
    callsPerDay: Bound<typeof callsPerDay>;
    outcomes: Bound<typeof campaignOutcomes>;
    totalCosts: Bound<typeof totalCosts>;
    suggest: Bound<typeof suggestCampaigns>;
    assistants: Bound<typeof listAssistants>;
    agentWebhook: Bound<typeof findAgentWebhook>;
  };
  callOrders: {
    list: Bound<typeof listCallOrders>;
    create: Bound<typeof createCallOrder>;
    updateStatus: Bound<typeof updateCallOrderStatus>;
  };
  calls: {
    initiate: Bound<typeof initiateCall>;
    list: Bound<typeof listCalls>;
    get: Bound<typeof getCall>;
    wait: Bound<typeof waitForCall>;
    watch: Bound<typeof watchCall>;
    transcript: Bound<typeof getTranscript>;
    recording: Bound<typeof getRecording>;
    openRecording: Bound<typeof openRecording>;
    applyEvent: Bound<typeof applyCallEvent>;
    reportFromAgent: Bound<typeof reportFromAgent>;
    reconcile: Bound<typeof reconcileCalls>;
    dialDue: Bound<typeof dialDueOrders>;
    forgetKeys: Bound<typeof forgetKeys>;
  };
  setup: {
    apply: Bound<typeof applySetup>;
    importHistory: Bound<typeof importHistory>;
  };
};

/** The application over its ports. */
export function createApp(ports: Ports): App {
  /** Use cases that change something for somebody: the audit trail gets a hash of the arguments. */
  const bindWrite = <A extends unknown[], R>(
    useCase: (ports: Ports, principal: Principal, ...rest: A) => Promise<R>,
  ) =>
  async (principal: Principal, ...rest: A) => {
    const argumentsHash = await fingerprint(ports.auditKey, rest);
    const via = { application: principal.via?.application ?? null, argumentsHash };
    return await useCase(ports, { ...principal, via }, ...rest);
  };
  const bind = <A extends unknown[], R>(useCase: (ports: Ports, ...rest: A) => R) => (...rest: A) =>
    useCase(ports, ...rest);
  return {
    access: {
      authenticate: bind(authenticate),
      issueToken: bindWrite(issueToken),
      listTokens: bind(listTokens),
      revokeToken: bindWrite(revokeToken),
      getClient: bind(getClient),
      lookAtClient: bind(lookAtClient),
      listClients: bind(listClients),
      listUsers: bind(listUsers),
      auditTrail: bind(auditTrail),
      watchChanges: bind(watchChanges),
      clientNames: bind(clientNames),
      disableUser: bindWrite(disableUser),
      inviteUser: bindWrite(inviteUser),
      openInvitation: bind(openInvitation),
      acceptInvitation: bind(acceptInvitation),
      signIn: bind(signIn),
      authenticateSession: bind(authenticateSession),
      listSessions: bind(listSessions),
      endSession: bind(endSession),
      changePassword: bind(changePassword),
      listAudit: bind(listAudit),
      sealAudit: bind(sealAudit),
      verifyAudit: bind(verifyAudit),
      recordDenials: bind(recordDenials),
    },
    billing: {
      ledger: bind(listLedger),
    },
    records: {
      list: bind(listRecords),
      get: bind(getRecord),
      create: bindWrite(createRecord),
      update: bindWrite(updateRecord),
      import: bindWrite(importRecords),
      profile: bind(recordProfile),
      outcomes: bind(recordOutcomes),
      suggest: bind(suggestRecords),
      listTypes: bind(listRecordTypes),
    },
    imports: {
      preview: bindWrite(previewImport),
      start: bindWrite(startImport),
      discard: bindWrite(discardImport),
      get: bind(getImport),
      sample: bind(sampleImport),
      list: bind(listImports),
      run: bind(runImports),
      forgetPreviews: bind(forgetPreviews),
    },
    campaigns: {
      list: bind(listCampaigns),
      get: bind(getCampaign),
      stats: bind(campaignStats),
      allStats: bind(allCampaignStats),
      callsPerDay: bind(callsPerDay),
      outcomes: bind(campaignOutcomes),
      totalCosts: bind(totalCosts),
      suggest: bind(suggestCampaigns),
      assistants: bind(listAssistants),
      agentWebhook: bind(findAgentWebhook),
    },
    callOrders: {
      list: bind(listCallOrders),
      create: bindWrite(createCallOrder),
      updateStatus: bindWrite(updateCallOrderStatus),
    },
    calls: {
      initiate: bindWrite(initiateCall),
      list: bind(listCalls),
      get: bind(getCall),
      wait: bind(waitForCall),
      watch: bind(watchCall),
      transcript: bind(getTranscript),
      recording: bind(getRecording),
      openRecording: bind(openRecording),
      applyEvent: bind(applyCallEvent),
      reportFromAgent: bind(reportFromAgent),
      reconcile: bind(reconcileCalls),
      dialDue: bind(dialDueOrders),
      forgetKeys: bind(forgetKeys),
    },
    setup: {
      apply: bindWrite(applySetup),
      importHistory: bindWrite(importHistory),
    },
  };
}
