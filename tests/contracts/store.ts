/** Every contract that a store must keep. */
import { accessRepoContract } from "./access_repo.ts";
import { auditLogContract } from "./audit_log.ts";
import { balanceServiceContract } from "./balance_service.ts";
import { callOrderRepoContract } from "./call_order_repo.ts";
import { callRepoContract } from "./call_repo.ts";
import { campaignRepoContract } from "./campaign_repo.ts";
import { contactImportRepoContract } from "./contact_import_repo.ts";
import { doNotCallListContract } from "./do_not_call_list.ts";
import { isolationContract } from "./isolation.ts";
import { recordRepoContract } from "./record_repo.ts";
import { recordSearchContract } from "./record_search.ts";
import { signInRepoContract } from "./sign_in_repo.ts";
import { statsRepoContract } from "./stats_repo.ts";
import type { Contract } from "./suite.ts";
import { unitOfWorkContract } from "./unit_of_work.ts";

/** To be run on each store. */
export const STORE_CONTRACTS: Contract[] = [
  unitOfWorkContract,
  isolationContract,
  accessRepoContract,
  signInRepoContract,
  recordRepoContract,
  recordSearchContract,
  contactImportRepoContract,
  campaignRepoContract,
  callOrderRepoContract,
  callRepoContract,
  balanceServiceContract,
  statsRepoContract,
  doNotCallListContract,
  auditLogContract,
];
