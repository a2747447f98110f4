/**
 * Port: work on the store, bound to one transaction and to what the caller may see.
 *
 * @module
 */
import type { AccessRepo } from "../access/access_repo.ts";
import type { SignInRepo } from "../access/sign_in_repo.ts";
import type { AuditLog } from "../access/audit_log.ts";
import type { BalanceService } from "../billing/balance_service.ts";
import type { CallOrderRepo } from "../call_orders/call_order_repo.ts";
import type { CallRepo } from "../calls/call_repo.ts";
import type { CampaignRepo } from "../campaigns/campaign_repo.ts";
import type { StatsRepo } from "../campaigns/stats_repo.ts";
import type { DoNotCallList } from "../compliance/do_not_call_list.ts";
import type { ContactImportRepo } from "../records/contact_import_repo.ts";
import type { RecordRepo } from "../records/record_repo.ts";
import type { ChangeLog } from "./changes.ts";
import type { Scope } from "./scope.ts";

/** The repositories of one transaction. */
export type Repos = {
  access: AccessRepo;
  audit: AuditLog;
  balance: BalanceService;
  callOrders: CallOrderRepo;
  calls: CallRepo;
  campaigns: CampaignRepo;
  changes: ChangeLog;
  doNotCall: DoNotCallList;
  imports: ContactImportRepo;
  records: RecordRepo;
  signIn: SignInRepo;
  stats: StatsRepo;
};

/**
 * Hands out repositories bound to one transaction. Queries take effect in the order in which they
 * were started; a row is only ever written by whoever may see it, so that a write to another
 * client's row, or to one that does not exist, rejects.
 *
 * Use cases take locks, and write what others may wait for, in this order, so that no two wait for
 * each other: import, call, order, record, balance, figures.
 *
 * Both methods reject with DomainError `unavailable` when the store cannot be reached; nothing was
 * written then, unless the commit itself was cut off, which the message says.
 */
export interface UnitOfWork {
  /**
   * One consistent read in one round trip: `work` must start every query before it first awaits; a
   * query that is started later rejects, and so does one that writes or locks (`access.identify`
   * and `signIn.identifySession` in the scope of authentication aside).
   */
  read<T>(scope: Scope, work: (repos: Repos) => Promise<T>): Promise<T>;
  /**
   * A transaction of several steps: all or nothing. `work` may run again after a conflict with
   * another transaction, so it must have no effect but through its repositories. Once a query has
   * failed nothing is committed and `run` rejects, even if `work` swallows the failure.
   */
  run<T>(scope: Scope, work: (repos: Repos) => Promise<T>): Promise<T>;
}
