/**
 * The setup document: everything that an operator sets up, by name. Applying it twice does no
 * harm; what it does not name stays as it is.
 *
 * @module
 */
import type { Permission } from "../access/principal.ts";
import type { PhoneRates } from "../billing/pricing.ts";
import type { AgentWebhook } from "../campaigns/agent_webhook.ts";
import type { AgentConnection, OutcomeDefinition } from "../campaigns/assistant.ts";
import type { CampaignStatus, DialingRules } from "../campaigns/campaign.ts";
import type { ClientRules } from "../compliance/call_rules.ts";
import type { ImportedFields } from "../records/import_records.ts";

/** The whole document. */
export type Setup = {
  /** The operator's own people, who see every client. */
  masters?: PersonSetup[];
  /** People who belong to no client until one lists them among its users. */
  unassigned?: PersonSetup[];
  clients?: ClientSetup[];
};

/** A user of no client. */
export type PersonSetup = {
  email: string;
  name: string;
};

/** A company and all that belongs to it. */
export type ClientSetup = {
  name: string;
  /** ISO 3166-1 alpha-2; needed for a new client. */
  country?: string;
  /** Decimal strings; needed for a new client. */
  tariff?: {
    currency: string;
    setup?: string;
    perMinute: string;
    incrementSeconds?: number;
  };
  /** Expected costs of telephony; replaces the whole list. */
  phoneRates?: PhoneRates;
  rules?: Partial<ClientRules>;
  /** Paid in once per reference. */
  topUps?: { reference: string; amount: string }[];
  roles?: { name: string; admin?: boolean; permissions?: Permission[] }[];
  users?: { email: string; name: string; role: string }[];
  recordTypes?: { name: string; description?: string }[];
  assistants?: AssistantSetup[];
  campaigns?: CampaignSetup[];
  records?: RecordSetup[];
};

/** A voice agent. */
export type AssistantSetup = {
  name: string;
  /** Default: the simulated network's own agent. */
  connection?: AgentConnection;
  outcomes?: OutcomeDefinition[];
  /** Decimal string in the client's currency; default 0. */
  operationalPerMinute?: string;
  /** How its platform reports to us; null for not at all. */
  webhook?: AgentWebhook | null;
};

/** A campaign. */
export type CampaignSetup = {
  name: string;
  description?: string;
  /** Default `draft`. */
  status?: CampaignStatus;
  /** Name of an assistant; needed for a new campaign. */
  assistant?: string;
  rules?: Partial<DialingRules>;
};

/** A contact, with what the tools cannot set. */
export type RecordSetup = ImportedFields & {
  /** Name of a record type. */
  recordType: string;
};

/** What applying changed. */
export type SetupReport = {
  created: number;
  updated: number;
  unchanged: number;
  /** One line per row that was created or updated, such as `created campaign Spring`. */
  changes: string[];
};
