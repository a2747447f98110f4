/**
 * Every command, in the order of the help.
 *
 * @module
 */
import type { Command } from "./command.ts";
import { applyFile } from "./commands/apply.ts";
import { createAssistant, showAssistantWebhook } from "./commands/assistants.ts";
import { audit, verifyAudit } from "./commands/audit.ts";
import { createCampaign, listCampaigns, setCampaignStatus } from "./commands/campaigns.ts";
import { createClient, listClients, topUp } from "./commands/clients.ts";
import { doctor } from "./commands/doctor.ts";
import { importContacts } from "./commands/import.ts";
import { migrate } from "./commands/migrate.ts";
import { listPhoneCalls } from "./commands/phone.ts";
import { createRecordType, listRecordTypes } from "./commands/record_types.ts";
import { createRole, listRoles } from "./commands/roles.ts";
import { printSchema } from "./commands/schema.ts";
import { createToken, listTokens, revokeToken } from "./commands/tokens.ts";
import { createUser, disableUser, enableUser, inviteUser, listUsers } from "./commands/users.ts";

/** Every command. */
export const COMMANDS: readonly Command[] = [
  applyFile,
  printSchema,
  createClient,
  listClients,
  topUp,
  createRole,
  listRoles,
  createUser,
  inviteUser,
  disableUser,
  enableUser,
  listUsers,
  createToken,
  listTokens,
  revokeToken,
  createRecordType,
  listRecordTypes,
  importContacts,
  createAssistant,
  showAssistantWebhook,
  createCampaign,
  listCampaigns,
  setCampaignStatus,
  audit,
  verifyAudit,
  listPhoneCalls,
  migrate,
  doctor,
];
